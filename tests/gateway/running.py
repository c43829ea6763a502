"""A gateway that listens on a free port, on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ductape_sync.gateway.app import Gateway
from ductape_sync.gateway.config import Limits, Settings
from ductape_sync.gateway.server import Server, listen, url
from ductape_sync.gateway.tenants import Keys, Tenant, hash_key
from tests.gateway.contract import check_answer, check_message

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOP = Tenant(product="shop", env="dev", namespace="default", task_queue="shop")
BANK = Tenant(product="bank", env="prod", namespace="bank", task_queue="bank")
SHOP_KEY = "dsk_shop-key-of-the-tests"
BANK_KEY = "dsk_bank-key-of-the-tests"


class Running:
    """A gateway that runs, and a client for it."""

    def __init__(self, engine: Any, server: Server, base: str, loop: asyncio.AbstractEventLoop) -> None:
        self.engine = engine
        self.server = server
        self.base = base
        self.loop = loop
        self.session = requests.Session()
        self.session.trust_env = False
        self.port = int(base.rpartition(":")[2])
        self.stopped = False

    def request(
        self,
        method: str,
        path: str,
        *,
        key: str | None = SHOP_KEY,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> requests.Response:
        """Make a request, and see that the answer is one that the contract has."""
        every = {"Authorization": f"Bearer {key}"} if key is not None else {}
        self.session.cookies.clear()  # nobody is signed in by what another test did
        more.setdefault("timeout", 20)
        more.setdefault("allow_redirects", False)
        response = self.session.request(method, self.base + path, headers=every | (headers or {}), **more)
        check_answer(response)
        return response

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self.request("POST", path, json=json, **more)

    def refused(self, method: str, path: str, **more: Any) -> tuple[int, str, str | None]:
        """Make a request that is refused: its status, code and field."""
        response = self.request(method, path, **more)
        assert response.status_code >= 400, response.text
        problem = response.json()
        return response.status_code, problem["code"], problem["field"]

    @contextlib.contextmanager
    def socket(
        self, *, key: str | None = SHOP_KEY, headers: dict[str, str] | None = None, **more: Any
    ) -> Iterator[Socket]:
        """A WebSocket."""
        every = {"Authorization": f"Bearer {key}"} if key is not None else {}
        more.setdefault("subprotocols", ["ductape.v1"])
        more.setdefault("proxy", None)
        with connect(
            f"ws://127.0.0.1:{self.port}/v1/events", additional_headers=every | (headers or {}), **more
        ) as connection:
            yield Socket(connection)

    def wait_until_unused(self) -> None:
        """Wait until the gateway has no connection any more."""
        deadline = time.monotonic() + 10
        while self.server._connections._open:
            assert time.monotonic() < deadline, "there still is a connection after 10 seconds"
            time.sleep(0.01)

    @contextlib.contextmanager
    def raw(self, data: bytes = b"") -> Iterator[socket.socket]:
        """A TCP connection, with something sent on it already."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            yield connection

    def stop(self) -> None:
        """Stop it as a signal does."""
        if not self.stopped:
            self.stopped = True
            asyncio.run_coroutine_threadsafe(self.server.__aexit__(), self.loop).result(20)


def read_all(connection: socket.socket) -> bytes:
    """What arrives until the server closes."""
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


class Socket:
    """A client's end of a WebSocket, which sees that every message is one that the contract has."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, op: str, execution_id: str, **more: Any) -> None:
        self.connection.send(json.dumps({"op": op, "executionId": execution_id, **more}))

    def subscribe(self, execution_id: str, after: str | None = None) -> None:
        self.send("subscribe", execution_id, after=after)

    def receive(self) -> dict[str, Any]:
        return check_message(self.connection.recv(timeout=20))

    def receive_events(self, count: int) -> list[dict[str, Any]]:
        """The next messages, all of them events."""
        messages = [self.receive() for _ in range(count)]
        assert {message["op"] for message in messages} <= {"event"}, messages
        return [message["event"] for message in messages]

    def receive_to_end(self, execution_id: str) -> list[dict[str, Any]]:
        """The messages up to the end of a subscription, without the last one."""
        messages = []
        while True:
            message = self.receive()
            if message == {"op": "unsubscribed", "executionId": execution_id, "reason": "ended"}:
                return messages
            messages.append(message)

    def closed(self) -> tuple[int, str]:
        """Read until the server closes; how it did."""
        try:
            while True:
                self.connection.recv(timeout=20)
        except ConnectionClosed as closed:
            received = closed.rcvd
        assert received is not None, "the connection broke without a close frame"
        return received.code, received.reason


@contextlib.contextmanager
def gateway(engine: Any, limits: Limits | None = None, **settings: Any) -> Iterator[Running]:
    keys = Keys({hash_key(SHOP_KEY): SHOP, hash_key(BANK_KEY): BANK})
    every = Settings(keys=keys, limits=limits or Limits(), **settings)
    loop = asyncio.new_event_loop()
    engine.move_to(loop)
    listener = listen("127.0.0.1", 0)

    async def start() -> Server:
        return await Server(Gateway(engine, every), every.limits, listener).__aenter__()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        running = Running(engine, server, url(listener), loop)
        try:
            with running.session:
                yield running
        finally:
            running.stop()
            left = asyncio.run_coroutine_threadsafe(_left(), loop).result(10)
        assert not left, f"tasks were left behind: {left}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _left() -> list[str]:
    await asyncio.sleep(0)
    return [repr(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
