"""The commands that serve, as processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from ductape_sync.gateway.engine.devserver import DevServer
from tests.servers import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MARK = "TEST_COMMAND"


class Command:
    """A command that runs; what it writes is in files."""

    def __init__(self, folder: Path, name: str, *arguments: str | Path, **options: Any) -> None:
        self.ready_file = folder / f"{name}.json"
        self.out_file, self.err_file = folder / f"{name}.out", folder / f"{name}.err"
        with self.out_file.open("w") as out, self.err_file.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ductape_sync", *map(str, arguments)],
                stdout=out,
                stderr=err,
                env=environment(**options.pop("env", {})),
                start_new_session=True,  # as a terminal does for each command
                **options,
            )
        self.session = requests.Session()
        self.session.trust_env = False

    @property
    def out(self) -> str:
        return self.out_file.read_text()

    @property
    def err(self) -> str:
        return self.err_file.read_text()

    def wait_until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert self.process.poll() is None, f"it ended: {self.out}{self.err}"
            assert time.monotonic() < deadline, f"it did not happen within a minute: {self.out}{self.err}"
            time.sleep(0.02)

    @property
    def ready(self) -> dict[str, str]:
        """What the ready file says, once it is there."""
        self.wait_until(self.ready_file.exists)
        found: dict[str, str] = json.loads(self.ready_file.read_text())
        return found

    def request(self, method: str, path: str, key: str | None = None, **more: Any) -> requests.Response:
        ready = self.ready
        headers = {"Authorization": f"Bearer {key or ready['accessKey']}", **more.pop("headers", {})}
        return self.session.request(method, ready["url"] + path, headers=headers, timeout=60, **more)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, timeout: float = 30) -> int:
        """Its exit code."""
        return self.process.wait(timeout)

    def children(self) -> list[int]:
        """The processes that it started, and they started, as far as they live."""
        mark = f"{_MARK}={self.out_file}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in path.read_bytes():
                    found.append(int(path.parent.name))
        return found


@contextlib.contextmanager
def command(folder: Path, name: str, *arguments: str | Path, **options: Any) -> Iterator[Command]:
    """Run a command, and see that nothing of it is left."""
    mark = {_MARK: str(folder / f"{name}.out")}
    running = Command(folder, name, *arguments, env=mark | options.pop("env", {}), **options)
    try:
        with running.session:
            yield running
    finally:
        if running.process.poll() is None:
            running.signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(20)
            running.process.kill()
            running.process.wait(10)
        deadline = time.monotonic() + 10
        while left := running.children():
            assert time.monotonic() < deadline, f"processes were left behind: {left}"
            time.sleep(0.02)


def dev(folder: Path, *arguments: str | Path, **options: Any) -> contextlib.AbstractContextManager[Command]:
    return command(
        folder, "dev", "dev", *arguments, "--port", "0", "--ready-file", folder / "dev.json", **options
    )


@contextlib.contextmanager
def temporal(port: int = 0, db: Path | None = None) -> Iterator[str]:
    """A Temporal dev server; its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    async def make() -> DevServer:
        return DevServer(db, port=port)

    try:
        server = run(make())
        run(server.start())
        try:
            yield server.address
        finally:
            run(server.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
