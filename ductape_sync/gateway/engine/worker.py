"""A worker: runs the workflows and activities of some files until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from .connection import RETRY, runtime, tls_config
from .loading import Definitions, LoadError, load_definitions
from .plugin import DuctapePlugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio import workflow

    from ..config import TemporalTLS
    from .client import Engine

_SLOTS = 100
"""How many steps run at once."""
_CANCEL_SECONDS = 1.0
"""How long steps that are cancelled may take to end; one that does not notice is left to itself."""

_log = logging.getLogger(__name__)

__all__ = ["Definitions", "DuctapePlugin", "LoadError", "load_definitions", "run_worker"]


async def run_worker(
    address: str,
    definitions: Definitions,
    *,
    namespace: str,
    task_queue: str,
    stop: asyncio.Event,
    tls: TemporalTLS | None = None,
    api_key: str | None = None,
    identity: str | None = None,
    drain: float = 5.0,
    on_ready: Callable[[], None] | None = None,
    engine: Engine | None = None,
) -> None:
    """Run a worker until it is told to stop.

    Temporal has to be there when it starts; when it goes away later, the worker waits for it.

    Args:
        address: host and port of Temporal's frontend.
        definitions: what the worker runs.
        namespace: Temporal's namespace.
        task_queue: the task queue to work for.
        stop: set it to stop the worker.
        tls: how to use TLS; None for plain text, or for Temporal's own defaults with an api_key.
        api_key: the key to present to Temporal; None for none.
        identity: what Temporal shall call the worker; None for its process and host.
        drain: how long steps that run may go on after the stop, in seconds; then they are cancelled, and
            tried again by another worker.
        on_ready: called when the worker has begun to poll.
        engine: an engine in the same process; what it starts, this worker begins at once.

    Raises:
        RuntimeError: Temporal does not answer, or not any more in a way that there is a point in waiting.
    """
    client = await Client.connect(
        address,
        namespace=namespace,
        tls=tls_config(tls),
        api_key=api_key,
        retry_config=RETRY,
        runtime=runtime(),
        identity=identity or f"ductape-sync worker {os.getpid()}@{socket.gethostname()}",
    )
    executor = ThreadPoolExecutor(_SLOTS, thread_name_prefix="step")
    worker = Worker(
        client,
        task_queue=task_queue,
        workflows=definitions.workflows,
        activities=definitions.activities,
        activity_executor=executor,
        max_concurrent_activities=_SLOTS,
        workflow_runner=_Runner(_restrictions(definitions)),
        # Temporal would hash all code that is loaded, which takes longer than everything else here.
        build_id="ductape-sync",
        graceful_shutdown_timeout=timedelta(seconds=drain),
        plugins=[DuctapePlugin()],
    )
    try:
        with engine.beside_worker(namespace, task_queue, client) if engine else nullcontext():
            await _run(worker, stop, on_ready, drain + _CANCEL_SECONDS)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


async def _run(
    worker: Worker, stop: asyncio.Event, on_ready: Callable[[], None] | None, patience: float
) -> None:
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    tasks = [running, stopping]
    try:
        if on_ready is not None:
            on_ready()
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            tasks.append(asyncio.create_task(worker.shutdown()))
            await asyncio.wait({running}, timeout=patience)
        if running.done():
            await running
        else:
            _log.warning("a step does not end, and is left: the next worker tries it again")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Runner(SandboxedWorkflowRunner):
    """Sees once whether a workflow can be loaded in the sandbox, however many workers there are for it."""

    _seen: ClassVar[set[type]] = set()

    def prepare_workflow(self, defn: workflow._Definition) -> None:
        """See that the workflow's file can be imported anew."""
        if defn.cls not in self._seen:
            super().prepare_workflow(defn)
            self._seen.add(defn.cls)


def _restrictions(definitions: Definitions) -> SandboxRestrictions:
    """Temporal's sandbox, but with everything passed through that is not the user's own workflow code.

    The sandbox catches what a workflow must not do (clocks, randomness, files, network), which is worth
    having. It does so by importing the workflow's file anew for each execution; to import what that file
    imports anew as well would cost far more, and breaks some libraries.
    """
    own = {kind.__module__ for kind in definitions.workflows}
    loaded = {name.partition(".")[0] for name in sys.modules}
    return SandboxRestrictions.default.with_passthrough_modules(*(loaded - own))
