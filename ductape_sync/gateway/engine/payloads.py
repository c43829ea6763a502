"""Values in Temporal's payloads: JSON both ways, and whatever others wrote in a form that is JSON."""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import Payload, Payloads

from ..problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES = 2 * 1024 * 1024
"""Temporal's limit for one payload."""


def encode(value: Any, field: str, most: int = MAX_BYTES) -> Payload:
    """Write a JSON value as a payload.

    Args:
        value: any JSON.
        field: JSON Pointer of the value in the request, for the error.
        most: how many bytes it may have.

    Raises:
        Problem: ``payload_too_large``.
    """
    if value is None:
        return Payload(metadata={"encoding": b"binary/null"})
    data = json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    if len(data) > most:
        raise Problem(
            "payload_too_large",
            f"{field} is {len(data):,} bytes as JSON, and at most {most:,} are kept with an execution. "
            "Store the data elsewhere and pass a reference to it.",
            field=field,
        )
    return Payload(metadata={"encoding": b"json/plain"}, data=data)


def argument(body: dict[str, Any], name: str) -> Payloads:
    """The only argument of a workflow or a signal: a property of a request's body, none when it is absent.

    Raises:
        Problem: ``payload_too_large``.
    """
    return Payloads(payloads=[encode(body[name], f"/{name}")] if name in body else [])


def decode(payload: Payload) -> Any:
    """Read a payload as JSON.

    What is not JSON (bytes, or what a data converter of the worker's own encoded) is read as
    ``{"encoding": ..., "data": <base64>}``: to see that something is there beats an error.
    """
    encoding = payload.metadata.get("encoding", b"").decode("ascii", "replace")
    if encoding == "binary/null":
        return None
    if encoding in {"json/plain", "json/protobuf"}:
        try:
            return _json(payload.data)
        except (ValueError, RecursionError):
            pass
    return {"encoding": encoding, "data": base64.b64encode(payload.data).decode("ascii")}


def decode_all(payloads: Payloads | Sequence[Payload]) -> Any:
    """Read arguments or results: None when there are none, the value of one, the list of several."""
    found = payloads.payloads if isinstance(payloads, Payloads) else payloads
    if not found:
        return None
    return decode(found[0]) if len(found) == 1 else [decode(payload) for payload in found]


def _json(data: bytes) -> Any:
    # Python's workers write NaN, infinities and lone surrogates, which no JSON answer can hold.
    value = json.loads(data, parse_constant=_no_number, parse_float=_number)
    if b"\\ud" in data or b"\\uD" in data:
        text = json.dumps(value, ensure_ascii=False)
        return json.loads(text.encode("utf-8", "replace"))
    return value


def _no_number(_text: str) -> None:
    return None


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
