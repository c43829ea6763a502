from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.gateway.running import BANK_KEY, SHOP, SHOP_KEY, gateway, read_all
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from tests.gateway.running import Running


def start(served: Running, **body: Any) -> str:
    execution_id: str = served.post("/v1/executions", {"workflow": "process-order", **body}).json()[
        "executionId"
    ]
    return execution_id


def test_execute_answers_201_with_the_summary(served: Running) -> None:
    answer = served.post(
        "/v1/executions",
        {"workflow": "process-order", "input": {"id": 7}, "options": {"metadata": {"source": "test"}}},
    )
    assert answer.status_code == 201
    assert answer.json()["status"] == "running"
    assert answer.json()["metadata"] == {"source": "test"}
    assert "Idempotent-Replayed" not in answer.headers


def test_a_repeated_idempotency_key_answers_with_the_first_execution_and_says_so(served: Running) -> None:
    request = {"json": {"workflow": "process-order", "input": 1}, "headers": {"Idempotency-Key": "k"}}
    first, again = (served.post("/v1/executions", **request) for _ in range(2))
    assert again.status_code == 201
    assert again.json()["executionId"] == first.json()["executionId"]
    assert again.headers["Idempotent-Replayed"] == "true"
    request["json"] = {"workflow": "process-order", "input": 2}
    assert served.refused("POST", "/v1/executions", **request) == (
        409, "idempotency_conflict", "Idempotency-Key",
    )  # fmt: skip


def test_an_unknown_workflow_is_404_and_names_the_closest(served: Running) -> None:
    answer = served.post("/v1/executions", {"workflow": "no-such"})
    assert (answer.status_code, answer.json()["code"]) == (404, "workflow_not_found")
    assert answer.json()["suggestions"] == ["process-order"]


def test_status_history_signal_and_cancel_reach_the_execution(served: Running) -> None:
    execution_id = start(served, input={"id": 7})
    path = f"/v1/executions/{execution_id}"
    assert served.post(f"{path}/signals", {"signal": "approve", "data": {"by": "me"}}).status_code == 202
    assert served.post(f"{path}/cancel", {"reason": "changed my mind"}).status_code == 202
    assert served.get(path).json()["status"] == "cancelled"
    events = served.get(f"{path}/history").json()["events"]
    assert [event["type"] for event in events] == [
        "started",
        "signal_received",
        "status_changed",
        "cancelled",
    ]
    assert events[1]["data"] == {"signal": "approve", "data": {"by": "me"}}
    assert events[3]["data"] == {"reason": "changed my mind"}


def test_history_goes_page_by_page(served: Running, engine: ScriptedEngine) -> None:
    execution_id = start(served)
    engine.add_many(execution_id, 6)
    path = f"/v1/executions/{execution_id}/history"
    first = served.get(f"{path}?limit=4").json()
    second = served.get(f"{path}?limit=4&after={first['nextAfter']}").json()
    assert second["nextAfter"] is None
    ids = [event["id"] for event in first["events"] + second["events"]]
    assert ids == sorted(set(ids))
    assert len(ids) == 7


def test_list_hands_the_filters_on(served: Running, engine: ScriptedEngine) -> None:
    start(served)
    name = "it's quoted % & OR 1=1"
    answer = served.get("/v1/executions", params={"workflow": name, "status": "failed", "offset": 30})
    assert answer.json()["count"] == 1
    assert engine.calls[-1] == (
        "list",
        SHOP,
        {
            "workflow": name,
            "status": "failed",
            "id_prefix": None,
            "limit": 20,
            "offset": 30,
            "cursor": None,
        },
    )


def test_workflows_lists_what_can_be_executed(served: Running) -> None:
    assert [each["name"] for each in served.get("/v1/workflows").json()["workflows"]] == ["process-order"]


def test_health_needs_no_key(served: Running) -> None:
    assert served.get("/v1/health", key=None).json()["engine"] == "scripted 1.0"


def test_the_contract_is_served(served: Running) -> None:
    answer = served.get("/openapi.yaml", key=None)
    assert answer.headers["Content-Type"] == "application/yaml"
    assert answer.text.startswith("openapi: 3.1.0")


def test_head_is_get_without_content(served: Running) -> None:
    answer = served.request("HEAD", "/v1/workflows")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.content == b""


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({}, "/workflow", "workflow is missing"),
        ({"workflow": ""}, "/workflow", "must not be empty"),
        ({"workflow": 7}, "/workflow", "type string"),
        ({"workflow": "a\nb"}, "/workflow", "character that is not allowed"),
        ({"workflow": "x" * 201}, "/workflow", "at most 200 characters"),
        ({"workflow": "x", "executionId": ".."}, "/executionId", "letters, digits"),
        ({"workflow": "x", "options": {"timeout": -1}}, "/options/timeout", "at least 1"),
        ({"workflow": "x", "options": {"timeout": 1.5}}, "/options/timeout", "Milliseconds"),
        ({"workflow": "x", "options": {"retries": 1001}}, "/options/retries", "at most 1000"),
        ({"workflow": "x", "optoins": {}}, "/optoins", "known are workflow, input, executionId, options"),
        ([], None, "the body must be of the type object"),
    ],
)
def test_a_body_that_breaks_the_contract_is_400_and_says_what_to_do(
    served: Running, body: Any, field: str | None, says: str
) -> None:
    answer = served.post("/v1/executions", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (400, "invalid_request", field)
    assert says in problem["detail"]


def test_a_misspelt_field_gets_a_suggestion(served: Running) -> None:
    body = {"workflow": "x", "optoins": {}}
    assert served.post("/v1/executions", body).json()["suggestions"] == ["options"]
    assert served.get("/v1/executions?stauts=failed").json()["suggestions"] == ["status"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=1e2", "limit"),
        ("limit=%D9%A1", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("offset=-1", "offset"),
        ("offset=10001", "offset"),
        ("offset=99999999999999999999999999", "offset"),
        ("status=done", "status"),
        ("workflow=", "workflow"),
        ("cursor=a&offset=1", "cursor"),
        ("colour=red", "colour"),
        ("workflow=%ff", None),
    ],
)
def test_a_query_that_breaks_the_contract_is_400(served: Running, query: str, field: str | None) -> None:
    assert served.refused("GET", f"/v1/executions?{query}") == (400, "invalid_request", field)


@pytest.mark.parametrize(
    "execution_id", ["%2e%2e", "-a", "a%20b", "a%00b", "x" * 201, "%ff", "a;b", "%F0%9F%98%80"]
)
def test_an_execution_id_that_breaks_the_contract_is_400(served: Running, execution_id: str) -> None:
    with served.raw(
        f"GET /v1/executions/{execution_id} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {SHOP_KEY}\r\nConnection: close\r\n\r\n".encode()
    ) as connection:
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"field":"executionId"' in answer


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_an_idempotency_key_that_breaks_the_contract_is_400(served: Running, key: str) -> None:
    refused = served.refused(
        "POST", "/v1/executions", json={"workflow": "x"}, headers={"Idempotency-Key": key.encode("latin-1")}
    )
    assert refused == (400, "invalid_request", "Idempotency-Key")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff{}",
        b"\xef\xbb\xbf{}",
        b'{"workflow": NaN}',
        b'{"workflow": "x", "input": Infinity}',
        b'{"workflow": "x", "input": 1e999}',
        b'{"workflow": "x", "input": "\\ud800"}',
        b'{"workflow": "x", "workflow": "y"}',
        b'{"workflow": "x", "input": ' + b"9" * 5000 + b"}",
        b'{"workflow": "x", "input": ' + b"[" * 129 + b"]" * 129 + b"}",
        b'{"workflow": "x", "input": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_json_that_is_not_sound_is_400(served: Running, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    status, code, _ = served.refused("POST", "/v1/executions", data=body, headers=headers)
    assert (status, code) == (400, "invalid_request")


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "text/json"]
)
def test_a_body_that_does_not_say_it_is_json_is_415(served: Running, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    refused = served.refused("POST", "/v1/executions", data=b'{"workflow": "x"}', headers=headers)
    assert refused == (415, "unsupported_media_type", "Content-Type")


def test_json_with_a_charset_is_json(served: Running) -> None:
    headers = {"Content-Type": 'Application/JSON; charset="utf-8"'}
    answer = served.request("POST", "/v1/executions", data=b'{"workflow": "process-order"}', headers=headers)
    assert answer.status_code == 201


def test_a_compressed_body_is_415(served: Running) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    refused = served.refused("POST", "/v1/executions", data=b"{}", headers=headers)
    assert refused == (415, "unsupported_media_type", "Content-Encoding")


@pytest.mark.parametrize(
    "path", ["/nothing", "/v1", "/v1/", "/v1/executions/", "/v1/executions/a/b/c", "/v2/health"]
)
def test_an_unknown_path_is_404_as_a_problem(served: Running, path: str) -> None:
    assert served.refused("GET", path) == (404, "not_found", None)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/executions", "GET, HEAD, POST"),
        ("POST", "/v1/executions/a", "GET, HEAD"),
        ("GET", "/v1/executions/a/cancel", "POST"),
        ("OPTIONS", "/v1/executions", "GET, HEAD, POST"),
        ("PUT", "/", "GET, HEAD"),
    ],
)
def test_an_unknown_method_is_405_and_says_which_there_are(
    served: Running, method: str, path: str, allow: str
) -> None:
    answer = served.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allow


def test_the_websocket_path_asks_for_an_upgrade(served: Running) -> None:
    answer = served.get("/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (426, "upgrade_required")
    assert answer.headers["Upgrade"] == "websocket"


def test_a_fault_in_the_gateway_is_a_500_that_leaks_nothing_and_is_logged_under_its_id(
    served: Running, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.fault = RuntimeError("the password is hunter2")
    answer = served.get("/v1/workflows")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.text
    record = next(record for record in caplog.records if record.exc_info)
    assert record.__dict__["fields"]["request"] == answer.headers["X-Request-Id"]
    engine.fault = None
    assert served.get("/v1/workflows").status_code == 200


def test_an_engine_that_is_away_is_503_with_retry_after_until_it_is_back(
    served: Running, engine: ScriptedEngine
) -> None:
    engine.down = True
    while served.get("/v1/health").ok:
        pass  # health is told for up to a second after it was
    for path in ("/v1/executions", "/v1/workflows", "/v1/health"):
        answer = served.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
        assert answer.headers["Retry-After"] == "1"
    engine.down = False
    assert served.get("/v1/workflows").status_code == 200


def test_a_result_that_json_cannot_say_is_still_shown(served: Running, engine: ScriptedEngine) -> None:
    execution_id = start(served)
    engine.end(execution_id, "completed", result={"ratio": float("nan"), "text": "\ud800", "ok": "é"})
    assert served.get(f"/v1/executions/{execution_id}").json()["result"] == {
        "ratio": None, "text": "\ud800", "ok": "é",
    }  # fmt: skip


class TestRequestIds:
    def test_every_answer_has_its_own(self, served: Running) -> None:
        ids = {served.get("/v1/health").headers["X-Request-Id"] for _ in range(3)}
        assert len(ids) == 3

    def test_a_client_may_bring_one(self, served: Running) -> None:
        answer = served.get("/nothing", headers={"X-Request-Id": "order-7.a"})
        assert answer.headers["X-Request-Id"] == answer.json()["requestId"] == "order-7.a"

    @pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 65, "\x1b[31m"])
    def test_one_that_could_do_harm_is_replaced(self, served: Running, given: str) -> None:
        with served.raw(
            f"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: {given}\r\n"
            "Connection: close\r\n\r\n".encode()
        ) as connection:
            answer = read_all(connection)
        assert given == "" or given.encode() not in answer


class TestWaiting:
    @pytest.mark.parametrize("prefer", ["wait=0", "wait=20", 'respond-async, WAIT="20"; x', "wait=3600"])
    def test_of_an_ended_execution_is_answered_at_once(
        self, served: Running, engine: ScriptedEngine, prefer: str
    ) -> None:
        execution_id = start(served)
        engine.end(execution_id, result=5)
        answer = served.get(f"/v1/executions/{execution_id}", headers={"Prefer": prefer})
        assert answer.json()["result"] == 5
        applied = {"wait=0": "wait=0", "wait=3600": "wait=60"}.get(prefer, "wait=20")
        assert answer.headers["Preference-Applied"] == applied

    @pytest.mark.parametrize(
        "prefer", ["", "respond-async", "wait", "wait=x", "wait=-1", "wait=1.5", "waiting=3", '=;,"']
    )
    def test_is_not_done_for_what_is_no_wait(self, served: Running, prefer: str) -> None:
        answer = served.get(f"/v1/executions/{start(served)}", headers={"Prefer": prefer})
        assert answer.json()["status"] == "running"
        assert "Preference-Applied" not in answer.headers

    def test_returns_when_the_execution_ends(self, served: Running, engine: ScriptedEngine) -> None:
        execution_id = start(served)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(served.get, f"/v1/executions/{execution_id}", headers={"Prefer": "wait=60"})
            engine.wait_until(lambda: engine.following() == [execution_id])
            assert not waiting.done()
            engine.end(execution_id, result="done")
            assert waiting.result(10).json()["result"] == "done"

    def test_returns_when_the_time_is_over(self, served: Running) -> None:
        answer = served.get(f"/v1/executions/{start(served)}", headers={"Prefer": "wait=1"})
        assert answer.json()["status"] == "running"
        assert answer.headers["Preference-Applied"] == "wait=1"

    def test_of_an_unknown_execution_is_404_at_once(self, served: Running) -> None:
        refused = served.refused("GET", "/v1/executions/none", headers={"Prefer": "wait=60"})
        assert refused == (404, "execution_not_found", None)

    def test_of_many_follows_the_execution_once(self, served: Running, engine: ScriptedEngine) -> None:
        execution_id = start(served)
        with ThreadPoolExecutor(20) as pool:
            waits = [
                pool.submit(served.get, f"/v1/executions/{execution_id}", headers={"Prefer": "wait=60"})
                for _ in range(20)
            ]
            engine.wait_until(lambda: sum(call[0] == "status" for call in engine.calls) == 20)
            engine.end(execution_id, result="done")
            assert {wait.result(10).json()["result"] for wait in waits} == {"done"}
        assert engine.followed == 1

    def test_survives_an_engine_that_goes_away(self, served: Running, engine: ScriptedEngine) -> None:
        execution_id = start(served)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(served.get, f"/v1/executions/{execution_id}", headers={"Prefer": "wait=60"})
            engine.wait_until(engine.following)
            engine.break_follows()
            engine.wait_until(engine.following)
            engine.end(execution_id, result="done")
            assert waiting.result(10).json()["result"] == "done"

    def test_ends_when_the_client_goes(self, served: Running, engine: ScriptedEngine) -> None:
        execution_id = start(served)
        with served.raw(
            f"GET /v1/executions/{execution_id} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n"
            f"Authorization: Bearer {SHOP_KEY}\r\n\r\n".encode()
        ):
            engine.wait_until(engine.following)
        engine.wait_until(lambda: not engine.following())
        assert served.get("/v1/health").status_code == 200

    def test_ends_when_the_gateway_stops(self) -> None:
        engine = ScriptedEngine()
        with gateway(engine) as served, ThreadPoolExecutor() as pool:
            execution_id = start(served)
            waiting = pool.submit(served.get, f"/v1/executions/{execution_id}", headers={"Prefer": "wait=60"})
            engine.wait_until(engine.following)
            served.stop()
            answer = waiting.result(10)
        assert (answer.status_code, answer.json()["status"]) == (200, "running")


def test_a_request_in_flight_finishes_when_the_gateway_stops() -> None:
    began, go_on = threading.Event(), threading.Event()

    class Slow(ScriptedEngine):
        async def definitions(self, tenant: Any) -> Any:
            began.set()
            await asyncio.get_running_loop().run_in_executor(None, go_on.wait)
            return await super().definitions(tenant)

    with gateway(Slow()) as served, ThreadPoolExecutor() as pool:
        asking = pool.submit(served.get, "/v1/workflows")
        assert began.wait(10)
        stopping = pool.submit(served.stop)
        go_on.set()
        assert asking.result(10).status_code == 200
        stopping.result(10)


def test_another_tenants_execution_is_404_in_every_way(served: Running) -> None:
    execution_id = start(served)
    path = f"/v1/executions/{execution_id}"
    missing = (404, "execution_not_found", None)
    assert served.refused("GET", path, key=BANK_KEY) == missing
    assert served.refused("GET", path, key=BANK_KEY, headers={"Prefer": "wait=5"}) == missing
    assert served.refused("GET", f"{path}/history", key=BANK_KEY) == missing
    assert served.refused("POST", f"{path}/signals", json={"signal": "x"}, key=BANK_KEY) == missing
    assert served.refused("POST", f"{path}/cancel", json={}, key=BANK_KEY) == missing
    assert served.get("/v1/executions", key=BANK_KEY).json()["count"] == 0


def test_another_tenants_idempotency_key_means_nothing(served: Running) -> None:
    headers = {"Idempotency-Key": "same"}
    body = {"workflow": "process-order"}
    first = served.post("/v1/executions", body, headers=headers)
    other = served.post("/v1/executions", body, headers=headers, key=BANK_KEY)
    assert first.json()["executionId"] != other.json()["executionId"]
    assert "Idempotent-Replayed" not in other.headers


def test_answers_are_json_that_is_not_to_be_kept(served: Running) -> None:
    answer = served.get("/v1/workflows")
    assert json.loads(answer.content)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
