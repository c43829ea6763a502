"""JSON that is sent; what has no place in it is refused with its path."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..errors import InvalidRequest

_DEEP = 500  # levels; less than Python itself encodes
_BITS = 14_000  # of an integer; Python writes no more than 4,300 digits (14,284 bits)
_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_unescaped = json.JSONEncoder(ensure_ascii=False)


def encode_json(value: Any) -> bytes:
    """Encode a request's body.

    Raises:
        InvalidRequest: Something in it has no place in JSON; `field` is its path.
    """
    try:
        text = _encoder.encode(value)
        if "\\ud" in text:  # surrogates: UTF-8 has no place for halves of a pair
            _unescaped.encode(value).encode()
    except (TypeError, ValueError, RecursionError):
        path, reason = _culprit(value)
        raise InvalidRequest(f"{path} is not JSON: {reason}", field=path) from None
    return text.encode()


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
                if reason := _unfit(key):
                    return path, f"the key {_shown(key)}: {reason if isinstance(key, str) else _not_str(key)}"
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
    if isinstance(value, str):
        return None if _is_text(value) else "half of a surrogate pair is no character"
    if isinstance(value, int) and value.bit_length() > _BITS:
        return "an integer of so many digits cannot be sent; use a string"
    if value is None or isinstance(value, int | float):
        return None
    remedy = "; use .isoformat()" if hasattr(value, "isoformat") else ""
    remedy = "; use a list" if isinstance(value, set | frozenset) else remedy
    return f"{_a(value)} cannot be sent{remedy}"


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _not_str(key: object) -> str:
    return f"keys must be str, and it is {_a(key)}"


def _shown(value: object) -> str:
    try:
        return f"{value!r:.60}"
    except Exception:  # noqa: BLE001 - whatever code of the user's raises
        return f"<{type(value).__name__}>"


def _a(value: object) -> str:
    name = type(value).__name__
    vowel = name[0] in "aeioAEIO" or name[0] == "u"  # not "an UUID"
    return name if name == "bytes" else f"{'an' if vowel else 'a'} {name}"
