"""Listens for connections: uvicorn, hardened against clients that are slow or many."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import socket
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from .connections import Connections
from .protocols import HTTPConnection, SocketConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .app import Gateway
    from .config import Limits


_QUEUE = 1024  # connections that the system keeps until they are accepted


class ListenError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else is started, so that a port in use is an error at once.

    Args:
        host: a name or an IP address of this machine.
        port: the port; 0 for a free one.

    Raises:
        ListenError: it cannot be taken.
    """
    try:
        # With the protocol named, asyncio sets TCP_NODELAY; without it every answer takes 40 ms.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ListenError(f"{host} is no address of this machine: {error.strerror}; see --host.") from error
    try:
        # So that a gateway can start again at once; on Windows it would let two share the port.
        if hasattr(socket, "SO_REUSEPORT"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ListenError(
            f"Port {port} of {host} cannot be used: {error.strerror}; choose another with --port."
        ) from error
    return listener


def url(listener: socket.socket) -> str:
    """Where a listener on this machine is reached from this machine, without a path."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server:
    """Serves a gateway on a listener for as long as it is entered.

    Left, it stops: requests in flight finish in bounded time, WebSockets are closed with 1012.

    Args:
        gateway: answers the requests.
        limits: what it puts up with.
        listener: where connections come in; see :func:`listen`.
    """

    def __init__(self, gateway: Gateway, limits: Limits, listener: socket.socket) -> None:
        self._gateway = gateway
        self._listener = listener
        self._connections = connections = Connections(limits)
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                gateway,
                loop="none",
                http=functools.partial(HTTPConnection, connections),  # type: ignore[arg-type]
                ws=functools.partial(SocketConnection, connections),  # type: ignore[arg-type]
                ws_max_size=limits.message_bytes,
                ws_ping_interval=limits.ping_seconds,
                ws_ping_timeout=limits.ping_seconds,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=connections.backlog,
                timeout_keep_alive=math.ceil(limits.idle_seconds),
                timeout_graceful_shutdown=math.ceil(limits.drain_seconds),
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._uvicorn.serve([self._listener]))
        await self._uvicorn.ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gateway.drain()
        self._uvicorn.stop()
        if self._task is not None:
            await self._task
        self._connections.abort()
        await self._gateway.close()

    def abort(self) -> None:
        """End every connection at once."""
        self._connections.abort()

    async def wait(self) -> str:
        """Wait until it has ended by itself, which it should not; the result says how."""
        if self._task is not None:
            await asyncio.shield(self._task)
        return "The gateway ended."


class _Uvicorn(uvicorn.Server):
    """uvicorn without its own signal handlers, which would end the process before the rest has drained."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True
        self._stopping.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        for listener in sockets or ():
            # asyncio listens for as many as it accepts in one go, which has to be few where files are.
            listener.listen(_QUEUE)
        self.ready.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):  # once a second, for the header Date
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)
