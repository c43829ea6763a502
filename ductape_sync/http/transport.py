"""One HTTP exchange: a request out, a whole answer in, before a deadline."""

from __future__ import annotations

import importlib
import math
import os
import threading
import time
import warnings
import weakref
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest

from ..errors import ConnectionFailed, RequestTimeout
from ..secret import forget_frames
from .adapter import Adapter
from .answers import Answer
from .body import read_body
from .connection import Sockets, Until
from .environment import Environment
from .faults import FOREIGN, translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..config import Config
    from ..timing import Deadline
    from .environment import Route

_LONGEST = 24 * 3600.0  # seconds that a socket is given at most: some 25 days are more than it takes


class Transport:
    """Exchanges requests and answers with one server. Thread-safe, and safe to fork."""

    _adapter: Adapter | None = None

    def __init__(self, config: Config, headers: Mapping[str, str]) -> None:
        """Prepare to talk to `config.api_url`; no connection is made yet.

        Args:
            config: Where the server is and how to reach it.
            headers: What every request carries, beside those that say who calls.
        """
        self.closed = threading.Event()
        self._url = config.api_url
        self._origin = config.base_url
        self._headers = headers
        self._identity = config.identity  # made for each request: nothing keeps the key but its `Secret`
        self._environment = Environment(config)
        self._sockets = Sockets()
        self._lock = threading.Lock()  # held to replace _adapter
        _transports.add(self)

    def exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        deadline: Deadline,
    ) -> Answer:
        """Send a request and read the whole answer.

        Args:
            method: The HTTP method.
            path: Path and query below the API's base path, encoded.
            headers: Headers beside those that every request carries.
            body: The encoded body; None without one.
            deadline: When the last byte of the answer must be here.

        Raises:
            ConnectionFailed: The server could not be reached, or the connection broke.
            RequestTimeout: The deadline passed.
            ResponseDecodeError: The answer is larger than 64 MiB, or compressed in a way not asked for.
            ConfigurationError: A proxy or certificate setting cannot be used.
        """
        remaining = deadline.remaining()
        if remaining == 0:
            raise RequestTimeout("the deadline passed before the request could be sent")
        until: Any = Until(math.inf if remaining > _LONGEST else time.monotonic() + remaining)
        request = self._prepare(method, path, headers, body)
        adapter = self._current_adapter()
        try:
            response: Any = adapter.send(request, stream=True, timeout=until)
            try:
                answer = Answer(response.status, response.headers, read_body(response))
            except BaseException:
                response.close()  # what is left of the answer must not be taken for the next one
                raise
        except Exception as error:
            if self.closed.is_set():
                # Whatever broke, this is why: a socket that another thread ends can raise anything.
                forget_frames(error)
                raise closed_error() from error
            if not isinstance(error, FOREIGN):
                raise
            forget_frames(error)
            raise translate(error, self._origin) from error
        except BaseException as interruption:
            forget_frames(interruption)
            raise
        if self.closed.is_set():
            raise closed_error()  # close() may have cut an answer short whose length was not known
        return answer

    def _prepare(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> PreparedRequest:
        request = PreparedRequest()
        request.method = method
        request.url = self._url + path
        # A plain dict: at a third of the cost.
        request.headers = {**self._headers, **self._identity(), **headers}  # type: ignore[assignment]
        request.body = body
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        return request

    def route(self) -> Route:
        """Proxies and certificates as of now, for the WebSocket too."""
        return self._environment.route()

    def _current_adapter(self) -> Adapter:
        route = self.route()
        adapter = self._adapter  # one read: another thread may replace it
        if adapter is not None and adapter.route is route:
            return adapter
        with self._lock:
            if self.closed.is_set():
                raise closed_error()
            if self._adapter is None or self._adapter.route is not route:
                # Exchanges under way on the one before go on; its connections are closed with the last.
                self._adapter = Adapter(self._url, route, self._sockets)
            return self._adapter

    def close(self) -> None:
        """Break off what is under way and close all connections. May be called twice."""
        self.closed.set()
        with self._lock:
            adapter, self._adapter = self._adapter, None
        self._sockets.abort()
        if adapter is not None:
            adapter.close()

    def _after_fork(self) -> None:
        was_closed = self.closed.is_set()
        self.closed = threading.Event()
        if was_closed:
            self.closed.set()
        self._lock = threading.Lock()
        self._adapter = None
        self._sockets.abandon()
        self._sockets = Sockets()

    def __del__(self) -> None:
        if self._adapter is not None and self._sockets.used:
            self.close()
            warnings.warn(f"unclosed connections to {self._origin}: use close() or with", ResourceWarning,
                          source=self, stacklevel=1)  # fmt: skip


def closed_error(request_id: str | None = None) -> ConnectionFailed:
    """Make the error for what is tried after close(), or for the request that it breaks off."""
    message = "the client is closed; make a new Ductape"
    return ConnectionFailed(message, request_id=request_id, retryable=False)


_transports: weakref.WeakSet[Transport] = weakref.WeakSet()


def _before_fork() -> None:
    if _transports:
        # Loaded by the first call. A thread that does so just now holds a lock that the child would wait for.
        importlib.import_module("ductape_sync._generated.operations")


def _after_fork_in_child() -> None:
    for transport in list(_transports):
        transport._after_fork()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork_in_child)
