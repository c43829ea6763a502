"""A server on 127.0.0.1 that does to each request what a test says, bytes and sockets included."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

PATIENCE = 10.0  # seconds that anything in a test may take which is expected to happen

SUMMARY = {
    "executionId": "order-1",
    "workflow": "process-order",
    "status": "running",
    "startedAt": "2026-11-22T10:00:00Z",
    "completedAt": None,
    "metadata": {},
}
STATUS = SUMMARY | {
    "input": {"orderId": "order-123"},
    "result": None,
    "error": None,
    "failure": None,
    "currentStep": "Charging",
    "currentStepAttempt": 1,
    "currentStepError": None,
    "attempt": 1,
}
COMPLETED = STATUS | {
    "status": "completed",
    "completedAt": "2026-11-22T10:00:05Z",
    "result": {"total": 42},
    "currentStep": None,
    "currentStepAttempt": None,
    "currentStepError": None,
}


class Received(NamedTuple):
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    connection: int  # 1 for the first

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """The server's end of a connection."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.sock = sock
        self.stopping = stopping
        self._buffer = b""

    def read_request(self, connection: int) -> Received | None:
        head = self._read_until(b"\r\n\r\n")
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        size = int(headers.get("content-length", 0))
        while len(self._buffer) < size:
            if not self._fill():
                return None
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return Received(method, target, headers, body, connection)

    def _read_until(self, end: bytes) -> bytes | None:
        while end not in self._buffer:
            if not self._fill():
                return None
        head, _, self._buffer = self._buffer.partition(end)
        return head

    def _fill(self) -> bool:
        try:
            data = self.sock.recv(65536)
        except OSError:
            return False
        self._buffer += data
        return bool(data)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait_until_gone(self) -> None:
        """Return once the client has closed its end."""
        while self._fill():
            pass

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self) -> None:
        """Close with RST, as a process that is killed with data unread does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.close(self.sock)


Act = "Callable[[Wire, Received], None]"


def response(body: Any = b"", status: int = 200, **headers: str | None) -> bytes:
    """The bytes of an answer; a body that is not bytes goes as JSON. A header that is None is left out."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    every: dict[str, str | None] = {
        "content-type": "application/json",
        "content-length": str(len(data)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [
        f"HTTP/1.1 {status} Said",
        *(f"{name}: {value}" for name, value in every.items() if value is not None),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


def answer(body: Any = b"", status: int = 200, **headers: str | None) -> Act:
    """Answer, and keep the connection."""
    data = response(body, status, **headers)
    return lambda wire, _: wire.send(data)


def zipped(body: bytes, **headers: str | None) -> Act:
    return answer(gzip.compress(body), content_encoding="gzip", **headers)


def problem(status: int, code: str = "", detail: str = "It went wrong.", **more: Any) -> Act:
    headers = {name: more.pop(name) for name in list(more) if name == "retry_after"}
    body = {"type": "about:blank", "title": "Said", "status": status, "code": code, "detail": detail, **more}
    return answer(body, status, content_type="application/problem+json", **headers)


def cut(data: bytes) -> Act:
    """Send this much, then close."""

    def act(wire: Wire, _: Received) -> None:
        wire.send(data)
        wire.close()

    return act


def reset(wire: Wire, _: Received) -> None:
    """Close without an answer, with RST."""
    wire.reset()


def stall(wire: Wire, _: Received) -> None:
    """Never answer."""
    wire.wait_until_gone()


def stall_after(data: bytes) -> Act:
    """Send this much, then nothing more."""

    def act(wire: Wire, _: Received) -> None:
        wire.send(data)
        wire.wait_until_gone()

    return act


def drip(data: bytes, seconds: float, at_once: bytes = b"") -> Act:
    """Send a byte every so many seconds."""

    def act(wire: Wire, _: Received) -> None:
        wire.send(at_once)
        for byte in data:
            wire.send(bytes([byte]))
            if wire.stopping.wait(seconds):
                return

    return act


class Loopback:
    """The server. Acts that are queued are used up first, then `default` goes for every request."""

    def __init__(self, default: Act = reset, context: ssl.SSLContext | None = None) -> None:
        self.default = default
        self.received: list[Received] = []
        self.connections = 0
        self._acts: list[Act] = []
        self._context = context
        self._hang_ups = 0
        self.greeting = b""  # what a connection is sent before anything else
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._wires: set[Wire] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def then(self, *acts: Act) -> Loopback:
        """Do these to the next requests, one each."""
        self._acts += acts
        return self

    def hang_up_on(self, connections: int) -> None:
        """Close the next so many connections as soon as they are made."""
        self._hang_ups = connections

    @property
    def targets(self) -> list[str]:
        return [f"{request.method} {request.target}" for request in self.received]

    def wait_for(self, predicate: Callable[[Loopback], bool]) -> None:
        """Return once something is so that requests or connections change."""
        with self._changed:
            assert self._changed.wait_for(lambda: predicate(self), PATIENCE), self.targets

    @property
    def open_connections(self) -> int:
        return len(self._wires)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self._hang_ups:
                self._hang_ups -= 1
                sock.close()
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(sock, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        wire = Wire(sock, self._stopping)
        self._enter(wire)
        try:
            if self._context is not None:
                wire.sock = self._context.wrap_socket(sock, server_side=True)
            wire.send(self.greeting)
            while (request := wire.read_request(number)) is not None:
                with self._changed:
                    self.received.append(request)
                    act = self._acts.pop(0) if self._acts else self.default
                    self._changed.notify_all()
                act(wire, request)
        except OSError:
            pass  # the client was first
        finally:
            wire.close()
            with self._changed:
                self._wires.discard(wire)
                self._changed.notify_all()

    def _enter(self, wire: Wire) -> None:
        with self._changed:
            self._wires.add(wire)
            self._changed.notify_all()

    def drop_connections(self) -> None:
        """Close all connections, as a server that restarts does; those to come are accepted."""
        with self._changed:
            wires = list(self._wires)
        for wire in wires:
            with contextlib.suppress(OSError):
                wire.sock.shutdown(socket.SHUT_RDWR)
        self.wait_for(lambda server: not server.open_connections)

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(PATIENCE)
        for wire in list(self._wires):
            with contextlib.suppress(OSError):
                wire.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        left = [thread for thread in [self._accepting, *self._threads] if thread.is_alive()]
        assert not left, f"threads were left behind: {left}"


@contextlib.contextmanager
def loopback(default: Act = reset, context: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Run a server."""
    server = Loopback(default, context)
    try:
        yield server
    finally:
        server.stop()
