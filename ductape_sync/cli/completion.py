"""Completion: the scripts for shells, and the answers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .failures import COMPLETE_VARIABLE, PROGRAM
from .group import Command

if TYPE_CHECKING:
    from click.shell_completion import ShellComplete


def complete(group: click.Group, instruction: str) -> int:
    """Answer a shell that asks what can follow; return the exit code."""
    from click.shell_completion import shell_complete

    shell, _, _ = instruction.partition("_")
    _class(shell)
    return shell_complete(group, {}, PROGRAM, COMPLETE_VARIABLE, instruction)


def _class(shell: str) -> type[ShellComplete] | None:
    """What speaks with a shell."""
    from click.shell_completion import add_completion_class, get_completion_class

    from .shells import Bash, Fish, Zsh

    for kind in (Bash, Fish, Zsh):
        add_completion_class(kind)
    return get_completion_class(shell)


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
    from .output import write_text

    kind = _class(shell)
    assert kind is not None  # noqa: S101 - for the type checker: the choices are classes that click has
    context = click.get_current_context()
    write_text(kind(context.find_root().command, {}, PROGRAM, COMPLETE_VARIABLE).source())
