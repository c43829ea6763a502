"""The commands that work with executions, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import output
from .completion import execution_ids, states, workflow_names
from .connection import uses_client
from .failures import ExitCode, say
from .group import Command
from .inputs import duration, json_value, pair
from .views import (
    EXECUTION_HEADINGS,
    WORKFLOW_HEADINGS,
    event_line,
    execution_row,
    status_fields,
    workflow_row,
)
from .waiting import follow, wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .._generated.models import ExecutionSummary
    from ..client import Ductape
    from ..execution import Execution

_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
_id = click.argument("execution_id", metavar="ID", shell_complete=execution_ids)


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
    help="What the workflow is given: JSON, a file of it, or - for standard input.",
)
@click.option("-w", "--wait", "waits", is_flag=True, help="Wait for the end, and write the result.")
@click.option("-f", "--follow", "follows", is_flag=True, help="Write events as they happen, until the end.")
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
@_json
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
        return follow(execution, as_json=as_json)
    if waits:
        return wait(execution, as_json=as_json)
    if as_json:
        output.write_json(_summary(execution))
    else:
        click.echo(execution.execution_id)
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


@click.command(
    "status",
    cls=Command,
    examples=("ductape-sync status order-123", "ductape-sync status order-123 --json | jq .result"),
)
@_id
@_json
@uses_client
def status_command(ductape: Ductape, *, execution_id: str, as_json: bool) -> None:
    """Show how an execution is now."""
    status = ductape.workflows.get_status(execution_id)
    if as_json:
        output.write_json(status.to_dict())
    else:
        output.write_fields(status_fields(status))


@click.command(
    "wait",
    cls=Command,
    shows_exit_codes=True,
    examples=(
        "ductape-sync wait order-123",
        "ductape-sync wait order-123 --timeout 10m > result.json",
    ),
)
@_id
@click.option(
    "--timeout",
    type=duration,
    metavar="DURATION",
    help="How long to wait: 30, 30s, 5m, 2h; without it, as long as it takes.",
)
@_json
@uses_client
def wait_command(ductape: Ductape, *, execution_id: str, timeout: float | None, as_json: bool) -> ExitCode:
    """Wait until an execution has ended, and write its result.

    The exit code says how it ended. With --json the whole status is written, however it ended.
    """
    # A server that cannot be reached is an error now; once the wait has begun, it is survived.
    execution = ductape.workflows.get(execution_id).refresh()
    return wait(execution, timeout=timeout, as_json=as_json)


@click.command(
    "watch",
    cls=Command,
    short_help="Write the events of an execution, live until it ends.",
    shows_exit_codes=True,
    examples=("ductape-sync watch order-123", "ductape-sync watch order-123 --json | jq .type"),
)
@_id
@click.option("--after", metavar="EVENT", help="Only events after the one with this id.")
@_json
@uses_client
def watch_command(ductape: Ductape, *, execution_id: str, after: str | None, as_json: bool) -> ExitCode:
    """Write the events of an execution: those so far, then live until it ends.

    The exit code says how it ended. With --json each event is one line.
    """
    return follow(ductape.workflows.get(execution_id), after=after, as_json=as_json)


@click.command(
    "history",
    cls=Command,
    examples=(
        "ductape-sync history order-123",
        "ductape-sync history order-123 --json | jq '.events[].type'",
    ),
)
@_id
@_json
@uses_client
def history_command(ductape: Ductape, *, execution_id: str, as_json: bool) -> None:
    """Write what happened in an execution so far."""
    history = ductape.workflows.get_history(execution_id)
    if as_json:
        output.write_json(history.to_dict())
    else:
        for event in history.events:
            output.write_line(event_line(event))


@click.command(
    "signal",
    cls=Command,
    examples=(
        """ductape-sync signal req-123 approve --data '{"approvedBy": "user-456"}'""",
        "ductape-sync signal req-123 approve --data @approval.json",
    ),
)
@_id
@click.argument("signal")
@click.option(
    "-d",
    "--data",
    type=json_value,
    metavar="JSON|@FILE|-",
    help="What comes with the signal: JSON, a file of it, or - for standard input.",
)
@click.option(
    "--idempotency-key",
    metavar="KEY",
    help="Makes it safe to run this command again: the same key signals once.",
)
@_json
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
@_id
@click.option("-r", "--reason", metavar="TEXT", help="Why, for the history.")
@_json
@uses_client
def cancel_command(ductape: Ductape, *, execution_id: str, reason: str | None, as_json: bool) -> None:
    """Ask a running execution to end. It may clean up first."""
    ductape.workflows.cancel(execution_id, reason)
    if not as_json:
        say(f"{execution_id} was asked to end")


@click.command(
    "list",
    cls=Command,
    examples=(
        "ductape-sync list --status running",
        "ductape-sync list --workflow process-order --limit 100",
        "ductape-sync list --all --json | jq -r .executionId",
    ),
)
@click.option(
    "--workflow", metavar="NAME", shell_complete=workflow_names, help="Only executions of this workflow."
)
@click.option(
    "--status",
    metavar="STATUS",
    shell_complete=states,
    help="Only executions that are running, completed, failed or cancelled.",
)
@click.option("--limit", type=int, metavar="N", help="The most to show; 20 when absent.")
@click.option("--offset", type=int, metavar="N", help="How many to skip.")
@click.option("--all", "everything", is_flag=True, help="Show all; with --json each is one line.")
@_json
@uses_client
def list_command(
    ductape: Ductape,
    *,
    workflow: str | None,
    status: str | None,
    limit: int | None,
    offset: int | None,
    everything: bool,
    as_json: bool,
) -> None:
    """List executions, newest first."""
    part = {name: value for name, value in (("limit", limit), ("offset", offset)) if value is not None}
    if everything:
        if part:
            click.get_current_context().fail("--all shows all of them: leave --limit and --offset out")
        _write_all(ductape.workflows.iterate(workflow=workflow, status=status), as_json=as_json)
        return
    page = ductape.workflows.list(workflow=workflow, status=status, **part)
    if as_json:
        output.write_json(page.to_dict())
        return
    _write_executions(page.executions)
    if page.count > (offset or 0) + len(page.executions):
        say(f"{len(page.executions)} of {page.count}; see --limit, --offset and --all")


def _write_all(executions: Iterator[ExecutionSummary], *, as_json: bool) -> None:
    if not as_json:
        _write_executions(list(executions))
        return
    for execution in executions:
        output.write_json(execution.to_dict())


def _write_executions(executions: Sequence[ExecutionSummary]) -> None:
    if executions:
        output.write_table(EXECUTION_HEADINGS, map(execution_row, executions))
    else:
        say("there are no such executions")


@click.command(
    "workflows",
    cls=Command,
    examples=("ductape-sync workflows", "ductape-sync workflows --json | jq '.workflows[].inputSchema'"),
)
@_json
@uses_client
def workflows_command(ductape: Ductape, *, as_json: bool) -> None:
    """List the workflows that can be executed now.

    With --json also their steps and the JSON Schemas of what they take and return.
    """
    workflows = ductape.workflows.definitions()
    if as_json:
        output.write_json({"workflows": [workflow.to_dict() for workflow in workflows]})
    elif workflows:
        output.write_table(WORKFLOW_HEADINGS, map(workflow_row, workflows))
    else:
        say("no worker is running that serves workflows; 'ductape-sync worker' starts one")
