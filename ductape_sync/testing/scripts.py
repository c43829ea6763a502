"""What the executions of a fake do by themselves: functions that the test gives, each on a thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .executions import ExecutionEnded, FakeExecution
from .stage import Closed

if TYPE_CHECKING:
    from .stage import Stage

Script = Callable[[FakeExecution], Any]
"""What an execution does: what it returns is the result, what it raises the failure."""

_END_SECONDS = 5.0


class Scripts:
    """The scripts that run.

    Attributes:
        failures: What they raised that is the test's fault (list): a failed `assert`, a wait in vain.
    """

    def __init__(self, stage: Stage) -> None:
        self.failures: list[BaseException] = []
        self._stage = stage
        self._threads: list[threading.Thread] = []

    def run(self, script: Script, execution: FakeExecution) -> None:
        """Let an execution do what a script says."""
        name = f"script of {execution.execution_id}"
        thread = threading.Thread(target=self._play, args=(script, execution), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _play(self, script: Script, execution: FakeExecution) -> None:
        try:
            result = script(execution)
            if execution.status == "running":
                execution.complete(result)
        except (ExecutionEnded, Closed):
            pass  # somebody else has ended it, say by cancelling it; or the test is over
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the execution's failure
            self._fail(execution, error)

    def _fail(self, execution: FakeExecution, error: BaseException) -> None:
        if isinstance(error, AssertionError | TimeoutError) or not isinstance(error, Exception):
            self.failures.append(error)
        with contextlib.suppress(ExecutionEnded, Closed):
            execution.fail(str(error) or type(error).__name__, type=type(error).__name__)

    def finish(self) -> None:
        """Let the scripts end: those that wait for something do so at once."""
        self._stage.end_waits()
        for thread in self._threads:
            thread.join(_END_SECONDS)
