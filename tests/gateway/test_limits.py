from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ductape_sync.gateway.config import Limits
from ductape_sync.gateway.limits import Rate
from ductape_sync.gateway.problems import Problem
from tests.gateway.running import BANK_KEY, gateway
from tests.gateway.scripted import ScriptedEngine


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    clock = Clock()
    rate = Rate(2.0, 3, clock)
    for _ in range(3):
        rate.take("key")
    with pytest.raises(Problem, match="rate_limited") as refused:
        rate.take("key")
    assert refused.value.headers["Retry-After"] == "1"
    clock.now += 0.5
    rate.take("key")
    with pytest.raises(Problem):
        rate.take("key")


def test_a_pause_gives_back_no_more_than_the_burst() -> None:
    clock = Clock()
    rate = Rate(10.0, 2, clock)
    rate.take("key")
    clock.now += 1000
    for _ in range(2):
        rate.take("key")
    with pytest.raises(Problem):
        rate.take("key")


def test_a_slow_rate_says_how_long_to_wait() -> None:
    rate = Rate(0.1, 1, Clock())
    rate.take("key")
    with pytest.raises(Problem) as refused:
        rate.take("key")
    assert refused.value.retry_after == 10


def test_too_many_requests_of_a_key_are_429_and_other_keys_go_on() -> None:
    limits = Limits(requests_per_second=0.01, burst=2)
    with gateway(ScriptedEngine(), limits) as served:
        for _ in range(2):
            assert served.get("/v1/workflows").status_code == 200
        answer = served.get("/v1/workflows")
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert 90 <= int(answer.headers["Retry-After"]) <= 100
        assert served.get("/v1/workflows", key=BANK_KEY).status_code == 200
        assert served.get("/v1/health", key=None).status_code == 200


def test_messages_on_a_socket_are_slowed_down_to_the_rate_and_none_is_refused() -> None:
    limits = Limits(requests_per_second=50.0, burst=1)
    with gateway(ScriptedEngine(), limits) as served, served.socket() as socket:
        began = time.monotonic()
        for number in range(20):
            socket.send("unsubscribe", f"e{number}")
        assert [socket.receive()["executionId"] for _ in range(20)] == [f"e{n}" for n in range(20)]
        assert time.monotonic() - began > 0.3  # the last of 20, at 50 a second, is due after 0.38


def test_who_is_slowed_down_is_not_taken_for_dead_and_may_make_requests() -> None:
    limits = Limits(requests_per_second=20.0, burst=2, ping_seconds=0.3)
    with gateway(ScriptedEngine(), limits) as served, served.socket() as socket:
        for number in range(30):
            socket.send("unsubscribe", f"e{number}")
        assert socket.receive()["executionId"] == "e0"
        assert served.get("/v1/workflows").status_code == 200
        assert [socket.receive()["executionId"] for _ in range(29)] == [f"e{n}" for n in range(1, 30)]


def test_a_body_that_is_too_large_is_413_before_it_is_sent() -> None:
    with gateway(ScriptedEngine(), Limits(body_bytes=1000)) as served:
        refused = served.refused("POST", "/v1/executions", json={"workflow": "x", "input": "y" * 1000})
        assert refused == (413, "payload_too_large", None)
        with served.raw(
            b"POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer dsk_shop-key-of-the-tests\r\nContent-Length: 60000000\r\n\r\n"
        ) as connection:
            assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_a_chunked_body_that_is_too_large_is_413() -> None:
    def chunks():  # type: ignore[no-untyped-def]
        yield b'{"workflow": "x", "input": "'
        for _ in range(100):
            yield b"y" * 100
        yield b'"}'

    with gateway(ScriptedEngine(), Limits(body_bytes=1000)) as served:
        headers = {"Content-Type": "application/json"}
        refused = served.refused("POST", "/v1/executions", data=chunks(), headers=headers)
        assert refused == (413, "payload_too_large", None)
        assert served.get("/v1/health").status_code == 200


def test_a_client_that_sends_far_too_much_still_reads_why_it_was_refused() -> None:
    with gateway(ScriptedEngine()) as served, ThreadPoolExecutor(4) as pool:
        big = b'{"workflow": "x", "input": "' + b"y" * 60_000_000 + b'"}'
        headers = {"Content-Type": "application/json"}
        asked = [
            pool.submit(served.refused, "POST", "/v1/executions", data=big, headers=headers) for _ in range(4)
        ]
        assert {each.result(30) for each in asked} == {(413, "payload_too_large", None)}
