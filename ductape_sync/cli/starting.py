"""The command that starts an execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .failures import ExitCode, say
from .group import Command
from .inputs import duration, json_value, pair
from .names import files_after_at, workflow_names
from .options import json_option, uses_client

if TYPE_CHECKING:
    from ..client import Ductape
    from ..execution import Execution


@click.command(
    "execute",
    cls=Command,
    shows_exit_codes=True,
    examples=(
        """ductape-sync execute process-order --input '{"orderId": "order-123"}'""",
        "ductape-sync execute process-order --input @order.json --wait",
        "jq .order today.json | ductape-sync execute process-order --input - --follow",
        "ductape-sync execute send-report --timeout 5m --retries 3 --metadata source=cron",
    ),
)
@click.argument("workflow", shell_complete=workflow_names)
@click.option(
    "-i",
    "--input",
    type=json_value,
    metavar="JSON|@FILE|-",
    shell_complete=files_after_at,
    help="What the workflow is given: JSON, a file of it, or - for standard input.",
)
@click.option("-w", "--wait", "waits", is_flag=True, help="Wait for the end, and write the result.")
@click.option(
    "-f", "--follow", "follows", is_flag=True, help="Write events as they happen, to the end; waits, too."
)
@click.option(
    "--timeout",
    type=duration,
    metavar="DURATION",
    help="How long the execution may take: 30, 30s, 5m, 2h. It fails when it takes longer.",
)
@click.option("--retries", type=int, metavar="N", help="How often to run it again when it fails.")
@click.option(
    "-m",
    "--metadata",
    type=pair,
    multiple=True,
    metavar="KEY=VALUE",
    help="A value of your own to keep with the execution; may be repeated.",
)
@click.option("--id", "execution_id", metavar="ID", help="The id that the execution shall have.")
@click.option(
    "--idempotency-key",
    metavar="KEY",
    help="Makes it safe to run this command again: the same key starts nothing twice.",
)
@json_option
@uses_client
def execute_command(
    ductape: Ductape,
    *,
    workflow: str,
    input: Any,
    waits: bool,
    follows: bool,
    timeout: float | None,
    retries: int | None,
    metadata: tuple[tuple[str, str], ...],
    execution_id: str | None,
    idempotency_key: str | None,
    as_json: bool,
) -> ExitCode:
    """Start an execution of a workflow, and write its id."""
    from . import output, waiting

    if timeout is not None and timeout < 0.001:
        raise click.BadParameter(
            "an execution needs time; leave it out for one without a limit", param_hint="--timeout"
        )
    execution = ductape.workflows.execute(
        workflow,
        input,
        timeout=timeout,
        retries=retries,
        metadata=dict(metadata) or None,
        execution_id=execution_id,
        idempotency_key=idempotency_key,
    )
    if not as_json:
        say(f"{workflow} {execution.execution_id} has started")
    if follows:
        return waiting.follow(execution, as_json=as_json)
    if waits:
        return waiting.wait(execution, as_json=as_json)
    if as_json:
        output.write_json(_summary(execution))
    else:
        output.write_text(execution.execution_id)
    return ExitCode.OK


def _summary(execution: Execution) -> dict[str, Any]:
    from .._generated.models import ExecutionSummary

    return ExecutionSummary(
        execution_id=execution.execution_id,
        workflow=execution.workflow,
        status=execution.status,
        started_at=execution.started_at,
        completed_at=execution.completed_at,
        metadata=dict(execution.metadata),
    ).to_dict()
