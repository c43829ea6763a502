from __future__ import annotations

import fcntl
import os
import re
import select
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.servers import environment

if TYPE_CHECKING:
    from tests.servers import Started

COMMAND = str(Path(sys.executable).with_name("ductape-sync"))
SECONDS = 60


class Shell:
    """Runs the command as a process, with these variables."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def __call__(
        self, *arguments: str, input: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end, with nothing a terminal."""
        return subprocess.run(
            [COMMAND, *arguments],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            env=environment(**self.variables | variables),
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def sh(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a shell's script, in which `$COMMAND` is the command and `$@` are the arguments."""
        return subprocess.run(
            ["/bin/sh", "-c", script, "sh", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment(**self.variables, COMMAND=COMMAND),
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(**self.variables | variables),
            text=True,
        )

    def on_terminal(self, *arguments: str, columns: int = 100, **variables: str) -> Terminal:
        return Terminal(
            [COMMAND, *arguments],
            environment(**self.variables, TERM="xterm") | variables,
            columns=columns,
        )


class Terminal:
    """A command on a terminal of its own; a context manager."""

    def __init__(
        self, command: list[str], variables: dict[str, str], *, folder: Path | None = None, columns: int = 100
    ) -> None:
        self._ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (24, columns))
        self.text = ""
        """All that was read so far."""
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=variables,
            cwd=folder,
            start_new_session=True,
            # Shells want it to be the terminal that controls them.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )
        os.close(theirs)

    def read_until(self, wanted: str) -> None:
        """Read until something is there."""
        self.search(re.escape(wanted))

    def search(self, pattern: str) -> re.Match[str]:
        """Read until something is there that a pattern matches."""
        while not (found := re.search(pattern, self.text)):
            assert self._read(), f"{pattern!r} never came: {self.text!r}"
        return found

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def finish(self) -> int:
        """Read all that it writes; return its exit code."""
        while self._read():
            pass
        return self.process.wait(SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], SECONDS)
        assert ready, f"nothing more came: {self.text!r}"
        try:
            more = os.read(self._ours, 65536).decode()
        except OSError:  # EIO: nobody has the other end open any more
            return False
        self.text += more
        return bool(more)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def shell(dev_server: Started) -> Shell:
    """The command, set up for `dev_server`."""
    return Shell(dev_server.variables)


@pytest.fixture
def alone() -> Shell:
    """The command without a server."""
    return Shell({})
