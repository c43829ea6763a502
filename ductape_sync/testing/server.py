"""`Server`: a real server with real workflows, in a process of its own."""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any, Self

from ..errors import MissingExtra
from .tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOP_SECONDS = 20.0


class ServerError(Exception):
    """The server does not run; the message says why, with the last lines of its log."""


class Server:
    """All that `ductape-sync dev` runs, in a process of its own, with a tenant for each test.

    A tenant has executions, ids and a worker of its own, so that tests do not see each other. The process
    ends with this one, however that ends.

    Args:
        workflows: The files with the workflows, relative to `folder`, or names of modules.
        folder: The folder to run in; None for the current one.

    Raises:
        ServerError: It does not start.
        MissingExtra: It needs the extra `gateway`.
    """

    def __init__(self, workflows: Sequence[str | os.PathLike[str]], folder: str | None = None) -> None:
        self.url = ""
        """Where it is, without a path."""
        if importlib.util.find_spec("temporalio") is None:
            raise MissingExtra(
                "a real server needs an extra: pip install 'ductape-sync[gateway]'", extra="gateway"
            )
        # A file rather than a pipe: nobody needs to read it while the server runs.
        self._log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed with the server
        self._lock = threading.Lock()  # held while a command is answered
        self._names = (f"test-{number}" for number in itertools.count(1))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ductape_sync.testing.child", *(os.fspath(each) for each in workflows)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=folder,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the tests; this ends with them
        )
        try:
            self.url = str(self._answer()["url"])
        except BaseException:
            self.close()
            raise

    def new_tenant(self) -> Tenant:
        """Make a tenant that nobody used before.

        Raises:
            ServerError: The server does not run any more.
        """
        with self._lock:
            made = self._command("add", next(self._names))
        return Tenant(
            base_url=self.url, access_key=made["accessKey"], product=made["product"], env=made["env"]
        )

    def remove(self, tenant: Tenant) -> None:
        """Let a tenant go: its worker ends, and its access key is not known any more.

        Raises:
            ServerError: The server does not run any more.
        """
        with self._lock:
            self._command("remove", tenant.product)

    @property
    def log(self) -> str:
        """What the server, the workflows and their steps have written so far."""
        return os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0).decode(errors="replace")

    def close(self) -> None:
        """End the server, and everything in it. May be called twice."""
        if self._log.closed:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # Temporal notices, and ends as well
            self._process.wait()
        self._log.close()

    def _command(self, command: str, name: str) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
        try:
            self._process.stdin.write(json.dumps({command: name}) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ServerError(self._death()) from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - likewise
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": self._death()}
        if "error" in answer:
            raise ServerError(answer["error"])
        return answer

    def _death(self) -> str:
        if self._log.closed:
            return "the server is closed"
        tail = "\n".join(self.log.splitlines()[-20:])
        return f"the server for the tests has ended; its last words:\n{tail}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Server at {self.url}>"
