"""Workflows for the commands that serve."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow

OPTIONS: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=5)}


@activity.defn
async def repeat(value: Any) -> Any:
    return value


@activity.defn
def never_end(path: str) -> None:
    """A step that nothing can interrupt."""
    Path(path).touch()
    while True:
        try:
            time.sleep(1)
        except BaseException:  # noqa: BLE001 - that is what is meant by nothing
            continue


@activity.defn
async def block_the_loop(path: str) -> None:
    """A step that blocks its loop, as beginners write it, for as long as the file is there."""
    Path(path).touch()
    while Path(path).exists():
        time.sleep(0.01)


@workflow.defn(name="echo")
class Echo:
    """Returns what it is given."""

    @workflow.run
    async def run(self, value: Any) -> Any:
        return await workflow.execute_activity(repeat, value, **OPTIONS)


@workflow.defn(name="waiting")
class Waiting:
    """Waits until it is told to end."""

    def __init__(self) -> None:
        self._told = False

    @workflow.signal
    def end(self) -> None:
        self._told = True

    @workflow.run
    async def run(self, value: Any) -> None:
        await workflow.wait_condition(lambda: self._told)


@workflow.defn(name="stubborn")
class Stubborn:
    """Has a step that never ends."""

    @workflow.run
    async def run(self, path: str) -> None:
        await workflow.execute_activity(never_end, path, **OPTIONS)


@workflow.defn(name="blocking")
class Blocking:
    """Has a step that blocks its loop."""

    @workflow.run
    async def run(self, path: str) -> None:
        await workflow.execute_activity(block_the_loop, path, **OPTIONS)


@workflow.defn(name="failing")
class Failing:
    """Fails, each time it is tried."""

    @workflow.run
    async def run(self, value: Any) -> None:
        raise ValueError("no,\nnever")
