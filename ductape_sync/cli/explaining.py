"""What an error means to a user: its exit code, and one line with the remedy."""

from __future__ import annotations

import re

import click

from .. import errors
from .failures import PROGRAM, ExitCode

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
        text = re.sub(_ARGUMENT, lambda match: "--" + match[1].replace("_", "-"), text)
    elif isinstance(error, errors.WaitTimeout) and error.execution is not None:
        remedy = f"'{PROGRAM} wait {error.execution.execution_id}' waits again"
    return text + (f"; {remedy}" if remedy else "") + about
