"""An engine without Temporal: executions that a test moves along itself."""

from __future__ import annotations

import asyncio
import itertools
import threading
from typing import TYPE_CHECKING, Any

from ductape_sync.gateway.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ductape_sync.gateway.tenants import Tenant

NOW = "2026-11-22T10:00:00+00:00"


class Execution:
    """An execution and its events; what changes it wakes whoever follows it."""

    def __init__(self, tenant: Tenant, execution_id: str, body: dict[str, Any]) -> None:
        self.tenant = tenant
        self.body = body
        self.events: list[dict[str, Any]] = []
        self.changed = asyncio.Event()
        self.status: dict[str, Any] = {
            "executionId": execution_id,
            "workflow": body["workflow"],
            "status": "running",
            "startedAt": NOW,
            "completedAt": None,
            "metadata": body.get("options", {}).get("metadata", {}),
            "input": body.get("input"),
            "result": None,
            "error": None,
            "failure": None,
            "currentStep": None,
            "currentStepAttempt": None,
            "currentStepError": None,
            "attempt": 1,
        }
        self.add("started", workflow=body["workflow"], input=body.get("input"))

    def add(self, type_: str, **data: Any) -> dict[str, Any]:
        event = {
            "id": f"{len(self.events) + 1:08}",
            "executionId": self.status["executionId"],
            "timestamp": NOW,
            "type": type_,
            "data": data,
        }
        self.events.append(event)
        self.wake()
        return event

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def end(self, status: str, **data: Any) -> None:
        self.status |= {"status": status, "completedAt": NOW}
        if status == "completed":
            self.status["result"] = data["result"]
        self.add("status_changed", status=status)
        self.add(status, **data)


class ScriptedEngine:
    """Implements the engine's interface in memory.

    The methods that a test calls from its own thread run on the gateway's loop, and return when they have.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.follows: list[str] = []
        """The executions that are being followed at this moment."""
        self._ids = itertools.count(1)
        self.reset()

    def reset(self) -> None:
        """Forget every execution; ids are not used again."""
        self.executions: dict[str, Execution] = {}
        self.by_key: dict[tuple[Tenant, str], tuple[dict[str, Any], str]] = {}
        self.calls: list[tuple[Any, ...]] = []
        """What the gateway asked."""
        self.followed = 0
        """How often a follow was begun."""
        self.down = False
        self.fault: Exception | None = None
        self.held: set[str] = set()
        """The executions whose follows are behind: they tell nothing new."""

    # What a test does

    def move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve a gateway on this loop from now on."""
        self.loop = loop
        for execution in self.executions.values():
            execution.changed = asyncio.Event()

    def on_loop(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        async def call() -> Any:
            return function(*args, **kwargs)

        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(10)

    def create(self, tenant: Tenant, execution_id: str, workflow: str = "process-order") -> None:
        self.on_loop(self._create, tenant, execution_id, {"workflow": workflow})

    def add(self, execution_id: str, type_: str, **data: Any) -> dict[str, Any]:
        return self.on_loop(self.executions[execution_id].add, type_, **data)

    def add_many(self, execution_id: str, count: int, size: int = 0) -> None:
        def add() -> None:
            for _ in range(count):
                self.executions[execution_id].add("signal_received", signal="note", data="x" * size)

        self.on_loop(add)

    def end(self, execution_id: str, status: str = "completed", **data: Any) -> None:
        self.on_loop(self.executions[execution_id].end, status, **(data or {"result": None}))

    def release(self, execution_id: str) -> None:
        """Have an execution's follows catch up."""

        def wake() -> None:
            self.held.discard(execution_id)
            self.executions[execution_id].wake()

        self.on_loop(wake)

    def break_follows(self) -> None:
        """Have every follow fail as if the engine had gone away; it is back when they come again."""

        def wake() -> None:
            for execution in self.executions.values():
                execution.wake()

        self.down = True
        self.on_loop(wake)
        self.wait_until(lambda: not self.following())
        self.down = False

    def following(self) -> list[str]:
        """The executions of this test that are being followed."""
        return [name for name in self.follows if name in self.executions]

    def wait_until(self, condition: Any) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, 10), "it did not happen within 10 seconds"

    # The engine's interface

    async def start(
        self, tenant: Tenant, body: dict[str, Any], *, idempotency_key: str | None
    ) -> tuple[dict[str, Any], bool]:
        self._called("start", tenant, body, idempotency_key)
        if body["workflow"] == "no-such":
            raise Problem("workflow_not_found", "no such workflow", suggestions=["process-order"])
        key = (tenant, idempotency_key or "")
        if idempotency_key is not None and key in self.by_key:
            first, execution_id = self.by_key[key]
            if first != body:
                raise Problem("idempotency_conflict", "used with another body", field="Idempotency-Key")
            return self._summary(execution_id), True
        execution_id = body.get("executionId") or f"exec-{next(self._ids)}"
        if execution_id in self.executions:
            raise Problem("execution_exists", "in use", field="/executionId")
        self._create(tenant, execution_id, body)
        self.by_key[key] = (body, execution_id)
        return self._summary(execution_id), False

    async def list(self, tenant: Tenant, **filters: Any) -> dict[str, Any]:
        self._called("list", tenant, filters)
        found = [self._summary(name) for name, each in self.executions.items() if each.tenant == tenant]
        return {"executions": found[: filters["limit"]], "count": len(found), "nextCursor": None}

    async def status(self, tenant: Tenant, execution_id: str) -> dict[str, Any]:
        self._called("status", tenant, execution_id)
        return dict(self._find(tenant, execution_id).status)

    async def history(
        self, tenant: Tenant, execution_id: str, *, after: str | None, limit: int
    ) -> dict[str, Any]:
        self._called("history", tenant, execution_id, after, limit)
        execution = self._find(tenant, execution_id)
        first = self._index(execution, after)
        page = execution.events[first : first + limit]
        more = len(execution.events) > first + limit
        return {"executionId": execution_id, "events": page, "nextAfter": page[-1]["id"] if more else None}

    async def follow(
        self, tenant: Tenant, execution_id: str, *, after: str | None
    ) -> AsyncIterator[dict[str, Any]]:
        self._called("follow", tenant, execution_id, after)
        execution = self._find(tenant, execution_id)
        index = self._index(execution, after)
        self.follows.append(execution_id)
        self.followed += 1
        try:
            while True:
                self._notify()
                changed = execution.changed
                while index < len(execution.events) and execution_id not in self.held:
                    event = execution.events[index]
                    index += 1
                    yield event
                if execution.status["status"] != "running" and execution_id not in self.held:
                    return
                await changed.wait()
                self._check()
        finally:
            self.follows.remove(execution_id)
            self._notify()

    async def signal(
        self, tenant: Tenant, execution_id: str, body: dict[str, Any], *, idempotency_key: str | None
    ) -> None:
        self._called("signal", tenant, execution_id, body, idempotency_key)
        execution = self._find(tenant, execution_id)
        if execution.status["status"] != "running":
            raise Problem("execution_closed", "it has ended")
        execution.add("signal_received", signal=body["signal"], data=body.get("data"))

    async def cancel(
        self, tenant: Tenant, execution_id: str, body: dict[str, Any], *, idempotency_key: str | None
    ) -> None:
        self._called("cancel", tenant, execution_id, body, idempotency_key)
        execution = self._find(tenant, execution_id)
        if execution.status["status"] == "running":
            execution.end("cancelled", reason=body.get("reason"))

    async def definitions(self, tenant: Tenant) -> list[dict[str, Any]]:
        self._called("definitions", tenant)
        return [
            {
                "name": "process-order",
                "description": None,
                "signals": [],
                "steps": [],
                "inputSchema": None,
                "resultSchema": None,
            }
        ]

    async def health(self) -> str:
        self._called("health")
        return "scripted 1.0"

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        self._notify()
        self._check()
        if self.fault is not None:
            raise self.fault

    def _check(self) -> None:
        if self.down:
            raise Problem("engine_unavailable", "The engine does not answer.", retry_after=1)

    def _create(self, tenant: Tenant, execution_id: str, body: dict[str, Any]) -> None:
        self.executions[execution_id] = Execution(tenant, execution_id, body)

    def _find(self, tenant: Tenant, execution_id: str) -> Execution:
        execution = self.executions.get(execution_id)
        if execution is None or execution.tenant != tenant:
            raise Problem("execution_not_found", f"There is no execution {execution_id}.")
        return execution

    def _index(self, execution: Execution, after: str | None) -> int:
        if after is None:
            return 0
        for index, event in enumerate(execution.events):
            if event["id"] == after:
                return index + 1
        raise Problem("invalid_request", "after is not the id of an event", field="after")

    def _summary(self, execution_id: str) -> dict[str, Any]:
        status = self.executions[execution_id].status
        names = ("executionId", "workflow", "status", "startedAt", "completedAt", "metadata")
        return {name: status[name] for name in names}

    def _notify(self) -> None:
        with self.changed:
            self.changed.notify_all()
