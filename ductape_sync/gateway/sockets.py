"""The events of executions over a WebSocket (RFC 6455), subprotocol ``ductape.v1``.

One task reads a socket and one writes it; a subscription is a place in a feed and no task. The writer
takes the subscriptions that have something new in turn, as fast as the client reads. Nothing is queued
for a client: one that is slow is behind in its feeds, and one that does not read at all is cut off by
the server underneath (close code 1013), to resume after its last event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from starlette.websockets import WebSocketDisconnect

from .answers import encode
from .decoding import decode
from .limits import Rate
from .problems import Problem
from .subscriptions import Subscription

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from .config import Limits
    from .contract import Contract
    from .feeds import Feeds
    from .guards import Caller, Guard

SUBPROTOCOL: Final = "ductape.v1"
_REPLIES: Final = 64


class Sockets:
    """Lets clients in and serves each of them.

    Args:
        feeds: the executions' events.
        contract: says which messages are valid.
        guard: decides who is let in.
        rate: how many sockets a key may open, among its other requests.
        limits: what one socket may have.
    """

    def __init__(self, feeds: Feeds, contract: Contract, guard: Guard, rate: Rate, limits: Limits) -> None:
        self.feeds = feeds
        self.contract = contract
        # Counted for themselves: who subscribes to thousands again, after a restart, may make requests, too.
        self.messages = Rate(limits.requests_per_second, limits.burst)
        self.limits = limits
        self._rate = rate
        self._guard = guard

    async def serve(self, websocket: WebSocket) -> None:
        """Serve a client until one of the two goes.

        Raises:
            Problem: it is not let in.
        """
        exchange = websocket.scope["exchange"]
        caller = self._guard.authenticate("GET", exchange.headers, websocket=True)
        exchange.caller = caller
        self._rate.take(caller.key)
        if SUBPROTOCOL not in websocket.scope["subprotocols"]:
            raise Problem(
                "invalid_request",
                f"Ask for the subprotocol {SUBPROTOCOL}; the gateway speaks no other.",
                field="Sec-WebSocket-Protocol",
            )
        await websocket.accept(SUBPROTOCOL)
        try:
            await _Session(self, websocket, caller, exchange.id).run()
        except WebSocketDisconnect:
            pass
        except Exception:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await websocket.close(1011, "The server failed; resume after the last event.")
            raise


class _Session:
    """A client's socket."""

    def __init__(self, sockets: Sockets, websocket: WebSocket, caller: Caller, request_id: str) -> None:
        self._sockets = sockets
        self._websocket = websocket
        self._caller = caller
        self._request_id = request_id
        self._subscriptions: dict[str, Subscription] = {}
        self._ready: dict[Subscription, None] = {}  # those with something to send, in turn
        self._replies: deque[str] = deque()
        self._wake = asyncio.Event()  # there is something to send
        self._replied = asyncio.Event()  # a reply was sent

    async def run(self) -> None:
        """Serve until the client or the server is gone."""
        tasks = (asyncio.create_task(self._read()), asyncio.create_task(self._write()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for subscription in self._subscriptions.values():
                subscription.end()
        for task in tasks:
            if not task.cancelled():
                task.result()

    async def _read(self) -> None:
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            await self._sockets.messages.wait(self._caller.key)
            value = None
            try:
                value = self._decode(message)
                self._sockets.contract.check_message(value)
                self._handle(value)
            except Problem as problem:
                self._refuse(_execution_id(value), problem)
            while len(self._replies) >= _REPLIES:
                # A client that does not read the answers is not read either.
                self._replied.clear()
                await self._replied.wait()

    def _decode(self, message: Any) -> Any:
        text = message.get("text")
        if text is None:
            raise Problem("invalid_request", "Send text frames; binary ones mean nothing here.")
        return decode(text.encode(), self._sockets.limits.json_depth)

    def _handle(self, message: dict[str, Any]) -> None:
        execution_id = message["executionId"]
        self._drop(execution_id)  # to subscribe again is to go on from elsewhere
        if message["op"] == "unsubscribe":
            self._reply({"op": "unsubscribed", "executionId": execution_id, "reason": "requested"})
        elif len(self._subscriptions) >= self._sockets.limits.subscriptions:
            most = self._sockets.limits.subscriptions
            raise Problem(
                "too_many_subscriptions",
                f"A socket may have {most} subscriptions; end one, or open another socket.",
            )
        else:
            self._subscriptions[execution_id] = subscription = Subscription(
                self._sockets.feeds,
                self._caller.tenant,
                execution_id,
                after=message["after"] or "",
                ready=self._mark,
                request_id=self._request_id,
            )
            self._mark(subscription)

    def _drop(self, execution_id: str) -> None:
        subscription = self._subscriptions.pop(execution_id, None)
        if subscription is not None:
            subscription.end()
            self._ready.pop(subscription, None)

    def _mark(self, subscription: Subscription) -> None:
        self._ready[subscription] = None
        self._wake.set()

    def _reply(self, message: dict[str, Any]) -> None:
        self._replies.append(encode(message))
        self._wake.set()

    def _refuse(self, execution_id: str | None, problem: Problem) -> None:
        self._reply(
            {"op": "error", "executionId": execution_id, "problem": problem.to_dict(self._request_id)}
        )

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._replies or self._ready:
                await self._write_some()
                await asyncio.sleep(0)  # sending may never have to wait, and the others want their turn

    async def _write_some(self) -> None:
        while self._replies:
            await self._send(self._replies.popleft())
            self._replied.set()
        if self._ready:
            subscription = next(iter(self._ready))
            del self._ready[subscription]
            await self._serve(subscription)

    async def _serve(self, subscription: Subscription) -> None:
        for message in subscription.step():
            if self._subscriptions.get(subscription.execution_id) is not subscription:
                return  # ended while the client was slow to read; it is told that, and nothing more
            await self._send(message)
        if subscription.over and self._subscriptions.get(subscription.execution_id) is subscription:
            self._drop(subscription.execution_id)

    async def _send(self, message: str) -> None:
        try:
            await self._websocket.send_text(message)
        except RuntimeError as error:  # the server underneath has closed it, say after a lost ping
            raise WebSocketDisconnect(1006) from error


def _execution_id(message: Any) -> str | None:
    """The execution that a message is about, as far as it says so."""
    named = message.get("executionId") if isinstance(message, dict) else None
    return named[:200] if isinstance(named, str) else None
