# Generated from openapi.yaml by `make generate`; do not edit.
"""The contract's operations, one function each: arguments in, a `Request` that keeps the contract out.

Nothing here does I/O. Every function raises `ContractError`, which names the argument, for a value that the
contract does not allow.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from . import ContractError, Request, shown
from .models import (
    Ask,
    Line,
    Mood,
    Order,
    Stop,
    Thing,
    thing_from_dict,
)

_Rule: TypeAlias = Callable[[str, Any], None]

_field_value = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?\Z").match


def _string(needs: str, shortest: int | None, longest: int | None, pattern: str | None) -> _Rule:
    search = re.compile(pattern or "", re.ASCII).search

    def check(place: str, value: Any) -> None:
        if not isinstance(value, str):
            raise ContractError(place, f"must be a string, not {shown(value)}")
        length = len(value)
        if (
            (shortest is not None and length < shortest)
            or (longest is not None and length > longest)
            or search(value) is None
        ):
            raise ContractError(place, f"{needs}, not {shown(value)}")

    return check


def _numeric(
    kinds: tuple[type[float], ...], name: str, needs: str, least: float | None, most: float | None
) -> _Rule:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, kinds) or isinstance(value, bool) or not math.isfinite(value):
            raise ContractError(place, f"must be {name}, not {shown(value)}")
        if (least is not None and value < least) or (most is not None and value > most):
            raise ContractError(place, f"{needs}, not {shown(value)}")

    return check


def _integer(needs: str, least: float | None, most: float | None) -> _Rule:
    return _numeric((int,), "an integer", needs, least, most)


def _number(needs: str, least: float | None, most: float | None) -> _Rule:
    return _numeric((int, float), "a number", needs, least, most)


def _boolean(place: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ContractError(place, f"must be True or False, not {shown(value)}")


def _date(place: str, value: Any) -> None:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ContractError(place, f"must be a date, not {shown(value)}")


def _date_time(place: str, value: Any) -> None:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise ContractError(place, f"must be a datetime with a time zone, not {shown(value)}")


def _choice(*values: str) -> _Rule:
    needs = f"must be {'one of ' if len(values) > 1 else ''}{', '.join(values)}"

    def check(place: str, value: Any) -> None:
        if not isinstance(value, str) or value not in values:
            raise ContractError(place, f"{needs}, not {shown(value)}")

    return check


def _nullable(inner: _Rule) -> _Rule:
    def check(place: str, value: Any) -> None:
        if value is not None:
            inner(place, value)

    return check


def _array(needs: str, fewest: int | None, most: int | None, inner: _Rule) -> _Rule:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, list):
            raise ContractError(place, f"must be a list, not {shown(value)}")
        if (fewest is not None and len(value) < fewest) or (most is not None and len(value) > most):
            raise ContractError(place, f"{needs}, not {len(value)}")
        for index, item in enumerate(value):
            inner(f"{place}[{index}]", item)

    return check


def _mapping(inner: _Rule) -> _Rule:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise ContractError(place, f"must be a dict, not {shown(value)}")
        for name, item in value.items():
            if not isinstance(name, str):
                raise ContractError(place, f"must have only strings as keys, not {shown(name)}")
            inner(f"{place}.{name}", item)

    return check


def _anything(place: str, value: Any) -> None:
    """Leave it to whoever makes JSON of it."""


def _one_line(place: str, value: str) -> None:
    if _field_value(value) is None:
        raise ContractError(place, f"must be one line of ASCII, as it goes into a header, not {shown(value)}")


def _check_order(place: str, value: Any) -> None:
    if not isinstance(value, Order):
        raise ContractError(place or "body", f"must be of the type Order, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _from__rule(f"{prefix}from_", value.from_)
    _lines_rule(f"{prefix}lines", value.lines)
    _date_time(f"{prefix}when", value.when)
    if value.due is not None:
        _date(f"{prefix}due", value.due)
    if value.mood is not None:
        _mood_rule(f"{prefix}mood", value.mood)
    if value.counts is not None:
        _counts_rule(f"{prefix}counts", value.counts)
    if value.matrix is not None:
        _matrix_rule(f"{prefix}matrix", value.matrix)
    if value.gift is not None:
        _boolean(f"{prefix}gift", value.gift)
    if value.note is not None:
        _note_rule(f"{prefix}note", value.note)


def _check_line(place: str, value: Any) -> None:
    if not isinstance(value, Line):
        raise ContractError(place or "body", f"must be of the type Line, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _sku_rule(f"{prefix}sku", value.sku)
    if value.amount is not None:
        _amount_rule(f"{prefix}amount", value.amount)


def _check_ask(place: str, value: Any) -> None:
    if not isinstance(value, Ask):
        raise ContractError(place or "body", f"must be of the type Ask, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _after_rule(f"{prefix}after", value.after)


def _check_stop(place: str, value: Any) -> None:
    if not isinstance(value, Stop):
        raise ContractError(place or "body", f"must be of the type Stop, not {shown(value)}")
    prefix = f"{place}." if place else ""


def import_(
    class_: str,
    part_id: str,
    *,
    dry_run: bool | None = None,
    ratio: float | None = None,
    query: int,
    mood: Mood | str | None = None,
    x_trace_id: str,
) -> Request[Thing]:
    """A name that is a keyword, and every place and kind of parameter.

    Args:
        class_: The class of a thing, 1 to 9 lower-case letters.
        part_id: A component that is a plain string.
        dry_run: Whether to only try.
        ratio: A number.
        query: A name that the function may have used for itself.
        mood: Values that are no names in Python as they are.
        x_trace_id: At least two characters.

    Returns:
        The request. Its answer: One of several things.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _class__rule("class_", class_)
    _part_id_rule("part_id", part_id)
    if dry_run is not None:
        _boolean("dry_run", dry_run)
        _query["dry-run"] = "true" if dry_run else "false"
    if ratio is not None:
        _ratio_rule("ratio", ratio)
        _query["ratio"] = str(ratio)
    _query_rule("query", query)
    _query["query"] = str(query)
    if mood is not None:
        _mood_rule("mood", mood)
        _query["mood"] = str(mood)
    _x_trace_id_rule("x_trace_id", x_trace_id)
    _one_line("x_trace_id", x_trace_id)
    _headers["X-Trace-ID"] = x_trace_id
    return Request(
        operation="import",
        method="GET",
        path=f"/things/{quote(class_, safe='')}/parts/{quote(part_id, safe='')}",
        query=_query,
        headers=_headers,
        body=None,
        success=200,
        parse=thing_from_dict,
    )


def put_part(class_: str, part_id: str, *, body: Order, dry_run: str | None = None) -> Request[None]:
    """Send everything that can be sent.

    Args:
        class_: The class of a thing, 1 to 9 lower-case letters.
        part_id: A component that is a plain string.
        dry_run: Overridden by the operation.
        body: What to send.

    Returns:
        The request. Its answer: Nothing.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _check_order("", body)
    _class__rule("class_", class_)
    _part_id_rule("part_id", part_id)
    if dry_run is not None:
        _dry_run_rule("dry_run", dry_run)
        _query["dry-run"] = dry_run
    return Request(
        operation="putPart",
        method="PUT",
        path=f"/things/{quote(class_, safe='')}/parts/{quote(part_id, safe='')}",
        query=_query,
        headers=_headers,
        body=body.to_dict(),
        success=204,
        parse=_nothing,
    )


def _nothing(_: Any) -> None:
    return None


def validate(message: Order | Ask | Stop) -> None:
    """Check what is to be sent against the contract.

    Raises:
        ContractError: It breaks the contract; `field` says where.
    """
    check = _CHECKS.get(type(message))
    if check is None:
        raise ContractError("message", f"must be something that a client sends, not {shown(message)}")
    check("", message)


_CHECKS: Final[dict[type, _Rule]] = {
    Order: _check_order,
    Ask: _check_ask,
    Stop: _check_stop,
}

_from__rule = _string("must match ^\\w+$", None, None, "^\\w+\\Z")
_lines_rule = _array("must have 1 to 3 items", 1, 3, _check_line)
_mood_rule = _choice("in-progress", "class", "None", "with space", "HTTPError")
_counts_rule = _mapping(_integer("", None, None))
_matrix_rule = _array("", None, None, _array("", None, None, _number("", None, None)))
_note_rule = _string("must be at most 5 characters long", None, 5, None)
_sku_rule = _string(
    "must not be empty and must match ^([a-z0-9]+(-[0-9]+)?|[$^|]x\\$)$",
    1,
    None,
    "^([a-z0-9]+(-[0-9]+)?|[$^|]x\\$)\\Z",
)
_amount_rule = _integer("must be at most 9", None, 9)
_after_rule = _nullable(_string("must be 1 to 3 letters", 1, 3, None))
_class__rule = _string("must be 1 to 9 lower-case letters", 1, 9, "^[a-z]+\\Z")
_part_id_rule = _string(
    "must not be empty and must match ^([a-z0-9]+(-[0-9]+)?|[$^|]x\\$)$",
    1,
    None,
    "^([a-z0-9]+(-[0-9]+)?|[$^|]x\\$)\\Z",
)
_ratio_rule = _number("must be between 0 and 0.5", 0, 0.5)
_query_rule = _integer("must be at least 1", 1, None)
_x_trace_id_rule = _string("must be at least 2 characters long", 2, None, None)
_dry_run_rule = _string("", None, None, None)
