"""A line of progress, made to fit its terminal: the bar gives way first, and the step's name last."""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import east_asian_width

BAR = 25  # columns, where there is room
_LEAST_BAR = 5
_LEAST_TITLE = 8
_PERCENT = len("100%|| ")


class Layout(NamedTuple):
    """What is shown of a line."""

    title: str
    """What is in progress; empty when there is no room for it."""
    bar: int
    """How many columns the bar has; 0 for no bar, and no share either."""
    label: str
    """What is at work."""


def fit(columns: int, title: str, counts: str, label: str, bar: int = BAR) -> Layout:
    """Lay out `title: 40%|bar| counts label`.

    Args:
        columns: How many there are.
        title: What is in progress.
        counts: What is shown in any case: how many of how many, and the time.
        label: What is at work.
        bar: The most columns for the bar; 0 for none.
    """
    left = columns - width(counts) - 1 - width(label)
    beside = left - width(title) - len(": ")
    if bar and beside - _PERCENT >= _LEAST_BAR:
        return Layout(title, min(bar, beside - _PERCENT), label)
    if beside >= 0:
        return Layout(title, 0, label)
    if left - len(": ") >= _LEAST_TITLE:
        return Layout(cut(title, left - len(": ")), 0, label)
    return Layout("", 0, cut(label, columns - width(counts) - 1))


def cut(text: str, columns: int) -> str:
    """Return as much of a text as some columns hold; `…` stands for the rest."""
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return f"{text}…" if columns > 0 else ""


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(2 if east_asian_width(character) in "FW" else 1 for character in text)
