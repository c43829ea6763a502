"""Completion of what only the server or the disk knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

    from ..client import Ductape

# A shell inserts a completion as it is. What it would act on there (`$(…)`, for one) is not offered.
_SAFE = r"[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]*"
_SAFE_FILE = r"[A-Za-z0-9_.:@=+~-]+"
_PATIENCE = 2.0  # seconds
_EXECUTIONS = 50


def workflow_names(context: click.Context, _: click.Parameter, start: str) -> list[str]:
    """Complete the name of a workflow."""
    return list(_offered(_workflows(context), start))


def execution_ids(context: click.Context, _: click.Parameter, start: str) -> list[str]:
    """Complete the id of an execution, the newest first."""
    return list(_offered(_executions(context), start))


def signal_names(context: click.Context, _: click.Parameter, start: str) -> list[str]:
    """Complete the name of a signal, of those that the execution's workflow takes."""
    return list(_offered(_signals(context), start))


def states(_: click.Context, __: click.Parameter, start: str) -> list[str]:
    """Complete the status of an execution."""
    from .._generated.models import ExecutionState

    return [state for state in ExecutionState if state.startswith(start)]


def files_after_at(_: click.Context, __: click.Parameter, start: str) -> list[str]:
    """Complete the file of `@file`."""
    return [f"@{path}" for path in _paths(start[1:])] if start.startswith("@") else []


def _offered(names: Iterator[str], start: str) -> Iterator[str]:
    from ..errors import DuctapeError

    try:
        yield from (name for name in names if name.startswith(start) and re.fullmatch(_SAFE, name))
    except DuctapeError:
        return  # an error has no place in the middle of a command line: there are no names to offer


def _workflows(context: click.Context) -> Iterator[str]:
    with _client(context) as ductape:
        yield from (definition.name for definition in ductape.workflows.definitions())


def _executions(context: click.Context) -> Iterator[str]:
    with _client(context) as ductape:
        yield from (
            execution.execution_id for execution in ductape.workflows.list(limit=_EXECUTIONS).executions
        )


def _signals(context: click.Context) -> Iterator[str]:
    with _client(context) as ductape:
        workflow = ductape.workflows.get_status(context.params.get("execution_id") or "").workflow
        for definition in ductape.workflows.definitions():
            if definition.name == workflow:
                yield from (signal.name for signal in definition.signals)


def _client(context: click.Context) -> Ductape:
    """Make the client of a command line that is still being written."""
    from ..client import Ductape

    given: dict[str, Any] = {
        name: context.params.get(name) for name in ("access_key", "product", "env", "base_url")
    }
    return Ductape(**given, timeout=_PATIENCE, retry_attempts=0)


def _paths(start: str) -> list[str]:
    """What begins so on the disk; for a folder that is alone in that, what is in it."""
    from pathlib import Path

    folder, slash, name = start.rpartition("/")
    try:
        entries = sorted(Path(folder + slash or ".").iterdir())
    except OSError:
        return []
    found = [
        f"{folder}{slash}{entry.name}{'/' if entry.is_dir() else ''}"
        for entry in entries
        if entry.name.startswith(name)
        and (name or not entry.name.startswith("."))
        and re.fullmatch(_SAFE_FILE, entry.name)
    ]
    return _paths(found[0]) if len(found) == 1 and found[0].endswith("/") else found
