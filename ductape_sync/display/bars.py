"""Where progress is shown: a bar in a notebook or a terminal, plain lines anywhere else."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from .extras import load
from .fitting import BAR, fit
from .text import short

if TYPE_CHECKING:
    from typing import TextIO

TICK = 1.0  # seconds between two looks at the time
_RED_TEXT = "#e5534b"  # readable on white and on black
_WIDTH = 60  # the most characters of a title or of a label
_LOGGERS = ("ductape_sync.display", "ductape_sync.http", "ductape_sync.realtime", "ductape_sync.waiting")


class Bar(Protocol):
    """What shows progress. Its methods may be called from any thread."""

    def show(self, done: int, total: int | None, label: str, state: str, *, failed: int = 0) -> None:
        """Show how far it is.

        Args:
            done: How many are done.
            total: How many there are to do; None when that is not known.
            label: What is at work.
            failed: How many have failed; the bar covers them too, so that there is something to be red.
            state: `running`, `completed`, `failed`, `cancelled`, or `left` when it is no longer watched.
        """

    def say(self, text: str) -> None:
        """Report that something happened."""

    def close(self) -> None:
        """Leave the last state standing."""


def open_bar(title: str, file: TextIO | None = None) -> Bar:
    """Return what suits the place.

    Args:
        title: What is in progress.
        file: Where to write; None for the notebook or else standard error.

    Raises:
        MissingExtra: tqdm is not installed.
    """
    bar_class = load("tqdm.auto", "progress").tqdm
    if file is None and any(base.__module__ == "tqdm.notebook" for base in bar_class.__mro__):
        return _Widget(bar_class, title)
    stream = file or sys.stderr
    if stream is not None and _is_terminal(stream):
        terminal_bar = _PlainBar if os.environ.get("NO_COLOR") else _TerminalBar  # no-color.org
        return terminal_bar(bar_class, title, stream)
    return _Lines(title, stream)


def _is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal with room for a bar: those of containers often have no columns."""
    return stream.isatty() and _columns(stream) != 0


def _columns(stream: TextIO) -> int | None:
    """How many columns a terminal has; None when it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return None


class _TqdmBar:
    """A bar of tqdm's, without its estimates: one step does not tell how long the next takes."""

    colours: ClassVar[dict[str, str]]

    def __init__(self, bar_class: Any, title: str, stream: TextIO | None = None) -> None:
        self._title = short(title, _WIDTH)
        first = f"{_escaped(self._title)}: 0 done [{{elapsed}}] "
        # tqdm's monitor is a thread for every bar there is; it would not end with this one.
        quiet = type("Bar", (bar_class,), {"monitor_interval": 0})
        self._lock = threading.Lock()  # guards _bar and _shown: it is drawn from several threads
        self._shown: tuple[int, int | None, str, str] = (0, None, "", "running")
        self._bar = quiet(file=stream, bar_format=first, dynamic_ncols=stream is not None)
        self._closed = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="ductape-sync progress", daemon=True)
        self._ticker.start()

    def show(self, done: int, total: int | None, label: str, state: str, *, failed: int = 0) -> None:
        with self._lock:
            bar = self._bar
            if bar.disable:  # by TQDM_DISABLE, or because nobody reads the stream any more
                return
            if total and total != bar.total:
                began = bar.start_t
                bar.reset(total)
                bar.start_t = began
            bar.n = min(done + failed, total) if total else done
            bar.colour = self.colours.get(state)
            self._shown = (done, total, short(label, _WIDTH), state)
            self._draw()

    def _draw(self) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Say nothing: the bar shows it."""

    def _tick(self) -> None:
        while not self._closed.wait(TICK):
            with self._lock:
                if not self._bar.disable:
                    self._draw()

    def close(self) -> None:
        self._closed.set()
        self._ticker.join()
        with self._lock:
            self._bar.close()


class _PlainBar(_TqdmBar):
    colours: ClassVar = {}

    def __init__(self, bar_class: Any, title: str, stream: TextIO) -> None:
        self._stream = stream
        self._columns: int | None = None
        self._width = BAR
        super().__init__(bar_class, title, stream)
        self._aside = _Aside(self._bar)

    def _draw(self) -> None:
        done, total, label, state = self._shown
        columns = _columns(self._stream)
        if columns != self._columns:
            self._columns, self._width = columns, BAR
        # The elapsed time is written by tqdm, and its own numbers would say that the failed are done.
        counts = f"{done}/{total}" if total else f"{done} done"
        time_shown = self._bar.format_interval(self._bar.format_dict["elapsed"])
        title, bar, label = fit(
            (columns or 1000) - 1, self._title, f"{counts} [{time_shown}]", label, self._width if total else 0
        )
        if total:
            self._width = bar  # it does not grow again, or it would jump at each step
        front = f"{_escaped(title)}: " if title else ""
        share = f"{done / total:4.0%}|{{bar:{bar}}}| " if total and bar else ""
        self._bar.bar_format = f"{front}{share}{counts} [{{elapsed}}] {{desc}}"
        self._bar.set_description_str(self._coloured(label, state), refresh=False)
        self._bar.refresh()

    def _coloured(self, label: str, state: str) -> str:  # noqa: ARG002 - others colour it
        return label

    def close(self) -> None:
        self._aside.close()
        super().close()


class _TerminalBar(_PlainBar):
    colours: ClassVar = {"completed": "green", "failed": "red", "cancelled": "yellow"}

    def _coloured(self, label: str, state: str) -> str:
        # A bar that failed at its first step has no length to be red.
        return f"\x1b[31m{label}\x1b[0m" if state == "failed" else label


class _Aside(logging.Filter):
    """Takes a bar off its line before a log record is written there; it is drawn again soon."""

    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar = bar
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - any record
        self._bar.clear()
        return True

    def close(self) -> None:
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)


class _Widget(_TqdmBar):
    colours: ClassVar = {
        "completed": "#2da44e",
        "failed": "#cf222e",
        "cancelled": "#bf8700",
        "left": "#848d97",
    }

    def _draw(self) -> None:
        done, total, label, state = self._shown
        counted = f"{done / total:4.0%}|{{bar}}| {done}/{total}" if total else f"{done} done"
        self._bar.bar_format = f"{_escaped(self._title)}: {counted} [{{elapsed}}] {{desc}}"
        text = self._bar.container.children[-1]
        text.style.text_color = _RED_TEXT if state == "failed" else None
        self._bar.set_description_str(label, refresh=False)
        self._bar.refresh()


def _escaped(text: str) -> str:
    """A text as tqdm's formats have it."""
    return text.replace("{", "{{").replace("}", "}}")


class _Lines:
    """Lines for a log: one for each step, each on its own."""

    def __init__(self, title: str, stream: TextIO | None) -> None:
        self._title = short(title, _WIDTH)
        self._stream = stream  # None in a process that has no standard error
        self._began = time.monotonic()

    def show(self, done: int, total: int | None, label: str, state: str, *, failed: int = 0) -> None:
        """Show nothing: lines are for what happens."""

    def say(self, text: str) -> None:
        if self._stream is not None:
            minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
            line = f"{self._title} [{minutes:02}:{seconds:02}] {short(text, 500)}"
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        pass
