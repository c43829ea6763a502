"""The commands that send something to a running execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .failures import say
from .group import Command
from .inputs import json_value
from .names import files_after_at, signal_names
from .options import id_argument, json_option, uses_client

if TYPE_CHECKING:
    from ..client import Ductape


@click.command(
    "signal",
    cls=Command,
    examples=(
        """ductape-sync signal req-123 approve --data '{"approvedBy": "user-456"}'""",
        "ductape-sync signal req-123 approve --data @approval.json",
    ),
)
@id_argument
@click.argument("signal", shell_complete=signal_names)
@click.option(
    "-d",
    "--data",
    type=json_value,
    metavar="JSON|@FILE|-",
    shell_complete=files_after_at,
    help="What comes with the signal: JSON, a file of it, or - for standard input.",
)
@click.option(
    "--idempotency-key",
    metavar="KEY",
    help="Makes it safe to run this command again: the same key signals once.",
)
@json_option
@uses_client
def signal_command(
    ductape: Ductape, *, execution_id: str, signal: str, data: Any, idempotency_key: str | None, as_json: bool
) -> None:
    """Send a signal to a running execution."""
    ductape.workflows.signal(execution_id, signal, data, idempotency_key=idempotency_key)
    if not as_json:
        say(f"{signal} was sent to {execution_id}")


@click.command(
    "cancel",
    cls=Command,
    examples=(
        "ductape-sync cancel order-123 --reason 'ordered twice'",
        "ductape-sync cancel order-123 && ductape-sync wait order-123",
    ),
)
@id_argument
@click.option("-r", "--reason", metavar="TEXT", help="Why, for the history.")
@json_option
@uses_client
def cancel_command(ductape: Ductape, *, execution_id: str, reason: str | None, as_json: bool) -> None:
    """Ask a running execution to end. It may clean up first."""
    ductape.workflows.cancel(execution_id, reason)
    if not as_json:
        say(f"{execution_id} was asked to end")
