"""Text from executions, made fit for a terminal or one line of a page."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

# Control characters (C0, DEL, C1) could drive the terminal, and bidirectional controls and line separators
# make it show something else than what is there. Surrogates cannot be encoded.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    r"""Escape what a terminal would act on, `\x1b` for one, and line breaks."""
    return _UNPRINTABLE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def short(text: str, limit: int) -> str:
    """Return the text on one line, printable and at most `limit` characters long."""
    line = printable(text[: limit + 1])
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def json_text(value: Any, *, indent: int | None = None, limit: int | None = None) -> str:
    """Write a value as JSON for people: other scripts stay readable, what a terminal acts on is escaped.

    Args:
        value: Any JSON, or a part of an answer.
        indent: Spaces a level; None for one line.
        limit: The most characters; a longer text is cut and ends in "…". None for all of it.
    """
    encoder = json.JSONEncoder(ensure_ascii=False, indent=indent, default=_plain)
    text, cut = "", False
    for part in encoder.iterencode(value):  # in parts: a value of megabytes is not written out to show a line
        text += part
        cut = limit is not None and len(text) > limit
        if cut:
            text = f"{text[: (limit or 1) - 1]}…"
            break
    # The encoder has escaped the line breaks inside strings, so that those left are its own.
    return _UNPRINTABLE.sub(lambda m: "\n" if m.group() == "\n" else f"\\u{ord(m.group()):04x}", text)


def _plain(value: Any) -> Any:
    return value.to_dict() if hasattr(value, "to_dict") else str(value)


def duration(seconds: float) -> str:
    """Write a length of time in its two largest units."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"


def elapsed(start: datetime, end: datetime | None) -> str:
    """Write how long something took, or has taken so far when `end` is None."""
    return duration(max(0.0, ((end or datetime.now(UTC)) - start).total_seconds()))


def tries(attempts: int | None) -> str:
    """Write how often something was tried, to follow its name; nothing when once, or when not known."""
    return f" after {attempts} attempts" if attempts is not None and attempts > 1 else ""


def moment(when: datetime, timespec: str = "seconds") -> str:
    """Write a moment in the local time zone."""
    return when.astimezone().replace(tzinfo=None).isoformat(" ", timespec)
