"""The events of an execution, read once and shared by all who follow it.

A :class:`Feed` reads one :meth:`Engine.follow` into a window of the latest events. Its readers hold no
events, only their place: a number that counts the feed's events. A reader that is behind the window, or
that joins before it, reads the past from the engine's history until it meets the window. So memory is
bounded by the window, and one more reader costs an entry in a dict.
"""

from __future__ import annotations

import asyncio
import logging
import random
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from .answers import encode
from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .engine.client import Engine
    from .tenants import Tenant

_logger = logging.getLogger("ductape_sync.gateway")

_WINDOW: Final = 1024
_WINDOW_CHARS: Final = 1024 * 1024
_ALL_CHARS: Final = 256 * 1024 * 1024
_PAGE: Final = 500
_TERMINAL: Final = frozenset({"completed", "failed", "cancelled"})


class Event:
    """An event, and the message that carries it, which is written once for all readers."""

    __slots__ = ("id", "message", "terminal")

    def __init__(self, data: dict[str, Any]) -> None:
        self.id: str = data["id"]
        self.terminal = data["type"] in _TERMINAL
        self.message = f'{{"op":"event","event":{encode(data)}}}'


class Memory:
    """How much all windows hold together."""

    def __init__(self) -> None:
        self.chars = 0
        """Characters of events, as JSON."""


class Feed:
    """The events of one execution, for as long as somebody reads them.

    Args:
        engine: where they come from.
        memory: counts what all feeds hold: when that is too much, windows are as small as can be.
        tenant: whose execution it is.
        execution_id: the execution.
        after: the id of the event before the first one to read; None for the first one there is.
        ended: called with the tenant when the execution is seen to end.
    """

    def __init__(
        self,
        engine: Engine,
        memory: Memory,
        tenant: Tenant,
        execution_id: str,
        after: str | None,
        *,
        ended: Callable[[Tenant], None],
    ) -> None:
        self._engine = engine
        self._memory = memory
        self._ended = ended
        self.tenant = tenant
        self.execution_id = execution_id
        self.known = False
        """Whether the execution is known to exist."""
        self.ended = False
        """Whether the execution has ended, and its last event is there."""
        self.last: dict[str, Any] | None = None
        """The execution's last event; None until it is there."""
        self.attempt = 1
        """Which attempt the events have come to, as far as they were read."""
        self.problem: Problem | None = None
        """Why the events cannot be read; None while they can."""
        self.readers: dict[Callable[[], None], None] = {}
        """What to call when there is something new; none of them blocks or raises."""
        self._before = after or ""  # the id of the event before the window; "" when there is none
        self._base = 0  # the place of the window's first event
        self._window: list[Event] = []
        self._chars = 0
        self._task = asyncio.create_task(self._run())

    @property
    def over(self) -> bool:
        """Whether no more events will come."""
        return self.ended or self.problem is not None

    def place(self, after: str) -> int | None:
        """The place of the first event after the one with this id.

        Args:
            after: the event's id; empty for the place of the first event.

        Returns:
            the place; None when it is not in the window, or the window does not know the id.
        """
        if after == self._before:
            return self._base
        index = bisect_right(self._window, after, key=_id)
        return self._base + index if index and self._window[index - 1].id == after else None

    def read(self, place: int, limit: int) -> list[Event] | None:
        """Events from a place on.

        Returns:
            up to ``limit`` events, none when there is nothing new; None when the window is past them.
        """
        index = place - self._base
        return self._window[index : index + limit] if index >= 0 else None

    async def past(self, after: str) -> tuple[list[Event], int | None]:
        """Events after the one with this id, for a reader that the window cannot serve.

        Args:
            after: the event's id; empty for the first events.

        Returns:
            the events, and the place in the window where it goes on; None while that is further on.

        Raises:
            Problem: as the engine does, but it is tried again while the engine cannot be reached.
        """
        page = await self._history(after)
        events = [Event(data) for data in page["events"]]
        last = events[-1].id if events else after
        place = self.place(last)
        if place is None and page["nextAfter"] is None and last >= self._before:
            # History is ahead of this feed: go on at the end, and skip what was had already.
            place = self._base + bisect_right(self._window, last, key=_id)
        return events, place

    async def _history(self, after: str) -> dict[str, Any]:
        delays = _backoff()
        while True:
            try:
                return await self._engine.history(
                    self.tenant, self.execution_id, after=after or None, limit=_PAGE
                )
            except Problem as problem:
                if problem.code != "engine_unavailable":
                    raise
                await asyncio.sleep(next(delays))

    def stop(self) -> asyncio.Task[None]:
        """Stop reading from the engine; returns the task that has ended once it has stopped."""
        self._memory.chars -= self._chars
        self._memory = Memory()  # an event may be on its way still, and counts no more
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        try:
            await self._follow()
        except Problem as problem:
            self.problem = problem
        except Exception:
            _logger.exception("feed failed", extra={"fields": {"execution": self.execution_id}})
            self.problem = Problem("internal", "The events cannot be read; the server's log says why.")
        self._notify()

    async def _follow(self) -> None:
        delays = _backoff()
        while not self.ended:
            try:
                if self._before and not self.known:
                    # The next event may be far away, so this tells whether the execution exists.
                    await self._engine.status(self.tenant, self.execution_id)
                    self.known = True
                    self._notify()
                last = self._window[-1].id if self._window else self._before
                async for data in self._engine.follow(self.tenant, self.execution_id, after=last or None):
                    self._append(data)
                    delays = _backoff()
                self.ended = True
            except Problem as problem:
                if problem.code == "engine_unavailable":
                    await asyncio.sleep(next(delays))
                elif problem.code == "invalid_request" and self._before and not self._window:
                    # The first reader's event does not exist. Its place is given up, so that it is told
                    # when it asks for the past, and the others have a feed from the beginning.
                    self._before, self._base = "", self._base + 1
                else:
                    raise

    def _append(self, data: dict[str, Any]) -> None:
        event = Event(data)
        if event.terminal:
            self.last, self.ended = data, True
            self._ended(self.tenant)
        elif data["type"] == "retrying":
            self.attempt = data["data"]["attempt"]
        self._window.append(event)
        self._chars += len(event.message)
        self._memory.chars += len(event.message)
        if self._memory.chars > _ALL_CHARS:
            self._trim(1)
        # Otherwise in large steps, since each moves the whole list.
        elif len(self._window) > 2 * _WINDOW or self._chars > 2 * _WINDOW_CHARS:
            self._trim(_WINDOW)
        self.known = True
        self._notify()

    def _trim(self, most: int) -> None:
        """Leave the latest events in the window: at most so many, and at most so large, but one."""
        first, chars = len(self._window) - 1, len(self._window[-1].message)
        while first and len(self._window) - first < most:
            chars += len(self._window[first - 1].message)
            if chars > _WINDOW_CHARS:
                break
            first -= 1
        if not first:
            return
        gone = sum(len(event.message) for event in self._window[:first])
        self._before = self._window[first - 1].id
        self._base += first
        del self._window[:first]
        self._chars -= gone
        self._memory.chars -= gone

    def _notify(self) -> None:
        for notify in list(self.readers):
            notify()


def _id(event: Event) -> str:
    return event.id


def _backoff() -> Iterator[float]:
    delay = 0.1
    while True:
        yield delay * random.uniform(0.5, 1.0)
        delay = min(delay * 2, 5.0)
