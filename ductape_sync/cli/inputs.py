"""What can be written on the command line: JSON, durations, metadata. Each is a `type=` for click."""

from __future__ import annotations

import re
import sys
from typing import Any

from click import BadParameter

_DURATION = r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)?"
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: str) -> float:
    """Read a length of time, such as `30` or `30s`, `500ms`, `5m`, `2h`, `1d`, as seconds."""
    match = re.fullmatch(_DURATION, text)
    if match is None:
        raise BadParameter(f"{text!r} is not a duration; write it as 30 (seconds), 500ms, 5m, 2h or 1d")
    return float(match[1]) * _SECONDS[match[2] or "s"]


def json_value(text: str) -> Any:
    """Read JSON given as it is, as `@file`, or as `-` for standard input."""
    import json

    source, where = _source(text)
    try:
        return json.loads(source, parse_constant=_refuse)
    except RecursionError:
        raise BadParameter(f"the JSON{where} is nested too deeply") from None
    except ValueError as error:
        hint = "" if where else "; text is written '\"like this\"', and a file is named as @file"
        raise BadParameter(f"this is not JSON{where}: {error}{hint}") from None


def _source(text: str) -> tuple[str | bytes, str]:
    if text == "-":
        return _standard_input(), " in standard input"
    if not text.startswith("@"):
        return text, ""
    try:
        with open(text[1:], "rb") as file:  # noqa: PTH123 - pathlib would be imported for this alone
            return file.read(), f" in {text[1:]}"
    except OSError as error:
        raise BadParameter(f"{text[1:]!r} cannot be read: {error.strerror}") from None


def _standard_input() -> bytes:
    if sys.stdin is None:  # it was closed before the command began
        raise BadParameter("standard input cannot be read: it is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise BadParameter(f"standard input cannot be read: {error.strerror}") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number in JSON")


def pair(text: str) -> tuple[str, str]:
    """Read `key=value`; both are text."""
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise BadParameter(f"{text!r} is not key=value")
    return key, value
