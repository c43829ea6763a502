"""Results of steps that are larger than Temporal keeps: they fail the step, once and for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from .payloads import MAX_BYTES

if TYPE_CHECKING:
    from temporalio.converter import DataConverter


def is_known(converter: DataConverter) -> bool:
    """Whether a result is kept as large as it is, neither compressed nor elsewhere."""
    return converter.payload_codec is None and getattr(converter, "external_storage", None) is None


class ResultInbound(ActivityInboundInterceptor):
    """Fails a step whose result is too large.

    Its worker would not get the result to Temporal, so that the step would be taken to be lost and be
    done again and again.
    """

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """Run the step."""
        result = await self.next.execute_activity(input)
        size = sum(len(payload.data) for payload in activity.payload_converter().to_payloads([result]))
        if size > MAX_BYTES:
            raise ApplicationError(
                f"The result is {size:,} bytes, and at most {MAX_BYTES:,} are kept with an execution. Store "
                "the data elsewhere and return a reference to it.",
                type="ResultTooLarge",
                non_retryable=True,
            )
        return result
