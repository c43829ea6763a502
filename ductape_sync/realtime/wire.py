"""A TCP connection, through a proxy and under TLS where need be, for one thread that others can wake."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
import threading
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ..errors import ConfigurationError, ConnectionFailed
from ..timing import Deadline

if TYPE_CHECKING:
    from urllib.parse import SplitResult

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK}
_CHUNK = 64 * 1024
_MAX_HANDSHAKE = 128 * 1024  # bytes of an answer to it


class Stopped(Exception):
    """The bell was rung for good: what waited is to end."""


class Bell:
    """Wakes the thread that waits for a socket. Any thread may ring."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a descriptor that is closed may be another file's already
        self._rope, self.ear = socket.socketpair()
        self._rope.setblocking(False)
        self.ear.setblocking(False)
        self._ringing = False
        self._hurried = False
        self.stopped = False

    def ring(self) -> None:
        """End the wait that is under way, or else the next one."""
        if self._ringing:
            return  # who hears it looks for all there is to do, this included
        with self._lock:
            self._ringing = True
            try:
                self._rope.send(b"\0")
            except OSError:
                return  # nobody waits any more

    def stop(self) -> None:
        """Ring for good."""
        self.stopped = True
        self.ring()

    def hurry(self) -> None:
        """End the pause that is under way, or else the next one."""
        self._hurried = True
        self.ring()

    def hush(self) -> None:
        """Have heard it."""
        self.ear.recv(4096)
        self._ringing = False  # only now: a ring before this is heard, too

    def pause(self, seconds: float) -> None:
        """Wait so long, or until it is rung for good or to hurry."""
        deadline = Deadline(seconds)
        with _Selector() as selector:
            selector.register(self.ear, READ)
            while not self.stopped and not self._hurried and selector.select(deadline.remaining()):
                self.hush()
        self._hurried = False  # only now: it may have come just before the pause

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._lock:
            self._rope.close()
            self.ear.close()

    def abandon(self) -> None:
        """Close this process's copies of it after a fork; a thread that is not here may hold the lock."""
        self._lock = threading.Lock()
        self.stopped = True
        self.close()


class Wire:
    """The connection. Its methods are for the one thread that owns it.

    Until `ready`, `send` and `recv` wait, and all of them together no longer than the deadline. From then on
    `read` and `write` do not wait, and `wait` does.
    """

    def __init__(self, bell: Bell, seconds: float) -> None:
        self._bell = bell
        self._deadline = Deadline(seconds)
        self._sock: socket.socket | None = None
        self._selector = _Selector()
        self._selector.register(bell.ear, READ)
        self._watched: tuple[int, int] | None = None  # the descriptor and the events that the selector knows
        self._buffer = b""
        self._at = 0
        self._received = 0

    # Getting there.

    def connect(self, host: str, port: int) -> None:
        """Connect to the first of the host's addresses that answers.

        Raises:
            OSError: None does, or not in time (`TimeoutError`).
            Stopped: The bell was rung for good.
        """
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for left, (family, kind, protocol, _, address) in zip(
            range(len(addresses), 0, -1), addresses, strict=True
        ):
            self._sock = socket.socket(family, kind, protocol)
            try:
                # Each has its share of the time: the first may be one that swallows every packet.
                self._connect(self._sock, address, Deadline(self._deadline.remaining() / left))
            except OSError:
                self._forget()
                if left == 1:
                    raise
            else:
                return

    def _connect(self, sock: socket.socket, address: Any, deadline: Deadline) -> None:
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code in _UNDER_WAY:
            self._until(WRITE, deadline)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connect_through(self, proxy: str, host: str, port: int) -> None:
        """Have a proxy connect to the host (HTTP CONNECT, RFC 9110, section 9.3.6).

        Raises:
            ConfigurationError: The proxy is not an HTTP one, or wants other credentials.
            ConnectionFailed: It could not connect, or would not.
            OSError, Stopped: As for `connect`.
        """
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if through.scheme != "http" or not through.hostname:
            raise ConfigurationError(
                f"events can go through a proxy at http://…, not at {through.scheme}://…: see HTTPS_PROXY"
            )
        try:
            self.connect(through.hostname, through.port or 80)
        except OSError as error:
            raise ConnectionFailed(f"the proxy at {through.hostname} cannot be reached: {error}") from error
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}", *_credentials(through), "", ""]
        self.send("\r\n".join(lines).encode())
        status = self._proxy_status()
        if status.startswith("407"):
            message = f"the proxy at {through.hostname} wants a user and a password, or others than these"
            raise ConfigurationError(f"{message}: see HTTPS_PROXY, http://user:password@host:port")
        if not status.startswith("2"):
            message = (
                f"the proxy at {through.hostname} does not connect to {authority}, and answers {status!r}"
            )
            raise ConnectionFailed(message, retryable=not status.startswith("4"))

    def _proxy_status(self) -> str:
        """Read the answer to CONNECT, and not a byte more; return its status, such as `200`."""
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.recv(1)
        return answer.partition(b" ")[2][:3].decode("latin-1")

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS.

        Raises:
            ssl.SSLError: The certificate is not trusted, or the peer does not speak TLS.
            OSError, Stopped: As for `connect`.
        """
        sock = context.wrap_socket(self._open(), server_hostname=host, do_handshake_on_connect=False)
        self._sock = sock
        while True:
            try:
                sock.do_handshake()
            except ssl.SSLWantReadError:
                self._until(READ, self._deadline)
            except ssl.SSLWantWriteError:
                self._until(WRITE, self._deadline)
            else:
                return

    def send(self, data: bytes) -> int:
        """Send all of it."""
        left = memoryview(data)
        while left:
            sent = self.write(left)
            if not sent:
                self._until(WRITE, self._deadline)
            left = left[sent:]
        return len(data)

    def recv(self, size: int) -> bytes:
        """Receive up to `size` bytes, and at least one."""
        while self._at == len(self._buffer):
            data = self.read()
            if data is None:
                self._until(READ, self._deadline)
                continue
            if not data:
                raise ConnectionResetError("the connection was closed before the handshake was done")
            self._buffer, self._at = data, 0
            self._received += len(data)
            if self._received > _MAX_HANDSHAKE:
                raise ConnectionResetError("the answer to the handshake is too large")
        chunk = self._buffer[self._at : self._at + size]
        self._at += len(chunk)
        return chunk

    def _until(self, events: int, deadline: Deadline) -> None:
        while not self.wait(events, deadline.remaining()):
            if self._bell.stopped:
                raise Stopped
            if deadline.expired():
                raise TimeoutError("timed out")

    @staticmethod
    def gettimeout() -> float:
        """Tell websocket-client to leave the waiting to `send` and `recv`."""
        return 0.0

    # Being there.

    def ready(self) -> bytes:
        """End the handshake; return what has been received beyond it."""
        rest, self._buffer = self._buffer[self._at :], b""
        return rest

    def read(self) -> bytes | None:
        """Return what has come; None when nothing has; no bytes at all at the end."""
        try:
            return self._open().recv(_CHUNK)
        except _NOT_NOW:
            return None

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Send as much as goes; return how many bytes that was."""
        try:
            return self._open().send(data[:_CHUNK])
        except _NOT_NOW:
            return 0

    def wait(self, events: int, seconds: float) -> bool:
        """Wait for the socket; return whether it is ready, and not the bell rung or the time up."""
        watched = (self._open().fileno(), events)
        if watched != self._watched:
            self._unwatch()
            self._selector.register(*watched)
            self._watched = watched
        ready = [key.fd for key, _ in self._selector.select(seconds)]
        if self._bell.ear.fileno() in ready:
            self._bell.hush()
            return False  # even where the socket is ready: it rings once, and must not go unnoticed
        return bool(ready)

    def _open(self) -> socket.socket:
        if self._sock is None:
            raise ConnectionResetError("the connection is closed")
        return self._sock

    def _unwatch(self) -> None:
        if self._watched is not None:
            self._selector.unregister(self._watched[0])
            self._watched = None

    def _forget(self) -> None:
        self._unwatch()
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def close(self) -> None:
        """Close it, without a word to the peer."""
        self._forget()
        self._selector.close()

    def abandon(self) -> None:
        """Close this process's copy of it after a fork; TLS, too, is told nothing."""
        descriptor = -1 if self._sock is None else self._sock.detach()
        if descriptor >= 0:
            os.close(descriptor)


def _credentials(proxy: SplitResult) -> list[str]:
    if proxy.username is None:
        return []
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return [f"Proxy-Authorization: Basic {b64encode(pair).decode()}"]
