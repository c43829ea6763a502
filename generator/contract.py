"""What the contract says, in the terms that code is generated from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits that a value must keep, and what its description says about them."""

    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `any` is any JSON."""

    kind: Literal["any", "string", "integer", "number", "boolean", "date", "date-time"]
    rules: Rules = field(default=Rules(), compare=False)


@dataclass(frozen=True, slots=True)
class Const:
    """The one string that is allowed."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A component by its name.

    Attributes:
        values: What a map holds.
        members: What an enum may be.
        tag: The property that tells the variants of a union apart.
    """

    name: str
    kind: Literal["model", "enum", "union", "map"]
    values: Type | None = None
    members: tuple[str, ...] = ()
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Array:
    """A list of values of one type."""

    items: Type
    rules: Rules = field(default=Rules(), compare=False)


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or null."""

    inner: Type


Type: TypeAlias = Scalar | Const | Reference | Array | Nullable


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object."""

    wire: str
    name: str
    type: Type
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Model:
    """An object with named properties; a `closed` one has no others."""

    name: str
    description: str
    fields: tuple[Field, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Enum:
    """A set of strings, each with its name in Python."""

    name: str
    description: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Map:
    """An object whose names are data."""

    name: str
    description: str
    values: Type


@dataclass(frozen=True, slots=True)
class Union:
    """One of several objects, told apart by the tag that each of them has."""

    name: str
    description: str
    tag: str
    variants: tuple[tuple[str, str], ...]
    unknown: Model


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of an operation that travels in its path, its query or its headers."""

    wire: str
    name: str
    place: Literal["path", "query", "header"]
    type: Type
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A request and its successful answer."""

    id: str
    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Reference | None
    success: int
    answer: Reference | None
    answer_description: str


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything that code is generated from, in the order in which the contract has it.

    `messages` are the models that a client sends on a WebSocket.
    """

    models: tuple[Model, ...]
    enums: tuple[Enum, ...]
    maps: tuple[Map, ...]
    unions: tuple[Union, ...]
    operations: tuple[Operation, ...]
    messages: tuple[str, ...]


def depth(kind: Map | Type | None) -> int:
    """Return how many maps are inside of each other, so that each can come after what it holds."""
    match kind:
        case Map(values=inner) | Reference(kind="map", values=inner):
            return 1 + depth(inner)
        case Array(items=inner) | Nullable(inner=inner):
            return depth(inner)
    return 0


def unknown_variant(union: str, tag: str, wire: str, models: list[Model]) -> Model:
    """Return the model for what has a tag that is in none of a union's models.

    Args:
        union: The union's name.
        tag: The name in Python of the property that tells the models apart.
        wire: Its name in the JSON.
        models: The variants that are known.
    """
    return Model(
        name=f"Unknown{union}",
        description=f"A `{union}` of a kind that this version does not know: `{tag}` says which.",
        fields=tuple(_shared_fields(wire, models)),
        closed=False,
    )


def _shared_fields(tag: str, models: list[Model]) -> Iterator[Field]:
    """Yield the fields that every model has; those that they have as different types are any JSON."""
    for shared in models[0].fields:
        found = [
            twin for model in models for twin in model.fields if twin.wire == shared.wire and twin.required
        ]
        if len(found) < len(models):
            continue
        if shared.wire == tag:
            yield replace(shared, type=Scalar("string"))
        elif all(twin.type == shared.type for twin in found):
            yield shared
        else:
            yield replace(shared, type=Scalar("any"), description="What it says; any JSON.")
