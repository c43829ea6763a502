"""Connections that break, on the way out and on the way back."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from ductape_sync import ConnectionFailed, Ductape, RequestTimeout, TransportError
from tests.faults.proxy import Fault, FaultProxy, fault_proxy
from tests.faults.scripts import within
from tests.gateway.running import SHOP_KEY, Running, gateway
from tests.gateway.scripted import ScriptedEngine
from tests.loopback import (
    PATIENCE,
    STATUS,
    SUMMARY,
    answer,
    cut,
    drip,
    reset,
    response,
    stall,
    stall_after,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback import Act, Loopback

WHOLE = response(STATUS)
HEAD = WHOLE.index(b"\r\n\r\n") + 4


def test_a_closed_port_is_a_failed_connection(server: Loopback, client: Ductape) -> None:
    server.stop()
    with pytest.raises(ConnectionFailed, match="nothing answers"):
        client.workflows.get_status("order-1")


def test_a_host_that_is_not_there_is_a_failed_connection() -> None:
    client = Ductape("k", "p", "e", base_url="http://no-such-host.invalid", retry_attempts=0)
    with (
        client,
        pytest.raises(ConnectionFailed, match=r"the connection to http://no-such-host\.invalid failed"),
    ):
        client.workflows.get_status("order-1")


def test_a_host_that_does_not_accept_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]  # they fill the queue, and SYNs after them are dropped
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        client = Ductape("k", "p", "e", base_url=f"http://127.0.0.1:{address[1]}", timeout=0.5)
        with client, within(3), pytest.raises(RequestTimeout, match="did not answer in time"):
            client.workflows.get_status("order-1")
        for sock in waiting:
            sock.close()


BREAKS: dict[str, Act] = {
    "reset before the answer": reset,
    "closed before the answer": cut(b""),
    "cut inside the status line": cut(b"HTTP/1.1 2"),
    "cut after the status line": cut(b"HTTP/1.1 200 OK\r\n"),
    "cut inside a header": cut(WHOLE[:40]),
    "cut after the length, before the other headers": cut(
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-other: 1\r\n"
    ),
    "cut at the last line of the headers": cut(WHOLE[: HEAD - 2]),
    "cut after the headers": cut(WHOLE[:HEAD]),
    "cut inside the body": cut(WHOLE[:-1]),
    "cut inside a chunk": cut(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n{}"),
    "not HTTP": cut(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a header without an end": cut(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000),
    "headers without an end": cut(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 10_000),
}


@pytest.mark.parametrize("act", BREAKS.values(), ids=BREAKS.keys())
def test_a_connection_that_breaks_is_a_transport_error_and_the_next_call_works(
    act: Act, server: Loopback, client: Ductape
) -> None:
    server.then(act)
    server.default = answer(STATUS)
    with pytest.raises(ConnectionFailed) as caught:
        client.workflows.get_status("order-1")
    assert caught.value.retryable
    assert client.workflows.get_status("order-1").status == "running"


STALLS: dict[str, Act] = {
    "no answer": stall,
    "stalls inside the headers": stall_after(WHOLE[:30]),
    "stalls inside the body": stall_after(WHOLE[:-1]),
    "drips its headers": drip(WHOLE, 0.02),
    "drips its body": drip(WHOLE[HEAD:], 0.02, at_once=WHOLE[:HEAD]),
    "drips headers for ever": drip(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000, 0.02),
    "goes on with 100 Continue": drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0.001),
}


@pytest.mark.parametrize("act", STALLS.values(), ids=STALLS.keys())
def test_an_answer_that_is_not_whole_at_the_deadline_is_a_timeout(
    act: Act, server: Loopback, client: Ductape
) -> None:
    server.default = act
    with within(3), pytest.raises(RequestTimeout, match="did not answer in time"):
        client.workflows.get_status("order-1")
    assert len(server.received) == 1


def test_a_server_that_does_not_read_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        client = Ductape("k", "p", "e", base_url=f"http://127.0.0.1:{port}", timeout=0.5)
        with client, within(5), pytest.raises(RequestTimeout):
            client.workflows.execute("process-order", "x" * 20_000_000)


def test_a_connection_that_the_server_closed_meanwhile_is_made_again(
    server: Loopback, client: Ductape
) -> None:
    server.default = answer(STATUS)
    client.workflows.get_status("order-1")
    server.drop_connections()
    assert client.workflows.get_status("order-1").status == "running"
    assert server.connections == 2


def test_a_connection_that_the_server_closes_on_the_next_request_is_tried_again(server: Loopback) -> None:
    server.then(answer(SUMMARY, 201), cut(b""))
    server.default = answer(SUMMARY, 201)
    with Ductape("k", "p", "e", base_url=server.origin) as client:
        client.workflows.execute("process-order")
        client.workflows.execute("process-order")
    first, broken, again = server.received
    assert [first.connection, broken.connection, again.connection] == [1, 1, 2]
    assert broken.headers["idempotency-key"] == again.headers["idempotency-key"]


def test_a_connection_that_the_server_does_not_keep_is_no_fault(server: Loopback, client: Ductape) -> None:
    server.default = cut(response(STATUS, connection="close"))
    for _ in range(3):
        assert client.workflows.get_status("order-1").status == "running"
    assert server.connections == 3


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with gateway(ScriptedEngine()) as running:
        yield running


@pytest.fixture
def proxy(served: Running) -> Iterator[FaultProxy]:
    served.engine.on_loop(served.engine.reset)
    with fault_proxy(served.port) as proxy:
        yield proxy


LOST = [Fault("close"), Fault("reset"), Fault("close", 25), Fault("reset", 100), Fault("close", 400)]


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_start_whose_answer_is_lost_is_one_execution_and_its_handle(
    fault: Fault, proxy: FaultProxy, served: Running
) -> None:
    proxy.then(fault, fault)
    with Ductape(SHOP_KEY, "shop", "dev", base_url=proxy.origin) as client:
        order = client.workflows.execute("process-order", {"orderId": "order-123"})
    assert proxy.suffered == [fault, fault]
    assert list(served.engine.executions) == [order.execution_id]
    assert [call[0] for call in served.engine.calls] == ["start"] * 3


def test_a_start_whose_answer_never_comes_can_be_asked_for_again(proxy: FaultProxy, served: Running) -> None:
    proxy.then(Fault("stall"))
    with Ductape(SHOP_KEY, "shop", "dev", base_url=proxy.origin, timeout=0.5) as client:
        with pytest.raises(RequestTimeout):
            client.workflows.execute("process-order", idempotency_key="order-123")
        order = client.workflows.execute("process-order", idempotency_key="order-123")
    assert list(served.engine.executions) == [order.execution_id]


def test_a_wait_survives_what_a_network_does_and_returns_the_result(
    proxy: FaultProxy, served: Running
) -> None:
    with Ductape(SHOP_KEY, "shop", "dev", base_url=proxy.origin) as client:
        order = client.workflows.execute("process-order")
    faults = [Fault("reset"), Fault("close"), Fault("close", 300)]
    proxy.then(*faults)
    results: list[object] = []
    with Ductape(SHOP_KEY, "shop", "dev", base_url=proxy.origin) as client:
        handle = client.workflows.get(order.execution_id)
        waiter = threading.Thread(target=lambda: results.append(handle.wait_for_completion(timeout=60)))
        waiter.start()
        served.engine.wait_until(lambda: served.engine.following() == [order.execution_id])
        served.engine.end(order.execution_id, result={"total": 42})
        waiter.join(PATIENCE)
    assert results == [{"total": 42}]
    assert proxy.suffered == faults


def test_without_tries_left_the_error_says_that_the_outcome_is_not_known(
    proxy: FaultProxy, served: Running
) -> None:
    proxy.then(Fault("close"))
    client = Ductape(SHOP_KEY, "shop", "dev", base_url=proxy.origin, retry_attempts=0)
    with client, pytest.raises(TransportError) as caught:
        client.workflows.execute("process-order")
    assert caught.value.request_id
    assert len(served.engine.executions) == 1
