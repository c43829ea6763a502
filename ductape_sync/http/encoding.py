"""JSON that is sent; what has no place in it is refused with its path."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..errors import InvalidRequest

_DEEP = 500  # levels; less than Python itself encodes
_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


def encode_json(value: Any) -> bytes:
    """Encode a request's body.

    Raises:
        InvalidRequest: Something in it has no place in JSON; `field` is its path.
    """
    try:
        return _encoder.encode(value).encode()
    except (TypeError, ValueError, RecursionError):
        path, reason = _culprit(value)
        raise InvalidRequest(f"{path} is not JSON: {reason}", field=path) from None


def _culprit(value: Any) -> tuple[str, str]:
    """Find the first part that JSON cannot hold: its path and what is wrong with it."""
    path = ""
    left = [("", value, 0)]
    while left:
        path, part, depth = left.pop()
        if depth > _DEEP:
            break
        if isinstance(part, dict):
            for key in part:
                if _unfit(key):
                    return path, f"the key {key!r:.60} is {_a(key)}; keys must be str"
            inner = [(f"{path}.{key}" if path else str(key), item, depth + 1) for key, item in part.items()]
        elif isinstance(part, list | tuple):
            inner = [(f"{path}[{at}]", item, depth + 1) for at, item in enumerate(part)]
        elif reason := _unfit(part):
            return path, reason
        else:
            continue
        left += reversed(inner)
    return re.split(r"[.\[]", path, maxsplit=1)[0], "it contains itself, or is nested too deep"


def _unfit(value: object) -> str | None:
    """Say why a value that holds no others cannot be in JSON; None when it can."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"JSON has no {value!r}; use None or a string"
    if value is None or isinstance(value, str | int | float):
        return None
    remedy = "; use .isoformat()" if hasattr(value, "isoformat") else ""
    remedy = "; use a list" if isinstance(value, set | frozenset) else remedy
    return f"{_a(value)} cannot be sent{remedy}"


def _a(value: object) -> str:
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"
