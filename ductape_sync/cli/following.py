"""The commands that tell how an execution is, and how it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .group import Command
from .inputs import duration
from .options import id_argument, json_option, uses_client

if TYPE_CHECKING:
    from ..client import Ductape
    from .failures import ExitCode


@click.command(
    "status",
    cls=Command,
    examples=("ductape-sync status order-123", "ductape-sync status order-123 --json | jq .result"),
)
@id_argument
@json_option
@uses_client
def status_command(ductape: Ductape, *, execution_id: str, as_json: bool) -> None:
    """Show how an execution is now."""
    from . import output, views

    status = ductape.workflows.get_status(execution_id)
    if as_json:
        output.write_json(status.to_dict())
    else:
        output.write_fields(views.status_fields(status))


@click.command(
    "wait",
    cls=Command,
    shows_exit_codes=True,
    examples=(
        "ductape-sync wait order-123",
        "ductape-sync wait order-123 --timeout 10m > result.json",
    ),
)
@id_argument
@click.option(
    "--timeout",
    type=duration,
    metavar="DURATION",
    help="How long to wait: 30, 30s, 5m, 2h; without it, as long as it takes.",
)
@json_option
@uses_client
def wait_command(ductape: Ductape, *, execution_id: str, timeout: float | None, as_json: bool) -> ExitCode:
    """Wait until an execution has ended, and write its result.

    The exit code says how it ended. With --json the whole status is written, however it ended.
    """
    from . import waiting

    # A server that cannot be reached is an error now; once the wait has begun, it is survived.
    execution = ductape.workflows.get(execution_id).refresh()
    return waiting.wait(execution, timeout=timeout, as_json=as_json)


@click.command(
    "watch",
    cls=Command,
    short_help="Write the events of an execution, live until it ends.",
    shows_exit_codes=True,
    examples=("ductape-sync watch order-123", "ductape-sync watch order-123 --json | jq .type"),
)
@id_argument
@click.option("--after", metavar="EVENT", help="Only events after the one with this id.")
@json_option
@uses_client
def watch_command(ductape: Ductape, *, execution_id: str, after: str | None, as_json: bool) -> ExitCode:
    """Write the events of an execution: those so far, then live until it ends.

    The exit code says how it ended. With --json each event is one line.
    """
    from . import waiting

    return waiting.follow(ductape.workflows.get(execution_id), after=after, as_json=as_json)


@click.command(
    "history",
    cls=Command,
    examples=(
        "ductape-sync history order-123",
        "ductape-sync history order-123 --json | jq '.events[].type'",
    ),
)
@id_argument
@json_option
@uses_client
def history_command(ductape: Ductape, *, execution_id: str, as_json: bool) -> None:
    """Write what happened in an execution so far."""
    from . import output, views

    history = ductape.workflows.get_history(execution_id)
    if as_json:
        output.write_json(history.to_dict())
    else:
        for event in history.events:
            output.write_line(views.event_line(event))
