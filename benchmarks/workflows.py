"""What the benchmarks execute: as little as an execution can be, and one that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import activity, workflow


@activity.defn
def double(number: int) -> int:
    return 2 * number


@workflow.defn(name="double")
class Double:
    """One step."""

    @workflow.run
    async def run(self, number: int) -> int:
        return await workflow.execute_activity(double, number, start_to_close_timeout=timedelta(minutes=1))


@workflow.defn(name="until-told")
class UntilTold:
    """Waits for a signal."""

    def __init__(self) -> None:
        self._told = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._told)

    @workflow.signal
    def end(self, _data: Any) -> None:
        self._told = True

    @workflow.signal
    def note(self, _data: Any) -> None:
        """Do nothing but make an event."""
