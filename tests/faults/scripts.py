"""Programs of a user, each in an interpreter of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

KEY = "dsk_the-key-of-these-tests"
_SECONDS = 30  # that a program may take
_PREAMBLE = """
import os, sys, threading, time
from ductape_sync import *
"""

_INTERRUPTIBLE = """
import traceback
try:
PROGRAM
except KeyboardInterrupt as interruption:
    ended = time.monotonic()
    shown = traceback.TracebackException.from_exception(interruption, capture_locals=True)
    print("".join(shown.format()))
    print("ended", ended)
"""


def start(code: str, url: str, *options: str, before: str = "") -> subprocess.Popen[str]:
    """Start a program; a client in it needs no arguments. `before` runs before the SDK is imported."""
    return launch(*options, "-c", before + _PREAMBLE + textwrap.dedent(code), url=url)


def launch(
    *arguments: str, url: str, folder: Path | None = None, descriptors: Sequence[int] = (), **variables: str
) -> subprocess.Popen[str]:
    """Start Python; a client in it needs no arguments.

    Args:
        arguments: what Python is told.
        url: where the server is.
        folder: where it runs; None for the current one.
        descriptors: what is handed on beside standard input, output and error.
        variables: more of the environment.
    """
    variables |= {
        "DUCTAPE_ACCESS_KEY": KEY,
        "DUCTAPE_PRODUCT": "shop",
        "DUCTAPE_ENV": "dev",
        "DUCTAPE_BASE_URL": url,
    }
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(**variables),
        pass_fds=descriptors,
        text=True,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str], entered: str = "") -> str:
    """Enter something, and return what a program printed once it has ended without an error.

    Processes that it forked have ended by then, too: they would hold its output open.
    """
    try:
        out, errors = process.communicate(entered, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        out, errors = kill(process)
        raise AssertionError(f"it did not end: {out}\n{errors}") from None
    assert process.returncode == 0, f"{process.returncode}: {out}\n{errors}"
    return out + errors


def kill(process: subprocess.Popen[str]) -> tuple[str, str]:
    """End a program and those that it forked; return what they printed."""
    with contextlib.suppress(ProcessLookupError):  # it has ended
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()


def run(code: str, url: str, *options: str) -> str:
    """Run a program to its end and return what it printed, errors last."""
    return finish(start(code, url, *options))


def interrupt(code: str, url: str, ready: Callable[[subprocess.Popen[str]], object]) -> tuple[float, str]:
    """Send Ctrl-C to a program once it is ready; return the seconds until it had it, and what it printed."""
    process = start(_INTERRUPTIBLE.replace("PROGRAM", textwrap.indent(code, "    ")), url)
    try:
        ready(process)
    except BaseException:
        kill(process)
        raise
    _wait_until_it_sleeps(process)
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    out = finish(process)
    return float(out.partition("\nended ")[2].split()[0]) - sent, out


def ends_at_once(
    code: str, url: str, ready: Callable[[Any], object], again: Callable[[], object] = lambda: None
) -> None:
    """See that Ctrl-C ends a program within 100 ms, and that no key is shown.

    Args:
        code: the program.
        url: where the server is.
        ready: returns once the program does what is to be interrupted.
        again: prepares the server for another try: the machine may be busy, so the best of five counts.
    """
    took = []
    for _ in range(5):
        seconds, shown = interrupt(code, url, ready)
        assert "KeyboardInterrupt" in shown
        assert KEY not in shown
        took.append(seconds)
        if seconds < 0.1:
            return
        again()
    raise AssertionError(f"it took {took} seconds")


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """See that something does not take longer: several times as long as it is meant to, for busy machines."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def _wait_until_it_sleeps(process: subprocess.Popen[str]) -> None:
    """Return once a program waits for something; a signal just before that is only seen to afterwards."""
    state = Path(f"/proc/{process.pid}/stat")
    deadline = time.monotonic() + _SECONDS
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < deadline
        time.sleep(0.005)
