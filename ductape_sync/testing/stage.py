"""The loop that a fake runs on, in a thread of its own, and how other threads act on it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


class Closed(RuntimeError):
    """The fake is closed: it changes no more, and nothing that somebody waits for will come."""

    def __init__(self) -> None:
        super().__init__("the fake is closed")


class Stage:
    """Everything that a fake knows is read and changed on one loop, so that it needs no locks.

    Other threads have their calls run there, and wait for what they expect to come about.
    """

    def __init__(self) -> None:
        self.closed = False
        """Whether `close` was called."""
        self._ending = False
        self._loop = asyncio.new_event_loop()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ductape-fake", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop, and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Call a function on the loop, and return its result.

        Raises:
            Closed: The fake is closed.
        """
        if self.closed:
            raise Closed

        async def call() -> T:
            return function(*args, **kwargs)

        return self.run(call())

    def notify(self) -> None:
        """Something has changed: whoever waits, looks again."""
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], T], timeout: float, what: str) -> T:
        """Wait until a condition holds.

        Args:
            condition: What is waited for; it is true once there is something true to return.
            timeout: Seconds to wait.
            what: What is waited for, for the error.

        Raises:
            TimeoutError: It did not come about.
            Closed: The fake is about to be closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ending or condition(), timeout)
            found = condition()
        if not found:
            if self._ending:
                raise Closed
            raise TimeoutError(f"{what} did not come within {timeout:g} seconds")
        return found

    def end_waits(self) -> None:
        """End every wait, and those that are begun later."""
        self._ending = True
        self.notify()

    def close(self) -> None:
        """End the loop with all that runs on it."""
        self.closed = True
        self.run(self._cancel())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _cancel(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
