from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ductape_sync.gateway.decoding import MOST_CONTAINERS, decode
from ductape_sync.gateway.problems import Problem

TEXTS = st.text('[]{}"\\,:a\n/é', max_size=6)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(VALUES, st.booleans())
def test_nesting_is_counted_as_it_is_whatever_is_in_texts(value: Any, ascii: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii).encode()
    depth = depth_of(value)
    assert decode(body, depth) == value
    if depth:
        with pytest.raises(Problem, match=f"nested more than {depth - 1} levels deep"):
            decode(body, depth - 1)


@pytest.mark.parametrize("one", [b"[]", b"{}"])
def test_arrays_and_objects_are_counted(one: bytes) -> None:
    def many(count: int) -> bytes:
        return b"[" + b",".join([one] * (count - 1)) + b"]"

    assert len(decode(many(MOST_CONTAINERS), 2)) == MOST_CONTAINERS - 1
    with pytest.raises(Problem, match=r"payload_too_large: .* more than 250,000 arrays and objects"):
        decode(many(MOST_CONTAINERS + 1), 2)


def test_a_text_full_of_brackets_is_a_text() -> None:
    text = "[{" * MOST_CONTAINERS
    assert decode(json.dumps(text).encode(), 128) == text
