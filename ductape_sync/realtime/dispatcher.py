"""The thread that runs the user's callbacks, so that the one that reads the socket never does."""

from __future__ import annotations

import logging
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("ductape_sync.realtime")


class Dispatcher:
    """Runs tasks one after the other on a thread of its own, which starts with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards _thread and _closed
        self._thread: threading.Thread | None = None
        self._closed = False
        self._tasks: SimpleQueue[Callable[[], object] | None] = SimpleQueue()

    def post(self, task: Callable[[], object]) -> None:
        """Run a task after those before it; none that comes after close()."""
        self._tasks.put(task)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=_run, args=(self._tasks,), daemon=True,
                                                name="ductape-sync callbacks")  # fmt: skip
                self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether this is called on its thread: from a callback."""
        return self._thread is threading.current_thread()

    def close(self, timeout: float) -> None:
        """End the thread after the tasks that are there; wait up to `timeout` seconds for that."""
        with self._lock:
            self._closed = True
        self._tasks.put(None)
        if self._thread is not None and not self.is_current:
            self._thread.join(timeout)


def _run(tasks: SimpleQueue[Callable[[], object] | None]) -> None:
    while (task := tasks.get()) is not None:
        try:
            task()
        except BaseException:
            # Whatever one callback raises, SystemExit too, the others must go on.
            log.exception("a callback raised")
        del task  # or else the last one keeps its subscription and the client alive
