"""What a fake does to requests on purpose: refuse them, lose them, keep them waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from attrs import define
from uvicorn.protocols.utils import ClientDisconnected

from ..gateway.exchanges import Exchange
from ..gateway.problems import Problem
from .contract import contract

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

App = Callable[["Scope", "Receive", "Send"], Awaitable[None]]
"""What serves a request (ASGI 3)."""
Fault = Callable[[App], App]
"""Puts something in the way of what serves a request. `scope["abort"]` breaks the request's connection."""


@define
class Planned:
    """A fault that is to happen."""

    call: str
    """How the test asked for it."""
    fault: Fault
    """What is to happen."""
    operation: str | None
    """To requests of which `operationId`; None for any."""
    left: int
    """To how many requests more."""
    happened: bool = False
    """Whether it has happened to one."""


class Faults:
    """What is to happen to the next requests, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    def add(self, call: str, fault: Fault, times: int, operation: str | None) -> None:
        """Have a fault happen.

        Args:
            call: How the test asked for it.
            fault: What is to happen.
            times: To how many requests.
            operation: To requests of this `operationId`; None for any.

        Raises:
            ValueError: There is no such operation, or it is to happen to none.
        """
        check_operation(operation)
        if times < 1:
            raise ValueError(f"times must be at least 1, not {times}")
        self._planned.append(Planned(call, fault, operation, times))

    def apply(self, operation: str | None, app: App) -> App:
        """What serves a request, with the fault in its way that waits for it, if one does."""
        for planned in self._planned:
            if planned.left and planned.operation in {None, operation}:
                planned.left -= 1
                planned.happened = True
                return planned.fault(app)
        return app

    def left_over(self) -> str | None:
        """Say which faults have happened to no request at all; None when each has."""
        calls = [
            f"{planned.call}{f', operation={planned.operation!r}' if planned.operation else ''})"
            for planned in self._planned
            if not planned.happened
        ]
        return f"no request came that was to meet {' or '.join(calls)}" if calls else None


def check_operation(operation: str | None) -> None:
    """See that there is an operation.

    Raises:
        ValueError: There is none; the message names all.
    """
    known = contract().operations
    if operation is not None and operation not in known:
        raise ValueError(f"there is no operation {operation!r}: it is one of {', '.join(known)}")


def refusing(code: str, retry_after: int | None) -> Fault:
    """Answer with a problem, and carry nothing out.

    Args:
        code: The problem's code.
        retry_after: Its `Retry-After`, in seconds; None for none.

    Raises:
        ValueError: The contract has no such code; the message names all.
    """
    if code not in contract().codes:
        raise ValueError(f"there is no code {code!r}: it is one of {', '.join(contract().codes)}")
    problem = Problem(code, "The fake was told to refuse this request.", retry_after=retry_after)

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
