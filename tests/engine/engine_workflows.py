"""Workflows for the engine's tests: each shows one behaviour."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

QUICK = RetryPolicy(initial_interval=timedelta(milliseconds=10), maximum_attempts=3)
MINUTE = timedelta(minutes=1)


@activity.defn
def echo(value: Any) -> Any:
    return value


@activity.defn
async def fail_until(attempt: int) -> int:
    if activity.info().attempt < attempt:
        raise ValueError(f"attempt {activity.info().attempt}\nis too early")
    return activity.info().attempt


@activity.defn
def note(path: str, text: str) -> None:
    """Append a line to a file: what was done how often can be counted."""
    with Path(path).open("a") as file:
        file.write(f"{text} {os.getpid()}\n")


@activity.defn
def wait_for_file(path: str, begun: str) -> str:
    """Say that it began, and wait until a file is there."""
    with Path(begun).open("a") as file:
        file.write(f"{os.getpid()}\n")
    while not Path(path).exists():
        time.sleep(0.02)
    return Path(path).read_text()


@activity.defn
def read_pipe(path: str, begun: str) -> str:
    """Wait where no cancellation is noticed: in the operating system."""
    Path(begun).touch()
    return Path(path).read_text()


@activity.defn
def be_cancelled(begun: str, cancelled: str) -> None:
    """Loop without a heartbeat of its own, until the cancellation arrives."""
    Path(begun).touch()
    try:
        while True:
            time.sleep(0.02)
    finally:
        Path(cancelled).touch()


@activity.defn
async def progress(path: str) -> list[Any]:
    """Say in a heartbeat how far it is; fail at first, and go on from what it said."""
    if activity.info().attempt == 1:
        activity.heartbeat("half")
        await asyncio.sleep(1.5)  # heartbeats of the plugin come in between
        raise ValueError("not yet")
    return list(activity.info().heartbeat_details)


@dataclass
class Amount:
    """How much, of what."""

    value: int
    unit: str = "piece"


@workflow.defn(name="steps")
class Steps:
    """Two steps.

    The second has two lines.
    """

    __steps__ = ("First step", "fail_until")

    @workflow.run
    async def run(self, input: Any) -> dict[str, Any]:
        first = await workflow.execute_activity(
            echo, input, start_to_close_timeout=MINUTE, summary="First step"
        )
        second = await workflow.execute_activity(
            fail_until, 3, start_to_close_timeout=MINUTE, retry_policy=QUICK
        )
        return {"first": first, "second": second}


@workflow.defn(name="no-input")
class NoInput:
    @workflow.run
    async def run(self) -> str:
        return "nothing needed"


@workflow.defn(name="with-default")
class WithDefault:
    @workflow.run
    async def run(self, amount: int = 7) -> int:
        return amount


@workflow.defn(name="typed")
class Typed:
    @workflow.run
    async def run(self, amount: Amount) -> str:
        return f"{amount.value} {amount.unit}"


@workflow.defn(name="failing-step")
class FailingStep:
    @workflow.run
    async def run(self) -> None:
        try:
            await workflow.execute_activity(
                fail_until, 9, start_to_close_timeout=MINUTE, retry_policy=QUICK, summary="Hopeless"
            )
        except Exception as error:
            raise ApplicationError("It did not work.") from error


@workflow.defn(name="bug")
class Bug:
    @workflow.run
    async def run(self) -> None:
        {}["missing"]


@workflow.defn(name="waits")
class Waits:
    """Wait for signals."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.done = False

    @workflow.run
    async def run(self, input: Any = None) -> list[Any]:
        await workflow.wait_condition(lambda: self.done)
        return self.got

    @workflow.signal
    def add(self, data: Any) -> None:
        """Add a value."""
        self.got.append(data)

    @workflow.signal
    def add_amount(self, data: Amount) -> None:
        self.got.append(data.value)

    @workflow.signal
    def finish(self) -> None:
        self.done = True

    @workflow.signal
    def explode(self) -> None:
        raise ValueError("the handler failed")


@workflow.defn(name="retried")
class Retried:
    """Fail until an attempt."""

    @workflow.run
    async def run(self, input: dict[str, Any]) -> dict[str, Any]:
        attempt = workflow.info().attempt
        input["changed"] = True
        if attempt < input["succeeds"]:
            raise ApplicationError(
                f"attempt {attempt} failed",
                non_retryable=input.get("non_retryable", False),
                next_retry_delay=timedelta(milliseconds=input.get("pause", 10)),
            )
        return {"attempt": attempt, "memo": sorted(workflow.memo())}


@workflow.defn(name="continues")
class Continues:
    """Continue as new, of its own accord."""

    @workflow.run
    async def run(self, left: int) -> str:
        if left:
            await workflow.execute_activity(
                echo, left, start_to_close_timeout=MINUTE, summary=f"With {left} left"
            )
            workflow.continue_as_new(left - 1)
        return "done"


@workflow.defn(name="file-step")
class FileStep:
    """Note something, wait in a step until a file is there, and note something else."""

    @workflow.run
    async def run(self, folder: str) -> str:
        await workflow.execute_activity(
            note, args=[f"{folder}/log", "before"], start_to_close_timeout=MINUTE, summary="Before"
        )
        found: str = await workflow.execute_activity(
            wait_for_file,
            args=[f"{folder}/go", f"{folder}/begun"],
            start_to_close_timeout=MINUTE,
            summary="Waiting for the file",
        )
        await workflow.execute_activity(
            note, args=[f"{folder}/log", "after"], start_to_close_timeout=MINUTE, summary="After"
        )
        return found


@workflow.defn(name="cancelled-step")
class CancelledStep:
    @workflow.run
    async def run(self, folder: str) -> None:
        await workflow.execute_activity(
            be_cancelled,
            args=[f"{folder}/begun", f"{folder}/cancelled"],
            start_to_close_timeout=MINUTE,
            summary="Busy",
        )


@workflow.defn(name="blocked-step")
class BlockedStep:
    @workflow.run
    async def run(self, folder: str) -> str:
        found: str = await workflow.execute_activity(
            read_pipe,
            args=[f"{folder}/pipe", f"{folder}/begun"],
            start_to_close_timeout=MINUTE,
            summary="Blocked",
        )
        return found


@workflow.defn(name="keeps-progress")
class KeepsProgress:
    @workflow.run
    async def run(self) -> Any:
        return await workflow.execute_activity(
            progress, "", start_to_close_timeout=MINUTE, retry_policy=QUICK
        )


@workflow.defn(name="local-steps")
class LocalSteps:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_local_activity(echo, 1, start_to_close_timeout=MINUTE, summary="Local step")
        await workflow.execute_local_activity(
            fail_until, 9, start_to_close_timeout=MINUTE, retry_policy=QUICK
        )


@workflow.defn(name="not-json")
class NotJson:
    @workflow.run
    async def run(self, kind: str) -> Any:
        return {"nan": {"value": float("nan"), "more": [float("inf"), 1.5]}, "bytes": b"\x00\xff"}.get(
            kind, "half \ud83d of a pair"
        )


@activity.defn
def make(size: int) -> str:
    return "x" * size


@workflow.defn(name="oversize")
class Oversize:
    """Hands over a large text, in one way or another."""

    @workflow.run
    async def run(self, way: str) -> Any:
        way, _, digits = way.partition(" ")
        size = int(digits)
        if way == "step-result":
            await workflow.execute_activity(make, size, start_to_close_timeout=MINUTE)
        elif way == "step-input":
            await workflow.execute_activity(echo, "x" * size, start_to_close_timeout=MINUTE)
        elif way == "error":
            raise ValueError("x" * size)
        return "x" * size


@workflow.defn(name="it's")
class Apostrophe:
    @workflow.run
    async def run(self) -> None:
        pass


@workflow.defn(name="50%_off")
class Wildcards:
    @workflow.run
    async def run(self) -> None:
        pass


@workflow.defn(name="50 percent off")
class LikeWildcards:
    @workflow.run
    async def run(self) -> None:
        pass


@workflow.defn(name="für ` `")
class Foreign:
    @workflow.run
    async def run(self) -> None:
        pass


@activity.defn
def look_for(path: str) -> str:
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}\nis not there")
    return Path(path).read_text()


@workflow.defn(name="stubborn-step")
class StubbornStep:
    """Try a step until it succeeds."""

    @workflow.run
    async def run(self, path: str) -> str:
        return await workflow.execute_activity(
            look_for,
            path,
            summary="Looking for the file",
            start_to_close_timeout=MINUTE,
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), backoff_coefficient=1.0),
        )
