"""JSON (RFC 8259) as strict as the standard: the standard library also takes NaN and overflowing numbers."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def decode(text: bytes) -> Any:
    """Decode a JSON text.

    Raises:
        ValueError: It is not UTF-8, not JSON, has a number out of range, or is nested too deep.
    """
    try:
        return _decoder.decode(text.removeprefix(_BYTE_ORDER_MARK).decode())
    except RecursionError:
        raise ValueError("it is nested too deep") from None
