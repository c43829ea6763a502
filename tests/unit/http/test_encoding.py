from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import math
import uuid
from typing import Any

import pytest

from ductape_sync import InvalidRequest
from ductape_sync.http.encoding import encode_json


class Colour(enum.StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [{"a": [1, 2.5, None, True, "ü\U0001f600\n"]}, [], "x", {"a": {}}, {"ids": (1, 2)}, {"c": Colour.RED}],
)
def test_json_is_sent_as_it_is(value: Any) -> None:
    assert json.loads(encode_json(value)) == json.loads(json.dumps(value))


class Mute:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def cyclic() -> dict[str, Any]:
    ring: list[Any] = []
    ring.append(ring)
    return {"input": {"ring": ring}}


def deep(levels: int) -> dict[str, Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return {"input": value}


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ({"input": dt.datetime(2026, 1, 2)}, "input", "a datetime cannot be sent; use .isoformat()"),
        ({"input": {"on": dt.date(2026, 1, 2)}}, "input.on", "a date cannot be sent; use .isoformat()"),
        ({"input": {"tags": {"a"}}}, "input.tags", "a set cannot be sent; use a list"),
        ({"input": [1, {"x": math.nan}]}, "input[1].x", "JSON has no nan; use None or a string"),
        ({"input": math.inf}, "input", "JSON has no inf"),
        ({"data": [[b"x"]]}, "data[0][0]", "bytes cannot be sent"),
        ({"input": decimal.Decimal(1)}, "input", "a Decimal cannot be sent"),
        ({"input": {"id": uuid.UUID(int=0)}}, "input.id", "a UUID cannot be sent"),
        ({"input": object()}, "input", "an object cannot be sent"),
        ({"input": {("a", 1): 2}}, "input", r"the key \('a', 1\): keys must be str, and it is a tuple"),
        ({"input": {math.nan: 2}}, "input", "the key nan: keys must be str, and it is a float"),
        ({"input": {Mute(): 2}}, "input", "the key <Mute>: keys must be str, and it is a Mute"),
        ({"input": ["a", {"x": "\ud800"}]}, "input[1].x", "half of a surrogate pair is no character"),
        ({"input": {"\ude00": 1}}, "input", r"the key '\\ude00': half of a surrogate pair is no character"),
        ({"input": {"n": 10**5000}}, "input.n", "an integer of so many digits cannot be sent"),
        (cyclic(), "input", "it contains itself, or is nested too deep"),
        (deep(100_000), "input", "it contains itself, or is nested too deep"),
        ({"input": [*range(1000), {"a": ({1},)}]}, r"input[1000].a[0]", "a set cannot be sent"),
    ],
)
def test_what_is_not_json_is_refused_with_its_path(value: Any, path: str, message: str) -> None:
    with pytest.raises(InvalidRequest, match=f"is not JSON: {message}") as caught:
        encode_json(value)
    assert str(caught.value).startswith(f"{path} is not JSON")
    assert (caught.value.field, caught.value.status) == (path, None)
