"""What goes out: JSON, problems, and the headers that every answer has."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .problems import Problem


# Beyond ASCII, where JSON has texts only; the ones in ASCII it escapes itself.
_CONTROL = re.compile("[\x80-\x9f]")


def encode(value: Any) -> str:
    """Write JSON (RFC 8259), compactly.

    What JSON cannot say becomes null (NaN, infinities) or stays escaped (half a surrogate pair): an
    execution whose result is such a value can still be looked at. What a terminal would act upon is
    escaped, so that an answer can be shown as it is.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except ValueError:
        return json.dumps(_finite(value), separators=(",", ":"))
    return text if text.isascii() else _CONTROL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_finite(child) for child in value]
    return value


def answer(status: int, value: Any = None, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with JSON, or without content.

    Args:
        status: the HTTP status.
        value: what to send as JSON; None to send nothing.
        headers: headers of its own.
    """
    body = b"" if value is None else encode(value).encode()
    return Response(body, status, headers, None if value is None else "application/json")


def refusal(problem: Problem, request_id: str) -> Response:
    """An answer that reports a problem (RFC 9457).

    Args:
        problem: what is wrong.
        request_id: the id of the request that it answers.
    """
    body = encode(problem.to_dict(request_id)).encode()
    return Response(body, problem.status, problem.headers, "application/problem+json")
