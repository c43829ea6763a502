"""The end of a server process: SIGINT and SIGTERM ask for it, and a second one does not wait."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Owns the process's signals for as long as it is entered.

    Left to themselves, uvicorn and asyncio would end the process before the rest of it has drained.
    """

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        """Set by the first signal; the second one ends the process at once."""
        self._loop = asyncio.get_running_loop()
        self._before = {number: signal.getsignal(number) for number in _SIGNALS}
        self._seen = False

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until it ends, or until a signal comes: then it is cancelled, and may clean up."""
        task = asyncio.create_task(work)
        requested = asyncio.create_task(self.requested.wait())
        await asyncio.wait((task, requested), return_when=asyncio.FIRST_COMPLETED)
        requested.cancel()
        task.cancel()
        await asyncio.wait((task,))
        if not task.cancelled():
            task.result()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._seen:
            os._exit(128 + number)  # children notice that their parent is gone
        self._seen = True
        self._loop.call_soon_threadsafe(self.requested.set)
