"""`events()`: the past over HTTP, then what comes over the WebSocket."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from ductape_sync import ConnectionLost, Ductape, ExecutionNotFound
from ductape_sync.realtime import subscription as subscriptions
from tests.loopback import PATIENCE, problem

if TYPE_CHECKING:
    from tests.socket.peer import Peer


def test_past_and_future_are_one_stream(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 2500)  # three pages
    received = []
    for each in client.workflows.events("order-1"):
        received.append(each.id)
        if each.id == "002500":
            peer.add_many("order-1", 5)
            peer.end("order-1")
    assert received == [each["id"] for each in peer.events["order-1"]]
    assert peer.said == [{"op": "subscribe", "executionId": "order-1", "after": "002500"}]


def test_what_has_ended_needs_no_websocket(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    peer.end("order-1")
    assert len(list(client.workflows.events("order-1"))) == 4
    assert peer.sockets == 0


def test_without_following_it_ends_with_the_past(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    received = client.workflows.events("order-1", after="000001", follow=False)
    assert [each.id for each in received] == ["000002", "000003"]
    assert peer.sockets == 0


def test_a_slow_loop_loses_nothing(peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "CAPACITY", 10)
    peer.start("order-1")
    received = []
    for each in client.workflows.events("order-1"):
        received.append(each.id)
        if each.id == "000001":
            peer.add("order-1")
        elif each.id == "000002":  # the loop stands still while far more comes than the queue holds
            peer.add_many("order-1", 100)
            peer.wait_for(lambda: peer.said[-1]["op"] == "unsubscribe")
            peer.end("order-1")
    assert received == [each["id"] for each in peer.events["order-1"]]
    assert peer.said[2] == {"op": "subscribe", "executionId": "order-1", "after": "000012"}


def test_a_loop_that_is_left_unsubscribes(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    events = client.workflows.events("order-1")
    next(events)
    peer.add("order-1")
    next(events)
    events.close()  # type: ignore[attr-defined]
    peer.wait_for(lambda: peer.said[-1]["op"] == "unsubscribe")


def test_lost_connections_are_made_again(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    received = []
    for each in client.workflows.events("order-1"):
        received.append(each.id)
        if len(received) < 10:
            peer.add("order-1")
            peer.drop()
        elif len(received) == 10:
            peer.end("order-1")
    assert received == [each["id"] for each in peer.events["order-1"]]


def test_a_server_without_websockets_says_so(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    peer.scripts = [lambda talk: problem(404, "not_found")(talk.wire, talk.request)]
    events = client.workflows.events("order-1")
    next(events)
    with pytest.raises(ConnectionLost, match="no events can be had"):
        next(events)


def test_an_execution_that_does_not_exist(client: Ductape) -> None:
    with pytest.raises(ExecutionNotFound):
        next(client.workflows.events("order-0"))


def test_closing_the_client_ends_a_loop_in_another_thread(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    errors: list[Exception] = []

    def follow() -> None:
        try:
            list(client.workflows.events("order-1"))
        except ConnectionLost as error:
            errors.append(error)

    thread = threading.Thread(target=follow)
    thread.start()
    peer.wait_until_subscribed("order-1")
    client.close()
    thread.join(PATIENCE)
    assert "the client was closed" in str(errors[0])
