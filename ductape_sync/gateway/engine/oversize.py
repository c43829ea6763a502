"""Results that are larger than Temporal keeps: they fail the step or the workflow, once and for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, ExecuteWorkflowInput

from .payloads import MAX_BYTES
from .retries import ExecutionInbound

if TYPE_CHECKING:
    from temporalio.converter import DataConverter, PayloadConverter


def is_known(converter: DataConverter) -> bool:
    """Whether a result is kept as large as it is, neither compressed nor elsewhere."""
    return converter.payload_codec is None and getattr(converter, "external_storage", None) is None


def check(converter: PayloadConverter, result: Any) -> None:
    """See that a result is one that Temporal keeps.

    Raises:
        ApplicationError: it is too large, and would be so again.
    """
    size = sum(len(payload.data) for payload in converter.to_payloads([result]))
    if size > MAX_BYTES:
        raise ApplicationError(
            f"The result is {size:,} bytes, and at most {MAX_BYTES:,} are kept with an execution. Store the "
            "data elsewhere and return a reference to it.",
            type="ResultTooLarge",
            non_retryable=True,
        )


class ResultInbound(ActivityInboundInterceptor):
    """Fails a step whose result is too large.

    Its worker would not get the result to Temporal, so that the step would be taken to be lost and be
    done again and again.
    """

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """Run the step."""
        result = await self.next.execute_activity(input)
        check(activity.payload_converter(), result)
        return result


class SizedExecutionInbound(ExecutionInbound):
    """Fails a workflow whose result is too large, with a reason; Temporal would end it with riddles."""

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        """Run the workflow."""
        result = await super().execute_workflow(input)
        check(workflow.payload_converter(), result)
        return result
