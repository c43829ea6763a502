"""The gateway as an ASGI application: what every request goes through, and where it goes."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route, Router, WebSocketRoute

from . import cors, tracing
from .contract import Contract, read_document
from .exchanges import Exchange
from .feeds import Feeds
from .guards import Guard
from .limits import Rate
from .lists import Lists
from .pages import Pages
from .problems import Problem
from .resources import Resource
from .routes import Call, Operations, read_body
from .sessions import Sessions
from .sockets import Sockets

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from .config import Settings
    from .contract import Operation
    from .engine.client import Engine

_logger = logging.getLogger("ductape_sync.gateway")


class Gateway:
    """The gateway.

    Args:
        engine: runs the workflows.
        settings: who may use it, and how much.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._limits = settings.limits
        self._contract = Contract(read_document())
        sessions = Sessions(secure=(settings.public_url or "").startswith("https:"))
        self._guard = Guard(settings, sessions)
        self._rate = Rate(settings.limits.requests_per_second, settings.limits.burst)
        self._lists = Lists(engine)
        self._feeds = Feeds(engine, ended=self._lists.changed)
        self._handlers = Operations(engine, self._feeds, self._lists).handlers
        routes = [*self._routes(), *Pages(self._guard, sessions).routes()]
        self._router = Router(routes, redirect_slashes=False, default=_not_found)

    def drain(self) -> None:
        """End every wait now, and each one that is begun later."""
        self._feeds.drain()

    async def close(self) -> None:
        """End all that goes on beside the requests; none of them does any more."""
        await self._feeds.close()
        await self._lists.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or serve a WebSocket (ASGI 3)."""
        exchange = Exchange(scope, send)
        with tracing.serving(exchange):
            await self._serve(scope, receive, exchange)

    async def _serve(self, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        try:
            self._guard.check_host(exchange.headers)
            self._guard.check_origin(exchange.method, exchange.headers, websocket=exchange.websocket)
            await self._route(scope, receive, exchange)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Problem as problem:
            await exchange.refuse(problem)
        except Exception:
            _logger.exception("request failed", extra={"fields": {"request": exchange.id}})
            await exchange.refuse(Problem("internal", "The server's log says more, under this request's id."))
        finally:
            exchange.log()

    async def _route(self, scope: Scope, receive: Receive, exchange: Exchange) -> None:
        origin = self._guard.allowed_origin(exchange.headers)
        if origin is not None:
            exchange.sharing = cors.headers_for(origin)
            if cors.is_preflight(exchange.method, exchange.headers):
                await cors.preflight()(scope, receive, exchange.send)
                return
        await self._router(scope, receive, exchange.send)

    def _routes(self) -> list[Route | WebSocketRoute]:
        paths: dict[str, list[Operation]] = {}
        for operation in self._contract.operations:
            paths.setdefault(operation.path, []).append(operation)
        sockets = Sockets(
            self._feeds, self._lists, self._contract, self._guard, rate=self._rate, limits=self._limits
        )
        return [
            *(Route(path, self._resource(operations)) for path, operations in paths.items()),
            Route("/openapi.yaml", Resource({"GET": self._document})),
            WebSocketRoute(self._contract.base_path + "/events", sockets.serve),
        ]

    def _resource(self, operations: list[Operation]) -> Resource:
        return Resource({each.method: functools.partial(self._operate, each) for each in operations})

    async def _operate(self, operation: Operation, request: Request) -> Response:
        """Carry out an operation, in the order: who, how often, what, with what."""
        tracing.about(operation=operation, execution_id=request.path_params.get("executionId"))
        caller = None
        if not operation.public:
            exchange: Exchange = request.scope["exchange"]
            caller = exchange.caller = self._guard.authenticate(request.method, exchange.headers)
            self._rate.take(caller.key)
        query = request.scope["query_string"].decode("latin-1")
        given = operation.parse(request.path_params, query, request.headers)
        body = await read_body(request, operation, self._limits)
        call = Call(request, caller.tenant if caller else None, given, body)
        return await self._handlers[operation.id](call)

    async def _document(self, _request: Request) -> Response:
        return Response(self._contract.text, media_type="application/yaml")


async def _not_found(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise Problem("not_found", "There is nothing at this path; /openapi.yaml says what there is.")
