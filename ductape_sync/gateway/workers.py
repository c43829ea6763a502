"""A worker on a thread and a loop of its own: what a step blocks, blocks nobody but the worker."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self

from .engine.worker import run_worker

if TYPE_CHECKING:
    from .engine.client import Engine
    from .engine.worker import Definitions
    from .tenants import Tenant

_DRAIN_SECONDS = 5.0
_STOP_SECONDS = _DRAIN_SECONDS + 3.0


class WorkerThread:
    """Runs a worker for as long as it is entered.

    Args:
        address: host and port of Temporal's frontend.
        definitions: what the worker runs.
        tenant: whom it works for.
        engine: what this engine starts, the worker begins at once.
    """

    def __init__(self, address: str, definitions: Definitions, tenant: Tenant, engine: Engine) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        # A daemon: a step that never ends shall not keep the process.
        self._thread = threading.Thread(
            target=self._run, args=(address, definitions, tenant, engine), name="worker", daemon=True
        )

    async def __aenter__(self) -> Self:
        self._thread.start()
        await asyncio.wait((self._ready, self._ended), return_when=asyncio.FIRST_COMPLETED)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._stop is not None and not self._ended.done():
            loop, stop = self._stop
            loop.call_soon_threadsafe(stop.set)
        await asyncio.wait((self._ended,), timeout=_STOP_SECONDS)

    async def wait(self) -> str:
        """Wait until it has ended, however it did; the result says how."""
        return await asyncio.shield(self._ended)

    def _run(self, address: str, definitions: Definitions, tenant: Tenant, engine: Engine) -> None:
        try:
            asyncio.run(self._work(address, definitions, tenant, engine))
            how = "The worker was stopped."
        except Exception as error:  # noqa: BLE001 - whatever ended it, somebody waits to hear of it
            how = f"The worker ended: {error}"
        self._tell(self._ended, how)

    async def _work(self, address: str, definitions: Definitions, tenant: Tenant, engine: Engine) -> None:
        stop = asyncio.Event()
        self._stop = (asyncio.get_running_loop(), stop)
        await run_worker(
            address,
            definitions,
            namespace=tenant.namespace,
            task_queue=tenant.task_queue,
            stop=stop,
            drain=_DRAIN_SECONDS,
            on_ready=lambda: self._tell(self._ready, None),
            engine=engine,
        )

    def _tell(self, future: asyncio.Future[Any], value: Any) -> None:
        def set_result() -> None:
            if not future.done():
                future.set_result(value)

        self._loop.call_soon_threadsafe(set_result)
