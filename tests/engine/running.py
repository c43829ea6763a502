"""A Temporal server, engines and workers for tests, on a loop in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ductape_sync.gateway.engine.worker import load_definitions, run_worker
from ductape_sync.gateway.problems import Problem
from tests.engine.contract import valid

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator

    from ductape_sync.gateway.engine.client import Engine
    from ductape_sync.gateway.tenants import Tenant

T = TypeVar("T")

WORKFLOWS = Path(__file__).parent / "engine_workflows.py"
SECONDS = 60.0
"""How long anything may take, before a test fails."""


class Loop:
    """An event loop that runs in a thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="engine-tests")
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T], seconds: float = SECONDS) -> T:
        """Run a coroutine there, and wait for its result."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(coroutine, seconds), self.loop).result()

    def close(self) -> None:
        self.run(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@contextlib.asynccontextmanager
async def working(
    address: str, tenant: Tenant, *paths: Path, engine: Engine | None = None
) -> AsyncIterator[None]:
    """A worker for a tenant, for as long as the block runs; beside an engine, if there is one."""
    stop, ready = asyncio.Event(), asyncio.Event()
    worker = asyncio.create_task(
        run_worker(
            address,
            load_definitions(paths or [WORKFLOWS]),
            namespace=tenant.namespace,
            task_queue=tenant.task_queue,
            stop=stop,
            drain=0.1,
            on_ready=ready.set,
            engine=engine,
        )
    )
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({worker, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        yield
    finally:
        stop.set()
        await worker


class Client:
    """An engine and a tenant, for blocking tests; every answer is held against the contract."""

    def __init__(self, loop: Loop, engine: Engine, tenant: Tenant) -> None:
        self.loop = loop
        self.engine = engine
        self.tenant = tenant

    def start(self, workflow: str, input: Any = ..., *, key: str | None = None, **body: Any) -> str:
        """Start an execution; its id."""
        return str(self.started(workflow, input, key=key, **body)[0]["executionId"])

    def started(
        self, workflow: str, input: Any = ..., *, key: str | None = None, **body: Any
    ) -> tuple[dict[str, Any], bool]:
        """Start an execution; its summary, and whether the answer is an earlier one."""
        body = valid("ExecuteRequest", {"workflow": workflow, **body})
        if input is not ...:
            body["input"] = input
        found, replayed = self.loop.run(self.engine.start(self.tenant, body, idempotency_key=key))
        return valid("ExecutionSummary", found), replayed

    def status(self, execution: str) -> dict[str, Any]:
        found: dict[str, Any] = valid(
            "ExecutionStatus", self.loop.run(self.engine.status(self.tenant, execution))
        )
        return found

    def end(self, execution: str) -> dict[str, Any]:
        """The status of an execution once it has ended."""
        self.events(execution)
        return self.status(execution)

    def run(self, workflow: str, input: Any = ..., **body: Any) -> dict[str, Any]:
        """Run a workflow to its end; the status then."""
        return self.end(self.start(workflow, input, **body))

    def events(
        self,
        execution: str,
        *,
        after: str | None = None,
        until: Callable[[dict[str, Any]], bool] | None = None,
    ) -> list[dict[str, Any]]:
        """Follow an execution, to its end or until an event."""

        async def follow() -> list[dict[str, Any]]:
            found = []
            async with contextlib.aclosing(self.engine.follow(self.tenant, execution, after=after)) as events:
                async for event in events:
                    found.append(event)
                    if until is not None and until(event):
                        break
            return found

        return [valid("WorkflowEvent", event) for event in self.loop.run(follow())]

    def history(self, execution: str, *, after: str | None = None, limit: int = 1000) -> dict[str, Any]:
        found: dict[str, Any] = valid(
            "History",
            self.loop.run(self.engine.history(self.tenant, execution, after=after, limit=limit)),
        )
        return found

    def signal(self, execution: str, name: str, data: Any = ..., *, key: str | None = None) -> None:
        body = {"signal": name} if data is ... else {"signal": name, "data": data}
        self.loop.run(self.engine.signal(self.tenant, execution, body, idempotency_key=key))

    def cancel(self, execution: str, reason: str | None = None) -> None:
        body = {} if reason is None else {"reason": reason}
        self.loop.run(self.engine.cancel(self.tenant, execution, body))

    def list(self, **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = valid(
            "ExecutionList", self.loop.run(self.engine.list(self.tenant, **options))
        )
        return found

    def walk(self, limit: int, **options: Any) -> Iterator[dict[str, Any]]:
        """Every execution that matches, by cursor."""
        cursor = None
        while True:
            page = self.list(limit=limit, cursor=cursor, **options)
            yield from page["executions"]
            cursor = page["nextCursor"]
            if cursor is None:
                return

    def until_status(self, execution: str, test: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The status of an execution once it passes a test."""
        return eventually(lambda: found if test(found := self.status(execution)) else None)


def eventually(look: Callable[[], T | None]) -> T:
    """What is to be seen, once it is."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def put(path: Path, text: str) -> None:
    """Write a file that appears whole, for a step that waits for it."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


def refused(action: Callable[[], Any]) -> Problem:
    """The problem that an action runs into."""
    try:
        found = action()
    except Problem as problem:
        valid("Problem", problem.to_dict(None))
        return problem
    raise AssertionError(f"it was not refused, but answered with {found}")


async def gather(*awaitables: Awaitable[T], at_once: int = 30) -> list[T]:
    """The results of many, so many of them under way at once."""
    semaphore = asyncio.Semaphore(at_once)

    async def one(awaitable: Awaitable[T]) -> T:
        async with semaphore:
            return await awaitable

    return await asyncio.gather(*map(one, awaitables))
