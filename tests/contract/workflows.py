"""Workflows for a gateway that is asked all sorts of things."""

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow


@activity.defn
async def repeat(value: Any) -> Any:
    return value


@workflow.defn(name="echo")
class Echo:
    """Returns what it is given."""

    @workflow.run
    async def run(self, value: Any) -> Any:
        return await workflow.execute_activity(
            repeat, value, start_to_close_timeout=timedelta(seconds=10), summary="Repeating"
        )


@workflow.defn(name="approval")
class Approval:
    """Waits until somebody approves."""

    def __init__(self) -> None:
        self._approved: Any = None

    @workflow.signal
    def approve(self, data: Any = None) -> None:
        """Approve it."""
        self._approved = {"by": data}

    @workflow.run
    async def run(self, value: Any) -> Any:
        await workflow.wait_condition(lambda: self._approved is not None)
        return [value, self._approved]


@workflow.defn(name="failing")
class Failing:
    """Fails, always."""

    @workflow.run
    async def run(self, value: Any) -> None:
        raise ValueError(f"this never works: {value!r}")
