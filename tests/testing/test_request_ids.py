"""Every error about a request has its id, the one that the server logs."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import (
    ConnectionFailed,
    Ductape,
    ExecutionCancelled,
    ExecutionFailed,
    ExecutionNotFound,
    ServerError,
    Unauthenticated,
    WaitTimeout,
)
from ductape_sync.testing import Fake

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake() as fake:
        fake.workflow("process-order")
        yield fake


def sent(fake: Fake, operation: str, count: int = 1) -> str:
    """The id of the last of so many requests of an operation."""
    return fake.wait_for_requests(operation, count=count)[-1].headers["x-request-id"]


def test_of_a_failure_it_is_that_of_the_answer_that_told_so(fake: Fake) -> None:
    order = fake.client().workflows.execute("process-order")
    fake.execution(order.execution_id).fail("card declined")
    with pytest.raises(ExecutionFailed) as failed:
        order.wait_for_completion(timeout=10)
    assert failed.value.request_id == sent(fake, "getStatus")


def test_of_a_cancellation_likewise(fake: Fake) -> None:
    order = fake.client().workflows.execute("process-order")
    order.cancel()
    with pytest.raises(ExecutionCancelled) as cancelled:
        order.wait_for_completion(timeout=10)
    assert cancelled.value.request_id == sent(fake, "getStatus")


@pytest.mark.parametrize("timeout", [0, 0.05])
def test_of_a_wait_in_vain_it_is_that_of_the_last_look(fake: Fake, timeout: float) -> None:
    order = fake.client().workflows.execute("process-order")
    with pytest.raises(WaitTimeout) as late:
        order.wait_for_completion(timeout=timeout)
    asked = fake.wait_for_requests("getStatus", count=2 if timeout else 1)
    (look,) = [each for each in asked if "prefer" not in each.headers]
    assert late.value.request_id == look.headers["x-request-id"]


def test_of_events_that_are_refused_it_is_that_of_the_handshake(fake: Fake) -> None:
    with fake.tenant.client(access_key="wrong", retry_attempts=0) as stranger:
        with pytest.raises(Unauthenticated) as refused:
            stranger.connect()
        assert refused.value.request_id == sent(fake, "openEvents")
    fake.refuse(operation="openEvents")
    with fake.tenant.client(retry_attempts=0) as client, pytest.raises(ServerError) as away:
        client.connect()
    assert away.value.request_id == sent(fake, "openEvents", count=2)


def test_of_a_handshake_that_reaches_nobody_there_is_one_too(fake: Fake) -> None:
    fake.lose_requests(operation="openEvents")
    with fake.tenant.client(retry_attempts=0) as client, pytest.raises(ConnectionFailed) as lost:
        client.connect()
    assert lost.value.request_id == sent(fake, "openEvents")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with (
        Ductape("key", "shop", "dev", base_url=nowhere, retry_attempts=0) as ductape,
        pytest.raises(ConnectionFailed) as failed,
    ):
        ductape.connect()
    assert failed.value.request_id
    assert failed.value.request_id in str(failed.value)


@pytest.mark.parametrize("call", ["get_status", "subscribe", "events", "as_completed"])
def test_of_an_unknown_execution_it_is_that_of_the_request(fake: Fake, call: str) -> None:
    calls: dict[str, Any] = {
        "get_status": lambda workflows: workflows.get_status("nobody"),
        "subscribe": lambda workflows: list(workflows.subscribe("nobody")),
        "events": lambda workflows: list(workflows.events("nobody")),
        "as_completed": lambda workflows: list(workflows.as_completed(["nobody"], timeout=10)),
    }
    with pytest.raises(ExecutionNotFound) as unknown:
        calls[call](fake.client().workflows)
    assert unknown.value.request_id in {each.headers["x-request-id"] for each in fake.requests}


@pytest.mark.parametrize("wait", ["wait_all", "as_completed"])
@pytest.mark.parametrize("end", ["fail", "cancel"])
def test_of_an_end_that_an_event_told_it_is_that_of_the_answer_with_the_reason(
    fake: Fake, wait: str, end: str
) -> None:
    with fake.client() as ductape:
        order = ductape.workflows.execute("process-order")
        ductape.connect()
        moved = fake.execution(order.execution_id)
        moved.fail("card declined") if end == "fail" else moved.cancel("too late")
        if wait == "as_completed":
            (order,) = ductape.workflows.as_completed([order], timeout=10)
        with pytest.raises((ExecutionFailed, ExecutionCancelled)) as ended:
            ductape.workflows.wait_all([order], timeout=10)
        asked = sent(fake, "getStatus")
        assert ended.value.request_id == asked
        with pytest.raises((ExecutionFailed, ExecutionCancelled)) as again:
            order.wait_for_completion()
        assert again.value.request_id == asked


def test_of_what_a_closed_client_does_not_send_there_is_none(fake: Fake) -> None:
    client = fake.client()
    order = client.workflows.execute("process-order")
    client.close()
    calls = order.refresh, order.wait_for_completion, order.history, order.subscribe, client.connect
    for call in calls:
        with pytest.raises(ConnectionFailed, match="the client is closed") as closed:
            call()
        assert closed.value.request_id is None
    assert sent(fake, "executeWorkflow") == fake.requests[-1].headers["x-request-id"]
    fake.execution(order.execution_id).complete()


def test_of_many_waits_in_vain_it_is_that_of_the_last_look(fake: Fake) -> None:
    with fake.client() as ductape:
        orders = [ductape.workflows.execute("process-order") for _ in range(3)]
        with pytest.raises(WaitTimeout) as late:
            ductape.workflows.wait_all(orders, timeout=0.2)
    assert late.value.request_id in {each.headers["x-request-id"] for each in fake.requests}


def test_of_events_that_cannot_be_had_it_is_that_of_the_connection_that_is_there(fake: Fake) -> None:
    with fake.client() as ductape:
        order = ductape.workflows.execute("process-order")
        ductape.connect()
        first = sent(fake, "openEvents")
        fake.drop_sockets()
        second = sent(fake, "openEvents", count=2)
        with pytest.raises(ExecutionNotFound) as unknown:
            list(ductape.workflows.subscribe("nobody"))
        assert first != second == unknown.value.request_id
        order.cancel()
