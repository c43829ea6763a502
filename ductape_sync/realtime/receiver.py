"""The thread that owns the socket: connects, receives, sends what there is to say, connects again."""

from __future__ import annotations

import logging
import math
import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING, Protocol

from ..errors import APIError, ConfigurationError, ConnectionLost, DuctapeError, TransportError
from ..timing import Backoff
from .decoder import decode
from .socket import Lost, Route, Socket
from .wire import Bell, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .._generated.models import ServerMessage, SubscribeMessage, UnsubscribeMessage

log = logging.getLogger("ductape_sync.realtime")

HANDSHAKE_TIMEOUT = 10.0  # seconds
_GOODBYE = 0.5  # seconds that the server has to answer it
_STEADY = 5.0  # seconds after which a connection was a good one
_GARBLED = 5  # connections in a row that make no sense, before giving up
_BACKOFF = Backoff(initial=0.1, maximum=15.0)
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class Listener(Protocol):
    """What the receiver tells and asks, on its own thread."""

    def connecting(self) -> None:
        """A connection is being made."""

    def opened(self, request_id: str) -> None:
        """A connection is there, on which nothing has been said yet; the id is that of its handshake."""

    def outgoing(self) -> Iterable[SubscribeMessage | UnsubscribeMessage]:
        """What is to be said now; asked after each ring of the bell."""
        ...

    def received(self, message: ServerMessage) -> None:
        """A message came; may raise `Lost` to have another connection."""

    def lost(self, fault: Exception) -> None:
        """The connection is over, or could not be made; another one follows."""

    def failed(self, error: DuctapeError) -> None:
        """There will be no connection; the receiver ends."""


class Receiver(threading.Thread):
    """Keeps one connection, for as long as it is not stopped."""

    def __init__(
        self,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        route: Callable[[], Route],
        listener: Listener,
    ) -> None:
        """Prepare to connect; `start` begins.

        Args:
            url: The `ws:` or `wss:` URL.
            headers: Makes the headers of a handshake.
            route: Finds how to reach the server.
            listener: Whom to tell. It is not kept alive: when it is collected, the thread ends.
        """
        super().__init__(name="ductape-sync events", daemon=True)
        self._target = (url, headers, route)
        self._listener = weakref.ref(listener)
        self._socket: Socket | None = None
        self._opened_at = math.inf  # on the monotonic clock; infinite while there is no connection
        self._probes: deque[threading.Event] = deque()
        self.bell = Bell()

    @property
    def request_id(self) -> str | None:
        """The id of the last connection's handshake; None before the first."""
        return None if self._socket is None else self._socket.request_id

    def probe(self, answered: threading.Event) -> None:
        """Set an event once all has been received that the server has sent up to now. On any thread."""
        self._probes.append(answered)
        self.bell.ring()

    def run(self) -> None:
        """Connect and receive until stopped, or until it is of no use."""
        error: DuctapeError | None = None
        try:
            error = self._keep_connected()
        except Stopped:
            log.debug("the connection for events was closed")
        except Exception as fault:
            log.exception("the connection for events broke down")
            error = ConnectionLost(f"the connection for events broke down: {fault!r}")
            error.request_id = self.request_id
        listener = self._listener()
        if error is not None and listener is not None:
            listener.failed(error)
        self.bell.close()

    def _keep_connected(self) -> DuctapeError:
        """Use up one connection after the other; return why another one would be of no use."""
        delays, garbled = _BACKOFF.delays(), 0
        while True:
            self._opened_at = math.inf
            fault = self._use_connection()
            if time.monotonic() >= self._opened_at + _STEADY:
                delays, garbled = _BACKOFF.delays(), 0
            if isinstance(fault, Lost):
                garbled = garbled + 1 if fault.garbled else 0
                if garbled == _GARBLED:
                    lost = ConnectionLost(f"the server makes no sense: {fault}")
                    lost.request_id = fault.request_id
                    return lost
            elif not _passes(fault):
                return fault
            asked = getattr(fault, "retry_after", None) or 0.0
            delay = max(next(delays), min(asked, _BACKOFF.maximum))
            log.warning("no connection for events, the next try is in %.2f seconds: %s", delay, fault)
            self._tell().lost(fault)
            self.bell.pause(delay)

    def _use_connection(self) -> Lost | DuctapeError:
        """Connect and receive; return what ended that.

        Raises:
            Stopped: It was told to, or nobody listens any more.
        """
        self._tell().connecting()
        socket = self._socket = Socket(self.bell, HANDSHAKE_TIMEOUT)
        try:
            socket.open(*self._target)
            self._opened_at = time.monotonic()
            self._tell().opened(socket.request_id)
            while not self.bell.stopped:
                self._exchange(socket)
            socket.say_goodbye(_GOODBYE)
            raise Stopped
        except (Lost, TransportError, APIError, ConfigurationError) as fault:
            fault.request_id = fault.request_id or socket.request_id
            return fault.with_traceback(None)  # whose frames would keep the listener alive
        finally:
            socket.close()

    def _exchange(self, socket: Socket) -> None:
        """Say what there is to say, then wait for something to happen."""
        for message in self._tell().outgoing():
            socket.send(message.to_dict())
        while self._probes:
            socket.ping(self._probes.popleft())
        received = None
        for text in socket.receive():
            received = received or self._tell().received  # not before the wait, which would keep it alive
            received(decode(text))

    def _tell(self) -> Listener:
        listener = self._listener()
        if listener is None or self.bell.stopped:
            raise Stopped
        return listener

    def abandon(self) -> None:
        """Close this process's copies of the sockets after a fork, without a word to the server."""
        if self._socket is not None:
            self._socket.abandon()
        self.bell.abandon()


def _passes(error: DuctapeError) -> bool:
    if isinstance(error, TransportError):
        return error.retryable
    return isinstance(error, APIError) and error.status in _PASSING
