"""`close()` and other ends of a client, in whatever state its connection is."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from websockets.frames import Opcode

from ductape_sync import ConnectionFailed, ConnectionLost, Ductape
from ductape_sync.realtime import connection, receiver
from ductape_sync.timing import Backoff
from tests.loopback import PATIENCE, problem, stall
from tests.socket.peer import Peer, Talk, carry, event, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not end of itself goes on for longer than a test."""
    monkeypatch.setattr(receiver, "HANDSHAKE_TIMEOUT", 1000.0)
    monkeypatch.setattr(connection, "CLOSE_TIMEOUT", 1000.0)


def finish(*calls: Callable[[], Any]) -> None:
    """Run calls, each on a thread, and see to it that they return."""
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not [thread for thread in threads if thread.is_alive()]


def client_of(url: str, **more: Any) -> Ductape:
    return Ductape("dsk_key", "shop", "dev", base_url="http://127.0.0.1:1", ws_url=url, **more)


def close_while_connecting(client: Ductape) -> None:
    """Close a client that waits for its connection in another thread, and for a subscription."""
    errors: list[Exception] = []

    def connect() -> None:
        try:
            client.connect(timeout=1000)
        except ConnectionFailed as error:
            errors.append(error)

    subscription = client.workflows.subscribe("order-1")
    finish(connect, client.close)
    with pytest.raises(ConnectionLost, match="the client was closed"):
        next(subscription)
    assert "the client is closed" in str(errors[0])


@pytest.fixture
def mute() -> Iterator[str]:
    """An address that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def full() -> Iterator[str]:
    """An address whose backlog is full, so that connecting to it takes for ever."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as filling:
        for _ in range(4):
            filler = filling.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_while_the_address_does_not_answer(full: str) -> None:
    close_while_connecting(client_of(f"ws://{full}"))


def test_while_the_handshake_is_not_answered(mute: str) -> None:
    close_while_connecting(client_of(f"ws://{mute}"))


def test_while_the_tls_handshake_is_not_answered(mute: str) -> None:
    close_while_connecting(client_of(f"wss://{mute}"))


def test_while_the_proxy_does_not_answer(mute: str) -> None:
    proxies = {"http": f"http://{mute}"}
    close_while_connecting(client_of("ws://ductape.example.com", proxies=proxies))


def test_while_it_waits_to_try_again(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "_BACKOFF", Backoff(initial=1000.0, maximum=1000.0))
    peer.scripts = [lambda talk: problem(503)(talk.wire, talk.request)] * 2
    client = client_of(f"ws{peer.origin[4:]}/v1/events", retry_attempts=100)
    lost = threading.Event()
    client.on_connection_state_change(lambda state: lost.set() if state == "reconnecting" else None)
    subscription = client.workflows.subscribe("order-1")
    assert lost.wait(PATIENCE)
    close_while_connecting(client)
    with pytest.raises(ConnectionLost, match="the client was closed"):
        next(subscription)
    assert peer.sockets <= 2  # connect() does not wait for the pause


def silent(talk: Talk) -> None:
    talk.accept()
    talk.wire.wait_until_gone()


def unreading(talk: Talk) -> None:
    talk.accept()
    talk.wire.stopping.wait(PATIENCE)


def flooding(talk: Talk) -> None:
    talk.accept()
    flood = frame(b'{"op":"noise"}') * 1000
    while True:
        talk.send(flood)


@pytest.mark.parametrize("script", [silent, unreading, flooding])
def test_against_a_peer_that_does_not_close(
    peer: Peer, client: Ductape, script: Callable[[Talk], None]
) -> None:
    peer.scripts = [script]
    client.connect()
    subscription = client.workflows.subscribe("order-1")
    finish(client.close)
    with pytest.raises(ConnectionLost, match="the client was closed"):
        next(subscription)
    peer.server.stop()


def test_with_much_left_to_say_to_a_peer_that_does_not_read(peer: Peer, client: Ductape) -> None:
    peer.scripts = [unreading]
    client.connect()
    for number in range(10_000):
        client.workflows.subscribe(f"{'x' * 190}-{number}")
    finish(client.close)
    peer.server.stop()


def test_the_server_is_told(peer: Peer, client: Ductape) -> None:
    heard: list[bytes] = []

    def polite(talk: Talk) -> None:
        talk.accept()
        heard.append(talk.wire.sock.recv(100))
        talk.close(1000)

    peer.scripts = [polite]
    client.connect()
    client.close()
    peer.wait_for(lambda: heard)
    assert heard[0][0] == 0x80 | Opcode.CLOSE
    key = heard[0][2:6]
    assert bytes(byte ^ key[at % 4] for at, byte in enumerate(heard[0][6:])) == (1000).to_bytes(2, "big")


def test_from_a_callback(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 10)
    received = []

    def close(event: Any) -> None:
        received.append(event.id)
        client.close()

    subscription = client.workflows.subscribe("order-1", close)
    assert subscription.join(PATIENCE)
    assert received == ["000001"]
    assert isinstance(subscription.error, ConnectionLost)


def test_from_on_error(peer: Peer, client: Ductape) -> None:
    closed = threading.Event()

    def close(error: Exception) -> None:
        client.close()
        closed.set()

    client.workflows.subscribe("order-0", print, on_error=close)
    assert closed.wait(PATIENCE)


def test_from_a_callback_for_states(peer: Peer, client: Ductape) -> None:
    states: list[str] = []
    closed = threading.Event()

    def close(state: str) -> None:
        states.append(state)
        client.close()
        if state == "disconnected":
            closed.set()

    client.on_connection_state_change(close)
    with contextlib.suppress(ConnectionFailed):
        client.connect()
    assert closed.wait(PATIENCE)
    assert states[-1] == "disconnected"


def test_twice_and_from_many_threads_at_once(peer: Peer, client: Ductape) -> None:
    client.connect()
    finish(*[client.close] * 8)
    client.close()


def test_without_ever_having_been_connected(client: Ductape) -> None:
    client.on_connection_state_change(print)
    client.close()
    client.close()


def test_while_others_subscribe(peer: Peer) -> None:
    peer.start("order-1")
    for _ in range(30):
        client = Ductape("dsk_key", "shop", "dev", base_url=peer.origin)
        subscriptions: list[Any] = []

        def subscribe(client: Ductape = client, made: list[Any] = subscriptions) -> None:
            with contextlib.suppress(ConnectionFailed):
                made.extend(client.workflows.subscribe("order-1", lambda _: None) for _ in range(100))

        finish(subscribe, subscribe, client.close)
        for subscription in subscriptions:
            assert subscription.join(PATIENCE)


def test_a_callback_that_does_not_return_is_not_waited_for(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CLOSE_TIMEOUT", 0.1)
    running, go_on = threading.Event(), threading.Event()

    def stuck(_: Any) -> None:
        running.set()
        go_on.wait(PATIENCE)

    peer.add_many("order-1", 10)
    subscription = client.workflows.subscribe("order-1", stuck)
    assert running.wait(PATIENCE)
    finish(client.close)
    assert subscription.join(0)
    go_on.set()


def test_no_callback_tells_whoever_closes_that_it_is_closed(
    peer: Peer, client: Ductape, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[Exception] = []
    peer.start("order-1")
    subscription = client.workflows.subscribe("order-1", lambda _: None, on_error=told.append)
    peer.wait_until_subscribed("order-1")
    client.close()
    assert isinstance(subscription.error, ConnectionLost)
    assert told == []
    assert "broke off" not in caplog.text


def test_what_has_come_can_still_be_looped_over(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    subscription = client.workflows.subscribe("order-1")
    received = [next(subscription).id]
    marker = client.workflows.subscribe("order-2")
    peer.wait_for(lambda: any(message["executionId"] == "order-2" for message in peer.said))
    with pytest.raises(Exception, match="no such execution"):
        next(marker)
    client.close()
    with pytest.raises(ConnectionLost, match="the client was closed"):
        received += [each.id for each in subscription]
    assert received == ["000001"]


def forget(kept: list[Any]) -> None:
    """Let go of the last references, and return once they were; a callback may be about to return."""
    last = weakref.ref(kept[-1])
    kept.clear()
    end = time.monotonic() + PATIENCE
    while last() is not None:
        assert time.monotonic() < end
        gc.collect()


def test_a_client_that_is_forgotten_ends_and_warns(peer: Peer) -> None:
    peer.start("order-1")
    kept: list[Any] = [Ductape("dsk_key", "shop", "dev", base_url=peer.origin)]
    received = threading.Event()
    kept.append(kept[0].workflows.subscribe("order-1", lambda _: received.set()))
    assert received.wait(PATIENCE)
    with pytest.warns(ResourceWarning, match="unclosed connection to ws://"):
        forget(kept)
    peer.wait_for(lambda: not peer.talks)


def test_it_does_so_while_the_line_is_down(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    peer.start("order-1")
    kept: list[Any] = [Ductape("dsk_key", "shop", "dev", base_url=peer.origin)]
    kept.append(kept[0].workflows.subscribe("order-1"))
    next(kept[1])
    monkeypatch.setattr(receiver, "_BACKOFF", Backoff(initial=1000.0, maximum=1000.0))
    lost = threading.Event()
    kept[0].on_connection_state_change(lambda state: lost.set())
    peer.scripts = [lambda talk: talk.wire.reset()] * 10
    peer.drop()
    assert lost.wait(PATIENCE)
    with pytest.warns(ResourceWarning, match="unclosed connection to ws://"):
        forget(kept)


def test_a_subscription_keeps_its_client_alive(peer: Peer) -> None:
    peer.start("order-1")
    kept: list[Any] = [Ductape("dsk_key", "shop", "dev", base_url=peer.origin)]
    kept.append(kept[0].workflows.subscribe("order-1"))
    del kept[0]
    gc.collect()
    assert next(kept[0]).id == "000001"
    with pytest.warns(ResourceWarning, match="unclosed"):
        forget(kept)


def test_events_under_way_when_it_closes_do_no_harm(peer: Peer, client: Ductape) -> None:
    def streaming(talk: Talk) -> None:
        talk.accept()
        number = 0
        while True:
            number += 1
            talk.say(carry(event("order-1", number)))

    peer.scripts = [streaming]
    subscription = client.workflows.subscribe("order-1", lambda _: None)
    received = client.workflows.subscribe("order-1")
    next(received)
    finish(client.close)
    assert subscription.join(0)
    peer.server.stop()


def test_a_handshake_that_is_broken_off_leaves_nothing_to_the_server(peer: Peer, client: Ductape) -> None:
    gone = threading.Event()

    def waiting(talk: Talk) -> None:
        stall(talk.wire, talk.request)
        gone.set()

    peer.scripts = [waiting]
    client.workflows.subscribe("order-1")
    peer.wait_for(lambda: peer.sockets)
    client.close()
    assert gone.wait(PATIENCE)
