"""The gateway as a fake has it: the real one, watched, with faults put in its way."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

from ..gateway.app import Gateway
from ..gateway.config import Limits, Settings
from ..gateway.tenants import Keys, hash_key
from ..gateway.tenants import Tenant as Owner
from .faults import Faults
from .recording import Reception, Records

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive, Scope, Send

    from ..gateway.engine.client import Engine
    from .engine import FakeEngine
    from .tenant import Tenant

# Few connections, so that the process may open as many files as before.
LIMITS = Limits(requests_per_second=0.0, connections=256)


class FakeGateway(Gateway):
    """Answers as a gateway does.

    Args:
        engine: Runs nothing: its executions are moved along by the test.
        tenant: Who gets in.
    """

    def __init__(self, engine: FakeEngine, tenant: Tenant) -> None:
        owner = Owner(tenant.product, tenant.env, task_queue="fake")
        keys = Keys({hash_key(tenant.access_key): owner})
        super().__init__(cast("Engine", engine), Settings(keys=keys, limits=LIMITS))
        self.records = Records()
        self.faults = Faults()
        self.duplicates = 0
        """How many of the next events are sent twice."""
        self.duplicated = False
        """Whether one was."""
        self._sockets: dict[int, Callable[[], None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._recorded: Callable[[], None] = lambda: None

    def on_record(self, recorded: Callable[[], None]) -> None:
        """Call `recorded` whenever there is something new in the records."""
        self._recorded = recorded

    def left_over(self) -> str | None:
        """Say which faults have not happened at all; None when each has."""
        if self.duplicates and not self.duplicated:
            return "no event came that was to be sent twice: duplicate_events()"
        return self.faults.left_over()

    def drop_sockets(self) -> int:
        """Break every WebSocket off; the result is how many there were."""
        aborts = list(self._sockets.values())
        for abort in aborts:
            abort()
        return len(aborts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket (ASGI 3)."""
        # uvicorn hands out a method of what it keeps for each request; ASGI knows no way to break off.
        scope["abort"] = cast("Any", send).__self__.transport.abort
        reception = Reception(scope)
        serve = self.faults.apply(reception.operation, super().__call__)
        websocket = scope["type"] == "websocket"
        if websocket:
            self._sockets[id(scope)] = scope["abort"]
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._tasks.add(task)
        answer = _Answer(self, reception, send)
        try:
            await serve(scope, _Body(self, reception, receive), answer)
        except asyncio.CancelledError:
            if not self._closed:
                raise  # otherwise uvicorn would report it
        finally:
            self._tasks.discard(task)
            self._sockets.pop(id(scope), None)
            answer.end()

    async def close(self) -> None:
        """End every request, whatever it waits for; their connections are gone already."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)
        await super().close()

    def record(self, reception: Reception, status: int | None) -> None:
        """Note a request."""
        self.records.requests.append(reception.request(status))
        self._recorded()

    def message(self, text: str, *, received: bool) -> None:
        """Note a message."""
        self.records.message(text, received=received)
        self._recorded()


class _Body:
    """Passes on what comes in, and takes note of it."""

    def __init__(self, gateway: FakeGateway, reception: Reception, receive: Receive) -> None:
        self._gateway = gateway
        self._reception = reception
        self._receive = receive

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._reception.add(message)
        elif message["type"] == "websocket.receive" and message.get("text") is not None:
            self._gateway.message(message["text"], received=True)
        return message


class _Answer:
    """Passes on what goes out, held against the contract and noted before it is sent."""

    def __init__(self, gateway: FakeGateway, reception: Reception, send: Send) -> None:
        self._gateway = gateway
        self._reception = reception
        self._send = send
        self._start: Message | None = None
        self._recorded = False

    async def __call__(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start" | "websocket.http.response.start":
                # Kept back: a client may have the whole of an empty answer with its head.
                self._start = message
                return
            case "http.response.body" | "websocket.http.response.body":
                await self._finish(message)
                return
            case "websocket.accept":
                self._record(101)
            case "websocket.send":
                self._gateway.message(message["text"], received=False)
                if self._gateway.duplicates and json.loads(message["text"])["op"] == "event":
                    self._gateway.duplicates -= 1
                    self._gateway.duplicated = True
                    self._gateway.message(message["text"], received=False)
                    await self._send(message)
        await self._send(message)

    async def _finish(self, message: Message) -> None:
        """Send an answer, which the gateway has written whole."""
        start = cast("Message", self._start)
        reception = self._reception
        self._gateway.records.answer(reception.method, reception.path, start, message.get("body", b""))
        self._record(start["status"])
        await self._send(start)
        await self._send(message)

    def _record(self, status: int | None) -> None:
        if not self._recorded:
            self._recorded = True
            self._gateway.record(self._reception, status)

    def end(self) -> None:
        """There is no more: what was not answered will not be."""
        self._record(None)
