"""An HTTP proxy on 127.0.0.1 for CONNECT, which knows one server whatever it is asked for."""

from __future__ import annotations

import contextlib
import socket
import threading
from base64 import b64decode
from typing import TYPE_CHECKING

from tests.loopback import Loopback, cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback import Act, Received, Wire


class Proxy:
    def __init__(self, port: int, credentials: str | None) -> None:
        self.server = Loopback(self._act)
        self.port = self.server.port
        self.acts: list[Act] = []
        """What to do with the next requests, one each; then they are tunnelled."""
        self.seen = b""
        """What went through, to the server."""
        self._target = port
        self._credentials = credentials

    def _act(self, wire: Wire, request: Received) -> None:
        given = request.headers.get("proxy-authorization", "").removeprefix("Basic ")
        if self._credentials is not None and b64decode(given).decode() != self._credentials:
            cut(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")(wire, request)
        elif self.acts:
            self.acts.pop(0)(wire, request)
        else:
            self._tunnel(wire)

    def _tunnel(self, wire: Wire) -> None:
        with socket.create_connection(("127.0.0.1", self._target)) as target:
            wire.send(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n")
            back = threading.Thread(target=self._pipe, args=(target, wire.sock))
            back.start()
            with contextlib.suppress(OSError):
                while data := wire.sock.recv(65536):
                    self.seen += data
                    target.sendall(data)
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)
            back.join()

    @staticmethod
    def _pipe(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxy(port: int, credentials: str | None = None) -> Iterator[Proxy]:
    """Run a proxy to a server; with credentials (`user:password`) it wants these."""
    running = Proxy(port, credentials)
    try:
        yield running
    finally:
        running.server.stop()
