"""One request and its answer: its id, the headers that every answer has, its line in the log."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers

from .answers import refusal

if TYPE_CHECKING:
    from starlette.types import Message, Scope, Send

    from .guards import Caller
    from .problems import Problem

_logger = logging.getLogger("ductape_sync.gateway")

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    # Not "no-referrer": with it browsers send `Origin: null` with the dashboard's own forms.
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
_SAME_ORIGIN: Final = ((b"cross-origin-resource-policy", b"same-origin"),)
_CREDENTIALS: Final = frozenset({b"authorization", b"cookie"})
_STARTS: Final = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class _Private(Headers):
    def __repr__(self) -> str:  # which a traceback with variables shows
        return f"<{len(self)} headers>"


class Exchange:
    """A request, or the opening of a WebSocket, on its way through the gateway.

    Args:
        scope: the request (ASGI 3).
        send: takes the answer.
    """

    def __init__(self, scope: Scope, send: Send) -> None:
        self.headers = _Private(scope=scope)
        """The request's headers. What is behind this sees those without credentials."""
        scope["headers"] = [pair for pair in scope["headers"] if pair[0].lower() not in _CREDENTIALS]
        self.websocket = scope["type"] == "websocket"
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
        self.client: str | None = scope["client"][0] if scope.get("client") else None
        """The address of who makes it; None when it has none."""
        given = self.headers.get("x-request-id", "")
        self.id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        """The request's id: the client's own where it sent a usable one."""
        self.caller: Caller | None = None
        """Who makes it; None while that is not known."""
        self.sharing: tuple[tuple[bytes, bytes], ...] = _SAME_ORIGIN
        """The headers that say which pages may read the answer."""
        self._scope = scope
        self._send = send
        self.status = 0
        """The HTTP status of the answer; 0 while there is none."""
        self._started = time.monotonic()
        scope["exchange"] = self

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with what every answer has."""
        if message["type"] in _STARTS:
            self.status = message.get("status", 101)
            own = (b"x-request-id", self.id.encode())
            headers = [*message.get("headers", ()), own, *_SECURITY, *self.sharing]
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem; nothing when the answer is on its way already."""
        if not self.status:
            await refusal(problem, self.id)(self._scope, _nothing, self.send)

    def log(self) -> None:
        """Write the request's line; never its query or its headers, where secrets may be."""
        fields: dict[str, Any] = {
            "request": self.id,
            "method": self.method,
            "path": self.path,
            "status": self.status or "-",
            "ms": f"{(time.monotonic() - self._started) * 1000:.1f}",
        }
        if self.client is not None:
            fields["client"] = self.client
        if self.caller is not None:
            tenant = self.caller.tenant
            fields |= {"key": self.caller.key, "product": tenant.product, "env": tenant.env}
        level = logging.WARNING if self.status >= 500 else logging.INFO
        _logger.log(level, "websocket" if self.websocket else "request", extra={"fields": fields})


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
