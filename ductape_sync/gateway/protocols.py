"""What is spoken on connections: uvicorn's protocols, extended where they trust a client.

uvicorn bounds neither how long the head of a request may take, nor how long a client may leave what is
sent to it unread.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from .answers import encode
from .connections import Timer
from .problems import Problem

if TYPE_CHECKING:
    import asyncio

    from websockets.frames import Frame

    from .connections import Connections

_MOST_PARTS = 1024  # of a message
_GRACE = 1.0  # seconds that a client has to read why its connection ends


class HTTPConnection(H11Protocol):
    """A connection that requests arrive on.

    Args:
        connections: every connection.
        uvicorn: what uvicorn gives its protocols.
    """

    def __init__(self, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._connections = connections
        self._phase = ""
        self._reading = Timer(self._end)
        self._writing = Timer(self._abort)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._connections.opened(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._reading.clear()
        self._writing.clear()
        self._connections.closed(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The client has sent something."""
        if self._phase != "refused":
            super().data_received(data)
            self._watch()

    def on_response_complete(self) -> None:
        """A request was answered."""
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """The connection becomes a WebSocket."""
        self._reading.clear()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        super().pause_writing()
        self._writing.set(self._connections.limits.write_seconds)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._writing.clear()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP is answered like everything else."""
        problem = Problem("invalid_request", f"{msg} Send a request as RFC 9112 has it.")
        request_id = secrets.token_hex(8)
        body = encode(problem.to_dict(request_id)).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()),
            (b"connection", b"close"),
        ]
        with contextlib.suppress(h11.LocalProtocolError):  # an answer is on its way already
            for event in (
                h11.Response(status_code=problem.status, headers=headers, reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        # To close at once, with more from the client unread, would take the answer from it.
        self.transport.write_eof()
        self._phase = "refused"
        self._reading.set(_GRACE)

    def _watch(self) -> None:
        """Bound how long the connection may stay as it is."""
        if self.transport.get_protocol() is not self or self._phase == "refused":
            return  # it is a WebSocket now, or about to end
        phase = self._find_phase()
        if phase == self._phase:
            return
        self._phase = phase
        limits = self._connections.limits
        self._connections.busy(self.transport, busy=phase == "answer")
        seconds = {
            "first": limits.header_seconds,
            "head": limits.header_seconds,
            "idle": limits.idle_seconds,
            "body": limits.body_seconds,
            "rest": limits.body_seconds,
            "closing": limits.write_seconds,
        }.get(phase)
        if seconds is None:
            self._reading.clear()
        else:
            self._reading.set(seconds)

    def _find_phase(self) -> str:
        if self.transport.is_closing():
            return "closing"
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.conn.their_state is h11.SEND_BODY:
            return "body" if answering else "rest"  # an answer may come before the body has
        if answering:
            return "answer"
        if self.conn.trailing_data[0]:
            return "head"
        return "first" if self.cycle is None else "idle"

    def _end(self) -> None:
        self.transport.close()
        self._writing.set(_GRACE)

    def _abort(self) -> None:
        self.transport.abort()


class SocketConnection(WebSocketsSansIOProtocol):
    """A connection that has become a WebSocket.

    Args:
        connections: every connection.
        uvicorn: what uvicorn gives its protocols.
    """

    def __init__(self, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        # It would write every header and message into a log at DEBUG, access keys included.
        self.conn.debug = False
        self._connections = connections
        self._heard = False  # whether the client has sent a message since the last ping
        self._unread = Timer(self._cut)
        self._ending = Timer(self._abort)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client has asked for it."""
        super().connection_made(transport)
        self._connections.busy(self.transport, busy=True)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._unread.clear()
        self._ending.clear()
        self._connections.closed(self.transport)
        super().connection_lost(exc)

    async def send(self, message: Any) -> None:
        """The gateway says something, or refuses the client."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True  # or else each refusal would be an error in the log

    def pause_writing(self) -> None:
        """The client does not read as fast as it is sent to: it is not read either, or pings pile up."""
        super().pause_writing()
        self.transport.pause_reading()
        self._unread.set(self._connections.limits.write_seconds)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        self._unread.clear()
        if not self.read_paused:
            self.transport.resume_reading()

    def handle_cont(self, event: Frame) -> None:
        """A part of a message: empty ones do not count towards its size, so that parts are counted."""
        if len(self.frames) < _MOST_PARTS:
            super().handle_cont(event)
        else:
            self.conn.fail(1009, "The message has too many parts.")
            self.handle_parser_exception()

    def send_receive_event_to_app(self) -> None:
        """The client has sent a message."""
        self._heard = True
        super().send_receive_event_to_app()

    def send_keepalive_ping(self) -> None:
        """See whether the client is there."""
        self._heard = False
        super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        """The client has not answered a ping, as far as it is read."""
        if self.read_paused or self._heard:
            # Its answer may be behind messages that it may not send as fast; and it has said something.
            self.schedule_ping()
            return
        super().keepalive_timeout()
        self._ending.set(_GRACE)

    def handle_close(self, event: Frame) -> None:
        """The client closes, or has read that the gateway does."""
        super().handle_close(event)
        self._ending.set(_GRACE)

    def shutdown(self) -> None:
        """The gateway stops: tells the client so, with the close code 1012."""
        super().shutdown()
        self._ending.set(_GRACE)

    def _cut(self) -> None:
        """End it because the client does not read: it may resume with its last event."""
        if not self.close_sent and not self.transport.is_closing():
            self.conn.send_close(1013, "What is sent is not read; resume after the last event.")
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.transport.close()
        self._ending.set(_GRACE)

    def _abort(self) -> None:
        self.transport.abort()
