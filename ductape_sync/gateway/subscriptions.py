"""One execution that a WebSocket follows: a place in a feed, and what to send from there."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from .answers import encode
from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from .feed import Event, Feed
    from .feeds import Feeds
    from .tenants import Tenant

_logger = logging.getLogger("ductape_sync.gateway")

_BATCH: Final = 32


class Subscription:
    """Turns a feed into messages for one client, from one event on, without a gap or a repeat.

    Args:
        feeds: where the feed is.
        tenant: whose execution it is.
        execution_id: the execution.
        after: the id of the last event that the client had; empty for none.
        ready: called when :meth:`step` would have something to send.
        request_id: the id of the WebSocket's request, for problems.
    """

    __slots__ = (
        "_announced",
        "_feed",
        "_feeds",
        "_fetching",
        "_last",
        "_past",
        "_place",
        "_problem",
        "_ready",
        "_request_id",
        "name",
        "over",
    )

    def __init__(
        self,
        feeds: Feeds,
        tenant: Tenant,
        execution_id: str,
        *,
        after: str,
        ready: Callable[[Subscription], None],
        request_id: str,
    ) -> None:
        self.name = execution_id
        """The execution's id."""
        self.over = False
        """Whether its last message was handed out."""
        self._feeds = feeds
        self._ready = ready
        self._request_id = request_id
        self._last = after
        self._place: int | None = None  # None while the past must be fetched
        self._past: list[Event] = []
        self._fetching: asyncio.Task[None] | None = None
        self._announced = False
        self._problem: Problem | None = None
        self._feed: Feed = feeds.join(tenant, execution_id, after or None, self._notify)
        self._place = self._feed.place(after)

    def end(self) -> None:
        """Stop following."""
        if self._fetching is not None:
            self._fetching.cancel()
        self._feeds.leave(self._feed, self._notify)

    def step(self) -> list[str]:
        """The next messages for the client; none when there is nothing new."""
        if self._fetching is not None or not (self._feed.known or self._feed.over):
            return []
        messages = []
        if self._feed.known and not self._announced:
            self._announced = True
            messages.append(self._message("subscribed"))
        events = self._take()
        if events is None and self._problem is None:
            self._fetching = asyncio.create_task(self._fetch())
            return messages
        ended = False
        for event in events or ():
            self._last, ended = event.id, event.terminal
            messages.append(event.message)
        last = self._finish(ended=ended)
        return messages if last is None else [*messages, last]

    def _finish(self, *, ended: bool) -> str | None:
        """The message that the subscription ends with; None when it goes on."""
        more = self._problem is None and (
            bool(self._past) or self._place is None or self._feed.read(self._place, 1) != []
        )
        if ended or (self._feed.ended and not more):
            self.over = True
            return self._message("unsubscribed", reason="ended")
        problem = self._problem or (None if more else self._feed.problem)
        if problem is not None:
            self.over = True
            return self._message("error", problem=problem.to_dict(self._request_id))
        if more:
            self._notify()
        return None

    def _take(self) -> list[Event] | None:
        """The next events, not yet sent; None when they must be fetched first."""
        if self._past:
            events, self._past = self._past[:_BATCH], self._past[_BATCH:]
            return events
        new = None if self._place is None else self._feed.read(self._place, _BATCH)
        if new is None:
            self._place = None  # the window has moved on
            return None
        self._place = (self._place or 0) + len(new)
        # What came from the past may have been ahead of the feed, which catches up now.
        return [event for event in new if event.id > self._last]

    async def _fetch(self) -> None:
        try:
            self._past, self._place = await self._feed.past(self._last)
        except Problem as problem:
            self._problem = problem
        except Exception:
            _logger.exception("past failed", extra={"fields": {"request": self._request_id}})
            self._problem = Problem("internal", "The events cannot be read; the server's log says why.")
        self._fetching = None
        self._notify()

    def _notify(self) -> None:
        self._ready(self)

    def _message(self, op: str, **more: Any) -> str:
        return encode({"op": op, "executionId": self.name, **more})
