"""How many connections there may be.

When there are too many, the one that has been without a whole request for longest makes room: a client
that holds connections open without getting to the end of a request never keeps others out.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Limits

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

_RESERVED = 64  # files that the rest of the process needs


class Connections:
    """Every connection there is.

    Args:
        limits: how many, and how slow.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        files = _open_files(limits.connections + _RESERVED)
        self.most = min(limits.connections, max(8, files - _RESERVED))
        """How many there may be: fewer than asked for where the process may open few files."""
        self.backlog = max(8, min(1024, self.most // 4))
        """How many may wait to be accepted, which is done in one go."""
        self._open: set[asyncio.Transport] = set()
        self._waiting: dict[asyncio.Transport, None] = {}  # those without a whole request, oldest first

    def opened(self, transport: asyncio.Transport) -> None:
        """A connection was made: another one makes room for it when there are too many."""
        self._open.add(transport)
        self._waiting[transport] = None
        if len(self._open) > self.most:
            oldest = next(iter(self._waiting))  # at worst the new one itself
            self.closed(oldest)
            oldest.abort()

    def closed(self, transport: asyncio.Transport) -> None:
        """A connection is gone."""
        self._open.discard(transport)
        self._waiting.pop(transport, None)

    def busy(self, transport: asyncio.Transport, *, busy: bool) -> None:
        """Note whether a connection has a whole request that is being answered."""
        if busy:
            self._waiting.pop(transport, None)
        elif transport in self._open:
            self._waiting.setdefault(transport)

    def abort(self) -> None:
        """End every connection at once."""
        for transport in list(self._open):
            transport.abort()


def _open_files(wanted: int) -> int:
    """How many files the process may open, after asking the system for as many as are wanted."""
    if resource is None:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        except (OSError, ValueError):  # macOS has a lower limit besides, which it does not tell
            soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft == resource.RLIM_INFINITY else soft


class Timer:
    """Calls a function after a while, unless it is set anew or cleared before."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._handle: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Call it after so many seconds."""
        self.clear()
        self._handle = asyncio.get_running_loop().call_later(seconds, self._function)

    def clear(self) -> None:
        """Do not call it."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
