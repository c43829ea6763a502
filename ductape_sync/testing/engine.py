"""What the gateway asks of its engine, answered by executions that a test moves along."""

from __future__ import annotations

import difflib
import itertools
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..gateway.problems import Problem
from .executions import FakeExecution

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncIterator, Sequence

    from ..gateway.tenants import Tenant
    from .scripts import Script, Scripts
    from .stage import Stage


@frozen
class Workflow:
    """A workflow of a fake."""

    name: str
    """What it is executed by."""
    script: Script | None
    """What its executions do; None for those that the test moves along from outside."""
    description: str | None
    """What it does, for those who ask what there is."""
    steps: tuple[str, ...]
    """The steps that it declares."""
    signals: tuple[str, ...]
    """The signals that it declares."""
    cancellable: bool
    """Whether a request to cancel an execution ends it at once."""

    def to_definition(self) -> dict[str, Any]:
        """The contract's `WorkflowDefinition`."""
        signals = [{"name": name, "description": None, "dataSchema": None} for name in self.signals]
        return {
            "name": self.name,
            "description": self.description,
            "signals": signals,
            "steps": list(self.steps),
            "inputSchema": None,
            "resultSchema": None,
        }


class FakeEngine:
    """Stands where the gateway has Temporal, with one tenant."""

    def __init__(self, stage: Stage, scripts: Scripts) -> None:
        self.workflows: dict[str, Workflow] = {}
        self.executions: dict[str, FakeExecution] = {}
        """By id, in the order in which they were started."""
        self._stage = stage
        self._scripts = scripts
        self._ids = itertools.count(1)
        self._by_key: dict[str, tuple[dict[str, Any], FakeExecution]] = {}
        self._sent: set[tuple[str, str]] = set()

    # The engine's interface

    async def start(
        self, _tenant: Tenant, body: dict[str, Any], *, idempotency_key: str | None
    ) -> tuple[dict[str, Any], bool]:
        """Start an execution, or find the one that the same request started before."""
        if idempotency_key in self._by_key:
            before, execution = self._by_key[idempotency_key]
            if before != body:
                raise Problem(
                    "idempotency_conflict",
                    "This idempotency key was used with another body; use a new key for a new request.",
                    field="Idempotency-Key",
                )
            return execution.to_summary(), True
        workflow = self.workflows.get(body["workflow"])
        if workflow is None:
            raise _unknown(body["workflow"], list(self.workflows))
        execution_id = body.get("executionId") or f"exec-{next(self._ids)}"
        if execution_id in self.executions:
            raise Problem(
                "execution_exists",
                f"An execution has the id {execution_id} already; choose another, or leave it out.",
                field="/executionId",
            )
        execution = FakeExecution(self._stage, execution_id, body, idempotency_key)
        self.executions[execution_id] = execution
        if idempotency_key is not None:
            self._by_key[idempotency_key] = (body, execution)
        summary = execution.to_summary()
        if workflow.script is not None:
            self._scripts.run(workflow.script, execution)
        self._stage.notify()
        return summary, False

    async def list(
        self,
        _tenant: Tenant,
        *,
        workflow: str | None,
        id_prefix: str | None,
        status: str | None,
        limit: int,
        offset: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """A page of executions, newest first."""
        before = len(self.executions) if cursor is None else _cursor(cursor)
        found = [
            (number, execution)
            for number, execution in reversed(list(enumerate(self.executions.values())))
            if workflow in {None, execution.workflow}
            and status in {None, execution.status}
            and execution.execution_id.startswith(id_prefix or "")
        ]
        rest = [each for each in found if each[0] < before][offset:]
        page = rest[:limit]
        return {
            "executions": [execution.to_summary() for _, execution in page],
            "count": len(found),
            "nextCursor": str(page[-1][0]) if len(rest) > limit else None,
        }

    async def status(self, _tenant: Tenant, execution_id: str) -> dict[str, Any]:
        """An execution as it is now."""
        return self._find(execution_id).to_status()

    async def history(
        self, _tenant: Tenant, execution_id: str, *, after: str | None, limit: int
    ) -> dict[str, Any]:
        """A page of an execution's events so far."""
        events = self._find(execution_id).events
        first = _place(after, len(events))
        page = events[first : first + limit]
        more = len(events) > first + limit
        return {"executionId": execution_id, "events": page, "nextAfter": page[-1]["id"] if more else None}

    async def follow(
        self, _tenant: Tenant, execution_id: str, *, after: str | None
    ) -> AsyncIterator[dict[str, Any]]:
        """An execution's events, those of the past first, then those to come."""
        execution = self._find(execution_id)
        async for event in execution.follow(_place(after, len(execution.events))):
            yield event

    async def signal(
        self, _tenant: Tenant, execution_id: str, body: dict[str, Any], *, idempotency_key: str | None
    ) -> None:
        """Send a signal, once for each idempotency key."""
        execution = self._open(execution_id)
        if self._is_new(execution_id, idempotency_key):
            execution.add(("signal_received", {"signal": body["signal"], "data": body.get("data")}))

    async def cancel(
        self, _tenant: Tenant, execution_id: str, body: dict[str, Any], *, idempotency_key: str | None
    ) -> None:
        """Ask an execution to end. What is cancelled already stays so."""
        if self._find(execution_id).status == "cancelled":
            return
        execution = self._open(execution_id)
        if not self._is_new(execution_id, idempotency_key):
            return
        reason = body.get("reason")
        execution.add(("cancel_requested", {"reason": reason}))
        if self.workflows[execution.workflow].cancellable:
            execution.add(("status_changed", {"status": "cancelled"}), ("cancelled", {"reason": reason}))

    async def definitions(self, _tenant: Tenant) -> builtins.list[dict[str, Any]]:
        """The workflows that can be executed, by name."""
        return [self.workflows[name].to_definition() for name in sorted(self.workflows)]

    async def health(self) -> str:
        """The engine and its version."""
        return "fake 1.0"

    # What is there

    def _find(self, execution_id: str) -> FakeExecution:
        execution = self.executions.get(execution_id)
        if execution is None:
            raise Problem("execution_not_found", f"There is no execution with the id {execution_id}.")
        return execution

    def _open(self, execution_id: str) -> FakeExecution:
        execution = self._find(execution_id)
        if execution.status != "running":
            raise Problem(
                "execution_closed",
                f"The execution {execution_id} is {execution.status}: nothing can be sent to it.",
            )
        return execution

    def _is_new(self, execution_id: str, key: str | None) -> bool:
        if key is None:
            return True
        if (execution_id, key) in self._sent:
            return False
        self._sent.add((execution_id, key))
        return True


def _place(after: str | None, count: int) -> int:
    """How many events there are up to the one with this id."""
    if after is None:
        return 0
    place = int(after) if after.isdigit() else 0
    if not 1 <= place <= count:
        raise Problem(
            "invalid_request",
            "after is not the id of an event of this execution; leave it out to read from the first event.",
            field="after",
        )
    return place


def _cursor(cursor: str) -> int:
    if not cursor.isdigit():
        raise Problem(
            "invalid_request",
            "cursor is not one: pass the nextCursor of the page before, unchanged, or leave it out.",
            field="cursor",
        )
    return int(cursor)


def _unknown(name: str, names: Sequence[str]) -> Problem:
    known = ", ".join(names) or "none"
    return Problem(
        "workflow_not_found",
        f"The fake has no workflow {name!r}: give it one with fake.workflow({name!r}). It has: {known}.",
        field="/workflow",
        suggestions=difflib.get_close_matches(name, names, n=3, cutoff=0.5),
    )
