from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import errors
from tests.loopback import COMPLETED, STATUS, Received, Wire, answer, problem, reset, stall

if TYPE_CHECKING:
    from ductape_sync.workflows import Workflows
    from tests.clock import FakeClock
    from tests.loopback import Act, Loopback

FAILED = COMPLETED | {
    "status": "failed",
    "result": None,
    "error": "no funds",
    "failure": {"message": "no funds", "type": "PaymentError", "step": "Charging", "attempts": 3},
}


def prefers(server: Loopback) -> list[str | None]:
    return [request.headers.get("prefer") for request in server.received]


def held(clock: FakeClock, seconds: float, body: Any = STATUS) -> Act:
    """Answer after so many seconds, as a server does that holds its answer."""

    def act(wire: Wire, request: Received) -> None:
        clock.now += seconds
        answer(body, preference_applied=request.headers.get("prefer"))(wire, request)

    return act


def test_a_wait_is_one_request_that_is_answered_at_the_end(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(held(clock, 12.5, COMPLETED))
    assert workflows.wait_for_completion("order-1") == {"total": 42}
    assert prefers(server) == ["wait=30"]
    assert clock.waits == []


def test_a_long_wait_asks_again_as_soon_as_it_is_let_go(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(*[held(clock, 30)] * 3, held(clock, 7, COMPLETED))
    workflows.wait_for_completion("order-1")
    assert prefers(server) == ["wait=30"] * 4
    assert clock.waits == []


def test_the_last_hold_ends_with_the_timeout_and_one_more_look_decides(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(held(clock, 30), held(clock, 15), answer(COMPLETED))
    assert workflows.wait_for_completion("order-1", timeout=45) == {"total": 42}
    assert prefers(server) == ["wait=30", "wait=15", None]


def test_a_wait_that_times_out_says_where_the_execution_is(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(held(clock, 5), answer(STATUS))
    order = workflows.get("order-1")
    with pytest.raises(errors.WaitTimeout) as caught:
        order.wait_for_completion(timeout=5)
    error = caught.value
    assert str(error) == "order-1 had not ended in time (running at step 'Charging'); it goes on"
    assert error.execution is order
    assert error.current_step == "Charging"
    assert error.status is not None
    assert error.status.input == {"orderId": "order-123"}
    assert order.status == "running"


@pytest.mark.timeout(9)
def test_a_hold_in_whole_seconds_does_not_outlast_a_shorter_timeout(
    server: Loopback, workflows: Workflows
) -> None:
    # Real time passes here: the server would hold for a whole second and is not waited for.
    from ductape_sync.timing import SYSTEM_CLOCK

    workflows._api.clock = SYSTEM_CLOCK
    server.then(stall)
    server.default = answer(STATUS)
    with pytest.raises(errors.WaitTimeout):
        workflows.wait_for_completion("order-1", timeout=0.2)
    assert prefers(server) == ["wait=1", None]


@pytest.mark.parametrize("status", [COMPLETED, STATUS])
def test_a_timeout_of_nothing_looks_once(
    status: dict[str, Any], server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.default = answer(status)
    if status is COMPLETED:
        assert workflows.wait_for_completion("order-1", timeout=0) == {"total": 42}
    else:
        with pytest.raises(errors.WaitTimeout):
            workflows.wait_for_completion("order-1", timeout=0)
    assert prefers(server) == [None]
    assert clock.waits == []


def test_a_server_that_does_not_hold_is_polled(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(*[answer(STATUS)] * 3, answer(COMPLETED))
    workflows.wait_for_completion("order-1", poll_interval=2.5)
    assert clock.waits == [2.5, 2.5, 2.5]


def test_polling_counts_from_the_request_before(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    def slowly(wire: Wire, request: Received) -> None:
        clock.now += 0.75
        answer(STATUS)(wire, request)

    server.then(slowly, slowly, answer(COMPLETED))
    workflows.wait_for_completion("order-1")
    assert clock.waits == [0.25, 0.25]


@pytest.mark.parametrize("spent", [0, 0.5, 20])
def test_a_server_that_says_that_it_holds_and_does_not_is_not_hammered(
    spent: float, server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(*[held(clock, spent)] * 3, answer(COMPLETED))
    workflows.wait_for_completion("order-1", poll_interval=1)
    assert clock.waits == ([1 - spent] * 3 if spent < 1 else [])


def test_a_server_that_answers_at_once_is_not_hammered_in_the_last_second(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.default = held(clock, 0)
    with pytest.raises(errors.WaitTimeout):
        workflows.wait_for_completion("order-1", timeout=1, poll_interval=0.5)
    assert len(server.received) == 3  # at 0, at a half, and at the end
    assert clock.waits == [0.5, 0.5]


FAULTS: dict[str, Act] = {
    "reset": reset,
    "429": problem(429, "rate_limited"),
    "500": problem(500, "internal"),
    "502": answer(b"<html>", 502, content_type="text/html"),
    "503": problem(503, "engine_unavailable", retry_after="2"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_faults_are_survived(
    fault: Act, server: Loopback, workflows: Workflows, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    server.then(*[fault] * 8, answer(COMPLETED))
    with caplog.at_level(logging.WARNING, "ductape_sync"):
        assert workflows.wait_for_completion("order-1") == {"total": 42}
    assert len(clock.waits) == 8
    assert max(clock.waits) <= 5.0
    assert [record.getMessage().split(" in ")[0] for record in caplog.records] == [
        "waiting for order-1 goes on"
    ] * 8


def test_faults_are_survived_until_the_timeout_which_then_says_what_they_are(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(held(clock, 30))
    server.default = problem(503, "engine_unavailable", "The engine is away.")
    started = clock.now
    with pytest.raises(errors.WaitTimeout) as caught:
        workflows.wait_for_completion("order-1", timeout=60)
    assert clock.now == started + 60
    assert "running at step 'Charging' when last seen; The engine is away." in str(caught.value)
    assert isinstance(caught.value.__cause__, errors.ServerError)
    assert caught.value.current_step == "Charging"


def test_a_server_that_was_never_reached_is_a_timeout_without_a_status(
    server: Loopback, workflows: Workflows
) -> None:
    server.stop()
    with pytest.raises(errors.WaitTimeout, match="nothing answers at") as caught:
        workflows.wait_for_completion("order-1", timeout=3)
    assert caught.value.status is None
    assert caught.value.current_step is None


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (problem(401, "unauthenticated"), errors.Unauthenticated),
        (problem(403, "forbidden"), errors.Forbidden),
        (problem(404, "execution_not_found"), errors.ExecutionNotFound),
        (answer(b"<html>"), errors.ResponseDecodeError),
        (answer(b"", 302, location="/login"), errors.APIError),
    ],
)
def test_what_waiting_does_not_change_is_raised_at_once(
    act: Act, kind: type[Exception], server: Loopback, workflows: Workflows
) -> None:
    server.default = act
    with pytest.raises(kind):
        workflows.wait_for_completion("order-1")
    assert len(server.received) == 1


def test_a_status_of_a_newer_server_is_not_an_end(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(held(clock, 30, STATUS | {"status": "paused"}), answer(COMPLETED))
    assert workflows.wait_for_completion("order-1") == {"total": 42}


def test_a_wait_that_is_over_says_what_holds_the_execution_up(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    held_up = STATUS | {"currentStepAttempt": 4, "currentStepError": "card declined"}
    server.then(held(clock, 30, held_up), answer(held_up))
    with pytest.raises(errors.WaitTimeout) as caught:
        workflows.wait_for_completion("order-1", timeout=30)
    where = "running at step 'Charging', try 4 after: card declined"
    assert str(caught.value).startswith(f"order-1 had not ended in time ({where}); it goes on")
    assert caught.value.status is not None
    assert caught.value.status.current_step_error == "card declined"


def test_a_failed_execution_raises_why_and_where(server: Loopback, workflows: Workflows) -> None:
    server.default = answer(FAILED)
    order = workflows.get("order-1")
    with pytest.raises(errors.ExecutionFailed) as caught:
        order.wait_for_completion()
    assert str(caught.value) == ("process-order order-1 failed at step 'Charging' after 3 attempts: no funds")
    assert caught.value.execution is order
    assert caught.value.failure is not None
    assert caught.value.failure.type == "PaymentError"


@pytest.mark.parametrize(
    ("error", "failure", "message"),
    [
        ("boom", None, "process-order order-1 failed: boom"),
        (None, None, "process-order order-1 failed: no reason given"),
        (
            None,
            {"message": "late", "type": "timeout", "step": None, "attempts": None},
            "process-order order-1 failed: late",
        ),
        (
            "x",
            {"message": "x", "type": "E", "step": "A", "attempts": 1},
            "process-order order-1 failed at step 'A': x",
        ),
    ],
)
def test_a_failure_reads_well_whatever_is_known_of_it(
    error: str | None, failure: dict[str, Any] | None, message: str, server: Loopback, workflows: Workflows
) -> None:
    server.default = answer(FAILED | {"error": error, "failure": failure})
    with pytest.raises(errors.ExecutionFailed) as caught:
        workflows.wait_for_completion("order-1")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("out of stock", "process-order order-1 was cancelled: out of stock"),
        (None, "process-order order-1 was cancelled"),
    ],
)
def test_a_cancelled_execution_raises_the_reason(
    reason: str | None, message: str, server: Loopback, workflows: Workflows
) -> None:
    server.default = answer(COMPLETED | {"status": "cancelled", "result": None, "error": reason})
    with pytest.raises(errors.ExecutionCancelled) as caught:
        workflows.wait_for_completion("order-1")
    assert str(caught.value) == message


def test_a_handle_that_knows_the_end_asks_no_more(server: Loopback, workflows: Workflows) -> None:
    server.default = answer(COMPLETED)
    order = workflows.get("order-1")
    assert [order.wait_for_completion() for _ in range(3)] == [{"total": 42}] * 3
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"timeout": -1}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"poll_interval": 0}, "poll_interval"),
        ({"poll_interval": None}, "poll_interval"),
        ({"poll_interval": -0.5}, "poll_interval"),
    ],
)
def test_times_that_cannot_be_are_refused_before_anything_is_sent(
    arguments: dict[str, Any], field: str, server: Loopback, workflows: Workflows
) -> None:
    with pytest.raises(errors.InvalidRequest, match=field) as caught:
        workflows.wait_for_completion("order-1", **arguments)
    assert caught.value.field == field
    assert server.received == []


@pytest.mark.parametrize("poll_interval", [1e300, 10**15])
def test_any_poll_interval_will_do(
    poll_interval: float, server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.then(answer(STATUS), answer(COMPLETED))
    workflows.wait_for_completion("order-1", poll_interval=poll_interval, timeout=7)
    assert clock.waits == [7]
