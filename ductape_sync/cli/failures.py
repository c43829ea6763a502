"""How a command ends: its exit code, and an error in one line on standard error."""

from __future__ import annotations

import contextlib
import enum
import os
import re
import sys
from typing import TYPE_CHECKING

import click

from .. import errors

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
    ExitCode.ERROR: "any other error",
    ExitCode.USAGE: "the command line, a value on it or a setting cannot be",
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

_OUTCOMES: tuple[tuple[type[errors.DuctapeError], ExitCode, str], ...] = (
    (errors.ConfigurationError, ExitCode.USAGE, ""),
    (errors.MissingExtra, ExitCode.USAGE, ""),
    (errors.InvalidRequest, ExitCode.USAGE, ""),
    (errors.ExecutionFailed, ExitCode.FAILED, ""),
    (errors.ExecutionCancelled, ExitCode.CANCELLED, ""),
    (errors.WaitTimeout, ExitCode.TIMED_OUT, ""),
    (errors.ExecutionNotFound, ExitCode.NOT_FOUND, "'ductape-sync list' shows those that exist"),
    (errors.WorkflowNotFound, ExitCode.NOT_FOUND, "'ductape-sync workflows' shows those that exist"),
    (errors.NotFound, ExitCode.NOT_FOUND, "check --base-url"),
    (errors.TransportError, ExitCode.UNAVAILABLE, ""),
    (errors.SubscriptionError, ExitCode.UNAVAILABLE, ""),
    (errors.RateLimited, ExitCode.UNAVAILABLE, ""),
    (errors.Unauthenticated, ExitCode.DENIED, "check --access-key, or DUCTAPE_ACCESS_KEY"),
    (errors.Forbidden, ExitCode.DENIED, "check --product and --env"),
    (errors.Conflict, ExitCode.CONFLICT, ""),
)

_EXTRAS = {"rich": "cli", "temporalio": "gateway", "starlette": "gateway", "uvicorn": "gateway",
           "jsonschema_rs": "gateway", "yaml": "gateway", "websockets": "gateway"}  # fmt: skip

# How messages about settings name the arguments of Ductape(…), which are options here.
_ARGUMENT = re.compile(r"\b(access_key|product|env|base_url)(?:=…|(?= \(?or DUCTAPE_))")


def run(group: click.Group, arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; what went wrong is said on standard error.

    A command returns its `ExitCode`, or None when all went well.
    """
    instruction = os.environ.get(COMPLETE_VARIABLE)
    try:
        if instruction:
            from click.shell_completion import shell_complete

            return shell_complete(group, {}, PROGRAM, COMPLETE_VARIABLE, instruction)
        with group.make_context(PROGRAM, list(arguments)) as context:
            code = group.invoke(context)
            sys.stdout.flush()
        return int(code or ExitCode.OK)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, click.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return ExitCode.BROKEN_PIPE
    except (click.ClickException, errors.DuctapeError, ModuleNotFoundError) as error:
        code, message = explain(error)
        fail(message)
        return code


def explain(error: Exception) -> tuple[ExitCode, str]:
    """Return the exit code that stands for an error, and what to tell the user.

    Raises:
        Exception: The error itself, when it is one that no user can do anything about.
    """
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else PROGRAM
        return ExitCode.USAGE, f"{error.format_message().rstrip('.')}; see '{command} --help'"
    if isinstance(error, click.ClickException):
        return ExitCode.ERROR, error.format_message()
    if isinstance(error, ModuleNotFoundError):
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise error
        return ExitCode.USAGE, f"this command needs an extra: pip install 'ductape-sync[{extra}]'"
    code, remedy = next(
        ((code, remedy) for kind, code, remedy in _OUTCOMES if isinstance(error, kind)), (ExitCode.ERROR, "")
    )
    if isinstance(error, errors.APIError) and error.status in {408, 502, 503, 504}:
        code = ExitCode.UNAVAILABLE
    return code, _message(error, remedy)


def _message(error: Exception, remedy: str) -> str:
    text, about = str(error), ""
    if isinstance(error, errors.APIError):
        # The remedy goes before the code and the request's id, which are for the server's log.
        text, about = error.detail.rstrip("."), str(error).removeprefix(error.detail)
    elif isinstance(error, errors.ConfigurationError):
        text = _ARGUMENT.sub(lambda match: "--" + match[1].replace("_", "-"), text)
    elif isinstance(error, errors.WaitTimeout) and error.execution is not None:
        remedy = f"'{PROGRAM} wait {error.execution.execution_id}' waits again"
    return text + (f"; {remedy}" if remedy else "") + about


def fail(message: str) -> None:
    """Tell an error, in one line."""
    say(f"error: {message}")


def say(message: str) -> None:
    """Tell something that is not the command's output, in one line on standard error."""
    from ..display.text import printable

    line = printable(" ".join(message.splitlines()))
    with contextlib.suppress(BrokenPipeError):  # nobody reads it
        print(f"{PROGRAM}: {line}", file=sys.stderr)


def _drop_output() -> None:
    # What is still buffered would raise again when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
