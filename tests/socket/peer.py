"""A server of live events on 127.0.0.1: by the contract, unless a test has it do something else."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State
from websockets.utils import accept_key

from tests.loopback import PATIENCE, STATUS, Loopback, answer, problem

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from tests.loopback import Received, Wire

NOW = "2026-11-22T10:00:00.000Z"
ENDS = {"completed", "failed", "cancelled"}


def refusal(name: str | None, status: int, code: str, detail: str) -> dict[str, Any]:
    """The message that a subscription was refused, or broke off."""
    problem = {"type": "about:blank", "title": "No", "status": status, "code": code, "detail": detail}
    more = {"field": None, "suggestions": [], "requestId": "r-1"}
    return {"op": "error", "executionId": name, "problem": problem | more}


def event(name: str, number: int, kind: str = "signal_received", **data: Any) -> dict[str, Any]:
    """An event on the wire; its number is its id."""
    held = data or {"signal": "note", "data": number}
    return {"id": f"{number:06}", "executionId": name, "timestamp": NOW, "type": kind, "data": held}


def carry(event: dict[str, Any]) -> dict[str, Any]:
    """The message that carries an event."""
    return {"op": "event", "event": event}


class Talk:
    """The server's end of one WebSocket."""

    def __init__(self, wire: Wire, request: Received) -> None:
        self.wire = wire
        self.request = request
        self.subscribed: set[str] = set()
        self._protocol = Protocol(Side.SERVER, state=State.OPEN, max_size=None)
        self._sending = threading.Lock()

    def accept(self, subprotocol: str | None = "ductape.v1", **headers: str) -> None:
        key = accept_key(self.request.headers["sec-websocket-key"])
        every = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": key}
        if subprotocol is not None:
            every["Sec-WebSocket-Protocol"] = subprotocol
        lines = ["HTTP/1.1 101 Switching Protocols"]
        lines += [f"{name}: {value}" for name, value in (every | headers).items()]
        self.wire.send("\r\n".join([*lines, "", ""]).encode())

    def say(self, *messages: dict[str, Any]) -> None:
        """Send messages, together."""
        self.send(*(frame(json.dumps(message).encode()) for message in messages))

    def send(self, *data: bytes) -> None:
        with self._sending:
            self.wire.send(b"".join(data))

    def heard(self) -> Iterator[dict[str, Any]]:
        """What the client says, until it goes. Pings and the close frame are answered."""
        while data := self._read():
            self._protocol.receive_data(data)
            for received in self._protocol.events_received():
                assert isinstance(received, Frame)
                if received.opcode is Opcode.TEXT:
                    yield json.loads(bytes(received.data))
            for out in self._protocol.data_to_send():
                if not out:
                    return
                self.send(out)

    def _read(self) -> bytes:
        try:
            return self.wire.sock.recv(65536)
        except OSError:
            return b""

    def hear(self) -> dict[str, Any]:
        """The next thing that the client says."""
        return next(self.heard())

    def close(self, code: int, reason: str = "") -> None:
        """Send a close frame, and wait for the client's end of the connection to be closed."""
        self.send(frame(code.to_bytes(2, "big") + reason.encode(), Opcode.CLOSE))
        self.wire.wait_until_gone()


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=False)


Script = "Callable[[Talk], None]"


class Peer:
    """Executions, and a server that tells of them over HTTP and over WebSockets."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.server = Loopback(self._act, context)
        self.origin = self.server.origin
        self.scripts: list[Script] = []
        """What to do with the next WebSockets, one each; then they are served."""
        self.limit = 1_000_000
        """How many subscriptions a socket may have."""
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.said: list[dict[str, Any]] = []
        """What all clients said to `serve`."""
        self.looks: list[str] = []
        """The executions whose status was asked for."""
        self.status: Callable[[str], Any] = self._status
        """Makes the act that answers for an execution's status."""
        self.muted: set[str] = set()
        """The executions whose events do not come, though subscriptions are answered."""
        self.talks: list[Talk] = []
        """The WebSockets that are being served."""
        self.handshakes: list[str] = []
        """The request ids of the WebSockets that were asked for."""
        self.changed = threading.Condition()

    @property
    def sockets(self) -> int:
        """How many WebSockets were asked for."""
        return len(self.handshakes)

    # What a test does.

    def start(self, *names: str) -> None:
        for name in names:
            self.add(name, "started", workflow="process-order", input=None)

    def add(self, name: str, kind: str = "signal_received", **data: Any) -> dict[str, Any]:
        """Have something happen."""
        with self.changed:
            events = self.events.setdefault(name, [])
            happened = event(name, len(events) + 1, kind, **data)
            events.append(happened)
            for talk in self.talks:
                if name in talk.subscribed and name not in self.muted:
                    self._tell(talk, name, [happened])
            self.changed.notify_all()
        return happened

    def add_many(self, name: str, count: int) -> None:
        for _ in range(count):
            self.add(name)

    def end(self, name: str, kind: str = "completed", **data: Any) -> None:
        failure = {"message": "It broke.", "type": "error", "step": "Charging", "attempts": 3}
        usual = {
            "completed": {"result": {"name": name}},
            "failed": {"error": "It broke.", "failure": failure},
            "cancelled": {"reason": "Changed my mind."},
        }
        self.add(name, kind, **(usual[kind] | data))

    def drop(self) -> None:
        """Cut all WebSockets, without a word."""
        with self.changed:
            dropped = list(self.talks)
        for talk in dropped:
            with contextlib.suppress(OSError):
                talk.wire.sock.shutdown(socket.SHUT_RDWR)
        self.wait_for(lambda: not set(dropped) & set(self.talks))

    def wait_for(self, condition: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE), f"it does not happen; said: {self.said}"

    def wait_until_subscribed(self, *names: str) -> None:
        self.wait_for(lambda: any(talk.subscribed.issuperset(names) for talk in self.talks))

    # How it answers.

    def _act(self, wire: Wire, request: Received) -> None:
        target = urlsplit(request.target)
        found = re.fullmatch(r"/v1/executions/([^/]+)(/history)?", target.path)
        if target.path == "/v1/events":
            with self.changed:
                self.handshakes.append(request.headers["x-request-id"])
                script = self.scripts.pop(0) if self.scripts else self.serve
                self.changed.notify_all()
            script(Talk(wire, request))
            wire.close()
        elif found is None or found[1] not in self.events:
            problem(404, "execution_not_found")(wire, request)
        elif found[2]:
            answer(self._history(found[1], parse_qs(target.query)))(wire, request)
        else:
            with self.changed:
                self.looks.append(found[1])
                self.changed.notify_all()
            self.status(found[1])(wire, request)

    def serve(self, talk: Talk) -> None:
        """Do as the contract says."""
        talk.accept()
        with self.changed:
            self.talks.append(talk)
        try:
            for message in talk.heard():
                with self.changed:
                    self.said.append(message)
                    self.answer(talk, message)
                    self.changed.notify_all()
        finally:
            with self.changed:
                self.talks.remove(talk)
                self.changed.notify_all()

    def answer(self, talk: Talk, message: dict[str, Any]) -> None:
        """Answer a message. Needs the lock."""
        name = message["executionId"]
        talk.subscribed.discard(name)
        if message["op"] == "unsubscribe":
            talk.say({"op": "unsubscribed", "executionId": name, "reason": "requested"})
        elif name not in self.events:
            talk.say(refusal(name, 404, "execution_not_found", "There is no such execution."))
        elif message["after"] not in (None, *(item["id"] for item in self.events[name])):
            talk.say(refusal(name, 400, "invalid_request", "There is no such event."))
        elif len(talk.subscribed) >= self.limit:
            talk.say(refusal(name, 429, "too_many_subscriptions", "A socket may have no more."))
        else:
            talk.subscribed.add(name)
            talk.say({"op": "subscribed", "executionId": name})
            past = [item for item in self.events[name] if item["id"] > (message["after"] or "")]
            if name not in self.muted:
                self._tell(talk, name, past)

    def _tell(self, talk: Talk, name: str, events: list[dict[str, Any]]) -> None:
        messages = [carry(item) for item in events]
        if self._ended(name):
            talk.subscribed.discard(name)
            messages.append({"op": "unsubscribed", "executionId": name, "reason": "ended"})
        with contextlib.suppress(OSError):  # it is gone, and comes again
            talk.say(*messages)

    def _ended(self, name: str) -> bool:
        return bool(self.events[name]) and self.events[name][-1]["type"] in ENDS

    def _status(self, name: str) -> Any:
        status: dict[str, Any] = STATUS | {"executionId": name}
        last = self.events[name][-1]
        if last["type"] in ENDS:
            data = last["data"]
            error = data.get("error") or data.get("reason")
            status |= {"status": last["type"], "completedAt": NOW, "result": data.get("result"),
                       "error": error, "failure": data.get("failure"), "currentStep": None,
                       "currentStepAttempt": None}  # fmt: skip
        return answer(status)

    def _history(self, name: str, query: dict[str, list[str]]) -> dict[str, Any]:
        after = query.get("after", [""])[0]
        events = [item for item in self.events[name] if item["id"] > after]
        page, more = events[:1000], len(events) > 1000
        return {"executionId": name, "events": page, "nextAfter": page[-1]["id"] if more else None}


@contextlib.contextmanager
def peer(context: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """Run a server."""
    peer = Peer(context)
    try:
        yield peer
    finally:
        peer.server.stop()
