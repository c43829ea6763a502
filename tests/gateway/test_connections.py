from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest

from ductape_sync.gateway.config import Limits
from tests.gateway.running import SHOP, SHOP_KEY, gateway, read_all
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from tests.gateway.running import Running

HEALTH = b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
BEGUN = b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
POST = (
    b"POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer " + SHOP_KEY.encode() + b"\r\nContent-Length: 100\r\n\r\n"
)


@pytest.mark.parametrize("head", [b"", b"G", BEGUN], ids=["silent", "a byte", "half a head"])
def test_a_head_that_does_not_arrive_ends_the_connection(head: bytes) -> None:
    with gateway(ScriptedEngine(), Limits(header_seconds=0.2)) as served, served.raw(head) as connection:
        assert read_all(connection) == b""


def test_a_head_that_arrives_byte_by_byte_ends_the_connection() -> None:
    with gateway(ScriptedEngine(), Limits(header_seconds=0.3)) as served, served.raw(BEGUN) as connection:
        connection.settimeout(0.01)
        ended = False
        while not ended:
            try:
                connection.sendall(b"x")
                ended = connection.recv(100) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
        served.wait_until_unused()


def test_a_body_that_does_not_arrive_ends_the_connection() -> None:
    with gateway(ScriptedEngine(), Limits(body_seconds=0.2)) as served, served.raw(POST) as connection:
        assert read_all(connection) == b""


def test_a_connection_that_is_not_used_again_is_closed() -> None:
    with gateway(ScriptedEngine(), Limits(idle_seconds=0.2)) as served, served.raw(HEALTH) as connection:
        assert read_all(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_an_answer_that_is_not_read_ends_the_connection() -> None:
    engine = ScriptedEngine()
    with gateway(engine, Limits(write_seconds=0.3)) as served:
        engine.create(SHOP, "big")
        engine.add_many("big", 100, size=1_000_000)
        with served.raw(
            b"GET /v1/executions/big/history HTTP/1.1\r\nHost: localhost\r\n"
            b"Authorization: Bearer " + SHOP_KEY.encode() + b"\r\n\r\n"
        ) as connection:
            assert connection.recv(17) == b"HTTP/1.1 200 OK\r\n"
            served.wait_until_unused()
            assert len(read_all(connection)) < 100_000_000


@pytest.mark.parametrize(
    "data",
    [b"\x16\x03\x01\x02\x00\x01", b"HELLO\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"x" * 300_000],
    ids=["TLS", "no HTTP", "no Host", "endless head"],
)
def test_what_is_not_http_is_answered_with_a_problem(served: Running, data: bytes) -> None:
    with served.raw(data) as connection:
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert json.loads(body)["code"] == "invalid_request"


def test_a_chunk_that_is_no_chunk_ends_the_request(served: Running) -> None:
    head = POST.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")
    with served.raw(head + b"zz\r\n") as connection:
        assert b" 400 " in read_all(connection)
    assert served.get("/v1/health").status_code == 200


def test_two_lengths_are_no_request(served: Running) -> None:
    head = POST.replace(b"Content-Length: 100", b"Content-Length: 100\r\nContent-Length: 5")
    with served.raw(head) as connection:
        assert b" 400 " in read_all(connection)


def test_requests_on_one_connection_are_answered_in_order(served: Running) -> None:
    last = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with served.raw(HEALTH * 20 + last) as connection:
        assert read_all(connection).count(b"HTTP/1.1 200 OK") == 21


def test_connections_that_ask_for_nothing_make_room_for_those_that_do() -> None:
    with gateway(ScriptedEngine(), Limits(connections=10)) as served, contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(served.raw(BEGUN))
        for _ in range(5):
            with served.raw(HEALTH) as connection:
                assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_connections_that_wait_for_an_answer_are_kept() -> None:
    engine = ScriptedEngine()
    with gateway(engine, Limits(connections=10)) as served, contextlib.ExitStack() as stack:
        engine.create(SHOP, "a")
        waiting = stack.enter_context(
            served.raw(
                f"GET /v1/executions/a HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n"
                f"Authorization: Bearer {SHOP_KEY}\r\nConnection: close\r\n\r\n".encode()
            )
        )
        engine.wait_until(engine.following)
        with served.socket() as subscriber:
            subscriber.subscribe("a")
            assert subscriber.receive() == {"op": "subscribed", "executionId": "a"}
            for _ in range(30):
                stack.enter_context(served.raw(BEGUN))
            engine.end("a", result="done")
            assert b'"result":"done"' in read_all(waiting)
            assert [event["type"] for event in subscriber.receive_events(3)][-1] == "completed"
