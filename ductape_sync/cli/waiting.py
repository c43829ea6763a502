"""Waiting for an execution, and following it, until it ends or Ctrl-C ends that."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from .. import errors
from ..display.text import elapsed
from . import output
from .failures import PROGRAM, ExitCode, say
from .views import event_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..execution import Execution

_ENDS = {"completed": ExitCode.OK, "failed": ExitCode.FAILED, "cancelled": ExitCode.CANCELLED}
"""By status, which is also the type of an execution's last event."""


def wait(execution: Execution, *, timeout: float | None = None, as_json: bool) -> ExitCode:
    """Wait for the end and write the result; as JSON the whole status, however it ended.

    Raises:
        ExecutionFailed, ExecutionCancelled, WaitTimeout: As `Execution.wait_for_completion` does.
    """
    try:
        with _interruptible(execution):
            result = execution.wait_for_completion(timeout=timeout, progress=_on_terminal())
    except (errors.ExecutionError, errors.WaitTimeout) as error:
        if as_json and error.status is not None:
            output.write_json(error.status.to_dict())
        raise
    if as_json:
        output.write_json(execution.snapshot.to_dict())
        return ExitCode.OK
    took = elapsed(execution.started_at, execution.completed_at)
    say(f"{execution.workflow} {execution.execution_id} completed in {took}")
    output.write_value(result)
    return ExitCode.OK


def follow(execution: Execution, *, after: str | None = None, as_json: bool) -> ExitCode:
    """Write events, past and live, until the execution has ended; the exit code says how."""
    last: str | None = None
    with _interruptible(execution):
        for event in execution.events(after=after):
            if as_json:
                output.write_json(event.to_dict())
            else:
                output.write_line(event_line(event))
            last = event.type
    # Without any event there was nothing after the given one: the end has been before.
    return _ENDS.get(last or execution.refresh().status, ExitCode.ERROR)


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


@contextlib.contextmanager
def _interruptible(execution: Execution) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        name = execution.execution_id
        say(f"{name} goes on; '{PROGRAM} wait {name}' waits for it")
        raise
