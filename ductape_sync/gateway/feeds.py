"""Every feed that somebody reads, and who waits for the end of one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from .feed import Feed, Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine.client import Engine
    from .tenants import Tenant

_LINGER: Final = 2.0
_LINGERING: Final = 1000


class Feeds:
    """Every feed that somebody reads, one an execution.

    Args:
        engine: where events come from.
        ended: called with its tenant whenever an execution is seen to end.
    """

    def __init__(self, engine: Engine, ended: Callable[[Tenant], None]) -> None:
        self._engine = engine
        self._ended = ended
        self._memory = Memory()
        self._feeds: dict[tuple[Tenant, str], Feed] = {}
        self._lingering: dict[Feed, asyncio.TimerHandle] = {}
        self._waits: set[asyncio.Future[None]] = set()
        self._stopping: set[asyncio.Task[None]] = set()
        self._draining = False

    def join(self, tenant: Tenant, execution_id: str, after: str | None, notify: Callable[[], None]) -> Feed:
        """Read an execution's feed.

        Args:
            tenant: whose execution it is.
            execution_id: the execution.
            after: where the reader begins; a new feed begins there too.
            notify: called whenever there is something new; must neither block nor raise.
        """
        feed = self._feeds.get((tenant, execution_id))
        if feed is None or feed.problem is not None:
            feed = Feed(self._engine, self._memory, tenant, execution_id, after, ended=self._ended)
            self._feeds[tenant, execution_id] = feed
        if (timer := self._lingering.pop(feed, None)) is not None:
            timer.cancel()
        feed.readers[notify] = None
        return feed

    def leave(self, feed: Feed, notify: Callable[[], None]) -> None:
        """Read a feed no more. The last to leave ends it, a little later unless it is over."""
        feed.readers.pop(notify, None)
        if feed.readers:
            return
        if feed.over or len(self._lingering) >= _LINGERING:
            self._retire(feed)
        else:
            # A client that polls comes back at once, and should find what was read already.
            later = asyncio.get_running_loop().call_later(_LINGER, self._retire, feed)
            self._lingering[feed] = later

    async def wait(
        self, tenant: Tenant, execution_id: str, seconds: float, gone: asyncio.Future[None]
    ) -> Feed:
        """Wait until an execution has ended.

        Returns too when the time is over, the client is gone, the feed broke or the gateway stops.

        Args:
            tenant: whose execution it is.
            execution_id: the execution.
            seconds: how long to wait at most.
            gone: done when nobody waits any more.

        Returns:
            the feed, which knows the execution's last event when it has ended.
        """
        done = asyncio.get_running_loop().create_future()

        def notify() -> None:
            if feed.over and not done.done():
                done.set_result(None)

        feed = self.join(tenant, execution_id, None, notify)
        self._waits.add(done)
        try:
            notify()
            if not self._draining:
                await asyncio.wait((done, gone), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waits.discard(done)
            self.leave(feed, notify)
        return feed

    def drain(self) -> None:
        """End every wait now, and each one that is begun later."""
        self._draining = True
        for done in self._waits:
            if not done.done():
                done.set_result(None)

    async def close(self) -> None:
        """End every feed."""
        for timer in self._lingering.values():
            timer.cancel()
        for feed in list(self._feeds.values()):
            self._retire(feed)
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def _retire(self, feed: Feed) -> None:
        self._lingering.pop(feed, None)
        key = (feed.tenant, feed.execution_id)
        if self._feeds.get(key) is feed:
            del self._feeds[key]
        task = feed.stop()
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)
