"""Workflows of a shop: their steps write down what they do, and wait until they are told to go on."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

STEPS = ("Reserving", "Charging", "Shipping")
GATED = "Charging"
OPTIONS: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=5)}


@activity.defn
def carry_out(folder: str, order: str, step: str) -> None:
    """Write one line for this attempt; the second step waits for a file."""
    with Path(folder, "steps").open("a") as file:
        file.write(f"{order} {step} {activity.info().attempt}\n")
    while step == GATED and not Path(folder, "go").exists():
        time.sleep(0.02)


@activity.defn
async def fail(message: str) -> None:
    raise ApplicationError(message, non_retryable=True)


@workflow.defn(name="order")
class Order:
    """Process an order in three steps."""

    __steps__ = STEPS

    @workflow.run
    async def run(self, order: dict[str, str]) -> str:
        for step in STEPS:
            await workflow.execute_activity(
                carry_out, args=[order["folder"], order["id"], step], summary=step, **OPTIONS
            )
        return order["id"]


@workflow.defn(name="waiting")
class Waiting:
    """Waits until it is told to end."""

    def __init__(self) -> None:
        self._told: list[Any] = []

    @workflow.signal
    def end(self, data: Any) -> None:
        """End it."""
        self._told.append(data)

    @workflow.run
    async def run(self, value: Any) -> Any:
        await workflow.wait_condition(lambda: bool(self._told))
        return self._told[0]


@workflow.defn(name="failing")
class Failing:
    """Fails at once, with the message and in the step that it is given."""

    @workflow.run
    async def run(self, message: str) -> None:
        await workflow.execute_activity(fail, message, summary=message, **OPTIONS)
