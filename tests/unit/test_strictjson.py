from __future__ import annotations

from typing import Any

import pytest

from ductape_sync import strictjson


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        (b"\xef\xbb\xbf[1]", [1]),
        (b"  7 ", 7),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'"\\ud800"', "\ud800"),
        ('"ü"'.encode(), "ü"),
        (b"1e308", 1e308),
        (b"[" * 400 + b"]" * 400, None),
    ],
)
def test_json_is_decoded(text: bytes, value: Any) -> None:
    decoded = strictjson.decode(text)
    assert value is None or decoded == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "Expecting value"),
        (b"NaN", "NaN is not JSON"),
        (b'{"a": Infinity}', "Infinity is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"1e999", "the number 1e999 is too large"),
        (b"-1e999", "too large"),
        (b"9" * 5000, "4300 digits"),
        (b"[" * 100_000, "it is nested too deep"),
        (b'{"a":' * 100_000, "it is nested too deep"),
        (b'"\xed\xa0\x80"', "can't decode"),
        (b'"\xff"', "can't decode"),
        (b"{} {}", "Extra data"),
        (b"{'a': 1}", "Expecting property name"),
        (b'{"a": 1,}', "."),
        ('"a"'.encode("utf-16"), "can't decode"),
    ],
)
def test_what_is_not_json_is_refused_with_a_reason(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        strictjson.decode(text)
