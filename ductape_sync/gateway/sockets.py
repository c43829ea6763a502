"""The events of executions, and lists as they change, over a WebSocket (RFC 6455): ``ductape.v1``.

One task reads a socket and one writes it; a subscription is a place in a feed and no task, and what is
watched is the latest page of a list. The writer takes those that have something new in turn, as fast as the
client reads. Nothing is queued for a client: one that is slow is behind in its feeds, and one that does not
read at all is cut off by the server underneath (close code 1013), to resume after its last event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.websockets import WebSocketDisconnect

from .answers import encode
from .decoding import decode
from .limits import Rate
from .lists import Watch, unwatched
from .problems import Problem
from .subscriptions import Subscription

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from .config import Limits
    from .contract import Contract
    from .feeds import Feeds
    from .guards import Caller, Guard
    from .lists import Lists

_Stream = TypeVar("_Stream", Subscription, Watch)

SUBPROTOCOL: Final = "ductape.v1"
_REPLIES: Final = 64


class Sockets:
    """Lets clients in and serves each of them.

    Args:
        feeds: the executions' events.
        lists: lists of executions.
        contract: says which messages are valid.
        guard: decides who is let in.
        rate: how many sockets a key may open, among its other requests.
        limits: what one socket may have.
    """

    def __init__(
        self,
        feeds: Feeds,
        lists: Lists,
        contract: Contract,
        guard: Guard,
        *,
        rate: Rate,
        limits: Limits,
    ) -> None:
        self.feeds = feeds
        self.lists = lists
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
        self._watches: dict[str, Watch] = {}
        self._ready: dict[Subscription | Watch, None] = {}  # those with something to send, in turn
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
            for watch in self._watches.values():
                watch.end()
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
                self._refuse(value, problem)
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
        match message["op"]:
            case "subscribe":
                self._subscribe(message)
            case "unsubscribe":
                name = message["executionId"]
                self._drop(self._subscriptions, name)
                self._reply(encode({"op": "unsubscribed", "executionId": name, "reason": "requested"}))
            case "watch":
                self._watch(message)
            case "unwatch":
                self._drop(self._watches, message["watchId"])
                self._reply(unwatched(message["watchId"], None))

    def _subscribe(self, message: dict[str, Any]) -> None:
        execution_id = message["executionId"]
        self._drop(self._subscriptions, execution_id)  # to subscribe again is to go on from elsewhere
        most = self._sockets.limits.subscriptions
        if len(self._subscriptions) >= most:
            raise Problem(
                "too_many_subscriptions",
                f"A socket may have {most} subscriptions; end one, or open another socket.",
            )
        self._subscriptions[execution_id] = subscription = Subscription(
            self._sockets.feeds,
            self._caller.tenant,
            execution_id,
            after=message["after"] or "",
            ready=self._mark,
            request_id=self._request_id,
        )
        self._mark(subscription)

    def _watch(self, message: dict[str, Any]) -> None:
        name = message["watchId"]
        self._drop(self._watches, name)
        most = self._sockets.limits.lists
        if len(self._watches) >= most:
            raise Problem(
                "too_many_subscriptions",
                f"A socket may watch {most} lists; end one, or open another socket.",
            )
        self._watches[name] = watch = Watch(
            self._sockets.lists,
            self._caller.tenant,
            message,
            ready=self._mark,
            request_id=self._request_id,
        )
        self._mark(watch)

    def _drop(self, streams: dict[str, _Stream], name: str) -> None:
        stream = streams.pop(name, None)
        if stream is not None:
            stream.end()
            self._ready.pop(stream, None)

    def _mark(self, stream: Subscription | Watch) -> None:
        self._ready[stream] = None
        self._wake.set()

    def _reply(self, text: str) -> None:
        self._replies.append(text)
        self._wake.set()

    def _refuse(self, message: Any, problem: Problem) -> None:
        said = problem.to_dict(self._request_id)
        watch_id = _named(message, "watchId")
        if watch_id is not None and message.get("op") == "watch":
            self._drop(self._watches, watch_id)
            self._reply(unwatched(watch_id, said))
        else:
            execution_id = _named(message, "executionId")
            self._reply(encode({"op": "error", "executionId": execution_id, "problem": said}))

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
            stream = next(iter(self._ready))
            del self._ready[stream]
            if isinstance(stream, Watch):
                await self._serve(self._watches, stream)
            else:
                await self._serve(self._subscriptions, stream)

    async def _serve(self, streams: dict[str, _Stream], stream: _Stream) -> None:
        for message in stream.step():
            if streams.get(stream.name) is not stream:
                return  # ended while the client was slow to read; it is told that, and nothing more
            await self._send(message)
        if stream.over and streams.get(stream.name) is stream:
            self._drop(streams, stream.name)

    async def _send(self, message: str) -> None:
        try:
            await self._websocket.send_text(message)
        except RuntimeError as error:  # the server underneath has closed it, say after a lost ping
            raise WebSocketDisconnect(1006) from error


def _named(message: Any, field: str) -> str | None:
    """What a message is about, as far as it says so."""
    named = message.get(field) if isinstance(message, dict) else None
    return named[:200] if isinstance(named, str) else None
