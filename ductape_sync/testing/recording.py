"""What a fake was asked and what it said: for the test to assert on, and held against openapi.yaml."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attrs import frozen

from .contract import ContractBroken, contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Message

_SECRET: Final = frozenset({"authorization", "cookie"})


@frozen(kw_only=True)
class Request:
    """A request that a fake has received."""

    operation: str | None
    """The `operationId` of openapi.yaml, such as `executeWorkflow`; None for what is no operation."""
    method: str
    """The HTTP method."""
    path: str
    """The path."""
    query: str
    """The query, encoded; empty without one."""
    headers: Mapping[str, str]
    """The headers, named in lower case, without those that hold the access key."""
    body: Any
    """The decoded JSON body; None without one."""
    status: int | None
    """The HTTP status that it was answered with; None when the answer was lost, or is yet to come."""


class SocketMessage(NamedTuple):
    """A message on the WebSocket."""

    received: bool
    """Whether the fake has received it; otherwise it was sent."""
    content: dict[str, Any]
    """The decoded message."""


class Records:
    """Everything that a fake has received and sent.

    Attributes:
        requests: The requests, in the order in which they came (list of `Request`).
        messages: The messages on the WebSocket (list of `SocketMessage`).
        faults: What was sent against the contract (list of `ContractBroken`).
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.messages: list[SocketMessage] = []
        self.faults: list[ContractBroken] = []

    def message(self, text: str, *, received: bool) -> None:
        """Note a message on the WebSocket."""
        with contextlib.suppress(ValueError):  # what is not JSON is answered, and nothing to assert on
            content = json.loads(text)
            self.messages.append(SocketMessage(received, content))
            if not received:
                self._hold(lambda: contract().check("ServerMessage", content))

    def answer(self, method: str, path: str, start: Message, body: bytes) -> None:
        """Hold an answer against the contract."""
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        self._hold(lambda: contract().check_answer(method, path, start["status"], headers, body))

    def _hold(self, check: Any) -> None:
        try:
            check()
        except ContractBroken as fault:
            self.faults.append(fault)


class Reception:
    """A request on its way in.

    Args:
        scope: The request (ASGI 3).
    """

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
        self.operation = contract().operation(self.method, self.path)
        self._query: str = scope["query_string"].decode("latin-1")
        self._headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name.decode("latin-1") not in _SECRET
        }
        self._body = bytearray()

    def add(self, part: Message) -> None:
        """Take a part of the body."""
        self._body += part.get("body", b"")

    def request(self, status: int | None) -> Request:
        """The whole request.

        Args:
            status: What it was answered with; None for nothing.
        """
        body = None
        with contextlib.suppress(ValueError):
            body = json.loads(self._body) if self._body else None
        return Request(
            operation=self.operation,
            method=self.method,
            path=self.path,
            query=self._query,
            headers=self._headers,
            body=body,
            status=status,
        )
