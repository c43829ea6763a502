"""What a server may do to a connection that is made, and what a subscription makes of it."""

from __future__ import annotations

import itertools
import json
import logging
import struct
import threading
from typing import TYPE_CHECKING, Any

import pytest
from websockets.frames import Opcode

from ductape_sync import ConnectionLost, Ductape, SubscriptionOverflow
from ductape_sync.http import environment
from ductape_sync.realtime import socket as websocket
from ductape_sync.realtime import subscription as subscriptions
from ductape_sync.realtime import wire
from tests.loopback import PATIENCE, problem
from tests.socket.peer import Peer, Talk, carry, event, frame, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

SUBSCRIBED = {"op": "subscribed", "executionId": "order-1"}
MEGABYTE = b"x" * 1024 * 1024


def text(value: Any) -> bytes:
    return frame(json.dumps(value).encode())


THIRD = text(carry(event("order-1", 3)))


def changed(**fields: Any) -> bytes:
    """The third event with other fields; those that are None are left out."""
    mutated = event("order-1", 3) | fields
    return text(carry({name: value for name, value in mutated.items() if value is not None}))


def after_two_events(trouble: Callable[[Talk], None]) -> Callable[[Talk], None]:
    """The script of a server that makes trouble after two events."""

    def script(talk: Talk) -> None:
        talk.accept()
        talk.hear()
        talk.say(SUBSCRIBED, carry(event("order-1", 1)), carry(event("order-1", 2)))
        trouble(talk)

    return script


def sending(*data: bytes) -> Callable[[Talk], None]:
    """Send this, and wait for the client to go."""

    def trouble(talk: Talk) -> None:
        talk.send(*data)
        talk.wire.wait_until_gone()

    return trouble


def cutting(*data: bytes) -> Callable[[Talk], None]:
    """Send this, and close without a word."""
    return lambda talk: talk.send(*data)


def resetting(*data: bytes) -> Callable[[Talk], None]:
    def trouble(talk: Talk) -> None:
        talk.send(*data)
        talk.wire.reset()

    return trouble


def closing(code: int, reason: str = "") -> Callable[[Talk], None]:
    return lambda talk: talk.close(code, reason)


TROUBLE: dict[str, Callable[[Talk], None]] = {
    "end": cutting(),
    "reset": resetting(),
    "end inside a frame's header": cutting(b"\x81"),
    "end inside a frame": cutting(THIRD[:20]),
    "reset inside a frame": resetting(THIRD[:20]),
    "end inside a fragmented message": cutting(frame(THIRD[4:30], fin=False)),
    "close 1000": closing(1000),
    "close 1001": closing(1001, "going away"),
    "close 1008": closing(1008),
    "close 1011": closing(1011, "oops"),
    "close 1012": closing(1012, "service restart"),
    "close 1013": closing(1013, "try again later"),
    "close without a code": sending(frame(b"", Opcode.CLOSE)),
    "close with half a code": sending(frame(b"\x03", Opcode.CLOSE)),
    "close with a reason that is no UTF-8": sending(frame(b"\x03\xe8\xff\xff", Opcode.CLOSE)),
    "bad UTF-8": sending(frame(b'{"op":"\xff\xfe"}')),
    "half a character": sending(frame(b'"\xc3'), THIRD),
    "no JSON": sending(frame(b"hello")),
    "nothing": sending(frame(b"")),
    "half of JSON": sending(frame(json.dumps(carry(event("order-1", 3))).encode()[:-9])),
    "JSON and more": sending(frame(b"{} {}")),
    "JSON that is no object": sending(frame(b"[1, 2]")),
    "NaN": sending(frame(b'{"op":"event","event":NaN}')),
    "deep JSON": sending(frame(b"[" * 100_000)),
    "no op": sending(frame(b'{"executionId":"order-1"}')),
    "an op that is no text": sending(frame(b'{"op":["event"]}')),
    "no event": sending(frame(b'{"op":"event"}')),
    "an event that is no object": sending(frame(b'{"op":"event","event":7}')),
    "an event without an id": sending(changed(id=None)),
    "an event whose id is no text": sending(changed(id=3)),
    "an event without a type": sending(changed(type=None)),
    "an event with a time that is none": sending(changed(timestamp="yesterday")),
    "an event with a time without a zone": sending(changed(timestamp="2026-11-22T10:00:00")),
    "an event without data": sending(changed(data={})),
    "a status that is no text": sending(changed(type="status_changed", data={"status": 1})),
    "a binary message": sending(frame(b"{}", Opcode.BINARY)),
    "a compressed message": sending(b"\xc1" + THIRD[1:]),
    "a masked frame": sending(b"\x81\x82abcdxy"),
    "an opcode that is none": sending(b"\x83\x00"),
    "a control opcode that is none": sending(b"\x8b\x00"),
    "a fragmented ping": sending(b"\x09\x00"),
    "a long ping": sending(b"\x89\x7e\x00\x80" + b"x" * 128),
    "a continuation of nothing": sending(frame(b"{}", Opcode.CONT)),
    "a message inside a message": sending(frame(b"{", fin=False), THIRD),
    "100 MB announced": sending(b"\x81\x7f" + struct.pack("!Q", 100_000_000)),
    "16 EB announced": sending(b"\x81\x7f" + b"\xff" * 8),
    "100 MB sent": cutting(b"\x81\x7f" + struct.pack("!Q", 100_000_000), *[MEGABYTE] * 100),
    "100 MB in fragments": cutting(
        frame(MEGABYTE, fin=False), *[frame(MEGABYTE, Opcode.CONT, fin=False)] * 99
    ),
    "an error about nothing in particular": sending(text(refusal(None, 400, "invalid_request", "What?"))),
    "an engine that is away": sending(text(refusal("order-1", 503, "engine_unavailable", "Wait."))),
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_after_trouble_the_events_go_on_where_they_were(peer: Peer, client: Ductape, trouble: str) -> None:
    peer.scripts = [after_two_events(TROUBLE[trouble])]
    peer.add_many("order-1", 5)
    peer.end("order-1")
    received = [each.id for each in client.workflows.subscribe("order-1")]
    assert received == [each["id"] for each in peer.events["order-1"]]
    assert peer.said == [{"op": "subscribe", "executionId": "order-1", "after": "000002"}]
    assert peer.sockets == 2


@pytest.mark.parametrize("trouble", ["bad UTF-8", "half of JSON", "100 MB announced", "a masked frame"])
def test_a_server_that_makes_no_sense_is_given_up(peer: Peer, client: Ductape, trouble: str) -> None:
    peer.scripts = [after_two_events(TROUBLE[trouble])] * 10
    received = []
    with pytest.raises(ConnectionLost, match="makes no sense") as caught:
        received += [each.id for each in client.workflows.subscribe("order-1")]
    assert peer.sockets == 5
    assert caught.value.last_event_id == "000002"
    assert caught.value.request_id == peer.handshakes[-1]


@pytest.mark.parametrize("trouble", ["end inside a frame", "reset", "close 1008", "close 1013"])
def test_a_server_that_drops_connections_is_never_given_up(peer: Peer, client: Ductape, trouble: str) -> None:
    peer.scripts = [after_two_events(TROUBLE[trouble])] * 20
    peer.add_many("order-1", 5)
    peer.end("order-1")
    assert len(list(client.workflows.subscribe("order-1"))) == 6
    assert peer.sockets == 21


def test_the_log_says_why_and_when_it_goes_on(
    peer: Peer, client: Ductape, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    peer.scripts = [after_two_events(TROUBLE["close 1012"])]
    peer.add_many("order-1", 2)
    peer.end("order-1")
    list(client.workflows.subscribe("order-1"))
    assert "the server closed the connection with 1012 'service restart'" in caplog.text
    assert "the next try is in" in caplog.text


def test_what_is_not_known_passes_through(peer: Peer, client: Ductape) -> None:
    def from_the_future(talk: Talk) -> None:
        talk.accept()
        talk.hear()
        talk.say({"op": "greeting", "from": "the future"}, SUBSCRIBED | {"more": 1})
        talk.say(carry(event("order-1", 1, "step_paused", until="noon")))
        talk.say({"op": "farewell"}, carry(event("order-1", 2, "status_changed", status="paused")))
        talk.say(carry(event("order-1", 3) | {"colour": "red"}))
        talk.wire.wait_until_gone()

    peer.scripts = [from_the_future]
    subscription = client.workflows.subscribe("order-1")
    paused, status, coloured = next(subscription), next(subscription), next(subscription)
    assert (paused.type, paused.data) == ("step_paused", {"until": "noon"})
    assert status.data.status == "paused"
    assert coloured.additional_properties == {"colour": "red"}
    assert peer.sockets == 1


def test_events_before_the_answer_and_of_others_do_no_harm(peer: Peer, client: Ductape) -> None:
    def hasty(talk: Talk) -> None:
        talk.accept()
        talk.hear()
        talk.say(carry(event("order-2", 7)), carry(event("order-1", 1)), SUBSCRIBED, SUBSCRIBED)
        talk.say({"op": "unsubscribed", "executionId": "order-2", "reason": "ended"})
        talk.say(carry(event("order-1", 2)))
        talk.wire.wait_until_gone()

    peer.scripts = [hasty]
    subscription = client.workflows.subscribe("order-1")
    assert [next(subscription).id, next(subscription).id] == ["000001", "000002"]


def test_a_message_may_come_in_fragments_with_pings_between(peer: Peer, client: Ductape) -> None:
    data = json.dumps(carry(event("order-1", 1, "signal_received", signal="x", data="ü"))).encode()
    pongs: list[bytes] = []

    def fragmenting(talk: Talk) -> None:
        talk.accept()
        talk.hear()
        parts = [frame(data[:1], fin=False), frame(b"still there?", Opcode.PING)]
        parts += [
            frame(data[1:-1], Opcode.CONT, fin=False),
            frame(b"", Opcode.PONG),
            frame(b"", Opcode.CONT, fin=False),
        ]
        for byte in b"".join([*parts, frame(data[-1:], Opcode.CONT)]):
            talk.send(bytes([byte]))
        pongs.append(talk.wire.sock.recv(100))
        talk.wire.wait_until_gone()

    peer.scripts = [fragmenting]
    assert next(client.workflows.subscribe("order-1")).data.data == "ü"
    client.close()
    peer.wait_for(lambda: pongs)
    assert pongs[0][0] == 0x80 | Opcode.PONG
    assert len(pongs[0]) >= 6 + len(b"still there?")


def test_a_large_message_arrives(peer: Peer, client: Ductape) -> None:
    peer.add("order-1", "completed", result="x" * 5_000_000)
    (received,) = client.workflows.subscribe("order-1")
    assert len(received.data.result) == 5_000_000
    assert peer.sockets == 1


def test_a_server_that_does_not_answer_pings_is_left(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_INTERVAL", 0.05)
    monkeypatch.setattr(websocket, "PONG_TIMEOUT", 0.05)
    heard: list[int] = []

    def deaf(talk: Talk) -> None:
        heard.append(talk.wire.sock.recv(1000)[0])
        talk.wire.wait_until_gone()

    peer.scripts = [after_two_events(deaf)]
    peer.add_many("order-1", 3)
    peer.end("order-1")
    assert len(list(client.workflows.subscribe("order-1"))) == 4
    assert heard == [0x80 | Opcode.PING]


def test_a_server_that_answers_pings_is_kept(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_INTERVAL", 0.02)

    def answering(talk: Talk) -> None:
        for _ in range(5):
            assert talk.wire.sock.recv(6)[0] == 0x80 | Opcode.PING
            talk.send(frame(b"", Opcode.PONG))
        talk.say(carry(event("order-1", 3)))
        talk.wire.wait_until_gone()

    peer.scripts = [after_two_events(answering)]
    subscription = client.workflows.subscribe("order-1")
    assert [next(subscription).id for _ in range(3)] == ["000001", "000002", "000003"]
    assert peer.sockets == 1


def test_a_server_that_does_not_read_is_left(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "PONG_TIMEOUT", 0.1)
    left = threading.Event()

    def unreading(talk: Talk) -> None:
        talk.accept()
        while not left.wait(0.01):
            talk.send(frame(b"", Opcode.PONG))  # so that it is not taken for silent

    peer.scripts = [unreading]
    bell = wire.Bell()
    socket = websocket.Socket(bell, PATIENCE)
    route = environment.Route({}, False, False, None)
    socket.open(peer.origin.replace("http", "ws") + "/v1/events", dict, lambda: route)
    for _ in range(32):
        socket.send({"op": "x" * 1024 * 1024})  # does not wait; more than the system's buffers take
    with pytest.raises(websocket.Lost, match="does not read"):
        [list(socket.receive()) for _ in itertools.count()]
    left.set()
    socket.close()
    bell.close()


def test_many_subscriptions_and_much_to_receive_do_not_wait_for_each_other(
    peer: Peer, client: Ductape
) -> None:
    flood = b"".join(text(carry(event("order-2", number))) for number in range(50_000))

    def talking(talk: Talk) -> None:
        talk.accept()
        talk.send(flood)  # and only then listens
        heard = talk.heard()
        for _ in range(5_000):
            name = next(heard)["executionId"]
        talk.say(carry(event(name, 1)))
        talk.wire.wait_until_gone()

    peer.scripts = [lambda talk: talk.accept(), talking]
    subscriptions = [client.workflows.subscribe(f"{'y' * 190}-{number}") for number in range(5_000)]
    assert next(subscriptions[-1]).id == "000001"


def test_pings_without_end_are_no_trouble(peer: Peer, client: Ductape) -> None:
    def pinging(talk: Talk) -> None:
        talk.accept()
        talk.hear()
        talk.send(frame(b"x" * 125, Opcode.PING) * 100_000)  # 13 MB, before it reads an answer
        talk.say(carry(event("order-1", 1)))
        talk.wire.wait_until_gone()

    peer.scripts = [pinging]
    assert next(client.workflows.subscribe("order-1")).id == "000001"
    assert peer.sockets == 1


def test_a_flood_overflows_only_the_subscription_that_does_not_keep_up(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "CAPACITY", 100)
    peer.start("order-1", "order-2")
    slow = client.workflows.subscribe("order-1")
    quick = client.workflows.subscribe("order-2")
    peer.wait_until_subscribed("order-1", "order-2")
    for _ in range(300):
        peer.add("order-1")
        peer.add("order-2")
        next(quick)
    peer.end("order-2")
    assert [each.type for each in quick][-1] == "completed"
    received = []
    with pytest.raises(SubscriptionOverflow, match="order-1's events is 100 events behind") as caught:
        received += [each.id for each in slow]
    assert caught.value.last_event_id == "000100"
    assert caught.value.request_id == peer.handshakes[0]
    assert slow.last_event_id == "000100"
    peer.wait_for(lambda: {"op": "unsubscribe", "executionId": "order-1"} in peer.said)
    assert peer.sockets == 1


def test_connection_states_are_told_in_order(peer: Peer, client: Ductape) -> None:
    states: list[str] = []
    told = threading.Condition()

    def tell(state: str) -> None:
        with told:
            states.append(state)
            told.notify_all()

    def wait_for(*expected: str) -> None:
        with told:
            assert told.wait_for(lambda: states == list(expected), PATIENCE), states

    stop = client.on_connection_state_change(tell)
    client.connect()
    wait_for("connecting", "connected")
    peer.wait_for(lambda: peer.talks)  # the client has the answer to the handshake before we know of it
    peer.drop()
    wait_for("connecting", "connected", "reconnecting", "connected")
    stop()
    peer.wait_for(lambda: peer.talks)
    lost = threading.Event()
    stop = client.on_connection_state_change(lambda _: lost.set())
    peer.drop()
    assert lost.wait(PATIENCE)
    stop()
    client.connect()
    client.on_connection_state_change(tell)
    client.close()
    wait_for("connecting", "connected", "reconnecting", "connected", "disconnected")


def test_a_refusal_after_a_loss_disconnects(peer: Peer, client: Ductape) -> None:
    states: list[str] = []
    client.on_connection_state_change(states.append)
    peer.start("order-1")
    subscription = client.workflows.subscribe("order-1", lambda _: None)
    peer.wait_until_subscribed("order-1")
    peer.scripts = [
        lambda talk: problem(401, "unauthenticated", "The key was revoked.")(talk.wire, talk.request)
    ]
    peer.drop()
    assert subscription.join(PATIENCE)
    assert "revoked" in str(subscription.error)
    assert states == ["connecting", "connected", "reconnecting", "disconnected"]
