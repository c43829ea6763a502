"""A server that always answers the same: what it costs is not what is measured.

    python -m benchmarks.responder [CERTIFICATE]

Prints its port. Answers are fixed, by method and path; with a certificate it speaks TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator

STARTED = "2026-01-02T03:04:05.678901+00:00"
SUMMARY = {
    "executionId": "order-123",
    "workflow": "process-order",
    "status": "running",
    "startedAt": STARTED,
    "completedAt": None,
    "metadata": {"source": "benchmark"},
}
STATUS = SUMMARY | {
    "status": "completed",
    "completedAt": STARTED,
    "input": {"orderId": "order-123", "lines": [{"sku": "A-1", "quantity": 2}]},
    "result": {"total": 171.8, "invoice": "invoices/order-123.md"},
    "error": None,
    "failure": None,
    "currentStep": None,
    "currentStepAttempt": None,
    "currentStepError": None,
    "attempt": 1,
}
PAGES = 100


def event(number: int) -> dict[str, object]:
    """The n-th event of a long history: two of three are steps, as in real ones."""
    kinds: list[tuple[str, dict[str, object]]] = [
        ("step_started", {"step": f"Step {number}"}),
        ("step_completed", {"step": f"Step {number}", "result": {"rows": number}, "attempts": 1}),
        ("signal_received", {"signal": "progress", "data": {"done": number}}),
    ]
    kind, data = kinds[number % 3]
    return {
        "id": f"000000-{number:010d}-0",
        "executionId": "order-123",
        "timestamp": STARTED,
        "type": kind,
        "data": data,
    }


def _answer(status: str, value: object) -> bytes:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _answers() -> dict[tuple[bytes, bytes], bytes]:
    rows = [SUMMARY | {"executionId": f"order-{n}"} for n in range(100)]
    answers = {
        (b"POST", b"/v1/executions"): _answer("201 Created", SUMMARY),
        (b"GET", b"/v1/executions/order-123"): _answer("200 OK", STATUS),
    }
    for page in range(PAGES):
        after = str(page + 1) if page + 1 < PAGES else None
        listed = {"executions": rows, "count": PAGES * 100, "nextCursor": after}
        answers[b"LIST", str(page).encode()] = _answer("200 OK", listed)
    for page in range(50):
        events = [event(page * 1000 + n) for n in range(1000)]
        after = str(page + 1) if page < 49 else None
        history = {"executionId": "order-123", "events": events, "nextAfter": after}
        answers[b"HISTORY", str(page).encode()] = _answer("200 OK", history)
    return answers


class Responder(asyncio.Protocol):
    """Answers each request as soon as its last byte is here."""

    answers = _answers()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, rest = self.received.partition(b"\r\n\r\n")
        if not end:
            return
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return
        self.received = rest[length:]
        method, target, _ = head.split(b" ", 2)
        self.transport.write(self.answers[self._key(method, target)])

    @staticmethod
    def _key(method: bytes, target: bytes) -> tuple[bytes, bytes]:
        path, _, query = target.partition(b"?")
        given = dict(part.split(b"=") for part in query.split(b"&") if part)
        if path.endswith(b"/history"):
            return b"HISTORY", given.get(b"after", b"0")
        if path == b"/v1/executions" and method == b"GET":
            return b"LIST", given.get(b"cursor", b"0")
        return method, path


async def main() -> None:
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1])
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Responder, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[int]:
    """Run a responder in a process of its own; the value is its port."""
    command = [sys.executable, "-m", "benchmarks.responder", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(main())
