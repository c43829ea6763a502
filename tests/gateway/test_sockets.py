from __future__ import annotations

import contextlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ductape_sync.gateway.config import Limits
from tests.gateway.contract import check_problem
from tests.gateway.running import BANK_KEY, SHOP, SHOP_KEY, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    import socket as sockets
    from collections.abc import Iterator

    from tests.gateway.running import Running, Socket


@pytest.fixture
def socket(served: Running) -> Iterator[Socket]:
    with served.socket() as socket:
        yield socket


_numbers = itertools.count(1)


@pytest.fixture
def order(served: Running, engine: ScriptedEngine) -> str:
    """A running execution with four events, whose id was not used before."""
    order = f"order-{next(_numbers)}"
    engine.create(SHOP, order)
    engine.add(order, "status_changed", status="running")
    engine.add(order, "step_started", step="Validating input")
    engine.add(order, "step_completed", step="Validating input", result=None, attempts=1)
    return order


def types(messages: list[dict[str, Any]]) -> list[str]:
    return [message["event"]["type"] if message["op"] == "event" else message["op"] for message in messages]


class TestOpening:
    def test_speaks_the_subprotocol_and_has_a_request_id(self, socket: Socket) -> None:
        assert socket.connection.subprotocol == "ductape.v1"
        assert socket.connection.response is not None
        assert socket.connection.response.headers["X-Request-Id"]

    @pytest.mark.parametrize("key", [None, "", "wrong"])
    def test_without_a_right_key_is_401(self, served: Running, key: str | None) -> None:
        with pytest.raises(InvalidStatus) as refused, served.socket(key=key):
            pass
        assert check_problem(refused.value.response) == (401, "unauthenticated", "Authorization")
        assert refused.value.response.headers["WWW-Authenticate"].startswith("Bearer")

    def test_with_headers_of_another_tenant_is_403(self, served: Running) -> None:
        with (
            pytest.raises(InvalidStatus) as refused,
            served.socket(headers={"X-Ductape-Product": "bank"}),
        ):
            pass
        assert check_problem(refused.value.response) == (403, "forbidden", "X-Ductape-Product")

    @pytest.mark.parametrize("subprotocols", [None, ["graphql-ws"], ["ductape.v2"]])
    def test_without_the_subprotocol_is_400(self, served: Running, subprotocols: list[str] | None) -> None:
        with pytest.raises(InvalidStatus) as refused, served.socket(subprotocols=subprotocols):
            pass
        assert check_problem(refused.value.response) == (400, "invalid_request", "Sec-WebSocket-Protocol")

    def test_too_often_is_429(self) -> None:
        limits = Limits(requests_per_second=0.01, burst=1)
        with gateway(ScriptedEngine(), limits) as served, served.socket():
            with pytest.raises(InvalidStatus) as refused, served.socket():
                pass
            assert check_problem(refused.value.response) == (429, "rate_limited", None)

    def test_elsewhere_is_404(self, served: Running) -> None:
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(f"ws://127.0.0.1:{served.port}/v1/health", proxy=None),
        ):
            pass
        assert check_problem(refused.value.response) == (404, "not_found", None)

    def test_by_a_name_that_is_not_ours_is_403(self, served: Running) -> None:
        with pytest.raises(InvalidStatus) as refused, served.socket(headers={"Host": "evil.example"}):
            pass
        assert check_problem(refused.value.response)[0] in {400, 403}


class TestSubscribing:
    def test_sends_the_past_and_then_what_comes_up_to_the_end(
        self, socket: Socket, engine: ScriptedEngine, order: str
    ) -> None:
        socket.subscribe(order)
        assert socket.receive() == {"op": "subscribed", "executionId": order}
        past = socket.receive_events(4)
        engine.add(order, "step_started", step="Processing data")
        engine.end(order, result={"total": 3})
        live = socket.receive_to_end(order)
        assert past == engine.executions[order].events[:4]
        assert [message["event"] for message in live] == engine.executions[order].events[4:]
        engine.wait_until(lambda: not engine.following())

    def test_goes_on_after_an_event(self, socket: Socket, engine: ScriptedEngine, order: str) -> None:
        events = engine.executions[order].events
        socket.subscribe(order, after=events[1]["id"])
        assert socket.receive()["op"] == "subscribed"
        assert socket.receive_events(2) == events[2:]

    def test_after_the_last_event_says_so_before_the_next_one_comes(
        self, socket: Socket, engine: ScriptedEngine, order: str
    ) -> None:
        socket.subscribe(order, after=engine.executions[order].events[-1]["id"])
        assert socket.receive()["op"] == "subscribed"
        new = engine.add(order, "signal_received", signal="go", data=None)
        assert socket.receive_events(1) == [new]

    def test_to_an_ended_execution_sends_its_past_and_ends(
        self, socket: Socket, engine: ScriptedEngine, order: str
    ) -> None:
        engine.end(
            order,
            "failed",
            error="no",
            failure={"message": "no", "type": "E", "step": None, "attempts": None},
        )
        socket.subscribe(order)
        assert types(socket.receive_to_end(order))[-2:] == ["status_changed", "failed"]
        socket.subscribe(order, after=engine.executions[order].events[-1]["id"])
        assert types(socket.receive_to_end(order)) == ["subscribed"]

    def test_to_what_does_not_exist_is_an_error_and_the_socket_goes_on(
        self, socket: Socket, order: str
    ) -> None:
        socket.subscribe("none")
        error = socket.receive()
        assert (error["op"], error["executionId"]) == ("error", "none")
        assert error["problem"]["code"] == "execution_not_found"
        assert socket.connection.response is not None
        assert error["problem"]["requestId"] == socket.connection.response.headers["X-Request-Id"]
        socket.subscribe(order)
        assert socket.receive()["op"] == "subscribed"

    def test_to_another_tenants_execution_is_the_same_error(self, served: Running, order: str) -> None:
        with served.socket(key=BANK_KEY) as socket:
            socket.subscribe(order)
            assert socket.receive()["problem"]["code"] == "execution_not_found"

    def test_after_an_event_that_there_is_not_is_an_error_for_that_one_only(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        with served.socket() as wrong, served.socket() as right:
            wrong.subscribe(order, after="zzz")
            engine.wait_until(lambda: engine.calls)
            right.subscribe(order)
            assert right.receive()["op"] == "subscribed"
            assert len(right.receive_events(4)) == 4
            message = wrong.receive()
            if message["op"] == "subscribed":
                message = wrong.receive()
            assert (message["problem"]["code"], message["problem"]["field"]) == ("invalid_request", "after")

    def test_again_goes_on_from_elsewhere(self, socket: Socket, engine: ScriptedEngine, order: str) -> None:
        socket.subscribe(order)
        assert types([socket.receive() for _ in range(5)])[0] == "subscribed"
        socket.subscribe(order, after=engine.executions[order].events[2]["id"])
        assert socket.receive() == {"op": "subscribed", "executionId": order}
        assert socket.receive_events(1) == engine.executions[order].events[3:]

    def test_to_many_on_one_socket_keeps_each_in_order(self, served: Running, engine: ScriptedEngine) -> None:
        names = [f"e{number}" for number in range(50)]
        for name in names:
            engine.create(SHOP, name)
        with served.socket() as socket:
            for name in names:
                socket.subscribe(name)
            for name in names:
                engine.add_many(name, 20)
                engine.end(name)
            seen: dict[str, list[str]] = {name: [] for name in names}
            ended: set[str] = set()
            while len(ended) < len(names):
                message = socket.receive()
                if message["op"] == "event":
                    seen[message["event"]["executionId"]].append(message["event"]["id"])
                elif message["op"] == "unsubscribed":
                    ended.add(message["executionId"])
        for name in names:
            assert seen[name] == [event["id"] for event in engine.executions[name].events]

    def test_unsubscribing_ends_it(self, socket: Socket, engine: ScriptedEngine, order: str) -> None:
        socket.subscribe(order)
        assert types([socket.receive() for _ in range(5)])[0] == "subscribed"
        socket.send("unsubscribe", order)
        assert socket.receive() == {"op": "unsubscribed", "executionId": order, "reason": "requested"}
        engine.add(order, "step_started", step="unseen")
        socket.send("unsubscribe", "none")
        assert socket.receive() == {"op": "unsubscribed", "executionId": "none", "reason": "requested"}
        engine.wait_until(lambda: not engine.following())

    def test_closing_ends_every_subscription(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        with served.socket() as socket:
            socket.subscribe(order)
            assert socket.receive()["op"] == "subscribed"
        engine.wait_until(lambda: not engine.following())

    def test_beyond_the_limit_is_an_error(self, engine: ScriptedEngine) -> None:
        engine = ScriptedEngine()
        with gateway(engine, Limits(subscriptions=2)) as served, served.socket() as socket:
            for name in "abc":
                engine.create(SHOP, name)
                socket.subscribe(name)
            messages = [socket.receive() for _ in range(5)]
            (error,) = [message for message in messages if message["op"] == "error"]
            assert (error["executionId"], error["problem"]["code"]) == ("c", "too_many_subscriptions")
            socket.send("unsubscribe", "a")
            assert socket.receive()["op"] == "unsubscribed"
            socket.subscribe("c")
            assert socket.receive() == {"op": "subscribed", "executionId": "c"}


class TestSharing:
    def test_many_subscribers_follow_an_execution_once(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(served.socket()) for _ in range(20)]
            for socket in sockets:
                socket.subscribe(order)
            for socket in sockets:
                assert socket.receive()["op"] == "subscribed"
            engine.end(order)
            received = [[m["event"]["id"] for m in socket.receive_to_end(order)] for socket in sockets]
        assert engine.followed == 1
        assert {tuple(ids) for ids in received} == {tuple(e["id"] for e in engine.executions[order].events)}

    def test_subscribers_and_waits_share_a_follow(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        with served.socket() as socket, ThreadPoolExecutor() as pool:
            socket.subscribe(order)
            assert socket.receive()["op"] == "subscribed"
            waiting = pool.submit(served.get, f"/v1/executions/{order}", headers={"Prefer": "wait=60"})
            engine.wait_until(lambda: ("status", SHOP, order) in engine.calls)
            engine.end(order, result=1)
            assert waiting.result(10).json()["result"] == 1
            socket.receive_to_end(order)
        assert engine.followed == 1

    @pytest.mark.parametrize("count", [10, 3000])
    def test_those_who_come_later_get_all_of_it_once(
        self, served: Running, engine: ScriptedEngine, order: str, count: int
    ) -> None:
        """Also when the shared feed does not reach back that far any more."""
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(served.socket())
            first.subscribe(order, after=engine.executions[order].events[2]["id"])
            assert first.receive()["op"] == "subscribed"
            engine.add_many(order, count)
            first.receive_events(count)
            events = engine.executions[order].events
            late = {}
            for after in (None, events[1]["id"], events[count // 2]["id"], events[-1]["id"]):
                late[after] = stack.enter_context(served.socket())
                late[after].subscribe(order, after)
            engine.add_many(order, 5)
            engine.end(order)
            for after, socket in late.items():
                messages = socket.receive_to_end(order)
                ids = [message["event"]["id"] for message in messages if message["op"] == "event"]
                assert ids == [event["id"] for event in events if event["id"] > (after or "")]
        assert engine.followed == 1

    def test_a_past_that_is_ahead_of_what_others_had_comes_once(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        events = engine.executions[order].events
        with served.socket() as one, served.socket() as other:
            one.subscribe(order, after=events[-1]["id"])
            assert one.receive()["op"] == "subscribed"
            engine.held.add(order)
            engine.add_many(order, 3)
            other.subscribe(order)
            assert other.receive()["op"] == "subscribed"
            assert other.receive_events(7) == events
            engine.release(order)
            assert one.receive_events(3) == events[4:]
            engine.end(order)
            assert other.receive_events(2) == events[7:]

    def test_those_who_join_while_events_pour_in_get_all_of_it_once(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        def pour() -> None:
            for _ in range(60):
                engine.add_many(order, 50)
            engine.end(order)

        def subscribe(after: str | None) -> list[str]:
            with served.socket() as socket:
                socket.subscribe(order, after)
                messages = socket.receive_to_end(order)
            return [message["event"]["id"] for message in messages if message["op"] == "event"]

        with ThreadPoolExecutor(9) as pool:
            pouring = pool.submit(pour)
            afters = [None, "00000004", "00000002", None, "00000001", None, "00000003", None]
            received = {index: pool.submit(subscribe, after) for index, after in enumerate(afters)}
            pouring.result(30)
            ids = [event["id"] for event in engine.executions[order].events]
            for index, after in enumerate(afters):
                assert received[index].result(30) == [each for each in ids if each > (after or "")]

    def test_an_engine_that_goes_away_and_comes_back_loses_nothing(
        self, served: Running, engine: ScriptedEngine, order: str
    ) -> None:
        with served.socket() as socket:
            socket.subscribe(order)
            for _ in range(3):
                engine.add_many(order, 10)
                engine.break_follows()
                engine.add_many(order, 10)
                engine.wait_until(engine.following)
            engine.end(order)
            messages = socket.receive_to_end(order)
        assert messages[0]["op"] == "subscribed"
        assert [m["event"] for m in messages[1:]] == engine.executions[order].events

    def test_a_subscription_made_while_the_engine_is_away_waits_for_it(
        self, socket: Socket, engine: ScriptedEngine, order: str
    ) -> None:
        engine.down = True
        socket.subscribe(order)
        engine.wait_until(lambda: len(engine.calls) >= 2)
        engine.down = False
        assert socket.receive() == {"op": "subscribed", "executionId": order}
        assert len(socket.receive_events(4)) == 4

    def test_a_fault_of_the_engine_ends_the_subscription_with_an_error(
        self, socket: Socket, engine: ScriptedEngine, order: str
    ) -> None:
        engine.fault = RuntimeError("the password is hunter2")
        socket.subscribe(order)
        error = socket.receive()
        assert (error["op"], error["problem"]["code"]) == ("error", "internal")
        assert "hunter2" not in str(error)
        engine.fault = None
        socket.subscribe(order)
        assert socket.receive()["op"] == "subscribed"


class TestMessages:
    @pytest.mark.parametrize(
        ("text", "about"),
        [
            ("", None),
            ("{", None),
            ("null", None),
            ("[]", None),
            ('"subscribe"', None),
            ("NaN", None),
            ("[" * 60_000, None),
            ('{"op": "shout", "executionId": "a"}', "a"),
            ('{"op": ["subscribe"], "executionId": "a"}', "a"),
            ('{"op": "subscribe", "executionId": "a"}', "a"),
            ('{"op": "subscribe", "executionId": "..", "after": null}', ".."),
            ('{"op": "subscribe", "executionId": 7, "after": null}', None),
            ('{"op": "subscribe", "executionId": "a", "after": null, "x": 1}', "a"),
            ('{"op": "subscribe", "op": "subscribe", "executionId": "a", "after": null}', None),
        ],
    )
    def test_one_that_breaks_the_contract_is_answered_with_an_error(
        self, socket: Socket, text: str, about: str | None
    ) -> None:
        socket.connection.send(text)
        error = socket.receive()
        assert (error["op"], error["executionId"], error["problem"]["code"]) == (
            "error",
            about,
            "invalid_request",
        )
        socket.send("unsubscribe", "a")
        assert socket.receive()["op"] == "unsubscribed"

    def test_a_binary_one_is_answered_with_an_error(self, socket: Socket) -> None:
        socket.connection.send(b'{"op": "unsubscribe", "executionId": "a"}')
        assert socket.receive()["problem"]["code"] == "invalid_request"

    def test_one_that_is_too_long_closes_with_1009(self, socket: Socket) -> None:
        socket.connection.send("x" * (64 * 1024 + 1))
        assert socket.closed()[0] == 1009

    def test_one_in_too_many_parts_closes_with_1009(self, socket: Socket) -> None:
        with contextlib.suppress(ConnectionClosed):
            # No more than it takes: what is still unread when the server closes resets the connection.
            socket.connection.send(itertools.repeat("", 1_025))
        assert socket.closed()[0] == 1009

    def test_text_that_is_not_utf8_closes_with_1007(self, socket: Socket) -> None:
        socket.connection.send(b"\xff\xff", text=True)
        assert socket.closed()[0] == 1007


class TestClosing:
    def test_a_gateway_that_stops_closes_with_1012(self) -> None:
        engine = ScriptedEngine()
        with gateway(engine) as served, served.socket() as socket:
            engine.create(SHOP, "a")
            socket.subscribe("a")
            assert socket.receive()["op"] == "subscribed"
            served.stop()
            assert socket.closed()[0] == 1012

    def test_another_gateway_goes_on_after_the_last_event(self) -> None:
        engine = ScriptedEngine()
        with gateway(engine) as served, served.socket() as socket:
            engine.create(SHOP, "a")
            engine.add_many("a", 5)
            socket.subscribe("a")
            assert socket.receive()["op"] == "subscribed"
            had = socket.receive_events(3)
        with gateway(engine) as served, served.socket() as socket:
            socket.subscribe("a", after=had[-1]["id"])
            engine.end("a")
            messages = socket.receive_to_end("a")
        assert had + [m["event"] for m in messages[1:]] == engine.executions["a"].events

    def test_a_client_that_does_not_answer_pings_is_cut_off(self) -> None:
        engine = ScriptedEngine()
        with gateway(engine, Limits(ping_seconds=0.2)) as served:
            engine.create(SHOP, "a")
            with _handshaken(served) as connection:
                subscribe = b'{"op":"subscribe","executionId":"a","after":null}'
                connection.sendall(bytes([0x81, 0x80 | len(subscribe)]) + b"\0\0\0\0" + subscribe)
                engine.wait_until(engine.following)
                engine.wait_until(lambda: not engine.following())  # with no pong sent ever
                served.wait_until_unused()

    def test_a_client_that_does_not_read_is_cut_off_and_can_resume(self) -> None:
        engine = ScriptedEngine()
        with gateway(engine, Limits(write_seconds=0.3)) as served:
            engine.create(SHOP, "a")
            engine.add_many("a", 300, size=100_000)
            with _handshaken(served) as connection:
                subscribe = b'{"op":"subscribe","executionId":"a","after":null}'
                connection.sendall(bytes([0x81, 0x80 | len(subscribe)]) + b"\0\0\0\0" + subscribe)
                served.wait_until_unused()
            with served.socket(max_size=None) as socket:
                socket.subscribe("a")
                assert socket.receive()["op"] == "subscribed"
                assert len(socket.receive_events(301)) == 301

    def test_a_client_that_pings_and_does_not_read_is_cut_off_with_little_kept_for_it(self) -> None:
        with (
            gateway(ScriptedEngine(), Limits(write_seconds=0.5)) as served,
            _handshaken(served) as connection,
        ):
            pings = (bytes([0x89, 0x80 | 125]) + b"\0\0\0\0" + b"x" * 125) * 1000
            sent = 0
            with contextlib.suppress(ConnectionError):  # it is cut off
                while sent < 200_000_000:
                    sent += connection.send(pings)
            assert sent < 100_000_000
            served.wait_until_unused()

    def test_a_slow_client_does_not_hold_up_others(self) -> None:
        engine = ScriptedEngine()
        with gateway(engine) as served:
            engine.create(SHOP, "a")
            with _handshaken(served) as connection, served.socket(max_size=None) as quick:
                subscribe = b'{"op":"subscribe","executionId":"a","after":null}'
                connection.sendall(bytes([0x81, 0x80 | len(subscribe)]) + b"\0\0\0\0" + subscribe)
                quick.subscribe("a")
                engine.add_many("a", 300, size=100_000)
                engine.end("a")
                assert len(quick.receive_to_end("a")) == 304


@contextlib.contextmanager
def _handshaken(served: Running) -> Iterator[sockets.socket]:
    """A WebSocket by hand, which never reads or answers more than the handshake."""
    with served.raw(
        b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
        b"Sec-WebSocket-Protocol: ductape.v1\r\nAuthorization: Bearer " + SHOP_KEY.encode() + b"\r\n\r\n"
    ) as connection:
        assert connection.recv(12) == b"HTTP/1.1 101"
        yield connection
