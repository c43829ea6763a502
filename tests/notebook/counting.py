"""A workflow that does not declare its steps."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def count(name: str) -> int:
    return len(name)


@workflow.defn(name="counting")
class Counting:
    @workflow.run
    async def run(self) -> int:
        total = 0
        for name in ("one", "two", "three"):
            total += await workflow.execute_activity(
                count, name, summary=f"Counting {name}", start_to_close_timeout=timedelta(minutes=1)
            )
        return total
