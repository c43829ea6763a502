"""Traces: a span for each request in OpenTelemetry, and the trace's context for what a request starts.

OpenTelemetry is used where it was imported, as by ``opentelemetry-instrument ductape-sync serve …``. A
gateway without it hands the client's context on as it came (W3C Trace Context).
"""

from __future__ import annotations

import contextlib
import re
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from ductape_sync import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .contract import Operation
    from .exchanges import Exchange

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE: Final = re.compile(r"[ -~]{1,512}")
_FLUSH_SECONDS: Final = 3

_passed_on: ContextVar[Mapping[str, str]] = ContextVar("passed_on", default={})  # noqa: B039 - never changed


def in_use() -> bool:
    """Whether this process uses OpenTelemetry."""
    return "opentelemetry.trace" in sys.modules


@contextlib.contextmanager
def serving(exchange: Exchange) -> Iterator[None]:
    """Trace a request while it is served. A WebSocket, which may last for days, is not traced."""
    if exchange.websocket:
        yield
    elif in_use():
        with _span(exchange):
            yield
    else:
        _passed_on.set(_read(exchange.headers))
        yield


def about(*, operation: Operation | None = None, execution_id: str | None = None) -> None:
    """Say what the request that is served is about.

    Args:
        operation: the operation; None when that was said.
        execution_id: the execution; None when there is none, or it is not known yet.
    """
    if not in_use():
        return
    from opentelemetry import trace  # noqa: PLC0415 - see the module's docstring

    span = trace.get_current_span()
    if operation is not None:
        span.update_name(f"{operation.method} {operation.path}")
        span.set_attribute("http.route", operation.path)
    if execution_id is not None:
        span.set_attribute("ductape.execution.id", execution_id)


def carrier() -> Mapping[str, str]:
    """The trace's context for what the request that is served starts; empty when there is none."""
    if not in_use():
        return _passed_on.get()
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - see the module's docstring
        TraceContextTextMapPropagator,
    )

    found: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(found)
    return found


def flush() -> None:
    """Export what was recorded, before the process ends at once."""
    if in_use():
        from opentelemetry import trace  # noqa: PLC0415 - see the module's docstring

        provider: Any = trace.get_tracer_provider()
        if hasattr(provider, "force_flush"):
            provider.force_flush(_FLUSH_SECONDS * 1000)


@contextlib.contextmanager
def _span(exchange: Exchange) -> Iterator[None]:
    from opentelemetry import propagate, trace  # noqa: PLC0415 - see the module's docstring

    method = exchange.method if exchange.method in _METHODS else "_OTHER"
    attributes = {"http.request.method": method, "url.path": exchange.path, "url.scheme": "http"}
    if exchange.client:
        attributes["client.address"] = exchange.client
    with trace.get_tracer("ductape_sync.gateway", __version__).start_as_current_span(
        "HTTP" if method == "_OTHER" else method,
        context=propagate.extract(exchange.headers),
        kind=trace.SpanKind.SERVER,
        attributes={**attributes, "ductape.request.id": exchange.id},
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield
        finally:
            if exchange.caller is not None:
                tenant = exchange.caller.tenant
                span.set_attributes({"ductape.product": tenant.product, "ductape.env": tenant.env})
            if exchange.status:
                span.set_attribute("http.response.status_code", exchange.status)
            if exchange.status >= 500:
                span.set_attribute("error.type", str(exchange.status))
                span.set_status(trace.StatusCode.ERROR)


def _read(headers: Mapping[str, str]) -> dict[str, str]:
    """The trace's context in a request's headers; empty when it is not one."""
    parent, state = headers.get("traceparent", ""), headers.get("tracestate", "")
    if not _TRACEPARENT.fullmatch(parent):
        return {}
    return {"traceparent": parent, **({"tracestate": state} if _TRACESTATE.fullmatch(state) else {})}
