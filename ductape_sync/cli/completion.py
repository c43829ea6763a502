"""Completion: the scripts for shells, and the names that only the server knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from ..errors import DuctapeError
from .connection import completing_client
from .failures import COMPLETE_VARIABLE, PROGRAM
from .group import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

# A shell inserts a completion as it is. What it would act on there (`$(…)`, for one) is not offered.
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]*")
_PATIENCE = 2.0  # seconds
_EXECUTIONS = 50


def workflow_names(context: click.Context, _: click.Parameter, start: str) -> list[str]:
    """Complete the name of a workflow."""
    return list(_offered(_workflows(context), start))


def execution_ids(context: click.Context, _: click.Parameter, start: str) -> list[str]:
    """Complete the id of an execution, the newest first."""
    return list(_offered(_executions(context), start))


def states(_: click.Context, __: click.Parameter, start: str) -> list[str]:
    """Complete the status of an execution."""
    from .._generated.models import ExecutionState

    return [state for state in ExecutionState if state.startswith(start)]


def _offered(names: Iterator[str], start: str) -> Iterator[str]:
    try:
        yield from (name for name in names if name.startswith(start) and _SAFE.fullmatch(name))
    except DuctapeError:
        return  # an error has no place in the middle of a command line: there are no names to offer


def _workflows(context: click.Context) -> Iterator[str]:
    with completing_client(context, timeout=_PATIENCE, retry_attempts=0) as ductape:
        yield from (definition.name for definition in ductape.workflows.definitions())


def _executions(context: click.Context) -> Iterator[str]:
    with completing_client(context, timeout=_PATIENCE, retry_attempts=0) as ductape:
        yield from (
            execution.execution_id for execution in ductape.workflows.list(limit=_EXECUTIONS).executions
        )


@click.command(
    "completion",
    cls=Command,
    short_help="Print the script for completion in a shell.",
    examples=(
        "# bash, in ~/.bashrc",
        'eval "$(ductape-sync completion bash)"',
        "# zsh, in ~/.zshrc, after compinit",
        'eval "$(ductape-sync completion zsh)"',
        "# fish",
        "ductape-sync completion fish > ~/.config/fish/completions/ductape-sync.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that makes a shell complete commands, options, workflows and executions."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - for the type checker: the choices are classes that click has
    context = click.get_current_context()
    click.echo(kind(context.find_root().command, {}, PROGRAM, COMPLETE_VARIABLE).source())
