"""A TCP proxy that does to an answer on its way what networks do."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Literal, NamedTuple

from tests.loopback import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


class Fault(NamedTuple):
    """What happens to a connection, once the server has answered and so many bytes of that got through."""

    how: Literal["close", "reset", "stall"]
    after: int = 0


class FaultProxy:
    """Forwards connections to a server on this machine; the next ones suffer the faults that were queued."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self._faults: list[Fault] = []
        self.suffered: list[Fault] = []
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def then(self, *faults: Fault) -> None:
        """Let the next connections suffer these, one each; the others none."""
        self._faults += faults

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._upstream), PATIENCE)
            server.settimeout(None)
            with self._lock:
                self._sockets |= {client, server}
                fault = self._faults.pop(0) if self._faults else None
            self._start(self._forward, client, server)
            self._start(self._bring_back, server, client, fault)

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)

    def _bring_back(self, server: socket.socket, client: socket.socket, fault: Fault | None) -> None:
        left = fault.after if fault else 0
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if fault is None:
                    client.sendall(data)
                    continue
                client.sendall(data[:left])
                left -= len(data)
                if left < 0:
                    self._suffer(client, fault)
                    break
        if fault is None or fault.how != "stall":
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _suffer(self, client: socket.socket, fault: Fault) -> None:
        self.suffered.append(fault)
        if fault.how == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.shutdown(socket.SHUT_RD)  # or the thread that reads would keep it open
            client.close()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        for sock in self._sockets:
            sock.close()


@contextlib.contextmanager
def fault_proxy(port: int) -> Iterator[FaultProxy]:
    """Run a proxy in front of the server at a port."""
    proxy = FaultProxy(port)
    try:
        yield proxy
    finally:
        proxy.stop()
