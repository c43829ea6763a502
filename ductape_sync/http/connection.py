"""Connections with one deadline for all that they do, and which another thread can end."""

from __future__ import annotations

import functools
import http.client
import io
import math
import os
import socket
import threading
import time
import weakref
from typing import Any

import urllib3


class Sockets:
    """The open sockets of one client, for whoever ends them from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # guards what follows
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._aborted = False
        self.used = False  # whether there ever was one

    def add(self, sock: socket.socket) -> None:
        """Enter a socket.

        Raises:
            ConnectionAbortedError: They have been aborted meanwhile, and this one with them.
        """
        with self._lock:
            if not self._aborted:
                self.used = True
                self._open.add(sock)
                return
        sock.close()
        raise ConnectionAbortedError("the client is closed")

    def abort(self) -> None:
        """End all of them, whatever thread reads from one, and those that are still to come."""
        with self._lock:
            self._aborted = True
            sockets = list(self._open)
        for sock in sockets:
            try:
                # This wakes a thread that reads; close() would not. TLS's own shutdown() would also take the
                # TLS state away under that thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                continue  # the peer was first

    def abandon(self) -> None:
        """Close this process's copies after a fork.

        Nothing is sent, since the parent goes on using the connections, and no lock is taken, since a
        thread that the child does not have may hold it. A plain close() would wait for such threads, too.
        """
        for sock in list(self._open):
            descriptor = sock.detach()
            if descriptor >= 0:
                os.close(descriptor)


class Until(urllib3.Timeout):
    """A timeout that ends at a moment, however many steps the exchange takes."""

    def __init__(self, expires: float) -> None:
        """Set the moment, on the monotonic clock; `math.inf` for never."""
        super().__init__()
        self.expires = expires

    def clone(self) -> Until:
        """The same moment: urllib3 makes a clone for every step."""
        return self

    def start_connect(self) -> float:
        """Do nothing: the time runs already."""
        return 0.0

    @property
    def connect_timeout(self) -> float | None:
        """Seconds left."""
        return None if math.isinf(self.expires) else max(0.001, self.expires - time.monotonic())

    @property
    def read_timeout(self) -> float | None:
        """Seconds left."""
        return self.connect_timeout


class _Lines(io.BufferedReader):
    """Remembers the last line, which tells whether the headers were whole."""

    last = b""

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = super().readline(size)
        return self.last


class _UntilReader(io.RawIOBase):
    """Reads a socket until a moment, however many reads that takes.

    A socket's timeout is for one read, so that an answer that drips goes past any of them.
    """

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, expires: float) -> None:
        super().__init__()
        self._sock = sock
        self._raw = raw
        self._expires = expires

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._expires - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(None if math.isinf(remaining) else remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, expires: float, sock: socket.socket, **options: Any) -> None:
        super().__init__(sock, **options)
        self._lines = self.fp = _Lines(_UntilReader(sock, self.fp.detach(), expires))

    def begin(self) -> None:
        super().begin()
        if self._lines.last not in (b"\r\n", b"\n"):
            # http.client takes the end of the stream for the end of the headers.
            self.close()
            raise ConnectionResetError("the answer was cut off inside its headers")


class UntilMixin:
    """A connection whose timeout is for all that it does until it is set anew; its sockets are known."""

    sockets: Sockets
    sock: Any
    _expires = math.inf

    @property
    def timeout(self) -> float | None:
        """Seconds left; None without a limit."""
        return None if math.isinf(self._expires) else max(0.001, self._expires - time.monotonic())

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._expires = math.inf if seconds is None else time.monotonic() + seconds

    @property
    def response_class(self) -> Any:
        """The class of answers, those of a proxy too, that end when the connection's time does."""
        return functools.partial(_Response, self._expires)

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.sockets.add(sock)
        sock.settimeout(self.timeout)  # for a handshake
        return sock

    def _tunnel(self) -> None:
        super()._tunnel()  # type: ignore[misc]
        self.sock.settimeout(self.timeout)

    def connect(self) -> None:
        """Connect, and enter the socket."""
        super().connect()  # type: ignore[misc]
        # With TLS it is another one; TLS inside a proxy's TLS (SSLTransport) is around the proxy's.
        self.sockets.add(getattr(self.sock, "socket", self.sock))
