"""A gateway with an engine of which everything is made up: what it has, when it was, whether it answers."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.gateway.running import SHOP, Running, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ductape_sync.gateway.tenants import Tenant

ENDS = {"completed": {"result": None}, "failed": {"error": "broken"}, "cancelled": {"reason": None}}


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


class Stage(ScriptedEngine):
    """An engine whose lists are as long as one likes.

    Its definitions are answered even while it is down: the gateway keeps them for a while, too.
    """

    def reset(self) -> None:
        super().reset()
        self.served = [definition("process-order", ["Checking", "Shipping"])]
        self.silent = False
        """Whether it does not answer who asks for a list."""

    def put(
        self,
        execution_id: str,
        status: str = "running",
        *,
        started: datetime | None = None,
        seconds: float = 1.0,
        **more: Any,
    ) -> None:
        """Have an execution that started a while ago, and ended after some seconds unless it runs.

        Args:
            started: when; a minute ago unless told.
            more: what else its status says.
        """
        start = started or datetime.now(UTC) - timedelta(minutes=1)
        self.create(SHOP, execution_id)
        execution = self.executions[execution_id]
        execution.status |= {"status": status, "startedAt": moment(start), **more}
        execution.events[0]["timestamp"] = moment(start)
        if status != "running":
            end = moment(start + timedelta(seconds=seconds))
            execution.status["completedAt"] = end
            for type_, data in (("status_changed", {"status": status}), (status, ENDS[status])):
                execution.add(type_, **data)["timestamp"] = end

    def tell(self, execution_id: str, *events: tuple[float, str, dict[str, Any]]) -> None:
        """Add events to one that runs, each with how many seconds after the start it was."""
        execution = self.executions[execution_id]
        start = datetime.fromisoformat(execution.status["startedAt"])
        for after, type_, data in events:
            execution.add(type_, **data)["timestamp"] = moment(start + timedelta(seconds=after))

    async def list(self, tenant: Tenant, **filters: Any) -> dict[str, Any]:
        self._called("list", tenant, filters)
        if self.silent:
            await asyncio.Event().wait()
        found = [
            name
            for name, each in reversed(self.executions.items())
            if each.tenant == tenant
            and filters["status"] in {None, each.status["status"]}
            and filters["workflow"] in {None, each.status["workflow"]}
            and name.startswith(filters["id_prefix"] or "")
        ]
        first = int(filters["cursor"] or 0)
        last = first + filters["limit"]
        return {
            "executions": [self._summary(name) for name in found[first:last]],
            "count": len(found),
            "nextCursor": str(last) if last < len(found) else None,
        }

    async def definitions(self, tenant: Tenant) -> list[dict[str, Any]]:
        return self.served


def definition(name: str, steps: list[str]) -> dict[str, Any]:
    schemas = {"inputSchema": None, "resultSchema": None}
    return {"name": name, "description": None, "signals": [], "steps": steps, **schemas}


@contextlib.contextmanager
def staged() -> Iterator[Running]:
    """A gateway in front of a stage."""
    with gateway(Stage()) as running:
        yield running
