from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import errors
from tests.loopback import STATUS, SUMMARY, answer, problem

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from tests.loopback import Loopback


def page(*ids: str, count: int | None = None, cursor: str | None = None) -> dict[str, Any]:
    executions = [SUMMARY | {"executionId": name} for name in ids]
    return {"executions": executions, "count": len(ids) if count is None else count, "nextCursor": cursor}


def test_execute_sends_the_input_and_returns_a_handle(server: Loopback, client: Ductape) -> None:
    server.then(answer(SUMMARY, 201))
    order = client.workflows.execute("process-order", {"orderId": "order-123"})
    assert order.execution_id == "order-1"
    (request,) = server.received
    assert (request.method, request.target) == ("POST", "/v1/executions")
    assert request.json == {"workflow": "process-order", "input": {"orderId": "order-123"}}


def test_execute_sends_its_options_in_the_contracts_units(server: Loopback, client: Ductape) -> None:
    server.then(answer(SUMMARY, 201))
    client.workflows.execute(
        "send-notification",
        timeout=dt.timedelta(minutes=1),
        retries=3,
        metadata={"source": "frontend"},
        execution_id="notify-1",
        idempotency_key="key-1",
    )
    (request,) = server.received
    assert request.json["options"] == {"timeout": 60000, "retries": 3, "metadata": {"source": "frontend"}}
    assert request.json["executionId"] == "notify-1"
    assert request.headers["idempotency-key"] == "key-1"


@pytest.mark.parametrize(("seconds", "milliseconds"), [(0.001, 1), (1.5, 1500), (0.0014, 1), (60, 60000)])
def test_a_timeout_goes_in_milliseconds(
    seconds: float, milliseconds: int, server: Loopback, client: Ductape
) -> None:
    server.then(answer(SUMMARY, 201))
    client.workflows.execute("process-order", timeout=seconds)
    assert server.received[0].json["options"] == {"timeout": milliseconds}


@pytest.mark.parametrize(
    "value", [None, 0, "", [], {}, "ü\U0001f600", {"a": [1, {"b": None}]}, 2**70, 1e-300]
)
def test_any_json_can_be_an_input(value: Any, server: Loopback, client: Ductape) -> None:
    server.then(answer(SUMMARY, 201))
    client.workflows.execute("process-order", value)
    assert server.received[0].json.get("input") == value


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"workflow": ""}, "workflow"),
        ({"workflow": "a\nb"}, "workflow"),
        ({"workflow": "x" * 201}, "workflow"),
        ({"workflow": None}, "workflow"),
        ({"input": {"when": dt.datetime(2026, 1, 1)}}, "input.when"),
        ({"input": {"lines": [1, math.nan]}}, "input.lines[1]"),
        ({"input": {"tags": {"a"}}}, "input.tags"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": 1e300}, "options.timeout"),
        ({"retries": -1}, "options.retries"),
        ({"retries": 1001}, "options.retries"),
        ({"retries": 1.5}, "options.retries"),
        ({"metadata": {"at": dt.date(2026, 1, 1)}}, "options.metadata.at"),
        ({"metadata": {1: 2}}, "options.metadata"),
        ({"execution_id": ".."}, "execution_id"),
        ({"execution_id": ""}, "execution_id"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": "a b"}, "idempotency_key"),
        ({"idempotency_key": "a\r\nX-Evil: 1"}, "idempotency_key"),
        ({"idempotency_key": "é"}, "idempotency_key"),
    ],
)
def test_a_start_that_cannot_be_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], field: str, server: Loopback, client: Ductape
) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        client.workflows.execute(**({"workflow": "process-order"} | arguments))
    assert (caught.value.field, caught.value.status) == (field, None)
    assert str(caught.value).startswith(f"{field} ")
    assert server.connections == 0


@pytest.mark.parametrize("metadata", [[("a", 1)], "ab", 7])
def test_metadata_that_is_no_mapping_is_refused(metadata: Any, server: Loopback, client: Ductape) -> None:
    with pytest.raises(errors.InvalidRequest, match="metadata"):
        client.workflows.execute("process-order", metadata=metadata)
    assert server.connections == 0


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("workflow_not_found", 404, errors.WorkflowNotFound),
        ("execution_exists", 409, errors.ExecutionExists),
        ("idempotency_conflict", 409, errors.IdempotencyConflict),
        ("payload_too_large", 413, errors.InvalidRequest),
    ],
)
def test_a_start_that_the_server_refuses_is_an_error_of_its_own_type(
    code: str, status: int, kind: type[errors.APIError], server: Loopback, client: Ductape
) -> None:
    server.then(problem(status, code, "Why not.", suggestions=["process-order"]))
    with pytest.raises(kind, match="Why not") as caught:
        client.workflows.execute("proces-order")
    assert caught.value.suggestions == ("process-order",)


def test_the_methods_by_id_are_those_of_the_handle(server: Loopback, client: Ductape) -> None:
    server.default = answer(b"", 202)
    client.workflows.signal("order-1", "approve", {"a": 1}, idempotency_key="key-1")
    client.workflows.cancel("order-1", "why")
    server.default = answer(STATUS)
    assert client.workflows.get_status("order-1").current_step == "Charging"
    server.default = answer({"executionId": "order-1", "events": [], "nextAfter": None})
    assert client.workflows.get_history("order-1").events == []
    assert server.targets == [
        "POST /v1/executions/order-1/signals",
        "POST /v1/executions/order-1/cancel",
        "GET /v1/executions/order-1",
        "GET /v1/executions/order-1/history",
    ]


def test_list_asks_for_a_page(server: Loopback, client: Ductape) -> None:
    server.default = answer(page("order-1", "order-2", count=7))
    found = client.workflows.list(workflow="process order/1", status="running", limit=2, offset=3)
    assert [execution.execution_id for execution in found.executions] == ["order-1", "order-2"]
    assert found.count == 7
    assert server.received[0].target == (
        "/v1/executions?workflow=process+order%2F1&status=running&limit=2&offset=3"
    )


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "20"}, "limit"),
        ({"limit": True}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 10_001}, "offset"),
        ({"status": "done"}, "status"),
        ({"workflow": ""}, "workflow"),
        ({"workflow": 7}, "workflow"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], field: str, server: Loopback, client: Ductape
) -> None:
    with pytest.raises(errors.InvalidRequest, match=f"{field} must be") as caught:
        client.workflows.list(**arguments)
    assert (caught.value.field, caught.value.status) == (field, None)
    assert server.connections == 0


def test_iterate_fetches_a_page_when_it_is_needed(server: Loopback, client: Ductape) -> None:
    server.then(answer(page("a", "b", cursor="c1")), answer(page("c", cursor="c2")), answer(page("d")))
    found = client.workflows.iterate(workflow="process-order", status="failed")
    assert server.received == []
    assert next(found).execution_id == "a"
    assert len(server.received) == 1
    assert [execution.execution_id for execution in found] == ["b", "c", "d"]
    assert [request.target.partition("?")[2] for request in server.received] == [
        "workflow=process-order&status=failed&limit=100",
        "workflow=process-order&status=failed&limit=100&cursor=c1",
        "workflow=process-order&status=failed&limit=100&cursor=c2",
    ]


def test_a_list_that_leads_in_a_circle_ends(server: Loopback, client: Ductape) -> None:
    server.default = answer(page("a", cursor="c1"))
    with pytest.raises(errors.ResponseDecodeError, match="the answer leads in a circle"):
        list(client.workflows.iterate())
    assert len(server.received) == 2


def test_definitions_are_the_workflows_that_can_be_executed(server: Loopback, client: Ductape) -> None:
    definition = {
        "name": "approval-process",
        "description": "Waits for an approval.",
        "signals": [{"name": "approve", "description": None, "dataSchema": None}],
        "steps": ["Waiting"],
        "inputSchema": {"type": "object"},
        "resultSchema": None,
    }
    server.default = answer({"workflows": [definition]})
    (found,) = client.workflows.definitions()
    assert (found.name, found.input_schema, found.steps) == (
        "approval-process",
        {"type": "object"},
        ["Waiting"],
    )
    assert server.targets == ["GET /v1/workflows"]


@pytest.mark.parametrize(
    ("executions", "message"),
    [
        (None, "executions must be a list of handles or ids"),
        ("order-1", "executions must be a list of handles or ids"),
        (["order-1", 5], r"executions\[1\] must be an Execution or an id, not 5"),
        (["order-1", ""], "execution_id must be"),
    ],
)
def test_what_cannot_be_waited_for_is_refused_before_anything_is_sent(
    executions: Any, message: str, server: Loopback, client: Ductape
) -> None:
    for wait in (client.workflows.wait_all, lambda given: list(client.workflows.as_completed(given))):
        with pytest.raises(errors.InvalidRequest, match=message):
            wait(executions)
    assert server.received == []


@pytest.mark.parametrize("wrong", ["print", 5])
def test_a_callback_that_is_no_function_is_refused(wrong: Any, server: Loopback, client: Ductape) -> None:
    for name in ("on_change", "on_error"):
        with pytest.raises(errors.InvalidRequest, match=f"{name} must be a function, not {wrong!r}"):
            client.workflows.subscribe("order-1", **{name: wrong})
    with pytest.raises(errors.InvalidRequest, match="callback must be a function"):
        client.on_connection_state_change(wrong)
    assert server.received == []
