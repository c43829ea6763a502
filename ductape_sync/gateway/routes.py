"""The operations of the contract over HTTP."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

from attrs import asdict
from starlette.requests import ClientDisconnect, Request

from ductape_sync import __version__

from . import tracing
from .answers import answer
from .decoding import decode
from .endings import ended
from .lists import Query
from .preferences import wait_seconds
from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from .config import Limits
    from .contract import Operation
    from .engine.client import Engine
    from .feed import Feed
    from .feeds import Feeds
    from .lists import Lists
    from .tenants import Tenant

    Handler = Callable[["Call"], Awaitable[Response]]


class Call:
    """A request that was checked against the contract.

    Args:
        request: the request.
        tenant: whose access key it came with; None where none is needed.
        given: the parameters that it gives, by their name on the wire.
        body: the decoded JSON body; None when the operation takes none.
    """

    def __init__(self, request: Request, tenant: Tenant | None, given: dict[str, Any], body: Any) -> None:
        self.request = request
        self._tenant = tenant
        self.given = given
        self.body = body

    @property
    def tenant(self) -> Tenant:
        """Whose access key it came with."""
        if self._tenant is None:
            raise RuntimeError("the operation is public and has no tenant")
        return self._tenant

    @property
    def execution_id(self) -> str:
        """The execution that it is about."""
        return str(self.given["executionId"])

    @property
    def idempotency_key(self) -> str | None:
        """What makes it safe to repeat; None when not given."""
        return self.given.get("Idempotency-Key")


async def read_body(request: Request, operation: Operation, limits: Limits) -> Any:
    """Read and check the JSON body of a request.

    Args:
        request: the request; its body was not read yet.
        operation: says what is valid.
        limits: the largest size and the deepest nesting.

    Raises:
        Problem: ``unsupported_media_type``, ``payload_too_large`` or ``invalid_request``.
        ClientDisconnect: the client is gone.
    """
    if operation.body is None:
        return None
    headers = request.headers
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(
            "unsupported_media_type",
            "Send JSON, with the header Content-Type: application/json.",
            field="Content-Type",
        )
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported_media_type", "Send the body uncompressed.", field="Content-Encoding")
    value = decode(await _read(request, limits.body_bytes), limits.json_depth)
    operation.body.check(value)
    return value


async def _read(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        raise _too_large(most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            # Not kept in a variable: it refers to this frame, and the two would keep the body for long.
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> Problem:
    return Problem(
        "payload_too_large", f"The body may have at most {most} bytes; send less, such as a reference to it."
    )


class Operations:
    """What each operation does, by its ``operationId``.

    Args:
        engine: does it.
        feeds: tell when an execution has ended.
        lists: are told when one has started.
    """

    def __init__(self, engine: Engine, feeds: Feeds, lists: Lists) -> None:
        self._engine = engine
        self._feeds = feeds
        self._lists = lists
        self._engine_version = ""
        self._healthy_at = -math.inf
        self.handlers: dict[str, Handler] = {
            "executeWorkflow": self._execute,
            "listExecutions": self._list,
            "getStatus": self._status,
            "getHistory": self._history,
            "signalExecution": self._signal,
            "cancelExecution": self._cancel,
            "listWorkflows": self._workflows,
            "getHealth": self._health,
            "openEvents": self._events,
        }

    async def _execute(self, call: Call) -> Response:
        summary, replayed = await self._engine.start(
            call.tenant, call.body, idempotency_key=call.idempotency_key
        )
        tracing.about(execution_id=summary["executionId"])
        self._lists.changed(call.tenant)
        return answer(201, summary, {"Idempotent-Replayed": "true"} if replayed else None)

    async def _list(self, call: Call) -> Response:
        given = call.given
        if "cursor" in given and "offset" in given:
            raise Problem(
                "invalid_request", "cursor and offset exclude each other; send one.", field="cursor"
            )
        return answer(200, await self._engine.list(call.tenant, **asdict(Query.of(given))))

    async def _status(self, call: Call) -> Response:
        seconds = wait_seconds(call.given.get("Prefer"))
        if seconds is None:
            return answer(200, await self._engine.status(call.tenant, call.execution_id))
        # Both at once: most who wait have only just started it, and want no time lost.
        waiting = asyncio.ensure_future(self._wait(call, seconds))
        waiting.add_done_callback(_forget)
        try:
            status = await self._engine.status(call.tenant, call.execution_id)
            if status["status"] == "running" and seconds:
                feed = await waiting
                if feed.last is not None:
                    status = ended(status, feed.last, feed.attempt)
                else:
                    status = await self._engine.status(call.tenant, call.execution_id)
        finally:
            waiting.cancel()
        return answer(200, status, {"Preference-Applied": f"wait={seconds}"})

    async def _wait(self, call: Call, seconds: int) -> Feed:
        """Wait for the end of an execution, for as long as somebody is there to be told."""
        gone = asyncio.ensure_future(_disconnected(call.request))
        try:
            feed = await self._feeds.wait(call.tenant, call.execution_id, seconds, gone)
        finally:
            gone.cancel()
        if gone.done() and not gone.cancelled():
            raise ClientDisconnect
        return feed

    async def _history(self, call: Call) -> Response:
        page = await self._engine.history(
            call.tenant,
            call.execution_id,
            after=call.given.get("after"),
            limit=call.given.get("limit", 1000),
        )
        return answer(200, page)

    async def _signal(self, call: Call) -> Response:
        await self._engine.signal(
            call.tenant, call.execution_id, call.body, idempotency_key=call.idempotency_key
        )
        return answer(202)

    async def _cancel(self, call: Call) -> Response:
        await self._engine.cancel(
            call.tenant, call.execution_id, call.body, idempotency_key=call.idempotency_key
        )
        return answer(202)

    async def _workflows(self, call: Call) -> Response:
        return answer(200, {"workflows": await self._engine.definitions(call.tenant)})

    async def _health(self, _call: Call) -> Response:
        # Anybody may ask, and as often as they like: the engine is asked once a second.
        if time.monotonic() - self._healthy_at > 1.0:
            self._engine_version = await self._engine.health()
            self._healthy_at = time.monotonic()
        return answer(200, {"status": "ok", "version": __version__, "engine": self._engine_version})

    async def _events(self, _call: Call) -> Response:
        raise Problem(
            "upgrade_required",
            "Open this path as a WebSocket (RFC 6455), subprotocol ductape.v1.",
            headers={"Upgrade": "websocket", "Connection": "Upgrade"},
        )


def _forget(task: asyncio.Future[Any]) -> None:
    """Have asyncio not complain of what went wrong in a task that nobody waits for any more."""
    if not task.cancelled():
        task.exception()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
