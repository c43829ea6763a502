"""Running a service until it ends, and telling how it is reached and why it ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from ..gateway.config import ConfigError
from ..gateway.engine.devserver import DevServerError
from ..gateway.engine.loading import LoadError
from ..gateway.logs import set_up
from ..gateway.server import ListenError
from ..gateway.services import EngineUnreachable, ServiceError
from ..gateway.tracing import flush
from .failures import ExitCode, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from typing import Any

    from ..gateway.services import Ready

_CODES: dict[type[Exception], ExitCode] = {
    ConfigError: ExitCode.USAGE,
    LoadError: ExitCode.USAGE,
    EngineUnreachable: ExitCode.UNAVAILABLE,
}


def log(*, verbose: bool, readable: bool) -> None:
    """Have the log written to standard error, for people or else for programs."""
    set_up(logging.INFO if verbose or not readable else logging.WARNING, readable=readable)


class ReadyFile:
    """The file that tells programs how a service is reached, for as long as it is.

    Args:
        path: the file; None for none.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written: str | None = None

    def clear(self) -> None:
        """Remove what another process may have left behind."""
        if self._path is not None:
            with contextlib.suppress(OSError):  # one that cannot be written is an error when it is
                self._path.unlink()

    def write(self, ready: Ready) -> None:
        """Tell that a service is ready."""
        if self._path is not None:
            self._written = ready.write(self._path)

    def remove(self) -> None:
        """Remove it, unless it is another service's by now."""
        if self._path is not None and self._written is not None:
            with contextlib.suppress(OSError):
                if self._path.read_text(encoding="utf-8") == self._written:
                    self._path.unlink()


def run(start: Callable[[], Coroutine[Any, Any, None]], ready_file: ReadyFile | None = None) -> NoReturn:
    """Run a service until it ends, tell the user what went wrong, and end the process."""
    code = ExitCode.OK
    try:
        asyncio.run(start())
    except (ConfigError, DevServerError, ListenError, LoadError, ServiceError) as error:
        fail(_one_line(error))
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), ExitCode.ERROR)
    finally:
        if ready_file is not None:
            ready_file.remove()
    _end(code)


def tell_ready(ready: Ready, ready_file: ReadyFile) -> None:
    """Tell people, and programs, that all of it answers."""
    ready_file.write(ready)
    if ready.tenant is None:
        tell(f"Ductape is ready at {ready.url}.")
    else:
        product, env = ready.tenant.product, ready.tenant.env
        tell(
            f"Ductape is ready at {ready.url} with the access key {ready.access_key} "
            f"(product {product}, env {env})."
        )
        tell(f"  Dashboard: {ready.url}/?token={ready.access_key}")
        tell(f"  Workflows: {', '.join(ready.workflows)}")
    tell("  Ctrl-C stops it.")


def tell(line: str) -> None:
    """Write a line to standard output; a service goes on without one."""
    with contextlib.suppress(OSError):
        print(line, flush=True)


def _one_line(error: Exception) -> str:
    first, *where = (line.strip() for line in str(error).splitlines())
    return f"{first} ({': '.join(where)})" if where else first


def _end(code: ExitCode) -> NoReturn:
    """End the process at once: everything in it is closed.

    Python's own end would wait for the thread of a step that goes on for ever, and now and then it
    crashes with the threads of Temporal's client, which may be about to call Python.
    """
    flush()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.flush()
    os._exit(code)
