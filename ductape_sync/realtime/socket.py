"""A WebSocket (RFC 6455) for one thread that others can wake: handshake, messages, keepalive, goodbye."""

from __future__ import annotations

import json
import random
import ssl
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import websocket

from ..errors import APIError, ConfigurationError, ConnectionFailed, DuctapeError, RequestTimeout
from ..problems import problem_error
from ..secret import Hidden, forget_frames, without
from ..timing import Deadline
from .frames import CLOSE, PING, PONG, TEXT, Frames, Garbled, encode
from .wire import READ, WRITE, Bell, Wire

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

SUBPROTOCOL = "ductape.v1"
PING_INTERVAL = 20.0  # seconds of silence before a ping
PONG_TIMEOUT = 20.0  # seconds of silence after it; also how long the peer may read nothing
_PROBE = b"probe"  # what tells the pongs of such pings apart
_MAX_UNSENT = 256 * 1024  # bytes from which on pings are not answered: the peer does not read


class Route(Protocol):
    """How to reach the server: proxies and certificates."""

    def proxy_for(self, url: str) -> str | None:
        """The URL of the proxy to reach an HTTP URL through; None to reach it directly."""
        ...

    def ssl_context(self) -> ssl.SSLContext:
        """The TLS settings."""
        ...


class Lost(Exception):
    """The connection is over; another one may go on.

    Attributes:
        garbled: Whether the server sent what makes no sense (bool), rather than nothing more.
        request_id: The id of the handshake (str); None while that is not known here.
    """

    request_id: str | None = None

    def __init__(self, reason: str, *, garbled: bool = False) -> None:
        super().__init__(reason)
        self.garbled = garbled


class Socket:
    """One connection. All of it is for one thread; the bell is how others reach that thread as it waits."""

    def __init__(self, bell: Bell, timeout: float) -> None:
        """Prepare to connect.

        Args:
            bell: Ends waits; rung for good, also those of `open`.
            timeout: Seconds that `open` may take.
        """
        self.request_id = f"{random.getrandbits(64):016x}"
        """The id of the handshake, as in the server's log."""
        self._wire = Wire(bell, timeout)
        self._frames = Frames()
        self._rest = b""  # what came together with the answer to the handshake
        self._unsent = bytearray()
        # Times on the monotonic clock.
        self._heard_at = 0.0
        self._pinged_at: float | None = None  # None when something was heard since
        self._sent_at = 0.0  # when the first of what is unsent came to be so
        self._pings: deque[threading.Event] = deque()  # to be set by pongs

    def open(self, url: str, headers: Callable[[], Mapping[str, str]], route: Callable[[], Route]) -> None:
        """Connect and shake hands.

        Args:
            url: The `ws:` or `wss:` URL.
            headers: Makes the headers of the handshake.
            route: Finds how to reach the server.

        Raises:
            ConnectionFailed, RequestTimeout: It could not be reached.
            APIError: It refused; redirects are not followed, since they would carry the key along.
            ConfigurationError: The proxy or the certificates cannot be used.
            Stopped: The bell was rung for good.
        """
        try:
            _reach(self._wire, url, route())
            _shake_hands(self._wire, url, {**headers(), "X-Request-Id": self.request_id})
        except (OSError, ValueError, websocket.WebSocketException) as error:
            forget_frames(error)
            refusal = _refusal(error, url, headers)
            # What websocket-client says repeats what the server said, whatever that is.
            raise refusal from error if isinstance(error, OSError) else None
        except DuctapeError as error:
            forget_frames(error)
            raise
        self._rest = self._wire.ready()
        self._heard_at = time.monotonic()

    def receive(self) -> Iterator[bytes]:
        """Yield the next text messages, encoded; none when the bell rings meanwhile. To be exhausted.

        Raises:
            Lost: The connection is over. What came before has been yielded.
        """
        try:
            for opcode, payload in self._frames.feed(self._read()):
                if opcode == TEXT:
                    yield payload
                else:
                    self._control(opcode, payload)
        except Garbled as error:
            raise Lost(str(error), garbled=True) from None
        except OSError as error:
            raise Lost(str(error) or type(error).__name__) from error

    def _read(self) -> bytes:
        """Return what comes, after a wait for it; nothing when that was ended."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        while True:
            self._flush()
            data = self._wire.read()
            if data:
                self._heard_at, self._pinged_at = time.monotonic(), None
                return data
            if data is not None:
                raise Lost("the server closed the connection without a word")
            if not self._wait():
                return b""

    def _wait(self) -> bool:
        """Wait for the socket, keeping it alive; return whether to go on."""
        now = time.monotonic()
        if self._unsent and now >= self._sent_at + PONG_TIMEOUT:
            raise Lost("the server does not read")
        due = self._heard_at + PING_INTERVAL if self._pinged_at is None else self._pinged_at + PONG_TIMEOUT
        if now >= due:
            if self._pinged_at is not None:
                raise Lost("the server has gone silent")
            self._pinged_at = now
            self._queue(PING, b"")
            return True
        return self._wire.wait(READ | WRITE if self._unsent else READ, min(due - now, PONG_TIMEOUT))

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING and len(self._unsent) < _MAX_UNSENT:
            self._queue(PONG, payload)
        elif opcode == PONG and payload == _PROBE and self._pings:
            self._pings.popleft().set()
        elif opcode == CLOSE:
            self._queue(CLOSE, payload[:2])
            self._flush()
            code = int.from_bytes(payload[:2], "big") if payload else 1005
            reason = payload[2:].decode(errors="replace")
            raise Lost(f"the server closed the connection with {code}" + (f" {reason!r}" if reason else ""))

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, as soon as `receive` is called and the peer reads."""
        self._queue(TEXT, json.dumps(message).encode())

    def ping(self, answered: threading.Event) -> None:
        """Send a ping, and set an event when its pong comes, after all that the peer has sent before it."""
        self._pings.append(answered)
        self._queue(PING, _PROBE)

    def _queue(self, opcode: int, payload: bytes) -> None:
        if not self._unsent:
            self._sent_at = time.monotonic()
        self._unsent += encode(opcode, payload)

    def _flush(self) -> None:
        while self._unsent and (sent := self._wire.write(self._unsent)):
            del self._unsent[:sent]
            self._sent_at = time.monotonic()

    def say_goodbye(self, timeout: float) -> None:
        """Close as the protocol has it: send a close frame, and await the peer's for `timeout` seconds."""
        deadline = Deadline(timeout)
        self._queue(CLOSE, (1000).to_bytes(2, "big"))
        try:
            while not deadline.expired():
                self._flush()
                data = self._wire.read()
                if data is None:
                    self._wire.wait(READ | WRITE if self._unsent else READ, deadline.remaining())
                elif not data or CLOSE in [opcode for opcode, _ in self._frames.feed(data)]:
                    return
        except (OSError, Garbled):
            return  # it is gone already

    def close(self) -> None:
        """Close the socket, without a word to the peer."""
        self._wire.close()

    def abandon(self) -> None:
        """Close this process's copy of the socket after a fork."""
        self._wire.abandon()


def _reach(wire: Wire, url: str, route: Route) -> None:
    parts = urlsplit(url)
    host, secure = str(parts.hostname), parts.scheme == "wss"
    port = parts.port or (443 if secure else 80)
    proxy = route.proxy_for(url.replace("ws", "http", 1))
    if proxy:
        wire.connect_through(proxy, host, port)
    else:
        wire.connect(host, port)
    if secure:
        wire.secure(route.ssl_context(), host)


def _shake_hands(wire: Wire, url: str, headers: Mapping[str, str]) -> None:
    ws: Any = websocket.WebSocket()
    # As one of `header`: websocket-client's own check does not say that this is what was wrong.
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Sec-WebSocket-Protocol: {SUBPROTOCOL}")
    try:
        ws.connect(url, socket=wire, header=lines, suppress_origin=True, redirect_limit=0)
    except websocket.WebSocketException:
        if ws.getstatus() in {301, 302, 303, 307, 308}:
            raise APIError("the server answered with a redirect, which is not followed: set ws_url (or "
                           "DUCTAPE_WS_URL) to where it leads, if that is right",
                           status=ws.getstatus(), code="redirect") from None  # fmt: skip
        raise
    spoken = ws.getheaders().get("sec-websocket-protocol")
    if spoken != SUBPROTOCOL:
        found = f"speaks {spoken!r:.80}" if spoken else "names no subprotocol"
        message = f"the server at {urlsplit(url).netloc} {found}, and not {SUBPROTOCOL}: see ws_url"
        raise ConnectionFailed(message, retryable=False)


def _refusal(  # noqa: PLR0911 - one a case
    error: Exception, url: str, headers: Callable[[], Mapping[str, str]]
) -> DuctapeError:
    """Translate what went wrong before the connection was a WebSocket."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    reason = _without_secrets(str(error), headers()) or type(error).__name__
    if isinstance(error, websocket.WebSocketBadStatusException):
        body = (error.resp_body or b"").decode(errors="replace")
        return _problem(error, _without_secrets(body, headers()))
    if isinstance(error, ssl.SSLError):
        broke = isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
        remedy = "; see verify= and REQUESTS_CA_BUNDLE" if "CERTIFICATE_VERIFY_FAILED" in reason else ""
        return ConnectionFailed(f"no secure connection to {origin}: {reason}{remedy}", retryable=broke)
    if isinstance(error, TimeoutError | websocket.WebSocketTimeoutException):
        return RequestTimeout(f"{origin} did not answer the handshake in time")
    if isinstance(error, ConnectionRefusedError):
        return ConnectionFailed(
            f"nothing answers at {origin} (connection refused): start the server, for one with "
            "'ductape-sync dev workflows.py', or set DUCTAPE_BASE_URL to where it runs"
        )
    if isinstance(error, OSError):
        return ConnectionFailed(f"no connection to {origin}: {reason}")
    if isinstance(error, websocket.WebSocketException):
        return ConnectionFailed(f"what answers at {origin} is not a WebSocket: {reason}", retryable=False)
    return ConfigurationError(f"{origin} cannot be reached with these settings (ws_url, proxies): {reason}")


def _without_secrets(text: str, headers: Mapping[str, str]) -> str:
    """What the server said, without what it repeats of the credentials that it was sent."""
    for value in headers.values():
        if isinstance(value, Hidden):
            text = without(text, value.rpartition(" ")[2])
    return text


def _problem(error: Any, body: str) -> APIError:
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        problem = None  # a proxy's page: the status says what there is to say
    headers = error.resp_headers or {}
    wait = headers.get("retry-after", "")
    return problem_error(
        problem if isinstance(problem, dict) else {},
        error.status_code,
        request_id=headers.get("x-request-id"),
        retry_after=float(wait) if wait.isdecimal() else None,
    )
