from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest

from ductape_sync import ConnectionFailed, Ductape, RequestTimeout
from tests.loopback import PATIENCE, STATUS, Received, Wire, answer, stall

if TYPE_CHECKING:
    from tests.loopback import Loopback


def test_calls_share_a_connection(server: Loopback, client: Ductape) -> None:
    server.default = answer(STATUS)
    for _ in range(5):
        client.workflows.get_status("order-1")
    assert (server.connections, len(server.received)) == (1, 5)


def test_threads_have_a_connection_each_and_answers_do_not_cross(server: Loopback, client: Ductape) -> None:
    def echo(wire: Wire, request: Received) -> None:
        everyone.wait()
        answer(STATUS | {"executionId": request.target.rpartition("/")[2]})(wire, request)

    def ask(name: str) -> None:
        seen[name] = client.workflows.get_status(name).execution_id

    everyone = threading.Barrier(8, timeout=PATIENCE)
    server.default = echo
    seen: dict[str, str] = {}
    threads = [threading.Thread(target=ask, args=(f"order-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert seen == {f"order-{n}": f"order-{n}" for n in range(8)}
    assert server.connections == 8


def test_a_call_ends_at_its_timeout(server: Loopback) -> None:
    server.default = stall
    with (
        Ductape("k", "p", "e", base_url=server.origin, timeout=0.1) as client,
        pytest.raises(RequestTimeout, match=f"{server.origin} did not answer in time"),
    ):
        client.workflows.get_status("order-1")
    assert len(server.received) == 1


@pytest.mark.parametrize("timeout", [None, 1e8, 1e300])
def test_a_call_may_have_any_amount_of_time(timeout: float | None, server: Loopback) -> None:
    server.default = answer(STATUS)
    with Ductape("k", "p", "e", base_url=server.origin, timeout=timeout) as client:
        assert client.workflows.get_status("order-1").status == "running"


def test_a_connection_that_timed_out_is_not_used_again(server: Loopback) -> None:
    server.then(stall)
    server.default = answer(STATUS)
    with Ductape("k", "p", "e", base_url=server.origin, timeout=0.5) as client:
        with pytest.raises(RequestTimeout):
            client.workflows.get_status("order-1")
        client.workflows.get_status("order-1")
    assert [request.connection for request in server.received] == [1, 2]


def test_a_changed_environment_leads_another_way_and_the_old_connections_are_closed(
    server: Loopback, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.default = answer(STATUS)
    client.workflows.get_status("order-1")
    monkeypatch.setenv("NO_PROXY", "other.example.com")
    client.workflows.get_status("order-1")
    server.wait_for(lambda server: server.open_connections == 1)
    assert [request.connection for request in server.received] == [1, 2]


def test_close_closes_the_connections_and_may_be_called_twice(server: Loopback, client: Ductape) -> None:
    server.default = answer(STATUS)
    client.workflows.get_status("order-1")
    client.close()
    client.close()
    server.wait_for(lambda server: not server.open_connections)


def test_after_close_nothing_is_sent(server: Loopback, client: Ductape) -> None:
    server.default = answer(STATUS)
    client.workflows.get_status("order-1")
    client.close()
    for call in (client.workflows.get("order-1").refresh, client.workflows.definitions):
        with pytest.raises(ConnectionFailed, match="the client is closed; make a new Ductape") as caught:
            call()
        assert not caught.value.retryable
    assert (len(server.received), server.connections) == (1, 1)


def test_a_client_that_was_never_used_needs_no_close() -> None:
    client = Ductape("k", "p", "e")
    del client
    gc.collect()


def test_a_client_that_is_forgotten_in_a_circle_warns_too(server: Loopback) -> None:
    server.default = answer(STATUS)
    client = Ductape("k", "p", "e", base_url=server.origin)
    client.workflows.get_status("order-1")
    circle: list[object] = [client]
    circle.append(circle)
    del client, circle
    with pytest.warns(ResourceWarning, match="unclosed connections"):
        gc.collect()
    server.wait_for(lambda server: not server.open_connections)


def test_a_client_that_never_came_through_needs_no_close(server: Loopback) -> None:
    server.stop()
    client = Ductape("k", "p", "e", base_url=server.origin, retry_attempts=0)
    with pytest.raises(ConnectionFailed):
        client.workflows.definitions()
    del client
    gc.collect()


def test_a_client_that_is_forgotten_unclosed_warns_and_closes_its_connections(server: Loopback) -> None:
    server.default = answer(STATUS)
    client = Ductape("k", "p", "e", base_url=server.origin)
    client.workflows.get_status("order-1")
    message = f"unclosed connections to {server.origin}: use close.. or with"
    with pytest.warns(ResourceWarning, match=message):
        del client
    server.wait_for(lambda server: not server.open_connections)
