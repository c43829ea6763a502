"""What is at one path: a handler a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send


class Resource:
    """Hands each request to the handler of its method, as an ASGI application.

    ``HEAD`` is ``GET`` (RFC 9110, section 9.3.2): the server leaves the content out.

    Args:
        handlers: by method, in upper case.
    """

    def __init__(self, handlers: Mapping[str, Callable[[Request], Awaitable[Response]]]) -> None:
        self._handlers = dict(handlers)
        if "GET" in self._handlers:
            self._handlers["HEAD"] = self._handlers["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request.

        Raises:
            Problem: ``method_not_allowed``, or what the handler raises.
        """
        handler = self._handlers.get(scope["method"])
        if handler is None:
            allowed = ", ".join(sorted(self._handlers))
            raise Problem("method_not_allowed", f"This path knows {allowed}.", headers={"Allow": allowed})
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)
