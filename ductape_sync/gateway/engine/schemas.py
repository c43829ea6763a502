"""JSON Schemas (2020-12) from type hints."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
    dict: {"type": "object"},
    list: {"type": "array"},
}


def schema(hint: Any) -> dict[str, Any] | None:
    """The JSON Schema of what a type hint allows.

    Scalars, lists, dicts, unions, literals, enums, dataclasses and typed dicts are known, and a model
    with ``model_json_schema`` (pydantic) says it itself.

    Args:
        hint: a type hint, resolved.

    Returns:
        None when the hint says something that is not known here: no schema beats a wrong one.
    """
    try:
        return _schema(hint, ())
    except _UnknownHintError:
        return None


class _UnknownHintError(Exception):
    """There is no telling what JSON a hint means."""


def _schema(hint: Any, within: tuple[Any, ...]) -> dict[str, Any]:
    if hint is None:
        hint = type(None)
    origin = get_origin(hint)
    if origin is not None:
        return _generic(hint, origin, within)
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    if not isinstance(hint, type) or hint in within:  # a model of itself has no finite schema
        raise _UnknownHintError
    if hasattr(hint, "model_json_schema"):
        found: dict[str, Any] = hint.model_json_schema()
        return found
    if issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    if dataclasses.is_dataclass(hint):
        required = [
            field.name
            for field in dataclasses.fields(hint)
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        ]
        return _object(hint, required, within)
    if typing.is_typeddict(hint):
        return _object(hint, _required(hint), within)
    raise _UnknownHintError


def _generic(hint: Any, origin: Any, within: tuple[Any, ...]) -> dict[str, Any]:
    arguments = get_args(hint)
    if origin in {Union, types.UnionType}:
        return {"anyOf": [_schema(argument, within) for argument in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in {typing.Annotated, typing.Required, typing.NotRequired}:
        return _schema(arguments[0], within)
    if origin in {list, Sequence}:
        return {"type": "array", "items": _schema(arguments[0], within)}
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return {"type": "array", "items": _schema(arguments[0], within)}
    if origin in {dict, Mapping} and arguments[0] is str:
        return {"type": "object", "additionalProperties": _schema(arguments[1], within)}
    raise _UnknownHintError


def _required(kind: type) -> list[str]:
    # Not __required_keys__, which does not understand hints that are kept as strings.
    origins = {name: get_origin(hint) for name, hint in get_type_hints(kind, include_extras=True).items()}
    if getattr(kind, "__total__", True):
        return [name for name, origin in origins.items() if origin is not typing.NotRequired]
    return [name for name, origin in origins.items() if origin is typing.Required]


def _object(kind: type, required: list[str], within: tuple[Any, ...]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=False)
    found: dict[str, Any] = {
        "title": kind.__name__,
        "type": "object",
        "properties": {name: _schema(hint, (*within, kind)) for name, hint in hints.items()},
    }
    if required:
        found["required"] = required
    return found


_ARTICLES = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def misfit(schema: dict[str, Any] | None, value: Any) -> str | None:
    """Say why a value is of no kind that a schema allows; None when it is of one, or there is no telling.

    Kinds only, such as object and string: what is inside is for the workflow's own converter to judge, which
    may be more generous than a schema.
    """
    allowed = _kinds(schema)
    # What takes nothing has no converter that would object.
    if allowed in (None, {"null"}) or allowed & _kinds_of(value):
        return None
    wanted = " or ".join(_ARTICLES[kind] for kind in sorted(allowed, key=list(_ARTICLES).index))
    return f"{wanted}, not {_ARTICLES[max(_kinds_of(value))]}"


def _kinds(schema: dict[str, Any] | None) -> set[str] | None:
    if not schema:
        return None
    if "anyOf" in schema:
        found = [_kinds(one) for one in schema["anyOf"]]
        return None if None in found else set().union(*filter(None, found))
    if "enum" in schema:
        return set().union(*(_KINDS.get(type(one), set()) for one in schema["enum"]))
    kinds = schema.get("type")
    return {kinds} if isinstance(kinds, str) else None


_KINDS: dict[type, set[str]] = {
    type(None): {"null"},
    bool: {"boolean"},
    str: {"string"},
    int: {"number", "integer"},
    dict: {"object"},
    list: {"array"},
}


def _kinds_of(value: Any) -> set[str]:
    if isinstance(value, float):
        return {"number", "integer"} if value.is_integer() else {"number"}
    return _KINDS[type(value)]
