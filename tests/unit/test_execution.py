from __future__ import annotations

import copy
import datetime as dt
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import errors
from tests.loopback import COMPLETED, STATUS, SUMMARY, answer, problem

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from ductape_sync.execution import Execution
    from tests.loopback import Loopback

BAD_IDS = [
    "",
    "..",
    ".",
    "a/b",
    "../a",
    "a?b",
    "a#b",
    "a%2Fb",
    "a\nb",
    "a\r\nX: 1",
    "a b",
    "-a",
    "é",
    "a" * 201,
    "\ud800",
    7,
    None,
]


@pytest.fixture
def order(client: Ductape) -> Execution:
    return client.workflows.get("order-1")


def event(number: int, kind: str, **data: Any) -> dict[str, Any]:
    return {
        "id": f"{number:05}",
        "executionId": "order-1",
        "timestamp": "2026-11-22T10:00:00Z",
        "type": kind,
        "data": data,
    }


def test_a_handle_is_made_without_a_request_and_asks_when_it_needs_to(
    server: Loopback, order: Execution
) -> None:
    assert (order.execution_id, server.received) == ("order-1", [])
    server.default = answer(STATUS)
    assert order.status == "running"
    assert order.current_step == "Charging"
    assert order.input == {"orderId": "order-123"}
    assert order.workflow == "process-order"
    assert order.started_at == dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    assert (order.completed_at, order.result, order.error, order.failure) == (None, None, None, None)
    assert (order.attempt, order.metadata) == (1, {})
    assert server.targets == ["GET /v1/executions/order-1"]


def test_refresh_asks_anew(server: Loopback, order: Execution) -> None:
    server.then(answer(STATUS), answer(COMPLETED))
    assert order.status == "running"
    assert order.refresh() is order
    assert (order.status, order.result, order.has_ended) == ("completed", {"total": 42}, True)


def test_a_started_execution_knows_its_start_without_asking(server: Loopback, client: Ductape) -> None:
    server.then(answer(SUMMARY, 201))
    order = client.workflows.execute("process-order")
    assert (order.status, order.workflow, order.completed_at, order.has_ended) == (
        "running",
        "process-order",
        None,
        False,
    )
    assert len(server.received) == 1


def test_a_repr_shows_what_is_known_and_asks_no_server(server: Loopback, client: Ductape) -> None:
    assert repr(client.workflows.get("order-1")) == "<Execution 'order-1'>"
    server.then(answer(SUMMARY, 201))
    assert repr(client.workflows.execute("process-order")) == "<Execution 'order-1' process-order running>"
    assert len(server.received) == 1


def test_a_signal_is_sent_with_its_data(server: Loopback, order: Execution) -> None:
    server.default = answer(b"", 202)
    order.signal("approve", {"by": "user-456"})
    order.signal("nudge", idempotency_key="nudge-1")
    assert server.targets == ["POST /v1/executions/order-1/signals"] * 2
    assert server.received[0].json == {"signal": "approve", "data": {"by": "user-456"}}
    assert server.received[1].json["signal"] == "nudge"
    assert server.received[1].headers["idempotency-key"] == "nudge-1"


def test_a_cancellation_is_sent_with_its_reason(server: Loopback, order: Execution) -> None:
    server.default = answer(b"", 202)
    order.cancel("out of stock")
    order.cancel()
    assert server.targets == ["POST /v1/executions/order-1/cancel"] * 2
    assert [request.json for request in server.received] == [{"reason": "out of stock"}, {}]


@pytest.mark.parametrize("act", ["signal", "cancel"])
def test_after_the_end_an_execution_takes_neither(act: str, server: Loopback, order: Execution) -> None:
    server.default = problem(409, "execution_closed", "order-1 has completed.")
    with pytest.raises(errors.ExecutionClosed, match="order-1 has completed"):
        order.signal("approve") if act == "signal" else order.cancel()


def test_the_history_is_fetched_page_by_page(server: Loopback, order: Execution) -> None:
    first = {
        "executionId": "order-1",
        "events": [event(1, "started", workflow="w", input=None)],
        "nextAfter": "00001",
    }
    last = {"executionId": "order-1", "events": [event(2, "completed", result=7)], "nextAfter": None}
    server.then(answer(first), answer(last))
    history = order.history()
    assert [(event.id, event.type) for event in history.events] == [
        ("00001", "started"),
        ("00002", "completed"),
    ]
    assert history.next_after is None
    assert server.targets == [
        "GET /v1/executions/order-1/history",
        "GET /v1/executions/order-1/history?after=00001",
    ]


def test_events_of_a_newer_server_are_in_the_history_too(server: Loopback, order: Execution) -> None:
    events = [event(1, "paused", by="someone"), event(2, "completed", result=7)]
    server.default = answer({"executionId": "order-1", "events": events, "nextAfter": None})
    paused, completed = order.history().events
    assert (paused.type, paused.data) == ("paused", {"by": "someone"})
    assert paused.to_dict() == events[0] | {"timestamp": "2026-11-22T10:00:00+00:00"}
    assert completed.type == "completed"


def test_a_history_that_leads_in_a_circle_ends(server: Loopback, order: Execution) -> None:
    server.default = answer({"executionId": "order-1", "events": [], "nextAfter": "00001"})
    with pytest.raises(
        errors.ResponseDecodeError, match="the answer leads in a circle: '00001' follows itself"
    ):
        order.history()
    assert len(server.received) == 2


@pytest.mark.parametrize("execution_id", BAD_IDS)
def test_an_id_that_cannot_be_is_refused_before_anything_is_sent(
    execution_id: Any, server: Loopback, client: Ductape
) -> None:
    handle = client.workflows.get(execution_id)
    for call in (
        handle.refresh,
        handle.wait_for_completion,
        handle.history,
        handle.cancel,
        lambda: handle.signal("approve"),
        lambda: client.workflows.get_status(execution_id),
    ):
        with pytest.raises(errors.InvalidRequest, match="execution_id must be") as caught:
            call()
        assert (caught.value.field, caught.value.status) == ("execution_id", None)
    assert server.connections == 0


@pytest.mark.parametrize("execution_id", ["a", "A_1", "order:1.2", "a@b=c+d~e-f", "_x", "9" * 200])
def test_an_id_that_can_be_is_sent_so_that_the_server_reads_the_same(
    execution_id: str, server: Loopback, client: Ductape
) -> None:
    from urllib.parse import unquote

    server.default = answer(STATUS)
    client.workflows.get_status(execution_id)
    assert unquote(server.received[0].target) == f"/v1/executions/{execution_id}"


@pytest.mark.parametrize(
    ("signal", "data", "field"),
    [
        ("", None, "signal"),
        ("a\nb", None, "signal"),
        (7, None, "signal"),
        ("approve", {"at": dt.datetime(2026, 1, 1)}, "data.at"),
        ("approve", {1, 2}, "data"),
        ("approve", float("nan"), "data"),
    ],
)
def test_a_signal_that_cannot_be_is_refused_before_anything_is_sent(
    signal: Any, data: Any, field: str, server: Loopback, order: Execution
) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        order.signal(signal, data)
    assert caught.value.field == field
    assert server.connections == 0


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_handle_is_not_pickled(copied: Any, order: Execution) -> None:
    with pytest.raises(TypeError, match=r"pass its execution_id on and get\(\) it there"):
        copied(order)
