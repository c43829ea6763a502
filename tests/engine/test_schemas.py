from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, NotRequired, Optional, Required, TypedDict, TypeVar

import pytest
from pydantic import BaseModel

from ductape_sync.gateway.engine.schemas import misfit, schema

T = TypeVar("T")


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Item:
    sku: str
    count: int = 1
    tags: list[str] = field(default_factory=list)


class Order(TypedDict):
    id: str
    items: list[Item]
    note: NotRequired[str]


class Options(TypedDict, total=False):
    fast: bool
    key: Required[str]


@dataclass
class Tree:
    children: list[Tree]


class Model(BaseModel):
    name: str


class Opaque(Generic[T]):
    pass


ITEM = {
    "title": "Item",
    "type": "object",
    "properties": {
        "sku": {"type": "string"},
        "count": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["sku"],
}


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (str, {"type": "string"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Any, {}),
        (dict, {"type": "object"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[float], {"type": "array", "items": {"type": "number"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (dict[str, bool], {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (Optional[str], {"anyOf": [{"type": "string"}, {"type": "null"}]}),  # noqa: UP045 - this form too
        (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Annotated[str, "told"], {"type": "string"}),
        (Colour, {"enum": ["red", "blue"]}),
        (Item, ITEM),
        (
            Order,
            {
                "title": "Order",
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "items": {"type": "array", "items": ITEM},
                    "note": {"type": "string"},
                },
                "required": ["id", "items"],
            },
        ),
        (
            Options,
            {
                "title": "Options",
                "type": "object",
                "properties": {"fast": {"type": "boolean"}, "key": {"type": "string"}},
                "required": ["key"],
            },
        ),
        (Model, Model.model_json_schema()),
    ],
)
def test_a_hint_becomes_the_schema_of_what_it_allows(hint: Any, expected: dict[str, Any]) -> None:
    assert schema(hint) == expected


@pytest.mark.parametrize(
    "hint", [Tree, Opaque, Opaque[int], dict[int, str], tuple[int, str], "name", object()]
)
def test_no_schema_beats_a_wrong_one(hint: Any) -> None:
    assert schema(hint) is None


@pytest.mark.parametrize(
    ("hint", "value", "why"),
    [
        (str, "x", None),
        (str, 1, "a string, not a number"),
        (int, 1, None),
        (int, 1.0, None),
        (int, 1.5, "a whole number, not a number"),
        (float, 1, None),
        (bool, 1, "true or false, not a number"),
        (int, True, "a whole number, not true or false"),
        (Order, {"anything": 1}, None),
        (Order | None, None, None),
        (Order | None, [], "an object or null, not an array"),
        (str | int, None, "a string or a whole number, not null"),
        (list[int], ["x"], None),
        (Colour, "green", None),
        (Colour, 1, "a string, not a number"),
        (None, {"not": "wanted"}, None),
        (Any, 1, None),
        (Tree, 1, None),
        (list[int] | Any, 1, None),
    ],
)
def test_what_is_of_another_kind_than_a_hint_is_told(hint: Any, value: Any, why: str | None) -> None:
    assert misfit(schema(hint), value) == why
