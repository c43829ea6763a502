"""What people see of executions, their events and workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..display.events import details
from ..display.text import elapsed, json_text, moment
from .output import styled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.text import Text

    from .._generated.models import ExecutionStatus, ExecutionSummary, WorkflowDefinition, WorkflowEvent

_STATUS_STYLES = {"running": "cyan", "completed": "green", "failed": "red", "cancelled": "yellow"}
_EVENT_STYLES = {**_STATUS_STYLES, "step_failed": "red", "retrying": "yellow", "cancel_requested": "yellow",
                 "signal_received": "magenta"}  # fmt: skip
_EVENT_WIDTH = len("cancel requested")

EXECUTION_HEADINGS = ("ID", "WORKFLOW", "STATUS", "STARTED", "TOOK")
WORKFLOW_HEADINGS = ("NAME", "SIGNALS", "DESCRIPTION")


def execution_row(execution: ExecutionSummary) -> tuple[Text, ...]:
    """Return the cells of an execution in a table."""
    return (
        styled(execution.execution_id),
        styled(execution.workflow),
        _status(execution.status),
        styled(moment(execution.started_at)),
        styled(elapsed(execution.started_at, execution.completed_at)),
    )


def workflow_row(workflow: WorkflowDefinition) -> tuple[Text, ...]:
    """Return the cells of a workflow in a table; the first line of its description stands for all."""
    description = (workflow.description or "").strip().partition("\n")[0]
    return (
        styled(workflow.name, "bold"),
        styled(", ".join(signal.name for signal in workflow.signals)),
        styled(description),
    )


def status_fields(status: ExecutionStatus) -> Iterator[tuple[str, Text]]:
    """Yield what there is to say of an execution, by name."""
    yield "id", styled(status.execution_id, "bold")
    yield "workflow", styled(status.workflow)
    yield "status", _status(status.status)
    yield "started", styled(moment(status.started_at))
    yield "took", styled(elapsed(status.started_at, status.completed_at))
    if status.current_step is not None:
        number = status.current_step_attempt or 1
        yield "step", styled(status.current_step + (f", try {number}" if number > 1 else ""))
    if status.current_step_error is not None:
        yield "last error", styled(status.current_step_error, "yellow")
    if status.attempt > 1:
        yield "attempt", styled(str(status.attempt))
    for name, value in status.metadata.items():
        yield "metadata", styled(f"{name}={value if isinstance(value, str) else json_text(value)}")
    if status.input is not None:
        yield "input", styled(json_text(status.input))
    if status.status == "completed":
        yield "result", styled(json_text(status.result))
    if status.failure is not None and status.failure.step is not None:
        yield "failed at", styled(f"{status.failure.step}{_tries(status.failure.attempts or 1)}")
    if status.error is not None:
        yield "error", styled(status.error, _STATUS_STYLES.get(status.status, ""))


def event_line(event: WorkflowEvent) -> Text:
    """Say when, what and its details, in columns that are the same for every event."""
    from rich.text import Text

    return Text.assemble(
        styled(moment(event.timestamp, "milliseconds"), "dim"),
        styled(f"  {event.type.replace('_', ' '):<{_EVENT_WIDTH}}  ", _EVENT_STYLES.get(event.type, "")),
        Text(details(event)),
    )


def _status(status: str) -> Text:
    return styled(status, _STATUS_STYLES.get(status, ""))


def _tries(attempts: int) -> str:
    return f" after {attempts} attempts" if attempts > 1 else ""
