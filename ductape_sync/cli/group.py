"""The command's group, whose subcommands are loaded one by one.

A subcommand's module is imported when it is called, and imports what it needs when it runs, so that
`--version` and `--help` answer at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from .failures import MEANINGS, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "execute": ("starting", "Start an execution of a workflow, and write its id."),
    "status": ("following", "Show how an execution is now."),
    "wait": ("following", "Wait until an execution has ended, and write its result."),
    "watch": ("following", "Write the events of an execution, live until it ends."),
    "history": ("following", "Write what happened in an execution so far."),
    "signal": ("sending", "Send a signal to a running execution."),
    "cancel": ("sending", "Ask a running execution to end."),
    "list": ("listing", "List executions, newest first."),
    "workflows": ("listing", "List the workflows that can be executed now."),
    "dev": ("servers", "Run everything on this machine: Temporal, a worker, the server."),
    "serve": ("servers", "Run the server in front of an existing Temporal."),
    "worker": ("servers", "Run workflows for an existing Temporal."),
    "key": ("servers", "Make an access key."),
    "completion": ("completion", "Print the script for completion in a shell."),
}
"""The module of each command, which holds it as `<name>_command`, and its short help, so that listing the
commands loads none. In the order that help lists them."""

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Command(click.Command):
    """A command whose help ends with examples, and with the exit codes where scripts go by them."""

    def __init__(
        self, *args: Any, examples: Sequence[str] = (), shows_exit_codes: bool = False, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self.examples = examples
        self.shows_exit_codes = shows_exit_codes

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit codes."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
        if self.shows_exit_codes:
            format_exit_codes(formatter)


class Group(click.Group):
    """The commands, each loaded on its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, as help lists them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load a command."""
        if cmd_name not in _COMMANDS:
            return None
        home, _ = _COMMANDS[cmd_name]
        module = importlib.import_module(f".{home}", __package__)
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that a command line calls, or say which one may have been meant."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            import difflib

            close = difflib.get_close_matches(name, _COMMANDS, 1)
            ctx.fail(f"there is no command {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the exit codes."""
        format_exit_codes(formatter)


def format_exit_codes(formatter: click.HelpFormatter) -> None:
    """Write the exit codes and what they mean."""
    with formatter.section("Exit codes"):
        formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])


@click.group(cls=Group, context_settings=_CONTEXT, invoke_without_command=True)
@click.version_option(
    __version__, prog_name=PROGRAM, message="%(prog)s %(version)s", help="Show the version and exit."
)
@click.pass_context
def group(context: click.Context) -> None:
    """Start Ductape workflows and work with their executions; run the server for them.

    Where the server is and who calls is told by the variables DUCTAPE_BASE_URL, DUCTAPE_ACCESS_KEY,
    DUCTAPE_PRODUCT and DUCTAPE_ENV, or by options of each command.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
