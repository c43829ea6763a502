"""Where progress is shown: a bar in a notebook or a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from .extras import load
from .text import short

if TYPE_CHECKING:
    from typing import TextIO

TICK = 1.0  # seconds between two looks at the time
_RED_TEXT = "#e5534b"  # readable on white and on black
_WIDTH = 60  # the most characters of a title or of a label


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
    try:
        return stream.isatty() and os.get_terminal_size(stream.fileno()).columns > 0
    except OSError:
        return stream.isatty()


class _TqdmBar:
    """A bar of tqdm's, without its estimates: one step does not tell how long the next takes."""

    colours: ClassVar[dict[str, str]]
    bar: ClassVar[str]

    def __init__(self, bar_class: Any, title: str, stream: TextIO | None = None) -> None:
        self._title = short(title, _WIDTH).replace("{", "{{").replace("}", "}}")
        # tqdm's monitor is a thread for every bar there is; it would not end with this one.
        quiet = type("Bar", (bar_class,), {"monitor_interval": 0})
        self._lock = threading.Lock()  # guards _bar, which is drawn from several threads
        self._bar = quiet(file=stream, bar_format=self._format(0, None), dynamic_ncols=stream is not None)
        self._closed = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="ductape-sync progress", daemon=True)
        self._ticker.start()

    def show(self, done: int, total: int | None, label: str, state: str, *, failed: int = 0) -> None:
        with self._lock:
            bar = self._bar
            if bar.disable:  # by TQDM_DISABLE, or because nobody reads the stream any more
                return
            bar.bar_format = self._format(done, total)
            if total and total != bar.total:
                began = bar.start_t
                bar.reset(total)
                bar.start_t = began
            bar.n = min(done + failed, total) if total else done
            bar.colour = self.colours.get(state)
            bar.set_description_str(self._label(short(label, _WIDTH), state), refresh=False)
            bar.refresh()

    def _format(self, done: int, total: int | None) -> str:
        """What tqdm is to write; its own numbers would say that the failed are done."""
        counted = f"{done / total:4.0%}|{self.bar}| {done}/{total}" if total else f"{done} done"
        return f"{self._title}: {counted} [{{elapsed}}] {{desc}}"

    def _label(self, label: str, state: str) -> str:
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Say nothing: the bar shows it."""

    def _tick(self) -> None:
        while not self._closed.wait(TICK):
            with self._lock:
                self._bar.refresh()

    def close(self) -> None:
        self._closed.set()
        self._ticker.join()
        with self._lock:
            self._bar.close()


class _PlainBar(_TqdmBar):
    colours: ClassVar = {}
    bar: ClassVar = "{bar:25}"

    def _label(self, label: str, state: str) -> str:  # noqa: ARG002 - others colour it
        return label


class _TerminalBar(_PlainBar):
    colours: ClassVar = {"completed": "green", "failed": "red", "cancelled": "yellow"}

    def _label(self, label: str, state: str) -> str:
        # A bar that failed at its first step has no length to be red.
        return f"\x1b[31m{label}\x1b[0m" if state == "failed" else label


class _Widget(_TqdmBar):
    colours: ClassVar = {
        "completed": "#2da44e",
        "failed": "#cf222e",
        "cancelled": "#bf8700",
        "left": "#848d97",
    }
    bar: ClassVar = "{bar}"

    def _label(self, label: str, state: str) -> str:
        text = self._bar.container.children[-1]
        text.style.text_color = _RED_TEXT if state == "failed" else None
        return label


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
