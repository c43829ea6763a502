from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import click
import pytest

from ductape_sync.cli.inputs import duration, json_value, pair

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30),
        ("30s", 30),
        ("500ms", 0.5),
        ("5m", 300),
        ("2h", 7200),
        ("1d", 86400),
        ("1.5h", 5400),
        ("0", 0),
    ],
)
def test_a_duration_is_seconds_unless_it_names_a_unit(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5y", "-1", "1h30m", "s", "nan", "1e3", "5 m", "٣"])
def test_what_is_no_duration_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"write it as 30 .*5m, 2h"):
        duration(text)


def test_json_is_given_as_it_is() -> None:
    assert json_value('{"a": [1, null, "ü"]}') == {"a": [1, None, "ü"]}


def test_json_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_text('\ufeff{"orderId": "ü"}', encoding="utf-8")
    assert json_value(f"@{path}") == {"orderId": "ü"}


def test_json_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('[1, "ü"]'.encode())))
    assert json_value("-") == [1, "ü"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not JSON: .*line 1 column 2"),
        ("hello", "text is written '\"like this\"'"),
        ("NaN", "NaN is not a number in JSON"),
        ("[" * 200_000, "nested too deeply"),
        ("@/no/such/file", "'/no/such/file' cannot be read: No such file"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(text: str, complaint: str) -> None:
    with pytest.raises(click.BadParameter, match=complaint):
        json_value(text)


def test_a_file_that_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    path.write_bytes(b'"\xff"')
    with pytest.raises(click.BadParameter, match=r"not JSON in .*order.json"):
        json_value(f"@{path}")


def test_metadata_is_split_at_the_first_equals_sign() -> None:
    assert pair("source=a=b") == ("source", "a=b")
    assert pair("empty=") == ("empty", "")


@pytest.mark.parametrize("text", ["source", "=cron", ""])
def test_metadata_without_a_key_or_a_value_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not key=value"):
        pair(text)


def test_standard_input_that_is_closed_or_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(click.BadParameter, match="standard input cannot be read: it is closed"):
        json_value("-")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Unreadable())))
    with pytest.raises(click.BadParameter, match="standard input cannot be read: Input/output error"):
        json_value("-")


class Unreadable(io.RawIOBase):
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        raise OSError(5, "Input/output error")
