"""Programs of a user, each in an interpreter of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import environment

if TYPE_CHECKING:
    from collections.abc import Callable

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


def start(code: str, url: str, *options: str) -> subprocess.Popen[str]:
    """Start a program; a client in it needs no arguments."""
    variables = environment(
        DUCTAPE_ACCESS_KEY=KEY, DUCTAPE_PRODUCT="shop", DUCTAPE_ENV="dev", DUCTAPE_BASE_URL=url
    )
    command = [sys.executable, *options, "-c", _PREAMBLE + textwrap.dedent(code)]
    return subprocess.Popen(
        command,
        env=variables,
        text=True,
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str], entered: str = "") -> str:
    """Enter something, and return what a program printed once it has ended without an error."""
    try:
        out, errors = process.communicate(entered, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        out, errors = kill(process)
        raise AssertionError(f"it did not end: {out}\n{errors}") from None
    assert process.returncode == 0, f"{process.returncode}: {out}\n{errors}"
    return out + errors


def kill(process: subprocess.Popen[str]) -> tuple[str, str]:
    """End a program and those that it forked; return what they printed."""
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


def _wait_until_it_sleeps(process: subprocess.Popen[str]) -> None:
    """Return once a program waits for something; a signal just before that is only seen to afterwards."""
    state = Path(f"/proc/{process.pid}/stat")
    deadline = time.monotonic() + _SECONDS
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < deadline
        time.sleep(0.005)
