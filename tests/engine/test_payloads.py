from __future__ import annotations

from typing import Any

import pytest
from temporalio.api.common.v1 import Payload, Payloads

from ductape_sync.gateway.engine.payloads import argument, decode, decode_all, encode
from tests.engine.running import refused


@pytest.mark.parametrize(
    "value", [None, True, 0, -1.5, "", "ü \U0001f600", [], {}, {"b": 1, "a": [None, {"x": "y"}]}]
)
def test_json_comes_back_as_it_was(value: Any) -> None:
    assert decode(encode(value, "/input")) == value


def test_the_order_of_names_is_kept() -> None:
    assert list(decode(encode({"b": 1, "a": 2}, "/input"))) == ["b", "a"]


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        (
            "json/plain",
            b'{"a": NaN, "b": [Infinity, -Infinity, 1e999, 2.5]}',
            {"a": None, "b": [None, None, None, 2.5]},
        ),
        ("json/plain", b'"\\ud83d"', "?"),
        ("json/plain", b'"\\ud83d\\ude00"', "\U0001f600"),
        ("json/plain", b'"\\\\ud83d"', "\\ud83d"),
        ("json/protobuf", b'{"seconds": 1}', {"seconds": 1}),
        ("json/plain", b"{", {"encoding": "json/plain", "data": "ew=="}),
        ("json/plain", b"[" * 100_000, None),
        ("binary/encrypted", b"\x00\x01", {"encoding": "binary/encrypted", "data": "AAE="}),
        ("binary/plain", b"", {"encoding": "binary/plain", "data": ""}),
    ],
)
def test_whatever_others_wrote_can_be_shown(encoding: str, data: bytes, expected: Any) -> None:
    found = decode(Payload(metadata={"encoding": encoding.encode()}, data=data))
    assert found == expected if expected is not None else found["encoding"] == encoding


def test_a_payload_without_an_encoding_can_be_shown() -> None:
    assert decode(Payload(data=b"x")) == {"encoding": "", "data": "eA=="}


def test_no_arguments_one_and_several() -> None:
    one, two = encode(1, ""), encode("2", "")
    assert [decode_all(found) for found in ([], [one], [one, two])] == [None, 1, [1, "2"]]
    assert decode_all(Payloads(payloads=[two])) == "2"


def test_an_argument_that_is_absent_is_not_null() -> None:
    assert len(argument({}, "input").payloads) == 0
    assert decode_all(argument({"input": None}, "input")) is None
    assert len(argument({"input": None}, "input").payloads) == 1


def test_what_is_too_large_is_refused_with_its_place() -> None:
    problem = refused(lambda: encode("x" * (2 * 1024 * 1024 + 1), "/input"))
    assert (problem.code, problem.field) == ("payload_too_large", "/input")
