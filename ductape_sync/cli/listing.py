"""The commands that list executions and workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .failures import say
from .group import Command
from .names import states, workflow_names
from .options import json_option, uses_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .._generated.models import ExecutionSummary
    from ..client import Ductape


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
@json_option
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
    from . import output

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
    from . import output

    if not as_json:
        _write_executions(list(executions))
        return
    for execution in executions:
        output.write_json(execution.to_dict())


def _write_executions(executions: Sequence[ExecutionSummary]) -> None:
    from . import output, views

    if executions:
        output.write_table(views.EXECUTION_HEADINGS, map(views.execution_row, executions))
    else:
        say("there are no such executions")


@click.command(
    "workflows",
    cls=Command,
    examples=("ductape-sync workflows", "ductape-sync workflows --json | jq '.workflows[].inputSchema'"),
)
@json_option
@uses_client
def workflows_command(ductape: Ductape, *, as_json: bool) -> None:
    """List the workflows that can be executed now.

    With --json also their steps and the JSON Schemas of what they take and return.
    """
    from . import output, views

    workflows = ductape.workflows.definitions()
    if as_json:
        output.write_json({"workflows": [workflow.to_dict() for workflow in workflows]})
    elif workflows:
        output.write_table(views.WORKFLOW_HEADINGS, map(views.workflow_row, workflows))
    else:
        say("no worker is running that serves workflows; 'ductape-sync worker' starts one")
