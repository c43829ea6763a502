from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from tests.engine.running import Client, Loop, eventually, working

if TYPE_CHECKING:
    from pathlib import Path


def test_an_execution_that_fails_is_run_again_as_one_execution(client: Client) -> None:
    execution = client.start(
        "retried", {"succeeds": 3}, options={"retries": 2, "metadata": {"kept": True}, "timeout": 60_000}
    )
    events = client.events(execution)
    assert [(event["type"], event["data"]) for event in events if event["type"] != "status_changed"] == [
        ("started", {"workflow": "retried", "input": {"succeeds": 3}}),
        ("retrying", {"attempt": 2, "error": "attempt 1 failed"}),
        ("retrying", {"attempt": 3, "error": "attempt 2 failed"}),
        ("completed", {"result": {"attempt": 3, "memo": ["ductape"]}}),
    ]
    status = client.status(execution)
    assert (status["status"], status["attempt"], status["metadata"]) == ("completed", 3, {"kept": True})
    assert status["input"] == {"succeeds": 3}
    page = client.list(workflow="retried")
    assert page["count"] == len(page["executions"]) == 1
    assert page["executions"][0]["startedAt"] == status["startedAt"] == events[0]["timestamp"][:23] + "+00:00"


@pytest.mark.parametrize(
    ("retries", "more", "attempts"),
    [(0, {}, 1), (None, {}, 1), (2, {}, 3), (5, {"non_retryable": True}, 1)],
)
def test_it_is_run_again_as_often_as_told_if_that_can_help(
    client: Client, retries: int | None, more: dict[str, Any], attempts: int
) -> None:
    options = {} if retries is None else {"options": {"retries": retries}}
    status = client.run("retried", {"succeeds": 9, **more}, **options)
    assert (status["status"], status["attempt"]) == ("failed", attempts)
    assert status["error"] == f"attempt {attempts} failed"


def test_a_handler_that_fails_counts_as_well(client: Client) -> None:
    execution = client.start("waits", options={"retries": 1})
    client.signal(execution, "explode")
    client.until_status(execution, lambda status: status["attempt"] == 2)
    client.signal(execution, "finish")
    assert client.end(execution)["status"] == "completed"


def test_a_handler_that_fails_before_the_workflow_began_counts_as_well(
    client: Client, loop: Loop, address: str
) -> None:
    tenant = evolve(client.tenant, task_queue="later")
    later = Client(loop, client.engine, tenant)

    async def learn_what_there_is() -> None:
        async with working(address, tenant):
            await client.engine.definitions(tenant)

    loop.run(learn_what_there_is())
    execution = later.start("waits", [1], options={"retries": 1})
    later.signal(execution, "explode")

    async def work_until_the_retry() -> None:
        async with working(address, tenant):
            async for event in client.engine.follow(tenant, execution):
                if event["type"] == "retrying":
                    await client.engine.signal(tenant, execution, {"signal": "finish"})

    loop.run(work_until_the_retry())
    assert later.status(execution)["status"] == "completed"


def test_the_attempt_is_shown_while_it_waits_for_the_next(client: Client) -> None:
    execution = client.start("retried", {"succeeds": 9, "pause": 60_000}, options={"retries": 3})
    status = client.until_status(execution, lambda status: status["attempt"] == 2)
    assert (status["status"], status["completedAt"]) == ("running", None)
    assert [event["type"] for event in client.history(execution)["events"]][-1] == "retrying"
    client.cancel(execution, "in the pause")
    status = client.end(execution)
    assert (status["status"], status["error"]) == ("cancelled", "in the pause")


def test_the_timeout_spans_every_attempt(client: Client) -> None:
    options = {"retries": 1000, "timeout": 700}
    status = client.run("retried", {"succeeds": 2000, "pause": 100}, options=options)
    assert (status["status"], status["failure"]["type"]) == ("failed", "timeout")
    assert status["attempt"] > 1


def test_a_cancelled_execution_is_not_run_again(client: Client, tmp_path: Path) -> None:
    execution = client.start("cancelled-step", str(tmp_path), options={"retries": 3})
    eventually((tmp_path / "begun").exists)
    client.cancel(execution)
    status = client.end(execution)
    assert (status["status"], status["attempt"]) == ("cancelled", 1)
    # It reaches what the step does, too.
    eventually((tmp_path / "cancelled").exists)
