"""How a command ends: its exit code, and an error in one line on standard error."""

from __future__ import annotations

import contextlib
import enum
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "ductape-sync"
COMPLETE_VARIABLE = "_DUCTAPE_SYNC_COMPLETE"


class ExitCode(enum.IntEnum):
    """What a command's exit code tells a script."""

    OK = 0
    ERROR = 1
    USAGE = 2
    FAILED = 3
    CANCELLED = 4
    TIMED_OUT = 5
    NOT_FOUND = 6
    UNAVAILABLE = 7
    DENIED = 8
    CONFLICT = 9
    INTERRUPTED = 130
    BROKEN_PIPE = 141


MEANINGS = {
    ExitCode.OK: "done; when it was waited for, the execution completed",
    ExitCode.ERROR: "any other error, such as output that cannot be written",
    ExitCode.USAGE: "the command line, a value on it, a setting or a file that it names cannot be",
    ExitCode.FAILED: "the execution failed, or ran out of the time that it was given",
    ExitCode.CANCELLED: "the execution was cancelled",
    ExitCode.TIMED_OUT: "the time for waiting was up; the execution goes on",
    ExitCode.NOT_FOUND: "there is no such execution or workflow",
    ExitCode.UNAVAILABLE: "no connection, no answer in time, or a server that is down or busy: try later",
    ExitCode.DENIED: "the access key is wrong, or not for this product and environment",
    ExitCode.CONFLICT: "the execution has ended already, or the id or idempotency key is in use",
    ExitCode.INTERRUPTED: "interrupted with Ctrl-C; executions go on",
    ExitCode.BROKEN_PIPE: "whoever read the output stopped reading",
}


def run(group: click.Group, arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; what went wrong is said on standard error.

    A command returns its `ExitCode`, or None when all went well.
    """
    try:
        return _invoke(group, arguments)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return ExitCode.BROKEN_PIPE
    except _told() as error:
        from .explaining import explain

        code, message = explain(error)
        fail(message)
        return code
    except OSError as error:
        if error.errno is None:
            raise  # the system knows nothing of it
        _drop_output()
        fail(f"the output cannot be written: {error.strerror}")
        return ExitCode.ERROR


def _invoke(group: click.Group, arguments: Sequence[str]) -> int:
    instruction = os.environ.get(COMPLETE_VARIABLE)
    if instruction:
        from .completion import complete

        return complete(group, instruction)
    with group.make_context(PROGRAM, list(arguments)) as context:
        code = group.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    return int(code or ExitCode.OK)


def _told() -> tuple[type[Exception], ...]:
    """What a user is told of in one line. Evaluated when something was raised: help needs none of it."""
    from ..errors import DuctapeError

    return click.ClickException, DuctapeError, ModuleNotFoundError


def fail(message: str) -> None:
    """Tell an error, in one line."""
    say(f"error: {message}")


def say(message: str) -> None:
    """Tell something that is not the command's output, in one line on standard error."""
    from ..display.text import printable

    line = printable(" ".join(message.splitlines()))
    if sys.stderr is not None:  # it is None when it was closed, and print() would then write to the output
        with contextlib.suppress(OSError):  # nobody reads it, or there is no place for it
            print(f"{PROGRAM}: {line}", file=sys.stderr)


def _drop_output() -> None:
    # What is still buffered would raise again when the interpreter ends.
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
