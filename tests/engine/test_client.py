from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from temporalio.client import Client as TemporalClient

from ductape_sync.gateway.engine.client import Engine
from tests.engine.running import Client, Loop, put, refused

if TYPE_CHECKING:
    from pathlib import Path


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


# start


def test_a_started_execution_runs_to_its_result(client: Client) -> None:
    summary, replayed = client.started("steps", {"a": [1, None, "ü"]}, options={"metadata": {"from": "test"}})
    assert not replayed
    assert summary["workflow"] == "steps"
    assert summary["metadata"] == {"from": "test"}

    status = client.end(summary["executionId"])
    assert status["status"] == "completed"
    assert status["input"] == {"a": [1, None, "ü"]}
    assert status["result"] == {"first": {"a": [1, None, "ü"]}, "second": 3}
    assert status["startedAt"] == summary["startedAt"]
    assert status["completedAt"] > status["startedAt"]
    assert status["metadata"] == {"from": "test"}
    assert (status["error"], status["failure"], status["currentStep"], status["attempt"]) == (
        None,
        None,
        None,
        1,
    )


def test_a_repeated_key_finds_the_first_execution(client: Client) -> None:
    first, replayed = client.started("waits", 1, key="again")
    second, replayed_now = client.started("waits", 1, key="again")
    assert (replayed, replayed_now) == (False, True)
    assert second == first
    client.signal(first["executionId"], "finish")
    assert client.end(first["executionId"])["result"] == []
    third, replayed_at_the_end = client.started("waits", 1, key="again")
    assert replayed_at_the_end
    assert (third["executionId"], third["status"]) == (first["executionId"], "completed")


def test_a_repeated_key_with_another_body_is_refused(client: Client) -> None:
    client.start("no-input", key="taken")
    for more in ({"input": 1}, {"input": None}, {"options": {"retries": 1}}):
        problem = refused(lambda more=more: client.started("no-input", key="taken", **more))
        assert (problem.code, problem.field) == ("idempotency_conflict", "Idempotency-Key")


def test_a_key_is_the_tenants_own(client: Client, loop: Loop) -> None:
    first = client.start("no-input", key="mine")
    other = Client(loop, client.engine, evolve(client.tenant, env="staging"))
    assert other.start("no-input", key="mine") != first


def test_many_requests_with_one_key_at_once_start_one_execution(client: Client, loop: Loop) -> None:
    async def storm() -> list[tuple[dict[str, Any], bool]]:
        body = {"workflow": "no-input"}
        return await asyncio.gather(
            *(client.engine.start(client.tenant, body, idempotency_key="storm") for _ in range(20))
        )

    answers = loop.run(storm())
    assert len({summary["executionId"] for summary, _ in answers}) == 1
    assert [replayed for _, replayed in answers].count(False) == 1


def test_an_id_of_the_callers_is_used_once(client: Client) -> None:
    assert client.start("no-input", executionId="order-1:a@b") == "order-1:a@b"
    problem = refused(lambda: client.start("no-input", executionId="order-1:a@b"))
    assert (problem.code, problem.field) == ("execution_exists", "/executionId")
    client.end("order-1:a@b")
    assert refused(lambda: client.start("no-input", executionId="order-1:a@b")).code == "execution_exists"


def test_an_id_of_the_callers_with_its_key_is_a_repeated_request(client: Client) -> None:
    first, _ = client.started("no-input", executionId="order-2", key="k")
    again, replayed = client.started("no-input", executionId="order-2", key="k")
    assert replayed
    assert again["executionId"] == first["executionId"]


def test_an_unknown_workflow_is_refused_with_the_closest_names(client: Client) -> None:
    problem = refused(lambda: client.start("stpes"))
    assert (problem.code, problem.field, problem.suggestions[0]) == (
        "workflow_not_found",
        "/workflow",
        "steps",
    )
    assert "'stpes'" in problem.detail
    assert refused(lambda: client.start("ductape:catalogue")).code == "workflow_not_found"


def test_without_a_worker_nothing_is_started(client: Client, loop: Loop) -> None:
    lonely = Client(loop, client.engine, evolve(client.tenant, task_queue="nobody"))
    problem = refused(lambda: lonely.start("steps"))
    assert (problem.code, problem.retry_after) == ("engine_unavailable", 1)
    assert "nobody" in problem.detail
    assert loop.run(client.engine.definitions(lonely.tenant)) == []


def test_what_is_too_large_is_refused(client: Client) -> None:
    problem = refused(lambda: client.start("steps", "x" * (2 * 1024 * 1024)))
    assert (problem.code, problem.field) == ("payload_too_large", "/input")
    metadata = {"large": "x" * 32 * 1024}
    problem = refused(lambda: client.start("steps", options={"metadata": metadata}))
    assert (problem.code, problem.field) == ("payload_too_large", "/options/metadata")


def test_an_id_that_the_gateway_needs_is_refused(client: Client) -> None:
    """Whoever had it could answer for the workers of another tenant in this namespace."""
    problem = refused(lambda: client.start("steps", executionId="ductape:catalogue:of-another-tenant"))
    assert (problem.code, problem.field) == ("invalid_request", "/executionId")


@pytest.mark.parametrize(
    ("workflow", "input", "result"),
    [
        ("no-input", ..., "nothing needed"),
        ("no-input", None, "nothing needed"),
        ("no-input", {"not": "wanted"}, "nothing needed"),
        ("with-default", ..., 7),
        ("with-default", 3, 3),
        ("typed", {"value": 2, "unit": "box"}, "2 box"),
        ("steps", ..., {"first": None, "second": 3}),
    ],
)
def test_a_workflow_gets_the_input_that_it_can_take(
    client: Client, workflow: str, input: Any, result: Any
) -> None:
    assert client.run(workflow, input)["result"] == result


def test_input_of_the_wrong_type_fails_the_execution(client: Client) -> None:
    status = client.run("typed", {"value": "two"})
    assert status["status"] == "failed"
    assert status["failure"]["step"] is None


# status


def test_a_failed_step_is_named_with_its_attempts_and_the_innermost_error(client: Client) -> None:
    status = client.run("failing-step")
    assert status["status"] == "failed"
    assert status["error"] == "attempt 3 is too early"
    assert status["failure"] == {
        "message": "attempt 3 is too early",
        "type": "ValueError",
        "step": "Hopeless",
        "attempts": 3,
    }


def test_a_bug_in_a_workflow_fails_the_execution(client: Client) -> None:
    status = client.run("bug")
    assert (status["status"], status["failure"]["type"]) == ("failed", "KeyError")


def test_an_execution_that_takes_too_long_fails_with_a_timeout(client: Client) -> None:
    status = client.run("waits", options={"timeout": 300})
    assert (status["status"], status["failure"]["type"]) == ("failed", "timeout")
    assert status["error"] == status["failure"]["message"]


def test_the_current_step_is_shown_while_it_runs(client: Client, tmp_path: Path) -> None:
    execution = client.start("file-step", str(tmp_path))
    status = client.until_status(execution, lambda status: status["currentStep"] == "Waiting for the file")
    assert (status["status"], status["completedAt"]) == ("running", None)
    put(tmp_path / "go", "gone")
    assert client.end(execution)["result"] == "gone"


def test_what_holds_the_current_step_up_is_shown(client: Client, tmp_path: Path) -> None:
    execution = client.start("stubborn-step", str(tmp_path / "go"))
    status = client.until_status(execution, lambda status: (status["currentStepAttempt"] or 0) > 2)
    assert status["currentStep"] == "Looking for the file"
    assert status["currentStepError"] == f"{tmp_path / 'go'} is not there"
    put(tmp_path / "go", "gone")
    ended = client.end(execution)
    assert ended["result"] == "gone"
    assert [ended[name] for name in ("currentStep", "currentStepAttempt", "currentStepError")] == [None] * 3


def test_a_terminated_execution_has_failed(client: Client, loop: Loop, address: str) -> None:
    execution = client.start("waits")

    async def terminate() -> None:
        temporal = await TemporalClient.connect(address)
        await temporal.get_workflow_handle(execution).terminate(reason="by hand")

    loop.run(terminate())
    status = client.end(execution)
    assert status["failure"] == {"message": "by hand", "type": "terminated", "step": None, "attempts": None}


def test_an_unknown_execution_is_not_found(client: Client, loop: Loop) -> None:
    for look in (client.status, client.history, client.events, client.cancel):
        assert refused(lambda look=look: look("nothing")).code == "execution_not_found"
    assert refused(lambda: client.signal("nothing", "finish")).code == "execution_not_found"


def test_an_execution_of_another_tenant_is_not_found(client: Client, loop: Loop) -> None:
    execution = client.start("waits")
    for change in ({"task_queue": "another"}, {"namespace": "other"}):
        other = Client(loop, client.engine, evolve(client.tenant, **change))
        for look in (other.status, other.history, other.events, other.cancel):
            assert refused(lambda look=look: look(execution)).code == "execution_not_found"
        assert refused(lambda other=other: other.signal(execution, "finish")).code == "execution_not_found"
    client.signal(execution, "finish")
    assert client.end(execution)["status"] == "completed"


def test_the_catalogue_is_no_execution(client: Client) -> None:
    assert refused(lambda: client.status(f"ductape:catalogue:{client.tenant.task_queue}")).code == (
        "execution_not_found"
    )


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("nan", {"value": None, "more": [None, 1.5]}),
        ("bytes", {"encoding": "binary/plain", "data": "AP8="}),
        ("surrogate", "half ? of a pair"),
    ],
)
def test_a_result_that_is_not_json_can_be_read(client: Client, kind: str, result: Any) -> None:
    assert client.run("not-json", kind)["result"] == result


# signals and cancellation


def test_signals_reach_the_workflow_in_order(client: Client) -> None:
    execution = client.start("waits")
    client.signal(execution, "add", {"n": 1})
    client.signal(execution, "add")
    client.signal(execution, "add_amount", {"value": 5})
    client.signal(execution, "unknown", 1)
    client.signal(execution, "finish", {"not": "wanted"})
    assert client.end(execution)["result"] == [{"n": 1}, None, 5]
    received = [event["data"] for event in client.events(execution) if event["type"] == "signal_received"]
    assert received[1] == {"signal": "add", "data": None}


def test_signal_data_of_a_kind_that_the_workflow_does_not_take_are_refused(client: Client) -> None:
    execution = client.start("waits")
    for data, kind in (("five", "a string"), ([5], "an array"), (None, "null"), (5, "a number")):
        problem = refused(lambda data=data: client.signal(execution, "add_amount", data))
        assert (problem.code, problem.field) == ("invalid_request", "/data")
        assert problem.detail == f"The signal 'add_amount' of 'waits' takes an object, not {kind}."
    client.signal(execution, "finish")
    assert client.end(execution)["status"] == "completed"
    assert [event["type"] for event in client.events(execution)].count("signal_received") == 1


def test_a_repeated_signal_is_delivered_once(client: Client) -> None:
    execution = client.start("waits")
    for _ in range(3):
        client.signal(execution, "add", 1, key="once")
    client.signal(execution, "add", 2)
    client.signal(execution, "finish")
    assert client.end(execution)["result"] == [1, 2]


def test_a_handler_that_fails_fails_the_execution(client: Client) -> None:
    execution = client.start("waits")
    client.signal(execution, "explode")
    assert client.end(execution)["error"] == "the handler failed"


def test_what_has_ended_takes_no_signal_and_no_cancellation(client: Client) -> None:
    execution = client.start("no-input")
    client.end(execution)
    problem = refused(lambda: client.signal(execution, "finish"))
    assert problem.code == "execution_closed"
    assert "completed" in problem.detail
    assert refused(lambda: client.cancel(execution)).code == "execution_closed"


def test_a_cancelled_execution_says_why(client: Client) -> None:
    execution = client.start("waits")
    client.cancel(execution, "not needed\nany more")
    status = client.end(execution)
    assert (status["status"], status["error"], status["failure"]) == (
        "cancelled",
        "not needed any more",
        None,
    )
    events = client.events(execution)
    assert [event["data"] for event in events if event["type"] == "cancel_requested"] == [
        {"reason": "not needed\nany more"}
    ]
    assert events[-1]["data"] == {"reason": "not needed\nany more"}


def test_to_cancel_twice_changes_nothing(client: Client) -> None:
    execution = client.start("waits")
    client.cancel(execution)
    client.cancel(execution)
    assert client.end(execution)["error"] == "The execution was cancelled."
    client.cancel(execution)
    assert types(client.events(execution)).count("cancel_requested") == 1


# Temporal away


def test_an_engine_works_before_temporal_is_there(loop: Loop) -> None:
    async def ask() -> float:
        engine = Engine("127.0.0.1:1")
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            await engine.health()
        finally:
            took = clock() - began
            await engine.close()
        return took

    problem = refused(lambda: loop.run(ask()))
    assert (problem.code, problem.retry_after) == ("engine_unavailable", 1)
    assert "127.0.0.1:1" in problem.detail


def test_temporal_that_does_not_answer_is_given_up_within_a_second(loop: Loop) -> None:
    async def ask(address: str) -> None:
        async with asyncio.timeout(1.0):  # an error after that would be a TimeoutError
            await Engine(address).health()

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert refused(lambda: loop.run(ask(address))).code == "engine_unavailable"


def test_health_names_the_engine_and_its_version(client: Client, loop: Loop) -> None:
    name, version = loop.run(client.engine.health()).split()
    assert name == "temporal"
    assert version[0].isdigit()


def test_a_namespace_that_is_not_there_is_named(client: Client, loop: Loop) -> None:
    lost = Client(loop, client.engine, evolve(client.tenant, namespace="nowhere"))
    problem = refused(lambda: lost.status("anything"))
    assert problem.code == "engine_unavailable"
    assert "nowhere" in problem.detail
