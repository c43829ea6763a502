"""One connection for all of a client's subscriptions: its states and its lifetime."""

from __future__ import annotations

import logging
import os
import threading
import warnings
import weakref
from enum import StrEnum
from typing import TYPE_CHECKING

from ..errors import ConnectionFailed, ConnectionLost, DuctapeError, RequestTimeout
from ..timing import Deadline, slices
from .dispatcher import Dispatcher
from .receiver import Receiver
from .switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .._generated.models import ServerMessage, SubscribeMessage, UnsubscribeMessage
    from .socket import Route
    from .switchboard import Sink

log = logging.getLogger("ductape_sync.realtime")

CLOSE_TIMEOUT = 2.0  # seconds


class ConnectionState(StrEnum):
    """Where the connection for events is."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    DISCONNECTED = "disconnected"


class Connection:
    """The subscriptions of one client, over one socket that is made when the first needs it."""

    def __init__(
        self, url: str, headers: Callable[[], Mapping[str, str]], route: Callable[[], Route]
    ) -> None:
        """Prepare to connect.

        Args:
            url: The `ws:` or `wss:` URL.
            headers: Makes the headers of a handshake.
            route: Finds how to reach the server.
        """
        self._target = (url, headers, route)
        self._listeners: tuple[Callable[[ConnectionState], object], ...] = ()
        self.closed = False
        self._begin()
        _connections.add(self)

    def _begin(self) -> None:
        self.dispatcher = Dispatcher()
        # Guards what follows, and the switchboard; not held while anything of others is called.
        self._lock = threading.Condition()
        self._board = Switchboard(self._lock)
        self._receiver: Receiver | None = None
        self._state = ConnectionState.DISCONNECTED
        self._failure: DuctapeError | None = None  # why there will be no connection
        self._faults = 0  # connections that were lost or could not be made
        self._fault: Exception | None = None  # the last of these

    # For users of the connection, on any thread.

    def add(self, sink: Sink) -> None:
        """Let a sink have its execution's events after `sink.after`.

        Raises:
            ConnectionFailed: The client is closed.
        """
        with self._lock:
            receiver = self._start()
            self._board.add(sink)
        receiver.bell.ring()

    def remove(self, sink: Sink) -> None:
        """Let a sink have no more events. One that has none any more is left alone."""
        with self._lock:
            self._board.remove(sink)
            receiver = self._receiver
        if receiver is not None:
            receiver.bell.ring()

    def connect(self, timeout: float | None, tries: int) -> None:
        """Make the connection now, and return when it is there.

        Args:
            timeout: Seconds to wait for it; None for as long as it takes.
            tries: How many times to try.

        Raises:
            TransportError: It was not there in time, or after so many tries.
            APIError, ConfigurationError: There will be none.
        """
        with self._lock:
            receiver = self._start()
            if self._state is ConnectionState.RECONNECTING:
                receiver.bell.hurry()  # whoever asks now knows more than the backoff does
            before = self._faults
            over = any(
                self._lock.wait_for(
                    lambda: (
                        self._state == "connected"
                        or self._failure
                        or self.closed
                        or self._faults >= before + tries
                    ),
                    seconds,
                )
                for seconds in slices(Deadline(timeout))
            )
            if self._state == "connected":
                return
            if self.closed:
                raise _closed()
            fault = self._failure or (self._fault if self._faults > before else None)
        url = self._target[0]
        if isinstance(fault, DuctapeError):
            raise fault.with_traceback(None)  # where it came from is of no use here
        if over:
            request_id = getattr(fault, "request_id", None)
            raise ConnectionFailed(
                f"the connection to {url} does not hold: {fault}", request_id=request_id
            ) from fault
        raise RequestTimeout(f"no connection to {url} in time", request_id=receiver.request_id) from fault

    def probe(self, timeout: float) -> bool:
        """Return once the sinks have all that the server has sent up to now, and say whether that is so.

        Args:
            timeout: Seconds that the server has to answer. One that is gone without a word does not.
        """
        with self._lock:
            receiver = self._receiver
        if receiver is None or self._state is not ConnectionState.CONNECTED:
            return False
        answered = threading.Event()
        receiver.probe(answered)
        return any(map(answered.wait, slices(Deadline(timeout))))

    @property
    def state(self) -> ConnectionState:
        """Where the connection is now."""
        return self._state

    @property
    def request_id(self) -> str | None:
        """The id of the handshake of the connection that is there, or was last; None before the first."""
        return self._board.request_id

    def on_state(self, listener: Callable[[ConnectionState], object]) -> Callable[[], None]:
        """Call `listener` with each new state; return how to stop that.

        It is called on the thread that reads the socket, and must neither block nor raise.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def stop() -> None:
            with self._lock:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return stop

    def close(self) -> None:
        """End all subscriptions and both threads, within two seconds whatever the peer and callbacks do."""
        deadline = Deadline(CLOSE_TIMEOUT)
        with self._lock:
            self.closed = True
            receiver, self._receiver = self._receiver, None
            sinks = self._board.remove_all()
            self._lock.notify_all()
        for sink in sinks:
            sink.drop(ConnectionLost("the client was closed"))
        if receiver is not None:
            receiver.bell.stop()
            if receiver is not threading.current_thread():  # a finalizer that closes runs on any thread
                receiver.join(deadline.remaining())
        self._enter(ConnectionState.DISCONNECTED)
        self.dispatcher.close(deadline.remaining())

    def _start(self) -> Receiver:
        """Return the receiver; make one where there is none. Needs the lock."""
        if self.closed:
            raise _closed()
        if self._receiver is None:
            self._failure = None
            try:
                receiver = Receiver(*self._target, self)
                receiver.start()
            except (OSError, RuntimeError) as error:
                raise ConnectionFailed(f"the system has no room for another connection: {error}") from error
            self._receiver = receiver
        return self._receiver

    # For the receiver, on its thread.

    def connecting(self) -> None:
        """Enter the state for it."""
        if self._state is ConnectionState.DISCONNECTED:
            self._enter(ConnectionState.CONNECTING)

    def opened(self, request_id: str) -> None:
        """Begin the subscriptions anew, on the new connection."""
        self._board.opened(request_id)
        self._enter(ConnectionState.CONNECTED)

    def outgoing(self) -> Iterable[SubscribeMessage | UnsubscribeMessage]:
        """What the server has to be told now."""
        return self._board.outgoing()

    def received(self, message: ServerMessage) -> None:
        """Hand an event to its sinks, or act on another message."""
        self._board.received(message)

    def lost(self, fault: Exception) -> None:
        """Wait for another connection."""
        with self._lock:
            self._faults += 1
            self._fault = fault
            self._lock.notify_all()
        self._enter(ConnectionState.RECONNECTING)

    def failed(self, error: DuctapeError) -> None:
        """End all subscriptions; the next one tries again."""
        with self._lock:
            self._receiver = None
            self._failure = error
            sinks = self._board.remove_all()
            # With the rest, or another receiver's news might come before this.
            listeners = self._change(ConnectionState.DISCONNECTED)
            self._lock.notify_all()
        _announce(ConnectionState.DISCONNECTED, listeners)
        for sink in sinks:
            lost = ConnectionLost(f"no events can be had: {error}")
            lost.__cause__ = error
            lost.request_id = error.request_id
            sink.end(lost)

    def _enter(self, state: ConnectionState) -> None:
        with self._lock:
            listeners = self._change(state)
            self._lock.notify_all()
        _announce(state, listeners)

    def _change(self, state: ConnectionState) -> tuple[Callable[[ConnectionState], object], ...] | None:
        """Set the state, and return whom to tell; None when it is no other one that may follow.

        Needs the lock. Whoever begins to listen after that has seen the new state already.
        """
        if state is self._state or (self.closed and state is not ConnectionState.DISCONNECTED):
            return None
        self._state = state
        return self._listeners

    def __del__(self) -> None:
        # Nothing here waits: this may be any thread, the receiver's own included.
        self.dispatcher.close(0)
        if self._receiver is not None:
            self._receiver.bell.stop()
            warnings.warn(f"unclosed connection to {self._target[0]}: use close() or with", ResourceWarning,
                          source=self, stacklevel=1)  # fmt: skip

    def _after_fork(self) -> None:
        """Begin anew in the child, which has neither the threads nor the right to use their socket."""
        receiver, sinks = self._receiver, self._board.sinks()
        self._begin()
        if receiver is not None:
            receiver.abandon()
        for sink in sinks:
            sink.drop(ConnectionLost("a subscription stays in the process that made it: subscribe anew"))


def _announce(
    state: ConnectionState, listeners: tuple[Callable[[ConnectionState], object], ...] | None
) -> None:
    if listeners is None:
        return
    log.info("the connection for events is %s", state)
    for listener in listeners:
        listener(state)


def _closed() -> ConnectionFailed:
    return ConnectionFailed("the client is closed; make a new Ductape", retryable=False)


_connections: weakref.WeakSet[Connection] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for connection in list(_connections):
        connection._after_fork()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
