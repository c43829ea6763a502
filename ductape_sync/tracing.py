"""OpenTelemetry, for programs that use it: a span for each operation and for each wait.

A program uses it when it has imported it. In any other this costs a look into a dictionary, and
nothing of it is imported.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit

from . import __version__

if TYPE_CHECKING:
    from types import TracebackType

    from ._generated import Request


class Span:
    """A span that is not recorded; whoever has one need not know."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def inject(self, headers: dict[str, str]) -> None:
        """Add the headers by which a server's spans become children of this one (W3C Trace Context)."""

    def retried(self, error: Exception, delay: float) -> None:
        """Note that a request failed and is sent again, after so many seconds."""

    def answered(self, status: int, request_id: str | None, answer: Any) -> None:
        """Note what an operation was answered with."""

    def ended(self, state: str) -> None:
        """Note how the execution that was waited for ended."""


_NOTHING = Span()


def operation(request: Request[Any], base_url: str) -> Span:
    """A span for an operation, every retry of it included.

    Args:
        request: What is asked of the server.
        base_url: Where the server is, with the API's base path.
    """
    if "opentelemetry.trace" not in sys.modules:
        return _NOTHING
    url = urlsplit(base_url)
    return _Recorded(
        request.operation,
        "CLIENT",
        {
            "http.request.method": request.method,
            "url.full": base_url + request.path,
            "server.address": url.hostname,
            "server.port": url.port or (443 if url.scheme == "https" else 80),
            "ductape.execution.id": _execution_id(request.path),
        },
    )


def wait(
    name: str, *, execution_id: str | None = None, count: int | None = None, current: bool = True
) -> Span:
    """A span for a wait.

    Args:
        name: What it is called.
        execution_id: Which execution is waited for; None for several.
        count: How many executions are waited for; None for one.
        current: Whether spans that are made meanwhile are its children; not of a generator, which is
            left and entered again with every value.
    """
    if "opentelemetry.trace" not in sys.modules:
        return _NOTHING
    attributes = {"ductape.execution.id": execution_id, "ductape.executions": count}
    return _Recorded(name, "INTERNAL", attributes, current=current)


class _Recorded(Span):
    """A span that OpenTelemetry records, as far as the program has told it to."""

    def __init__(self, name: str, kind: str, attributes: dict[str, Any], *, current: bool = True) -> None:
        from opentelemetry import context, trace  # noqa: PLC0415 - only in programs that have it

        self._trace, self._context = trace, context
        self._name, self._kind, self._attributes = name, trace.SpanKind[kind], _known(attributes)
        self._current = current
        self._retries = 0

    def __enter__(self) -> Self:
        self._span = _tracer().start_span(self._name, kind=self._kind, attributes=self._attributes)
        if self._current:
            self._token = self._context.attach(self._trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._current:
            self._context.detach(self._token)
        if isinstance(error, Exception):
            # An answer is named by its status, as the conventions for HTTP have it.
            status = getattr(error, "status", None)
            status = status if isinstance(status, int) else None
            self._set(
                {
                    "error.type": str(status or type(error).__name__),
                    "http.response.status_code": status,
                    "ductape.request.id": getattr(error, "request_id", None),
                }
            )
            self._span.record_exception(error)
            self._span.set_status(self._trace.StatusCode.ERROR, str(error))
        self._span.end()

    def inject(self, headers: dict[str, str]) -> None:
        from opentelemetry import propagate  # noqa: PLC0415 - likewise

        propagate.inject(headers)

    def retried(self, error: Exception, delay: float) -> None:
        self._retries += 1
        self._set({"http.request.resend_count": self._retries})
        about = {"error.type": type(error).__name__, "error.message": str(error), "ductape.delay": delay}
        self._span.add_event("retry", about)

    def answered(self, status: int, request_id: str | None, answer: Any) -> None:
        self._set(
            {
                "http.response.status_code": status,
                "ductape.request.id": request_id,
                "ductape.execution.id": getattr(answer, "execution_id", None),
                "ductape.workflow": getattr(answer, "workflow", None),
            }
        )

    def ended(self, state: str) -> None:
        self._set({"ductape.execution.status": str(state)})

    def _set(self, attributes: dict[str, Any]) -> None:
        self._span.set_attributes(_known(attributes))


@functools.cache
def _tracer() -> Any:
    from opentelemetry import trace  # noqa: PLC0415 - likewise

    return trace.get_tracer("ductape_sync", __version__)


def _known(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _execution_id(path: str) -> str | None:
    """The execution that a request is about, by its path below the API's base path."""
    _, first, *rest = path.split("/")
    return unquote(rest[0]) if first == "executions" and rest else None
