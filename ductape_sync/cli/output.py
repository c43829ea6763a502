"""Writing to standard output: JSON for machines, text and tables for people."""

from __future__ import annotations

import errno
import functools
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from ..display.text import json_text, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from rich.console import Console, RenderableType
    from rich.text import Text

_UNBOUNDED = 1_000_000  # columns: what is no terminal has no edge to wrap at


def write_json(document: Any) -> None:
    """Write one document in one line, at once: a stream of them is JSON lines."""
    # ASCII alone: it arrives in any locale, and a terminal acts on none of it.
    write_text(json.dumps(document))


def write_text(text: str) -> None:
    """Write a line as it is, at once.

    Raises:
        OSError: It cannot be written.
    """
    print(text, file=_stream(), flush=True)


def _stream() -> TextIO:
    if sys.stdout is None:  # it was closed before the command began
        raise OSError(errno.EBADF, "standard output is closed")
    return sys.stdout


@functools.cache
def console() -> Console:
    """Return what lays text out for people, in colour where there is a terminal that wants it."""
    from rich.console import Console

    return Console(
        width=None if _stream().isatty() else _UNBOUNDED,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        markup=False,
        emoji=False,
        highlight=False,
    )


def styled(text: str, style: str = "") -> Text:
    """Make text from outside fit for a cell or a line."""
    from rich.text import Text

    return Text(printable(text), style)


def write_line(line: Text) -> None:
    """Write a line, whole."""
    _write(line, soft_wrap=True)


def write_value(value: Any) -> None:
    """Write any JSON so that people can read it, and programs too."""
    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    text = Text(json_text(value, indent=2))
    if console().color_system:
        JSONHighlighter().highlight(text)
    _write(text, soft_wrap=True)


def write_fields(fields: Iterable[tuple[str, Text]]) -> None:
    """Write names and values, one a line."""
    from rich.text import Text

    for name, value in fields:
        _write(Text.assemble(styled(f"{name:<10}", "dim"), value), soft_wrap=True)


def write_table(headings: Sequence[str], rows: Iterable[Sequence[Text]]) -> None:
    """Write rows in aligned columns. The first stays whole; others fold where a terminal is too narrow."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading == headings[0])
    for row in rows:
        table.add_row(*row)
    _write(table)


def _write(what: RenderableType, **layout: Any) -> None:
    with console().capture() as captured:
        console().print(what, **layout)
    text = "".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1])
    stream = _stream()
    # A terminal that cannot show a character gets its number.
    shown = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
    print(shown, end="", file=stream, flush=True)
