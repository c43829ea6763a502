"""The server that tests run against, as a process: `python -m ductape_sync.testing.child FILE.py…`.

What `ductape-sync dev` runs, for any number of tenants, each with a namespace, an access key and a worker
of its own. The parent says which by lines of JSON on the standard input, and nobody else can; the end of
the input ends the process. Each line is answered with one on the standard output.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from ..gateway.app import Gateway
from ..gateway.config import Limits, Settings
from ..gateway.engine.client import Engine
from ..gateway.engine.devserver import DevServer, DevServerError
from ..gateway.engine.worker import LoadError, load_definitions
from ..gateway.problems import Problem
from ..gateway.server import Server, listen, url
from ..gateway.tenants import Keys, Tenant, hash_key, new_key
from ..gateway.tracing import flush
from ..gateway.workers import WorkerThread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..gateway.engine.worker import Definitions

# A namespace costs a third of what it does otherwise; schedules and batches would need the rest.
_SETTINGS = (
    "worker.perNamespaceWorkerCount=0",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
)
_ANSWER_SECONDS = 20.0


class _Keys(Keys):
    """Access keys that come and go."""

    def __init__(self) -> None:
        super().__init__({})

    def add(self, key: str, tenant: Tenant) -> None:
        self._tenants.append((bytes.fromhex(hash_key(key).removeprefix("sha256:")), tenant))

    def remove(self, tenant: Tenant) -> None:
        self._tenants = [known for known in self._tenants if known[1] != tenant]


class _System:
    """Everything that runs, for as long as it is entered."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._temporal = DevServer(settings=_SETTINGS)
        self._keys = _Keys()
        self._workers: dict[str, tuple[Tenant, WorkerThread]] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> str:
        """Start; the result is where the gateway is."""
        async with self._stack:
            stack = self._stack
            listener = stack.enter_context(contextlib.closing(listen("127.0.0.1", 0)))
            await stack.enter_async_context(self._temporal)
            self._engine = Engine(self._temporal.address)
            stack.push_async_callback(self._engine.close)
            limits = Limits(requests_per_second=0.0)
            gateway = Gateway(self._engine, Settings(keys=self._keys, limits=limits))
            await stack.enter_async_context(Server(gateway, limits, listener))
            stack.push_async_callback(self._leave_all)
            self._stack = stack.pop_all()
        return url(listener)

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def add(self, name: str) -> dict[str, Any]:
        """Let there be a tenant."""
        tenant = Tenant(product=name, env="test", namespace=name, task_queue="test")
        key = new_key()
        await self._temporal.add_namespace(name)
        worker = WorkerThread(self._temporal.address, self._definitions, tenant, self._engine)
        await worker.__aenter__()
        self._workers[name] = (tenant, worker)
        await self._answering(tenant, worker)
        self._keys.add(key, tenant)
        return {"accessKey": key, "product": tenant.product, "env": tenant.env}

    async def _answering(self, tenant: Tenant, worker: WorkerThread) -> None:
        """Wait until the tenant's workflows can be executed."""
        ended = asyncio.ensure_future(worker.wait())
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                while not ended.done():
                    with contextlib.suppress(Problem):
                        if await self._engine.definitions(tenant):
                            return
                    await asyncio.sleep(0.005)
            raise DevServerError(ended.result())
        except TimeoutError:
            raise DevServerError(f"The worker did not answer within {_ANSWER_SECONDS:g} s.") from None
        finally:
            ended.cancel()

    def remove(self, name: str) -> dict[str, Any]:
        """Let a tenant go; its worker ends meanwhile."""
        tenant, worker = self._workers.pop(name)
        self._keys.remove(tenant)
        task = asyncio.create_task(worker.__aexit__())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        return {}

    async def _leave_all(self) -> None:
        for name in list(self._workers):
            self.remove(name)
        await asyncio.gather(*self._leaving)


async def _serve(files: Sequence[str], commands: asyncio.StreamReader, answers: Any) -> None:
    def answer(content: dict[str, Any]) -> None:
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    try:
        system = _System(load_definitions(files))
        async with system as address:
            answer({"url": address})
            while line := await commands.readline():
                ((command, name),) = json.loads(line).items()
                answer(await system.add(name) if command == "add" else system.remove(name))
    except (DevServerError, LoadError) as error:
        answer({"error": str(error)})


async def _main(files: Sequence[str]) -> None:
    # The channels are taken out of the way of what workflows and steps read and print.
    commands = asyncio.StreamReader()
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        protocol = asyncio.StreamReaderProtocol(commands)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, requests)
        with contextlib.suppress(BrokenPipeError):  # the parent is gone: there is nobody to be answered
            await _serve(files, commands, answers)


def main() -> NoReturn:
    """Run until the standard input ends."""
    asyncio.run(_main(sys.argv[1:]))
    # At once, as every process with a worker in it: see the command line's servers.
    flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
