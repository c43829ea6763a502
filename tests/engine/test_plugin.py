from __future__ import annotations

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from temporalio.client import Client as TemporalClient
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from ductape_sync.gateway.engine.plugin import DuctapePlugin
from ductape_sync.gateway.engine.worker import load_definitions, run_worker
from tests.engine.running import WORKFLOWS, Client, Loop, eventually, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SANDBOX = SandboxedWorkflowRunner(
    SandboxRestrictions.default.with_passthrough_modules("engine_workflows", "ductape_sync")
)


@pytest.fixture(scope="module")
def own(client: Client, loop: Loop, address: str) -> Iterator[Client]:
    """A tenant whose worker is the user's own, with the plugin."""
    mine = Client(loop, client.engine, evolve(client.tenant, task_queue="own"))
    definitions = load_definitions([WORKFLOWS])

    @contextlib.asynccontextmanager
    async def work():  # type: ignore[no-untyped-def]
        temporal = await TemporalClient.connect(address)
        with ThreadPoolExecutor(10) as executor:
            worker = Worker(
                temporal,
                task_queue="own",
                workflows=definitions.workflows,
                activities=definitions.activities,
                activity_executor=executor,
                max_concurrent_activities=10,
                workflow_runner=SANDBOX,
                plugins=[DuctapePlugin()],
            )
            async with worker:
                yield

    stack = contextlib.AsyncExitStack()
    loop.run(stack.enter_async_context(work()))
    yield mine
    loop.run(stack.aclose())


def test_a_worker_of_ones_own_serves_with_the_plugin(own: Client) -> None:
    assert own.run("steps", "x")["result"] == {"first": "x", "second": 3}
    assert own.run("retried", {"succeeds": 2}, options={"retries": 1})["attempt"] == 2
    assert refused(lambda: own.start("stps")).suggestions[0] == "steps"


def test_a_workflow_that_the_worker_does_not_have_fails(own: Client, loop: Loop, address: str) -> None:
    async def start() -> None:
        temporal = await TemporalClient.connect(address)
        await temporal.start_workflow("gone", args=[{"a": 1}, 2], id="gone-1", task_queue="own")

    loop.run(start())
    status = own.end("gone-1")
    assert (status["status"], status["failure"]["type"]) == ("failed", "UnknownWorkflow")
    assert status["error"] == "The worker has no workflow 'gone'."


@pytest.mark.parametrize("size", [3_000_000, 5_000_000])
@pytest.mark.parametrize("way", ["step-result", "step-input", "result", "error"])
def test_what_temporal_does_not_keep_fails_the_execution(own: Client, way: str, size: int) -> None:
    """The smaller one is more than it keeps of a value, the larger one more than it reads at all."""
    status = own.run("oversize", f"{way} {size}")
    assert status["status"] == "failed"
    if way in {"step-result", "result"}:
        step = "make" if way == "step-result" else None
        assert (status["failure"]["step"], status["failure"]["type"]) == (step, "ResultTooLarge")
        assert "Store the data elsewhere" in status["error"]


def test_histories_can_be_replayed_with_the_plugin(own: Client, loop: Loop, address: str) -> None:
    execution = own.start("retried", {"succeeds": 2}, options={"retries": 1})
    own.end(execution)

    async def replay() -> None:
        temporal = await TemporalClient.connect(address)
        history = await temporal.get_workflow_handle(execution).fetch_history()
        definitions = load_definitions([WORKFLOWS])
        replayer = Replayer(
            workflows=definitions.workflows, workflow_runner=SANDBOX, plugins=[DuctapePlugin()]
        )
        await replayer.replay_workflow(history)

    loop.run(replay())


def test_what_a_step_said_in_a_heartbeat_is_there_for_its_next_attempt(client: Client) -> None:
    assert client.run("keeps-progress")["result"] == ["half"]


def test_a_cancellation_reaches_a_step_that_blocks_a_thread(client: Client, tmp_path: Path) -> None:
    execution = client.start("cancelled-step", str(tmp_path))
    eventually((tmp_path / "begun").exists)
    client.cancel(execution, "enough")
    assert client.end(execution)["error"] == "enough"
    eventually((tmp_path / "cancelled").exists)


def test_what_a_workflow_must_not_do_fails_it_at_once(
    client: Client, loop: Loop, address: str, tmp_path: Path
) -> None:
    """The sandbox sees that a workflow reads a clock of its own."""
    (tmp_path / "unsound_workflows.py").write_text(
        "import datetime\n"
        "from temporalio import workflow\n"
        "@workflow.defn(name='unsound')\n"
        "class Unsound:\n"
        "    @workflow.run\n"
        "    async def run(self) -> str:\n"
        "        return str(datetime.datetime.now())\n"
    )
    tenant = evolve(client.tenant, task_queue="unsound")
    unsound = Client(loop, client.engine, tenant)

    async def work(stop: asyncio.Event, ready: asyncio.Event) -> None:
        await run_worker(
            address,
            load_definitions([tmp_path / "unsound_workflows.py"]),
            namespace="default",
            task_queue="unsound",
            stop=stop,
            on_ready=ready.set,
        )

    async def begin() -> tuple[asyncio.Event, asyncio.Task[None]]:
        stop, ready = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(work(stop, ready))
        await ready.wait()
        return stop, task

    async def end(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
        stop.set()
        await task

    stop, task = loop.run(begin())
    status = unsound.run("unsound")
    loop.run(end(stop, task))
    assert status["status"] == "failed"
    assert "datetime.datetime.now" in status["error"]
