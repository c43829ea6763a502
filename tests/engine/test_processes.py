"""Engines and workers that are more than one, or die."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ductape_sync.gateway.engine.client import Engine
from tests.engine.running import WORKFLOWS, Client, Loop, eventually, put, working

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


@contextlib.contextmanager
def worker(address: str, task_queue: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, HERE / "worker_process.py", address, task_queue, WORKFLOWS],
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("_round", range(2))
def test_work_of_a_killed_worker_is_finished_without_repeating_what_was_done(
    loop: Loop, engine: Engine, client: Client, address: str, tmp_path: Path, _round: int
) -> None:
    queue = f"killed-{_round}"
    alone = Client(loop, engine, evolve(client.tenant, task_queue=queue))
    with worker(address, queue) as first:
        execution = eventually(lambda: try_to_start(alone, tmp_path))
        eventually(lambda: len(lines(tmp_path / "begun")) == 1)
        first.kill()
        first.wait()
        with worker(address, queue) as second:
            eventually(lambda: len(lines(tmp_path / "begun")) == 2)
            put(tmp_path / "go", "at last")
            status = alone.end(execution)
            assert (status["status"], status["result"]) == ("completed", "at last")
            assert lines(tmp_path / "log") == [f"before {first.pid}", f"after {second.pid}"]
    completed = [event["data"] for event in alone.events(execution) if event["type"] == "step_completed"]
    assert [(data["step"], data["attempts"]) for data in completed] == [
        ("Before", 1),
        ("Waiting for the file", 2),
        ("After", 1),
    ]


def try_to_start(client: Client, folder: Path) -> str | None:
    """Start once the worker is there."""
    definitions = client.loop.run(client.engine.definitions(client.tenant))
    return client.start("file-step", str(folder)) if definitions else None


def test_a_step_that_notices_nothing_does_not_keep_its_worker(
    loop: Loop, client: Client, address: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    tenant = evolve(client.tenant, task_queue="blocked")
    blocked = Client(loop, client.engine, tenant)
    stack = contextlib.AsyncExitStack()
    loop.run(stack.enter_async_context(working(address, tenant)))
    execution = blocked.start("blocked-step", str(tmp_path))
    eventually((tmp_path / "begun").exists)
    loop.run(stack.aclose(), seconds=20)  # and does not wait for the step

    with (tmp_path / "pipe").open("w"):  # now it ends, too late
        pass
    assert blocked.status(execution)["status"] == "running"
    blocked.cancel(execution)


def test_two_engines_and_two_workers_are_as_one(loop: Loop, client: Client, address: str) -> None:
    """Started by one, followed by the other; every request may go to either."""
    other = Client(loop, Engine(address), client.tenant)

    async def one_more_worker() -> contextlib.AsyncExitStack:
        stack = contextlib.AsyncExitStack()
        await stack.enter_async_context(working(address, client.tenant))
        return stack

    stack = loop.run(one_more_worker())
    try:
        first, replayed = client.started("steps", 1, key="either")
        again, replayed_by_the_other = other.started("steps", 1, key="either")
        assert (replayed, replayed_by_the_other) == (False, True)
        assert again["executionId"] == first["executionId"]

        execution = client.start("waits")
        past: list[dict[str, Any]] = client.events(execution, until=lambda event: True)
        other.signal(execution, "add", 1, key="same")
        client.signal(execution, "add", 1, key="same")
        other.signal(execution, "finish")
        rest = other.events(execution, after=past[-1]["id"])
        assert past + rest == client.events(execution)
        assert client.status(execution) == other.status(execution)
        assert other.status(execution)["result"] == [1]

        for number in range(10):
            (client, other)[number % 2].start("no-input", key=f"n{number}")
        eventually(lambda: client.list(workflow="no-input", status="completed")["count"] == 10)
        page = client.list(workflow="no-input", limit=4)
        following = other.list(workflow="no-input", limit=6, cursor=page["nextCursor"])
        found = [one["executionId"] for one in page["executions"] + following["executions"]]
        assert len(set(found)) == 10
        assert following["nextCursor"] is None
    finally:
        loop.run(stack.aclose())
        loop.run(other.engine.close())
