"""Lists of executions that somebody watches: each is looked at again and again, once for all who watch it.

The engine has no stream of what starts and ends, so that there is nothing to follow. What a list shows is
known to have changed when this gateway started an execution or saw one end; what others did is found soon.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, frozen

from .answers import encode
from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from .engine.client import Engine
    from .tenants import Tenant

_logger = logging.getLogger("ductape_sync.gateway")

_EVERY: Final = 0.5
_SOON: Final = 0.1  # after a change that is known of: the engine's index is a little behind
_SHARE: Final = 4  # a look is followed by a pause of so many times what it took, however slow the engine is
_SLOWEST: Final = 10.0
_PATIENCE: Final = 5.0  # whoever watches is to know soon that what is shown is old
_AT_ONCE: Final = 4  # of a tenant's lists are looked at


@frozen(kw_only=True)
class Query:
    """What a list is of, and how much of it is asked for."""

    workflow: str | None
    id_prefix: str | None
    status: str | None
    limit: int
    offset: int
    cursor: str | None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Query:
        """What a request or a message asks for, by the names that the contract has."""
        return cls(
            workflow=given.get("workflow"),
            id_prefix=given.get("idPrefix"),
            status=given.get("status"),
            limit=given.get("limit", 20),
            offset=given.get("offset", 0),
            cursor=given.get("cursor"),
        )


class LiveList:
    """A list that is up to date for as long as somebody watches it.

    Args:
        engine: where it comes from.
        gate: lets only so many of the tenant's lists be looked at at once.
        tenant: whose it is.
        query: what it is of.
    """

    def __init__(self, engine: Engine, gate: asyncio.Semaphore, tenant: Tenant, query: Query) -> None:
        self.tenant = tenant
        self.query = query
        self.page: str | None = None
        """The contract's ``ExecutionList``, as JSON; None until it is known."""
        self.problem: Problem | None = None
        """Why it cannot be read; None while it can."""
        self.readers: dict[Callable[[], None], None] = {}
        """What to call when there is something new; none of them blocks or raises."""
        self._engine = engine
        self._gate = gate
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def changed(self) -> None:
        """Look soon: it is known to have changed."""
        self._changed.set()

    def stop(self) -> asyncio.Task[None]:
        """Look no more; returns the task that has ended once that is so."""
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while True:
                self._changed.clear()
                began = clock()
                page = await self._look()
                if page != self.page:
                    self.page = page
                    self._notify()
                await self._pause(min(_SHARE * (clock() - began), _SLOWEST))
        except Problem as problem:
            self.problem = problem
        except Exception:
            _logger.exception("list failed")
            self.problem = Problem("internal", "The list cannot be read; the server's log says why.")
        self._notify()

    async def _look(self) -> str:
        async with self._gate:
            try:
                async with asyncio.timeout(_PATIENCE):
                    return encode(await self._engine.list(self.tenant, **asdict(self.query)))
            except TimeoutError as error:
                raise Problem(
                    "engine_unavailable",
                    f"The engine has not answered for {_PATIENCE:g} seconds.",
                    retry_after=1,
                ) from error

    async def _pause(self, least: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(_EVERY, least)):
                await self._changed.wait()
                await asyncio.sleep(max(_SOON, least))

    def _notify(self) -> None:
        for notify in list(self.readers):
            notify()


class Lists:
    """Every list that somebody watches.

    Args:
        engine: where they come from.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lists: defaultdict[Tenant, dict[Query, LiveList]] = defaultdict(dict)
        self._gates: defaultdict[Tenant, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        self._stopping: set[asyncio.Task[None]] = set()

    def join(self, tenant: Tenant, query: Query, notify: Callable[[], None]) -> LiveList:
        """Watch a list.

        Args:
            tenant: whose it is.
            query: what it is of.
            notify: called whenever there is something new; must neither block nor raise.
        """
        lists = self._lists[tenant]
        found = lists.get(query)
        if found is None or found.problem is not None:
            found = lists[query] = LiveList(self._engine, self._gates[tenant], tenant, query)
        found.readers[notify] = None
        return found

    def leave(self, live: LiveList, notify: Callable[[], None]) -> None:
        """Watch a list no more. The last to leave ends it."""
        live.readers.pop(notify, None)
        if live.readers:
            return
        if self._lists[live.tenant].get(live.query) is live:
            del self._lists[live.tenant][live.query]
        task = live.stop()
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    def changed(self, tenant: Tenant) -> None:
        """Tell that an execution of a tenant has started or ended."""
        for live in self._lists[tenant].values():
            live.changed()

    async def close(self) -> None:
        """Return once nothing is looked at any more; nobody watches by now."""
        await asyncio.gather(*self._stopping, return_exceptions=True)


class Watch:
    """Turns a list into messages for one client: its page whenever that is another one.

    Args:
        lists: where the list is.
        tenant: whose it is.
        message: what the client asks for, as the contract's ``WatchMessage``.
        ready: called when :meth:`step` would have something to send.
        request_id: the id of the WebSocket's request, for problems.
    """

    __slots__ = ("_lists", "_live", "_ready", "_request_id", "_sent", "name", "over")

    def __init__(
        self,
        lists: Lists,
        tenant: Tenant,
        message: dict[str, Any],
        *,
        ready: Callable[[Watch], None],
        request_id: str,
    ) -> None:
        self.name: str = message["watchId"]
        """The client's name for it."""
        self.over = False
        """Whether its last message was handed out."""
        self._lists = lists
        self._ready = ready
        self._request_id = request_id
        self._sent: str | None = None
        self._live = lists.join(tenant, Query.of(message), self._notify)

    def end(self) -> None:
        """Stop watching."""
        self._lists.leave(self._live, self._notify)

    def step(self) -> list[str]:
        """The next messages for the client; none when there is nothing new.

        Of a client that is slow to read, the pages in between are passed over.
        """
        page, problem = self._live.page, self._live.problem
        if problem is not None:
            self.over = True
            return [unwatched(self.name, problem.to_dict(self._request_id))]
        if page is None or page is self._sent:
            return []
        self._sent = page
        return [f'{{"op":"page","watchId":{encode(self.name)},"page":{page}}}']

    def _notify(self) -> None:
        self._ready(self)


def unwatched(name: str, problem: dict[str, Any] | None) -> str:
    """The message that a list is watched no more: for a problem, or since that was asked for (None)."""
    return encode({"op": "unwatched", "watchId": name, "problem": problem})
