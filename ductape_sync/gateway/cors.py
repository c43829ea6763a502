"""What pages of other origins may do: those that are allowed, all that a program may (Fetch standard, CORS).

The cookie is of no use to them: they send an access key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

_SENT: Final = (
    "Authorization, Content-Type, Idempotency-Key, Prefer, X-Ductape-Env, X-Ductape-Product, X-Request-Id"
)
_READ: Final = b"Idempotent-Replayed, Preference-Applied, Retry-After, X-Request-Id"


def headers_for(origin: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that let pages of an allowed origin read an answer."""
    return (
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", _READ),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"vary", b"Origin"),
    )


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks what a page may ask."""
    return method == "OPTIONS" and "access-control-request-method" in headers


def preflight() -> Response:
    """The answer to a browser that asks for a page of an allowed origin."""
    headers = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": _SENT,
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=headers)
