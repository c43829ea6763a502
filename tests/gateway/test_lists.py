"""Lists that are watched over the WebSocket."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync.gateway.config import Limits
from ductape_sync.gateway.problems import Problem
from tests.gateway.running import BANK, BANK_KEY, SHOP, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.running import Running, Socket


@pytest.fixture
def socket(served: Running) -> Iterator[Socket]:
    with served.socket() as socket:
        yield socket


def watch(socket: Socket, watch_id: str = "all", **more: Any) -> None:
    socket.connection.send(json.dumps({"op": "watch", "watchId": watch_id, **more}))


def unwatch(socket: Socket, watch_id: str = "all") -> None:
    socket.connection.send(json.dumps({"op": "unwatch", "watchId": watch_id}))


def page(socket: Socket, watch_id: str = "all") -> dict[str, Any]:
    """The page that the next message brings."""
    message = socket.receive()
    assert (message["op"], message["watchId"]) == ("page", watch_id), message
    found: dict[str, Any] = message["page"]
    return found


def ids(found: dict[str, Any]) -> list[str]:
    assert len(found["executions"]) == found["count"]
    return [each["executionId"] for each in found["executions"]]


def refusal(socket: Socket, watch_id: str = "all") -> tuple[str, str | None]:
    """Why a list is watched no more."""
    message = socket.receive()
    assert (message["op"], message["watchId"]) == ("unwatched", watch_id), message
    problem = message["problem"]
    assert problem["requestId"] == socket.connection.response.headers["X-Request-Id"]  # type: ignore[union-attr]
    return problem["code"], problem["field"]


def looks(engine: ScriptedEngine) -> list[dict[str, Any]]:
    """What lists the engine was asked for."""
    return [call[2] for call in engine.calls if call[0] == "list"]


def test_the_page_is_the_one_that_a_request_is_answered_with(
    served: Running, engine: ScriptedEngine, socket: Socket
) -> None:
    engine.create(SHOP, "order-1")
    watch(socket)
    assert page(socket) == served.get("/v1/executions").json()


def test_it_comes_again_when_executions_start_and_end(
    served: Running, engine: ScriptedEngine, socket: Socket
) -> None:
    watch(socket)
    assert ids(page(socket)) == []
    served.post("/v1/executions", {"workflow": "process-order", "executionId": "order-1"})
    assert ids(page(socket)) == ["order-1"]
    engine.create(SHOP, "order-2")  # by another gateway
    assert ids(page(socket)) == ["order-1", "order-2"]
    engine.end("order-1")
    assert [each["status"] for each in page(socket)["executions"]] == ["completed", "running"]


def test_one_that_does_not_change_is_not_sent_again(engine: ScriptedEngine, socket: Socket) -> None:
    watch(socket)
    page(socket)
    engine.wait_until(lambda: len(looks(engine)) >= 3)
    unwatch(socket)
    assert socket.receive() == {"op": "unwatched", "watchId": "all", "problem": None}


def test_what_is_watched_can_be_narrowed_and_paged(engine: ScriptedEngine, socket: Socket) -> None:
    narrow = {"workflow": "process-order", "idPrefix": "order-", "status": "running"}
    watch(socket, "first", **narrow)
    page(socket, "first")
    unwatch(socket, "first")
    socket.receive()
    watch(socket, "next", **narrow, limit=100, cursor="abc")
    page(socket, "next")
    wanted = {"workflow": "process-order", "id_prefix": "order-", "status": "running", "offset": 0}
    asked = looks(engine)
    assert asked[0] == wanted | {"limit": 20, "cursor": None}
    assert asked[-1] == wanted | {"limit": 100, "cursor": "abc"}


def test_a_tenant_watches_its_own_executions(served: Running, engine: ScriptedEngine, socket: Socket) -> None:
    engine.create(SHOP, "order-1")
    engine.create(BANK, "payment-1")
    watch(socket)
    assert ids(page(socket)) == ["order-1"]
    with served.socket(key=BANK_KEY) as other:
        watch(other)
        assert ids(page(other)) == ["payment-1"]


def test_it_is_looked_at_once_for_all_who_watch_it(served: Running, engine: ScriptedEngine) -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(served.socket()) for _ in range(20)]
        for each in sockets:
            watch(each)
        for each in sockets:
            page(each)
        assert len(looks(engine)) < 10
        engine.create(SHOP, "order-1")
        for each in sockets:
            assert ids(page(each)) == ["order-1"]


def test_nothing_is_looked_at_once_nobody_watches() -> None:
    engine = ScriptedEngine()
    with gateway(engine) as served:
        with served.socket() as socket:
            watch(socket)
            page(socket)
        served.wait_until_unused()
        asked = len(looks(engine))
        with served.socket() as other:
            watch(other, workflow="other")
            page(other)
            engine.wait_until(lambda: len(looks(engine)) >= asked + 3)
        assert {each["workflow"] for each in looks(engine)[asked:]} == {"other"}


def test_another_one_of_the_same_name_takes_its_place(engine: ScriptedEngine, socket: Socket) -> None:
    watch(socket, workflow="one")
    page(socket)
    watch(socket, workflow="two")
    page(socket)
    asked = len(looks(engine))
    engine.wait_until(lambda: len(looks(engine)) >= asked + 2)
    assert {each["workflow"] for each in looks(engine)[asked:]} == {"two"}


def test_unwatching_is_answered_whatever_was_watched(socket: Socket) -> None:
    for _ in range(2):
        unwatch(socket, "nothing")
        assert socket.receive() == {"op": "unwatched", "watchId": "nothing", "problem": None}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"status": "done"}, "/status"),
        ({"limit": 101}, "/limit"),
        ({"limit": "5"}, "/limit"),
        ({"workflow": 'a"b'}, "/workflow"),
        ({"idPrefix": "-x"}, "/idPrefix"),
        ({"cursor": ""}, "/cursor"),
        ({"offset": 5}, "/offset"),
    ],
)
def test_what_is_wrong_is_named_and_ends_it(socket: Socket, wrong: dict[str, Any], field: str) -> None:
    watch(socket)
    page(socket)
    watch(socket, **wrong)
    assert refusal(socket) == ("invalid_request", field)
    unwatch(socket)
    assert socket.receive()["problem"] is None


@pytest.mark.parametrize("watch_id", ["", "a b", "x" * 65, None, 5])
def test_a_name_that_is_none_is_refused(socket: Socket, watch_id: Any) -> None:
    watch(socket, watch_id)
    message = socket.receive()
    assert message["problem"]["code"] == "invalid_request"
    assert message["problem"]["field"] == "/watchId"


def test_a_cursor_that_is_none_is_refused(engine: ScriptedEngine, socket: Socket) -> None:
    engine.fault = Problem("invalid_request", "cursor is not one", field="cursor")
    watch(socket, cursor="abc")
    assert refusal(socket) == ("invalid_request", "cursor")


def test_so_many_and_no_more(socket: Socket) -> None:
    for number in range(Limits().lists):
        watch(socket, str(number), workflow=f"w-{number}")
        page(socket, str(number))
    watch(socket, "more")
    assert refusal(socket, "more") == ("too_many_subscriptions", None)
    unwatch(socket, "0")
    socket.receive()
    watch(socket, "more")
    page(socket, "more")


def test_an_engine_that_is_down_is_told_to_all_and_watched_again(
    served: Running, engine: ScriptedEngine, socket: Socket
) -> None:
    with served.socket() as other:
        for each in (socket, other):
            watch(each)
            page(each)
        engine.down = True
        for each in (socket, other):
            assert refusal(each) == ("engine_unavailable", None)
        watch(socket)
        assert refusal(socket) == ("engine_unavailable", None)
        engine.down = False
        for each in (socket, other):
            watch(each)
            page(each)


@pytest.mark.usefixtures("caplog")
def test_a_fault_of_the_gateway_is_told_without_its_details(engine: ScriptedEngine, socket: Socket) -> None:
    engine.fault = RuntimeError("secret")
    watch(socket)
    message = socket.receive()
    assert (message["op"], message["problem"]["code"]) == ("unwatched", "internal")
    assert "secret" not in json.dumps(message)


def test_a_key_that_sends_too_much_is_slowed_down_and_not_cut_off() -> None:
    limits = Limits(requests_per_second=50.0, burst=1)
    with gateway(ScriptedEngine(), limits) as served, served.socket() as socket:
        for _ in range(10):
            unwatch(socket)
        for _ in range(10):
            assert socket.receive()["op"] == "unwatched"


def test_it_is_watched_beside_subscriptions(engine: ScriptedEngine, socket: Socket) -> None:
    engine.create(SHOP, "both")
    watch(socket, "both")
    page(socket, "both")
    socket.subscribe("both")
    assert socket.receive() == {"op": "subscribed", "executionId": "both"}
    assert [event["type"] for event in socket.receive_events(1)] == ["started"]
    unwatch(socket, "both")
    assert socket.receive()["op"] == "unwatched"
    engine.end("both")  # the subscription of the same name goes on
    assert [event["type"] for event in socket.receive_events(2)] == ["status_changed", "completed"]
