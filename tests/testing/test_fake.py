from __future__ import annotations

import threading
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import (
    ConnectionFailed,
    Ductape,
    ExecutionCancelled,
    ExecutionExists,
    ExecutionFailed,
    IdempotencyConflict,
    InvalidRequest,
    RateLimited,
    RequestTimeout,
    ResponseDecodeError,
    ServerError,
    Unauthenticated,
    WorkflowNotFound,
)
from ductape_sync.testing import ExecutionEnded, Fake, FakeExecution, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake() as fake:
        yield fake


@pytest.fixture
def client(fake: Fake) -> Ductape:
    return fake.client()


# What executions do


def test_an_execution_does_what_its_script_says(fake: Fake, client: Ductape) -> None:
    @fake.workflow("process-order")
    def process_order(run: FakeExecution) -> dict[str, Any]:
        run.complete_step("Validating order")
        run.complete_step("Charging", {"cents": 1200}, attempts=2)
        return {"total": 12, "orderId": run.input["orderId"]}

    order = client.workflows.execute("process-order", {"orderId": "order-123"})
    assert order.wait_for_completion(timeout=10) == {"total": 12, "orderId": "order-123"}
    assert [event.type for event in order.history().events] == [
        "started",
        "status_changed",
        "step_started",
        "step_completed",
        "step_started",
        "step_completed",
        "status_changed",
        "completed",
    ]


def test_what_a_script_raises_fails_the_execution(fake: Fake, client: Ductape) -> None:
    @fake.workflow("process-order")
    def process_order(run: FakeExecution) -> None:
        raise ValueError("there is no such order")

    order = client.workflows.execute("process-order")
    with pytest.raises(ExecutionFailed, match="there is no such order") as failed:
        order.wait_for_completion(timeout=10)
    assert failed.value.failure is not None
    assert failed.value.failure.type == "ValueError"


def test_a_step_is_to_blame_for_a_failure(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order", lambda run: run.fail("card declined", step="Charging", attempts=3))
    order = client.workflows.execute("process-order")
    with pytest.raises(ExecutionFailed, match=r"at step 'Charging' after 3 attempts: card declined"):
        order.wait_for_completion(timeout=10)
    assert "step_failed" in [event.type for event in order.history().events]


def test_a_test_moves_an_execution_along_from_outside(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order", steps=["Validating order", "Charging"])
    order = client.workflows.execute("process-order")
    (run,) = fake.executions
    run.start_step("Validating order")
    assert order.refresh().current_step == "Validating order"
    run.retry_step("Validating order", "no connection")
    assert (order.refresh().current_step_attempt, order.current_step_error) == (2, "no connection")
    run.complete_step("Validating order")
    assert (order.refresh().current_step_attempt, order.current_step_error) == (None, None)
    run.fail_step("Charging", "card declined")
    run.start_step("Charging again")
    assert order.refresh().current_step == "Charging again"
    assert order.status == run.status == "running"
    run.complete({"total": 12})
    assert order.wait_for_completion(timeout=10) == {"total": 12}
    with pytest.raises(ExecutionEnded, match="is completed"):
        run.start_step("Shipping")


def test_a_waiting_client_sees_the_end_at_once(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    order = client.workflows.execute("process-order")
    events = order.events()
    assert next(events).type == "started"
    fake.executions[0].complete("done")
    assert [event.type for event in events] == ["status_changed", "status_changed", "completed"]


def test_a_script_waits_for_a_signal(fake: Fake, client: Ductape) -> None:
    @fake.workflow("approval-process", signals=["approve"])
    def approval(run: FakeExecution) -> Any:
        return {"approved": True, **run.wait_for_signal("approve")}

    request = client.workflows.execute("approval-process")
    request.signal("approve", {"by": "ada"})
    assert request.wait_for_completion(timeout=10) == {"approved": True, "by": "ada"}
    assert fake.executions[0].signals == [Signal("approve", {"by": "ada"})]


def test_a_cancellation_ends_an_execution(fake: Fake, client: Ductape) -> None:
    fake.workflow("approval-process", lambda run: run.wait_for_signal("approve"))
    request = client.workflows.execute("approval-process")
    request.cancel("withdrawn")
    with pytest.raises(ExecutionCancelled, match="withdrawn"):
        request.wait_for_completion(timeout=10)
    assert fake.executions[0].cancel_reasons == ["withdrawn"]


def test_a_script_may_decline_a_cancellation(fake: Fake, client: Ductape) -> None:
    @fake.workflow("process-order", cancellable=False)
    def process_order(run: FakeExecution) -> str:
        return f"too late: {run.wait_for_cancel()}"

    order = client.workflows.execute("process-order")
    order.cancel("changed my mind")
    assert order.wait_for_completion(timeout=10) == "too late: changed my mind"


def test_an_execution_times_out(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order", lambda run: run.time_out())
    order = client.workflows.execute("process-order", timeout=5)
    with pytest.raises(ExecutionFailed) as failed:
        order.wait_for_completion(timeout=10)
    assert failed.value.failure is not None
    assert failed.value.failure.type == "timeout"
    assert fake.executions[0].options == {"timeout": 5000}


def test_a_workflow_is_run_again(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    order = client.workflows.execute("process-order", retries=2)
    fake.executions[0].retry("no connection to the bank")
    assert order.refresh().attempt == 2
    fake.executions[0].complete()
    assert order.wait_for_completion(timeout=10) is None


# What the API does


def test_a_workflow_that_nobody_made_is_not_found(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    with pytest.raises(WorkflowNotFound, match=r"fake\.workflow\('process-ordr'\)") as missing:
        client.workflows.execute("process-ordr")
    assert missing.value.suggestions == ("process-order",)


def test_it_tells_which_workflows_there_are(fake: Fake, client: Ductape) -> None:
    @fake.workflow("process-order", steps=["Charging"], signals=["hurry"])
    def process_order(run: FakeExecution) -> None:
        """Charge for an order."""

    (definition,) = client.workflows.definitions()
    assert (definition.name, definition.description) == ("process-order", "Charge for an order.")
    assert list(definition.steps) == ["Charging"]
    assert [signal.name for signal in definition.signals] == ["hurry"]


def test_it_lists_executions_newest_first_page_by_page(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    fake.workflow("send-mail", lambda run: None)
    orders = [client.workflows.execute("process-order").execution_id for _ in range(5)]
    client.workflows.execute("send-mail").wait_for_completion(timeout=10)
    page = client.workflows.list(workflow="process-order", limit=2, offset=1)
    assert page.count == 5
    assert [each.execution_id for each in page.executions] == [orders[3], orders[2]]
    found = client.workflows.iterate(workflow="process-order")
    assert [each.execution_id for each in found] == orders[::-1]
    assert client.workflows.list(status="completed").count == 1


def test_a_request_that_breaks_the_contract_is_refused_as_in_production(fake: Fake) -> None:
    fake.workflow("process-order")
    client = fake.client()
    with pytest.raises(InvalidRequest, match="cursor"):
        client._api.call(lambda: _list(cursor="made-up"))
    with pytest.raises(Unauthenticated):
        fake.client(access_key="another").workflows.list()


def _list(**arguments: Any) -> Any:
    from ductape_sync import _generated

    return _generated.operations.list_executions(**arguments)


def test_an_id_and_an_idempotency_key_are_used_once(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    first = client.workflows.execute("process-order", 1, execution_id="order-1", idempotency_key="k")
    again = client.workflows.execute("process-order", 1, execution_id="order-1", idempotency_key="k")
    assert again.execution_id == first.execution_id
    with pytest.raises(ExecutionExists):
        client.workflows.execute("process-order", execution_id="order-1")
    with pytest.raises(IdempotencyConflict):
        client.workflows.execute("process-order", 2, idempotency_key="k")
    assert len(fake.executions) == 1


# Faults


def test_a_refused_request_is_tried_again(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order", lambda run: "done")
    fake.refuse(2)
    assert client.workflows.execute("process-order").wait_for_completion(timeout=10) == "done"
    assert [request.status for request in fake.requests] == [503, 503, 201, 200]


def test_requests_are_refused_with_any_problem(fake: Fake) -> None:
    client = fake.client(retry_attempts=0)
    fake.refuse(code="rate_limited", retry_after=7, operation="listExecutions")
    assert client.workflows.definitions() == []
    with pytest.raises(RateLimited) as limited:
        client.workflows.list()
    assert limited.value.retry_after == 7
    fake.refuse(code="internal")
    with pytest.raises(ServerError, match="told to refuse"):
        client.workflows.list()


def test_a_lost_answer_starts_nothing_twice(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order", lambda run: "done")
    fake.lose_answers(operation="executeWorkflow")
    assert client.workflows.execute("process-order").wait_for_completion(timeout=10) == "done"
    assert len(fake.started("process-order")) == 1
    starts = [request for request in fake.requests if request.operation == "executeWorkflow"]
    assert [start.status for start in starts] == [None, 201]
    assert starts[0].headers["idempotency-key"] == starts[1].headers["idempotency-key"]


def test_a_lost_request_is_not_carried_out(fake: Fake) -> None:
    fake.workflow("process-order")
    fake.lose_requests()
    with pytest.raises(ConnectionFailed):
        fake.client(retry_attempts=0).workflows.execute("process-order")
    assert fake.executions == []


def test_a_delayed_request_takes_too_long(fake: Fake) -> None:
    fake.delay(60)
    with pytest.raises(RequestTimeout):
        fake.client(timeout=0.2).workflows.list()


def test_a_subscription_outlives_a_dropped_socket_and_duplicates(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    order = client.workflows.execute("process-order")
    seen: Queue[Any] = Queue()
    with order.subscribe(seen.put):
        assert [seen.get(timeout=10).type for _ in range(2)] == ["started", "status_changed"]
        fake.duplicate_events()
        fake.executions[0].start_step("Charging")
        assert seen.get(timeout=10).type == "step_started"
        assert fake.drop_sockets() == 1
        fake.executions[0].complete()
        types = [seen.get(timeout=10).type for _ in range(2)]
    assert types == ["status_changed", "completed"]
    assert seen.empty()
    sent = [message.content for message in fake.messages if not message.received]
    steps = [message for message in sent if message["op"] == "event" and "step" in message["event"]["data"]]
    assert len(steps) == 2
    assert len(fake.wait_for_requests("openEvents", count=2)) == 2


@pytest.mark.parametrize(
    "plan",
    [
        lambda fake: fake.refuse(operation="getStatsu"),
        lambda fake: fake.lose_requests(operation="getStatsu"),
        lambda fake: fake.lose_answers(operation="getStatsu"),
        lambda fake: fake.delay(1, operation="getStatsu"),
        lambda fake: fake.wait_for_requests("getStatsu", timeout=0),
    ],
)
def test_an_operation_that_does_not_exist_is_an_error_that_names_those_that_do(fake: Fake, plan: Any) -> None:
    with pytest.raises(ValueError, match=r"no operation 'getStatsu': it is one of .*getStatus"):
        plan(fake)


def test_a_code_that_does_not_exist_is_an_error_that_names_those_that_do(fake: Fake) -> None:
    with pytest.raises(ValueError, match=r"no code 'rate_limit': it is one of .*rate_limited"):
        fake.refuse(code="rate_limit")


def test_a_fault_happens_at_least_once(fake: Fake) -> None:
    with pytest.raises(ValueError, match="times must be at least 1"):
        fake.refuse(0)


# The log


def test_the_log_tells_what_was_asked_and_no_secret(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    order = client.workflows.execute("process-order", {"orderId": "order-123"}, metadata={"team": "shop"})
    order.signal("hurry")
    run = fake.execution(order.execution_id)
    assert (run.workflow, run.input) == ("process-order", {"orderId": "order-123"})
    assert run.options == {"metadata": {"team": "shop"}}
    assert fake.started("process-order") == [run]
    start, signal = fake.requests
    assert (start.operation, start.method, start.path) == ("executeWorkflow", "POST", "/v1/executions")
    assert start.body["input"] == {"orderId": "order-123"}
    assert signal.body == {"signal": "hurry"}
    assert "authorization" not in start.headers
    assert fake.tenant.access_key not in repr(fake.requests)


def test_a_test_waits_for_what_another_thread_starts(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    thread = threading.Thread(target=client.workflows.execute, args=("process-order",))
    thread.start()
    assert fake.wait_for_start("process-order").status == "running"
    thread.join()
    with pytest.raises(TimeoutError, match="execution 2 of 'process-order'"):
        fake.wait_for_start("process-order", count=2, timeout=0)


def test_the_variables_make_a_client_of_it(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in fake.tenant.variables.items():
        monkeypatch.setenv(name, value)
    with Ductape() as client:
        assert client.workflows.definitions() == []


# What fails the test


def test_a_fault_that_no_request_met_fails_the_test() -> None:
    for plan, told in (
        (lambda fake: fake.refuse(2), r"refuse\(2, code='engine_unavailable'\)"),
        (lambda fake: fake.delay(1, operation="getHistory"), r"delay\(1, 1, operation='getHistory'\)"),
        (lambda fake: fake.lose_answers(operation="getStatus"), r"lose_answers\(1, operation='getStatus'\)"),
        (lambda fake: fake.duplicate_events(), r"duplicate_events\(\)"),
    ):
        fake = Fake()
        plan(fake)
        with pytest.raises(AssertionError, match=told):
            fake.close()


def test_a_fault_for_more_requests_than_came_is_in_order() -> None:
    with Fake() as fake:
        fake.refuse(10)
        with pytest.raises(ServerError):
            fake.client(retry_attempts=0).workflows.definitions()


def test_a_fault_that_was_not_met_does_not_hide_why_the_test_failed() -> None:
    with pytest.raises(KeyError), Fake() as fake:  # noqa: PT012
        fake.refuse()
        fake.execution("nobody")


def test_a_failed_assertion_in_a_script_fails_the_test() -> None:
    def check(run: FakeExecution) -> None:
        assert run.input == "something else"

    fake = Fake()
    fake.workflow("process-order", check)
    with pytest.raises(ExecutionFailed, match="something else"):
        fake.client().workflows.execute("process-order", "this").wait_for_completion(timeout=10)
    with pytest.raises(AssertionError, match="something else"):
        fake.close()


def test_waiting_in_vain_in_a_script_fails_the_test() -> None:
    fake = Fake()
    fake.workflow("approval-process", lambda run: run.wait_for_signal("approve", timeout=0))
    with pytest.raises(ExecutionFailed, match="the signal 'approve'"):
        fake.client().workflows.execute("approval-process").wait_for_completion(timeout=10)
    with pytest.raises(TimeoutError, match="the signal 'approve'"):
        fake.close()


def test_a_script_that_waits_for_nothing_any_more_ends_with_the_fake() -> None:
    before = threading.active_count()
    with Fake() as fake:
        fake.workflow("approval-process", lambda run: run.wait_for_signal("approve"))
        fake.client().workflows.execute("approval-process")
        fake.wait_for_start("approval-process")
    assert threading.active_count() == before
    with pytest.raises(RuntimeError, match="the fake is closed"):
        fake.workflow("process-order")


def test_a_result_that_is_no_json_is_an_error_where_it_is_given(fake: Fake, client: Ductape) -> None:
    fake.workflow("process-order")
    client.workflows.execute("process-order")
    with pytest.raises(TypeError, match=r"the result must be JSON: .*set"):
        fake.executions[0].complete({1, 2})


def test_an_event_that_the_contract_does_not_have_is_an_error_where_it_is_made(
    fake: Fake, client: Ductape
) -> None:
    fake.workflow("process-order")
    client.workflows.execute("process-order")
    with pytest.raises(AssertionError, match="it is no WorkflowEvent"):
        fake.executions[0].complete_step("Charging", attempts=0)


def test_an_answer_that_the_contract_does_not_have_fails_the_test() -> None:
    fake = Fake()
    fake.workflow("process-order", steps=[7])  # type: ignore[list-item]
    with pytest.raises(ResponseDecodeError, match="steps"):
        fake.client().workflows.definitions()
    with pytest.raises(AssertionError, match=r"it is no WorkflowList, at /workflows/0/steps/0"):
        fake.close()
