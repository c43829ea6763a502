"""Heartbeats of steps: so that a dead worker is noticed in seconds, and a cancellation arrives."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ActivityOutboundInterceptor, ExecuteActivityInput

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = "ductape-heartbeat"
"""The header of a step whose worker is to send heartbeats for it."""
TIMEOUT = timedelta(seconds=3)
"""After how long without a heartbeat a step is taken to be lost, and tried again."""
INTERVAL = timedelta(seconds=1)
"""How often they are sent."""


class HeartbeatInbound(ActivityInboundInterceptor):
    """Sends heartbeats while a step runs, if its header asks for it."""

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        """Put the other half in place."""
        self._outbound = _Remembering(outbound)
        self.next.init(self._outbound)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """Run the step."""
        if HEADER not in input.headers:
            return await self.next.execute_activity(input)
        # What the attempt before said last; until this one says something, it is repeated.
        self._outbound.details = activity.info().heartbeat_details
        beating = asyncio.create_task(self._beat())
        try:
            return await self.next.execute_activity(input)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        """Repeat what the step said last: without it, its next attempt could not go on from there."""
        while True:
            self._outbound.heartbeat(*self._outbound.details)
            await asyncio.sleep(INTERVAL.total_seconds())


class _Remembering(ActivityOutboundInterceptor):
    details: Sequence[Any] = ()
    """What the last heartbeat said."""

    def heartbeat(self, *details: Any) -> None:
        self.details = details
        super().heartbeat(*details)
