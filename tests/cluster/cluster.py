"""Temporal, workers and a gateway, each a process of its own that can be killed and started again."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ductape_sync import Ductape
from ductape_sync.gateway.tenants import hash_key
from tests.gateway.commands import Command, command, temporal

if TYPE_CHECKING:
    from collections.abc import Callable

WORKFLOWS = Path(__file__).with_name("orders.py")
SECONDS = 60.0
"""How long anything may take, before a test fails."""
KEYS = {"shop": "dsk_key-of-the-shop", "bank": "dsk_key-of-the-bank"}
"""The access key of each product; both live in one namespace, where they are hardest to tell apart."""
_LIMITS = "[limits]\nrequests_per_second = 0\n"
_TENANT = '[[tenants]]\nproduct = "{}"\nenv = "prod"\nkeys = ["{}"]\n'


class Cluster:
    """What runs in production, with a Temporal that keeps everything in a file.

    Args:
        folder: where that file, the configuration and the logs are.
    """

    def __init__(self, folder: Path) -> None:
        self.db = folder / "temporal.db"
        self.address = ""
        self.url = ""
        self._folder = folder
        self._config = folder / "gateway.toml"
        tenants = (_TENANT.format(name, hash_key(key)) for name, key in KEYS.items())
        self._config.write_text(_LIMITS + "".join(tenants))
        self._stacks: dict[str, contextlib.ExitStack] = {}
        self._commands: dict[str, Command] = {}
        self._started = 0

    def start(self, *parts: str) -> None:
        """Start some parts (``engine``, ``worker``, ``bank-worker``, ``gateway``) where they were before."""
        for part in parts:
            stack = self._stacks[part] = contextlib.ExitStack()
            if part == "engine":
                port = int(self.address.rpartition(":")[2] or 0)
                self.address = stack.enter_context(temporal(port, self.db))
            elif part == "gateway":
                self._commands[part] = stack.enter_context(self.serve(port=self.url.rpartition(":")[2]))
            else:
                product = "bank" if part.startswith("bank") else "shop"
                arguments = (WORKFLOWS, "--temporal", self.address, "--product", product, "--env", "prod")
                self._commands[part] = stack.enter_context(self._command("worker", *arguments))
        for part in parts:
            if part == "gateway":
                self.url = self._commands[part].ready["url"]
            elif part != "engine":
                running = self._commands[part]
                running.wait_until(lambda running=running: "takes work" in running.out)

    def serve(
        self, *, address: str | None = None, port: str = "", **options: Any
    ) -> contextlib.AbstractContextManager[Command]:
        """A gateway: in front of this Temporal unless an address says otherwise, on a free port."""
        arguments = ("--temporal", address or self.address, "--config", self._config, "--port", port or "0")
        return self._command("serve", *arguments, ready=True, **options)

    def _command(
        self, what: str, *arguments: str | Path, ready: bool = False, **options: Any
    ) -> contextlib.AbstractContextManager[Command]:
        self._started += 1
        name = f"{what}-{self._started}"
        if ready:
            arguments = (*arguments, "--ready-file", self._folder / f"{name}.json")
        return command(self._folder, name, what, *arguments, **options)

    def kill(self, part: str) -> None:
        """End a part as a crash does (kill -9)."""
        if part in self._commands:
            running = self._commands.pop(part)
            running.signal(signal.SIGKILL)
            running.end()
        self._stacks.pop(part).close()  # Temporal is killed by that

    def log(self, part: str) -> str:
        """What a part has written on standard error."""
        return self._commands[part].err

    def client(self, product: str = "shop", url: str | None = None, **options: Any) -> Ductape:
        """A client of a product, which by default tries again until what was killed is back."""
        options = {"timeout": SECONDS, "retry_attempts": 1000} | options
        return Ductape(KEYS[product], product, "prod", base_url=url or self.url, **options)

    def stop(self) -> None:
        """Stop everything."""
        with contextlib.ExitStack() as stack:
            for part in self._stacks.values():  # so that Temporal, the first one, is the last to go
                stack.push(part)


def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until a condition holds; what it says then."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
    return found


def memory(pid: int) -> int:
    """How many bytes a process holds in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
