"""Two products on one gateway, in one namespace of Temporal: what one has is nobody else's."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from ductape_sync import Ductape, ExecutionNotFound, Forbidden, Unauthenticated
from tests.cluster.cluster import KEYS, eventually
from tests.gateway.contract import check_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ductape_sync import Execution
    from tests.cluster.cluster import Cluster

NASTY = 'a\nb\r\x1b[31mred\x07\x7f\x9b2J\u202e\u2028<script>alert(1)</script>"q" é'


@pytest.fixture(scope="module")
def order(cluster: Cluster) -> Iterator[Execution]:
    """An execution of the shop's that waits."""
    with cluster.client("shop") as client:
        order = client.workflows.execute("waiting", "the shop's own", execution_id="shop-order")
        eventually(lambda: client.workflows.list(workflow="waiting", status="running").executions)
        yield order
        order.signal("end", "at last")
        assert order.wait_for_completion() == "at last"


def listed(cluster: Cluster, product: str, **filters: str) -> dict[str, Any]:
    answer = ask(cluster, product, "GET", "/v1/executions", params={"limit": "1000", **filters})
    found: dict[str, Any] = answer.json()
    assert found["nextCursor"] is None
    return found


def ids(page: dict[str, Any]) -> set[str]:
    return {execution["executionId"] for execution in page["executions"]}


@pytest.mark.parametrize(
    "filters", [{}, {"workflow": "waiting"}, {"status": "running"}, {"idPrefix": "shop"}]
)
def test_lists_show_only_ones_own(order: Execution, cluster: Cluster, filters: dict[str, str]) -> None:
    assert order.execution_id in ids(listed(cluster, "shop", **filters))
    theirs = listed(cluster, "bank", **filters)
    assert order.execution_id not in ids(theirs)
    assert theirs["count"] == len(theirs["executions"])


@pytest.mark.parametrize("name", ["workflow", "idPrefix"])
@pytest.mark.parametrize(
    "text",
    [
        "waiting' OR TaskQueue = 'shop-prod",
        "waiting' OR 1 = 1 --",
        "' OR WorkflowType != '",
        "waiting\\' OR TaskQueue = 'shop-prod' OR WorkflowType = '",
        "waiting'' OR ''1'' = ''1",
        'waiting" OR TaskQueue = "shop-prod',
        "waiting` OR TaskQueue = `shop-prod",
        "shop'",
        "shop%",
        "shop_order",
        "shop\\",
        "shop\0",
    ],
)
def test_a_filter_is_a_text_and_no_query(order: Execution, cluster: Cluster, name: str, text: str) -> None:
    for product in KEYS:
        answer = ask(cluster, product, "GET", "/v1/executions", params={name: text})
        found = answer.json()
        assert answer.status_code == 400 or (found["count"], found["executions"]) == (0, [])


@pytest.mark.parametrize(
    "cursor",
    [
        ["2020-01-01T00:00:00+00:00' OR '1' = '1", "x"],
        ["9999-12-31T23:59:59+00:00", "' OR 1 = 1"],
        ["9999-12-31T23:59:59.999+00:00", "x"],
        ["0001-01-01T00:00:00+23:59", "x"],
    ],
)
def test_a_cursor_that_is_made_up_leads_nowhere_else(
    order: Execution, cluster: Cluster, cursor: list[str]
) -> None:
    text = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
    answer = ask(cluster, "bank", "GET", "/v1/executions", params={"cursor": text})
    assert answer.status_code == 400 or order.execution_id not in answer.text


def see_that_nothing_is_found(client: Ductape, execution_id: str) -> None:
    theirs = client.workflows.get(execution_id)
    for act in (
        theirs.refresh,
        theirs.history,
        lambda: theirs.signal("end", "by the bank"),
        lambda: theirs.cancel("by the bank"),
        lambda: theirs.wait_for_completion(timeout=5),
        lambda: next(theirs.events()),
        lambda: list(theirs.subscribe()),
        lambda: client.workflows.wait_all([execution_id], timeout=5),
    ):
        with pytest.raises(ExecutionNotFound) as refused:
            act()
        assert "shop" not in str(refused.value).replace(execution_id, "")


def test_no_operation_finds_what_is_anothers(order: Execution, bank: Ductape) -> None:
    see_that_nothing_is_found(bank, order.execution_id)
    assert order.refresh().status == "running"
    assert {event.type for event in order.history().events} <= {"started", "status_changed"}


def test_none_finds_it_while_its_owner_follows_it_nor_once_it_has_ended(shop: Ductape, bank: Ductape) -> None:
    """What a gateway keeps for one, it must not show to another."""
    order = shop.workflows.execute("waiting", 1)
    with order.subscribe() as events, ThreadPoolExecutor(1) as pool:
        assert next(events).type == "started"
        waiting = pool.submit(order.wait_for_completion, timeout=60)
        see_that_nothing_is_found(bank, order.execution_id)
        order.signal("end", "by the shop")
        assert waiting.result() == "by the shop"
        assert [event.type for event in events][-1] == "completed"
    assert shop.workflows.get_status(order.execution_id).status == "completed"
    see_that_nothing_is_found(bank, order.execution_id)


def test_what_is_anothers_looks_like_what_is_not_there(order: Execution, cluster: Cluster) -> None:
    def told(execution_id: str, method: str, path: str, body: Any) -> list[Any]:
        answer = ask(cluster, "bank", method, f"/v1/executions/{execution_id}{path}", json=body)
        problem = answer.json() | {"requestId": ""}
        return [answer.status_code, json.dumps(problem).replace(execution_id, "…")]

    for method, path, body in (
        ("GET", "", None),
        ("GET", "/history", None),
        ("POST", "/signals", {"signal": "end"}),
        ("POST", "/cancel", {}),
    ):
        assert told(order.execution_id, method, path, body) == told("nobodys", method, path, body)


def test_an_idempotency_key_is_ones_own(shop: Ductape, bank: Ductape) -> None:
    started = [client.workflows.execute("waiting", 1, idempotency_key="the-same") for client in (shop, bank)]
    again = [client.workflows.execute("waiting", 1, idempotency_key="the-same") for client in (shop, bank)]
    assert [each.execution_id for each in again] == [each.execution_id for each in started]
    assert started[0].execution_id != started[1].execution_id
    for number, each in enumerate(started):
        each.signal("end", number, idempotency_key="the-same-too")
        assert each.wait_for_completion() == number


def test_a_key_opens_one_tenant_alone(cluster: Cluster) -> None:
    for product, env, key, error in (
        ("shop", "prod", KEYS["bank"], Forbidden),
        ("shop", "dev", KEYS["shop"], Forbidden),
        ("shop", "prod", "dsk_nobodys", Unauthenticated),
    ):
        with Ductape(key, product, env, base_url=cluster.url) as client, pytest.raises(error):
            client.workflows.list()


def ask(cluster: Cluster, product: str, method: str, path: str, **more: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {KEYS[product]}", **more.pop("headers", {})}
        answer = session.request(method, cluster.url + path, headers=headers, timeout=60, **more)
    check_answer(answer)
    return answer


def test_names_are_inert_in_answers_and_logs(cluster: Cluster, shop: Ductape) -> None:
    failed = shop.workflows.execute("failing", NASTY, metadata={NASTY: NASTY}, idempotency_key="nasty")
    eventually(lambda: failed.refresh().has_ended)
    assert "<script>" in (failed.error or "")
    for path in (
        f"/v1/executions/{failed.execution_id}",
        f"/v1/executions/{failed.execution_id}/history",
        "/v1/executions?workflow=failing",
        "/v1/executions/%1b%5b31m%0a%3cscript%3e",
        "/%1b%5b31m%0a%3cscript%3e",
    ):
        answer = ask(cluster, "shop", "GET", path, headers={"X-Request-Id": "\x1b[31m"})
        assert answer.headers["Content-Type"] in {"application/json", "application/problem+json"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not set(answer.text) & {chr(code) for code in (*range(0x20), *range(0x80, 0xA0))}
    body = {"workflow": "\x9b2J\u202e<script>"}
    assert ask(cluster, "shop", "POST", "/v1/executions", json=body).json()["code"] == "workflow_not_found"
    for part in ("gateway", "worker"):
        log = cluster.log(part)
        assert log
        assert log.isascii()
        assert log.replace("\n", "").isprintable()
    for key in KEYS.values():
        assert key not in cluster.log("gateway") + cluster.log("worker")
