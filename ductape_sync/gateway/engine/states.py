"""An execution whole: what Temporal describes, and what only its history knows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.service import WorkflowService

from ..endings import cancelled_because
from . import failures, memo
from .connection import Missing
from .failures import Step
from .history import TIMED_OUT, step_name, termination
from .payloads import decode_all
from .summaries import summary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from temporalio.api.history.v1 import HistoryEvent
    from temporalio.api.workflow.v1 import WorkflowExecutionInfo
    from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse

    from .connection import Connection
    from .reading import Reader


class States:
    """Reads executions whole."""

    def __init__(self, connection: Connection, reader: Reader) -> None:
        self._connection = connection
        self._reader = reader

    async def read(self, namespace: str, found: DescribeWorkflowExecutionResponse) -> dict[str, Any]:
        """An execution, as the contract's ``ExecutionStatus``.

        Args:
            namespace: the namespace that it is in.
            found: how Temporal described it just now.

        Raises:
            Missing: it is not kept any more.
        """
        info = found.workflow_execution_info
        status = summary(info) | {
            "result": None,
            "error": None,
            "failure": None,
            "currentStep": None,
            "currentStepAttempt": None,
            "currentStepError": None,
            "attempt": memo.read(info.memo).get(memo.ATTEMPT, 1),
        }
        more: dict[str, Any]
        input, more = await asyncio.gather(
            self._input(namespace, info),
            self._progress(namespace, found)
            if status["status"] == "running"
            else self._outcome(namespace, info, status["status"]),
        )
        return status | {"input": input} | more

    async def _progress(self, namespace: str, found: DescribeWorkflowExecutionResponse) -> dict[str, Any]:
        """What there is to say of an execution that goes on: the step that was begun last and is not done."""
        pending = {activity.activity_id: activity for activity in found.pending_activities}
        if pending:
            async for event in self._backwards(namespace, found.workflow_execution_info):
                scheduled = event.activity_task_scheduled_event_attributes
                current = pending.get(scheduled.activity_id)  # that is empty in events of any other type
                if current is not None:
                    failed = current.HasField("last_failure")
                    return {
                        "currentStep": step_name(event),
                        "currentStepAttempt": max(1, current.attempt),
                        "currentStepError": failures.error_of(current.last_failure) if failed else None,
                    }
        return {}

    async def _outcome(self, namespace: str, info: WorkflowExecutionInfo, status: str) -> dict[str, Any]:
        """What there is to say of an execution that has ended."""
        last = await self._reader.last_event(namespace, info.execution.workflow_id, info.execution.run_id)
        if last is None:
            raise Missing
        if status == "completed":
            return {"result": decode_all(last.workflow_execution_completed_event_attributes.result)}
        if status == "cancelled":
            return {"error": cancelled_because(await self._reason(namespace, info))}
        failure = await self._failure(namespace, info, last)
        return {"error": failure["message"], "failure": failure}

    async def _input(self, namespace: str, info: WorkflowExecutionInfo) -> Any:
        """What the first run was given, or when it is not kept any more the last."""
        workflow_id, last = info.execution.workflow_id, info.execution.run_id
        try:
            page = await self._reader.page(namespace, workflow_id, info.first_run_id or last, size=1)
        except Missing:
            page = await self._reader.page(namespace, workflow_id, last, size=1)
        return decode_all(page.history.events[0].workflow_execution_started_event_attributes.input)

    async def _reason(self, namespace: str, info: WorkflowExecutionInfo) -> str:
        async for event in self._backwards(namespace, info):
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
                return event.workflow_execution_cancel_requested_event_attributes.cause
        return ""

    async def _failure(
        self, namespace: str, info: WorkflowExecutionInfo, last: HistoryEvent
    ) -> dict[str, Any]:
        match last.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
                return TIMED_OUT
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
                return termination(last)
        failure = last.workflow_execution_failed_event_attributes.failure
        scheduled = failures.scheduled_by(failure)
        steps = {} if scheduled is None else {scheduled: await self._step(namespace, info, scheduled)}
        return failures.describe(failure, steps)

    async def _step(self, namespace: str, info: WorkflowExecutionInfo, scheduled: int) -> Step:
        """A step that failed, by the id of the event that scheduled it."""
        attempts = 1
        async for event in self._backwards(namespace, info):
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                begun = event.activity_task_started_event_attributes
                if begun.scheduled_event_id == scheduled:
                    attempts = max(1, begun.attempt)
            elif event.event_id == scheduled:
                return Step(step_name(event), attempts)
        return Step("unknown", attempts)

    async def _backwards(self, namespace: str, info: WorkflowExecutionInfo) -> AsyncIterator[HistoryEvent]:
        """The events of an execution's last run, the latest first: what is looked for is near the end."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=namespace,
            execution=WorkflowExecution(workflow_id=info.execution.workflow_id, run_id=info.execution.run_id),
            maximum_page_size=100,
        )
        while True:
            page = await self._connection.call(
                WorkflowService.get_workflow_execution_history_reverse, request
            )
            for event in page.history.events:
                yield event
            if not page.next_page_token:
                return
            request.next_page_token = page.next_page_token
