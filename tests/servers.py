"""The project's own commands as processes: started until ready, stopped for certain."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
_READY_SECONDS = 60
_STOP_SECONDS = 20


def environment(**more: str) -> dict[str, str]:
    """This process's environment, without what would configure a client or a server."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DUCTAPE_", "TEMPORAL_"))
    }
    return kept | more


@dataclass
class Started:
    """A command that runs and has said that it is ready."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str
    ws_url: str
    access_key: str
    product: str
    env: str

    @property
    def variables(self) -> dict[str, str]:
        """What configures a client for it."""
        return {
            "DUCTAPE_ACCESS_KEY": self.access_key,
            "DUCTAPE_PRODUCT": self.product,
            "DUCTAPE_ENV": self.env,
            "DUCTAPE_BASE_URL": self.url,
        }

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a crash would (kill -9)."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as an operator would (SIGTERM); return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_STOP_SECONDS)


@contextlib.contextmanager
def started(*arguments: str | Path, folder: Path, **variables: str) -> Iterator[Started]:
    """Run `ductape-sync ARGUMENTS` until the end of the block.

    Args:
        arguments: the command and its arguments; a free port and the ready file are added.
        folder: where the ready file and the log go.
        variables: more of the environment; `access_key` etc. of commands whose ready file has none.
    """
    number = len(list(folder.glob("server-*.log")))
    ready, log = folder / f"ready-{number}.json", folder / f"server-{number}.log"
    command = [sys.executable, "-m", "ductape_sync", *map(str, arguments)]
    if "--port" not in arguments:
        command += ["--port", "0"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(**variables),
        )
        try:
            wait_until(ready.exists, process, log)
            known = {"accessKey": "", "product": "", "env": ""} | json.loads(ready.read_text())
            yield Started(
                process, log, known["url"], known["wsUrl"], known["accessKey"], known["product"], known["env"]
            )
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    raise


def wait_until(condition: object, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a condition holds for a process that runs; fail with its log otherwise."""
    assert callable(condition)
    end = time.monotonic() + _READY_SECONDS
    while not condition():
        assert process.poll() is None, f"it ended with {process.returncode}:\n{log.read_text()}"
        assert time.monotonic() < end, f"it is not ready:\n{log.read_text()}"
        time.sleep(0.02)
