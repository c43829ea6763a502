"""What Temporal says of a workflow, as the contract's ``ExecutionSummary``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from temporalio.api.enums.v1 import WorkflowExecutionStatus

from . import memo
from .history import to_text
from .payloads import decode

if TYPE_CHECKING:
    from temporalio.api.workflow.v1 import WorkflowExecutionInfo

STARTED_AT: Final = "TemporalScheduledStartTime"
"""The search attribute with the start of an execution's first run, in its later runs.

One of Temporal's own, which every cluster has, and a workflow may set. It makes the chain of runs that
is one execution keep its place in a list: the start of a run does not, as each has its own.
"""

_STATUS = {
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED: "completed",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED: "failed",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED: "failed",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT: "failed",
    WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED: "cancelled",
}
"""Any other status is that of an execution that goes on."""


def state(info: WorkflowExecutionInfo) -> str:
    """Where an execution is, as the contract's ``ExecutionState``."""
    return _STATUS.get(info.status, "running")


def started_at(info: WorkflowExecutionInfo) -> str:
    """When an execution's first run started, as RFC 3339 in UTC, to the millisecond.

    Not more exactly, for Temporal does not compare search attributes more exactly than that.
    """
    attribute = info.search_attributes.indexed_fields.get(STARTED_AT)
    value = decode(attribute) if attribute is not None else None
    if isinstance(value, str):
        return datetime.fromisoformat(value).isoformat(timespec="milliseconds")
    return to_text(info.start_time, "milliseconds")


def summary(info: WorkflowExecutionInfo) -> dict[str, Any]:
    """An execution as lists show it."""
    status = state(info)
    metadata = memo.read(info.memo).get(memo.METADATA)
    return {
        "executionId": info.execution.workflow_id,
        "workflow": info.type.name,
        "status": status,
        "startedAt": started_at(info),
        "completedAt": to_text(info.close_time, "milliseconds") if status != "running" else None,
        "metadata": metadata if isinstance(metadata, dict) else {},
    }
