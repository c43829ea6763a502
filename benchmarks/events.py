"""Events through decode and dispatch, from a socket to a callback.

python -m benchmarks.events            measures
python -m benchmarks.events serve      is the server, for any number of clients
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import websocket
import websockets.asyncio.server
import websockets.sync.client

from benchmarks.measure import Row, Sample, report
from benchmarks.responder import event
from ductape_sync import Ductape

EVENTS = 8_000  # fewer than a subscription's queue holds
ROUNDS = 15
_LAST = event(EVENTS - 1) | {"id": f"000000-{EVENTS:010d}-0", "type": "completed", "data": {"result": None}}


async def serve() -> None:
    messages = [
        json.dumps({"op": "event", "event": made}) for made in (*map(event, range(EVENTS - 1)), _LAST)
    ]

    async def send_all(connection: websockets.asyncio.server.ServerConnection) -> None:
        await connection.recv()
        await connection.send(json.dumps({"op": "subscribed", "executionId": "order-123"}))
        for message in messages:
            await connection.send(message)
        await connection.wait_closed()

    protocol = websockets.Subprotocol("ductape.v1")
    async with websockets.asyncio.server.serve(
        send_all, "127.0.0.1", 0, subprotocols=[protocol], compression=None, max_queue=None
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


@contextlib.contextmanager
def serving() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.events", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield f"ws://127.0.0.1:{int(process.stdout.readline())}/v1/events"
        finally:
            process.terminate()


def ours(url: str) -> int:
    """A callback that gets typed events."""
    seen = 0

    def on_change(_event: object) -> None:
        nonlocal seen
        seen += 1

    with Ductape("key", "shop", "dev", base_url="http://127.0.0.1:1", ws_url=url) as ductape:
        ductape.workflows.subscribe("order-123", on_change).join()
    return seen


def websocket_app(url: str) -> int:
    """What websocket-client's users write."""
    seen = 0

    def on_message(app: websocket.WebSocketApp, text: str) -> None:
        nonlocal seen
        message = json.loads(text)
        if message["op"] == "event":
            seen += 1
            if message["event"]["type"] == "completed":
                app.close()

    def on_open(app: websocket.WebSocketApp) -> None:
        app.send(json.dumps({"op": "subscribe", "executionId": "order-123", "after": None}))

    app = websocket.WebSocketApp(url, on_message=on_message, on_open=on_open, subprotocols=["ductape.v1"])
    app.run_forever()
    return seen


def websockets_sync(url: str) -> int:
    """What users of websockets write."""
    seen = 0
    protocol = websockets.Subprotocol("ductape.v1")
    with websockets.sync.client.connect(url, subprotocols=[protocol], compression=None) as connection:
        connection.send(json.dumps({"op": "subscribe", "executionId": "order-123", "after": None}))
        for text in connection:
            message = json.loads(text)
            if message["op"] == "event":
                seen += 1
                if message["event"]["type"] == "completed":
                    return seen
    return seen


def sample(url: str, client: Callable[[str], int], into: tuple[list[float], list[float]]) -> None:
    began, cpu_began = time.perf_counter(), time.process_time()
    seen = client(url)
    assert seen == EVENTS, f"{client.__name__} saw {seen} of {EVENTS} events"
    into[0].append((time.process_time() - cpu_began) / EVENTS)
    into[1].append((time.perf_counter() - began) / EVENTS)


def main() -> None:
    clients = {"ours": ours, "app": websocket_app, "sync": websockets_sync}
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in clients}
    with serving() as url:
        for _ in range(ROUNDS):
            for name, client in clients.items():
                sample(url, client, found[name])
    assert threading.active_count() == 1
    samples = {name: Sample.of(*times) for name, times in found.items()}

    def row(peer: str, name: str, goal: str = "") -> Row:
        return Row(
            "events a second of one core, from the socket to a callback",
            f"{1 / samples['ours'].cpu:,.0f}",
            f"{name}: {1 / samples[peer].cpu:,.0f}",
            samples[peer].cpu / samples["ours"].cpu,
            goal,
        )

    app, sync = "WebSocketApp with json.loads", "websockets.sync with json.loads"
    report([row("app", app, ">= 4.5"), row("sync", sync)])


if __name__ == "__main__":
    asyncio.run(serve()) if "serve" in sys.argv else main()
