"""Workflows for the dashboard's tests: they go on when they are told to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

MARKUP = "<img src=x onerror=alert(1)>"


class Glaze(StrEnum):
    PLAIN = "plain"
    SUGAR = "sugar"


@dataclass
class Oven:
    degrees: int
    fan: bool = False


@dataclass
class Cake:
    name: str
    layers: int = 1
    weight: float | None = None
    glaze: Glaze = Glaze.PLAIN
    vegan: bool = False
    oven: Oven | None = None
    candles: list[str] = field(default_factory=list)


@activity.defn
async def work(result: Any) -> Any:
    return result


@activity.defn
async def fail_until(attempt: int) -> str:
    if activity.info().attempt < attempt:
        raise ValueError(f"the oven is cold, {MARKUP}")
    return "warm"


async def step(name: str, function: Any, argument: Any, attempts: int = 1) -> Any:
    return await workflow.execute_activity(
        function,
        argument,
        summary=name,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(maximum_attempts=attempts, initial_interval=timedelta(milliseconds=10)),
    )


@workflow.defn(name="bake")
class Bake:
    """Bake a cake in three steps, each of them when `go` comes; `stop` makes it fail."""

    __steps__ = ("Mixing", "Baking", "Icing")

    def __init__(self) -> None:
        self.gone = 0
        self.stopped = False

    @workflow.run
    async def run(self, cake: Cake) -> dict[str, Any]:
        for done, name in enumerate(self.__steps__):
            await workflow.wait_condition(lambda done=done: self.gone > done or self.stopped)
            if self.stopped:
                await step(name, fail_until, 99, attempts=3)
            await step(name, work, {"layers": cake.layers})
        return {"cake": cake.name, "pieces": 12345678901234567890}

    @workflow.signal
    def go(self, data: dict[str, Any] | None) -> None:
        """Do the next step."""
        self.gone += 1

    @workflow.signal
    def stop(self, data: dict[str, Any] | None) -> None:
        """Fail at the next step."""
        self.stopped = True


@workflow.defn(name="rise")
class Rise:
    """A step that needs three attempts, a wait, two steps at once."""

    @workflow.run
    async def run(self) -> None:
        await step("Heating", fail_until, 3, attempts=3)
        await workflow.sleep(1.2)
        await asyncio.gather(step("Left", work, None), step("Right", work, None))


@workflow.defn(name="burn")
class Burn:
    """Fails in every run."""

    @workflow.run
    async def run(self) -> None:
        await step("Burning", fail_until, 99)


@workflow.defn(name=MARKUP)
class Markup:
    """<script>alert(2)</script>"""

    @workflow.run
    async def run(self, data: Any) -> Any:
        await step(MARKUP, work, MARKUP)
        await workflow.wait_condition(lambda: False)
        return data

    @workflow.signal(name=MARKUP)
    def markup(self, data: Any) -> None:
        """<svg onload=alert(3)>"""


@workflow.defn(name="nothing")
class Nothing:
    """Completes at once."""

    @workflow.run
    async def run(self, data: Any = None) -> Any:
        return data
