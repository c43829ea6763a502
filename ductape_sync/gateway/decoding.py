"""JSON from strangers (RFC 8259): strict where ``json.loads`` is lenient, and bounded."""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any, Final, NoReturn

from .problems import Problem

MOST_CONTAINERS: Final = 250_000
"""How many arrays and objects there may be. More than data have in a body of some MiB, and to make millions
would take seconds in which nobody else is served."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_STRING = re.compile(rb'"[^"]*"?')
_OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]


def decode(body: bytes, depth: int) -> Any:
    """Decode a JSON text.

    Refused, beyond what the grammar refuses: anything but UTF-8, a name twice in one object, NaN and
    infinities, numbers out of range, lone surrogates, nesting that is too deep, and more than
    :data:`MOST_CONTAINERS` arrays and objects.

    Args:
        body: the JSON text.
        depth: how deep arrays and objects may be nested.

    Raises:
        Problem: ``invalid_request``, saying what is wrong and where, or ``payload_too_large``.
    """
    _check_brackets(body, depth)
    try:
        text = body.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise _invalid(f"it is not UTF-8, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _invalid(f"{error.msg}, at line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise _too_deep(depth) from error
    except ValueError as error:  # an integer with more digits than Python converts
        raise _invalid("a number in it has too many digits") from error
    if _SURROGATE.search(text):
        _check_surrogates(value)
    return value


def _check_brackets(body: bytes, depth: int) -> None:
    """Refuse what is nested too deep, or in too many pieces, before anything is made of it."""
    if body.count(b"[") + body.count(b"{") <= depth:
        return
    brackets = _brackets(body)
    if brackets.count(b"[") + brackets.count(b"{") > MOST_CONTAINERS:
        raise Problem(
            "payload_too_large",
            f"The JSON has more than {MOST_CONTAINERS:,} arrays and objects; send less, such as a reference "
            "to it.",
        )
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > depth:
        raise _too_deep(depth)


def _brackets(body: bytes) -> bytes:
    """The brackets of a JSON text, without those in strings."""
    # Without escapes, what is left of most strings are two quotes side by side.
    marks = body.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _OTHERS)
    return _STRING.sub(b"", marks.replace(b'""', b""))


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _invalid("a text in it has half of a surrogate pair, which is no character") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _invalid(f"an object in it has the name {json.dumps(twice[:100])} twice")
    return value


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _invalid("a number in it is out of range")
    return value


def _constant(text: str) -> NoReturn:
    raise _invalid(f"{text} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)


def _too_deep(depth: int) -> Problem:
    return _invalid(f"it is nested more than {depth} levels deep")


def _invalid(what: str) -> Problem:
    return Problem("invalid_request", f"The JSON cannot be used: {what}. Send JSON as RFC 8259 has it.")
