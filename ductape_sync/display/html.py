"""HTML in which all that is not markup of ours is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Html(str):
    """Text that is HTML already; every other text is escaped where it enters a tag."""

    __slots__ = ()


def tag(name: str, *children: str, style: str = "", title: str = "") -> Html:
    """Return an element with these children, escaped unless they are `Html`."""
    attributes = "".join(
        f' {key}="{escape(value)}"' for key, value in (("style", style), ("title", title)) if value
    )
    inner = "".join(child if isinstance(child, Html) else escape(child) for child in children)
    return Html(f"<{name}{attributes}>{inner}</{name}>")


# Colours are the page's own, so that light and dark themes both work. Notebooks align cells to the right and
# keep them on one line; that suits numbers.
_CELL = (
    "text-align:left;vertical-align:top;padding:2px 14px 2px 0;white-space:normal;max-width:60em;"
    "overflow-wrap:break-word"
)
_HEAD = f"{_CELL};font-weight:600;opacity:.7;border-bottom:1px solid currentColor"
_TABLE = "border-collapse:collapse;border:none;margin:0;color:inherit;font-size:inherit"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Html:
    """Return a table; without heads when there are none."""
    head = [tag("thead", _row("th", heads, _HEAD))] if heads else []
    body = tag("tbody", *(_row("td", row, _CELL) for row in rows))
    return tag("table", *head, body, style=_TABLE)


def _row(kind: str, cells: Sequence[str], style: str) -> Html:
    return tag("tr", *(tag(kind, cell, style=style) for cell in cells), style="background:none")
