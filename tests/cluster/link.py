"""A TCP link to a server on this machine that can be slow, or carry nothing for a while."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 20.0


class Link:
    """Forwards connections.

    Args:
        address: host and port of the server.
    """

    def __init__(self, address: str) -> None:
        self.delay = 0.0
        """For how many seconds it keeps whatever it carries, in each direction."""
        host, _, port = address.rpartition(":")
        self._server = (host, int(port))
        self._carries = threading.Event()
        self._carries.set()
        self._ending = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._run(self._accept)

    def hold(self) -> None:
        """Carry nothing any more, and lose nothing: connections stay, and new ones are accepted."""
        self._carries.clear()

    def release(self) -> None:
        """Carry what was held back, and what comes."""
        self._carries.set()

    def _run(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server, _PATIENCE)
            server.settimeout(None)
            self._sockets += [client, server]
            self._run(self._carry, client, server)
            self._run(self._carry, server, client)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._ending.wait(self.delay)
                self._carries.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._ending.set()
        self._carries.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE)
            assert not thread.is_alive()
        for each in self._sockets:
            each.close()


@contextlib.contextmanager
def link(address: str) -> Iterator[Link]:
    """A link to the server at an address."""
    made = Link(address)
    try:
        yield made
    finally:
        made.stop()
