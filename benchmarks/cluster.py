"""A Temporal dev server, a worker and a gateway, each a process of its own, as in production."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ductape_sync.gateway.engine.devserver import DevServer
from ductape_sync.gateway.tenants import hash_key

KEY = "benchmark-key"
TASK_QUEUE = "shop-dev"
WORKFLOWS = Path(__file__).parent / "workflows.py"
_CONFIG = f"""
[limits]
requests_per_second = 0
connections = 12000

[[tenants]]
product = "shop"
env = "dev"
task_queue = "{TASK_QUEUE}"
keys = ["{hash_key(KEY)}"]
"""


@dataclass(frozen=True)
class Cluster:
    """What runs."""

    temporal: str
    url: str
    gateway: int
    """The gateway's process id."""

    def cpu(self) -> float:
        """CPU seconds that the gateway has used."""
        fields = Path(f"/proc/{self.gateway}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def memory(self) -> int:
        """Bytes that the gateway holds in memory."""
        pages = Path(f"/proc/{self.gateway}/statm").read_text().split()[1]
        return int(pages) * 4096


@contextlib.contextmanager
def temporal() -> Iterator[str]:
    """Run a dev server as `ductape-sync dev` does; the value is its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = DevServer(namespaces=["default"])
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result()
        yield server.address
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Run all three until the end of the block."""
    with tempfile.TemporaryDirectory() as folder, temporal() as address:
        config, ready = Path(folder, "gateway.toml"), Path(folder, "ready.json")
        config.write_text(_CONFIG)
        command: list[str | Path] = [sys.executable, "-m", "ductape_sync"]
        tenant = ["--product", "shop", "--env", "dev"]
        serve = ["serve", "--temporal", address, "--config", config, "--port", "0", "--ready-file", ready]
        worker = _quiet([*command, "worker", WORKFLOWS, "--temporal", address, *tenant])
        gateway = _quiet([*command, *serve])
        try:
            while not ready.exists():
                time.sleep(0.02)
            yield Cluster(address, json.loads(ready.read_text())["url"], gateway.pid)
        finally:
            for process in (gateway, worker):
                process.terminate()
            for process in (gateway, worker):
                process.wait()


def _quiet(command: list[str | Path]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
