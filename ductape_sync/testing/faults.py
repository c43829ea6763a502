"""What a fake does to requests on purpose: refuse them, lose them, keep them waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.utils import ClientDisconnected

from ..gateway.exchanges import Exchange

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from ..gateway.problems import Problem

App = Callable[["Scope", "Receive", "Send"], Awaitable[None]]
"""What serves a request (ASGI 3)."""
Fault = Callable[[App], App]
"""Puts something in the way of what serves a request. `scope["abort"]` breaks the request's connection."""


class Faults:
    """What is to happen to the next requests, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str | None, Fault]] = []

    def add(self, fault: Fault, times: int, operation: str | None) -> None:
        """Have a fault happen.

        Args:
            fault: What is to happen.
            times: To how many requests.
            operation: To requests of this `operationId`; None for any.
        """
        self._waiting += [(operation, fault)] * times

    def apply(self, operation: str | None, app: App) -> App:
        """What serves a request, with the fault in its way that waits for it, if one does."""
        for index, (of, fault) in enumerate(self._waiting):
            if of in {None, operation}:
                del self._waiting[index]
                return fault(app)
        return app


def refusing(problem: Problem) -> Fault:
    """Answer with a problem, and carry nothing out."""

    def fault(_app: App) -> App:
        async def serve(scope: Scope, _receive: Receive, send: Send) -> None:
            await Exchange(scope, send).refuse(problem)

        return serve

    return fault


def delaying(seconds: float) -> Fault:
    """Carry the request out a while later."""

    def fault(app: App) -> App:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await asyncio.sleep(seconds)
            await app(scope, receive, send)

        return serve

    return fault


def losing(*, answer: bool) -> Fault:
    """Break the connection before the answer comes.

    Args:
        answer: Whether only the answer is lost, and the request carried out.
    """

    def fault(app: App) -> App:
        async def serve(scope: Scope, receive: Receive, _send: Send) -> None:
            if answer:
                await app(scope, receive, _nowhere)
            scope["abort"]()
            while not (await receive())["type"].endswith(".disconnect"):
                pass
            if scope["type"] == "websocket":
                raise ClientDisconnected  # as uvicorn wants to be told

        return serve

    return fault


async def _nowhere(_message: Any) -> None:
    """Lose a part of an answer."""
