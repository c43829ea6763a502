"""Submit requests for approval, react to the decision in a callback, approve one and reject another.

Run it against a server (`ductape-sync dev examples/workflows.py`) with the DUCTAPE_* variables set:

    python examples/approval.py
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from ductape_sync import Ductape, DuctapeError, Execution, Subscription, WorkflowEvent


def now() -> str:
    return datetime.now(UTC).isoformat()


class ApprovalWorkflow:
    def __init__(self, ductape: Ductape) -> None:
        self.ductape = ductape
        self.execution: Execution | None = None
        self.subscription: Subscription | None = None

    def submit_for_approval(self, data: dict[str, Any]) -> Execution:
        self.execution = self.ductape.workflows.execute(
            "approval-process", {"data": data, "submittedBy": "current-user-id", "submittedAt": now()}
        )
        self.subscription = self.execution.subscribe(self.on_change)
        return self.execution

    def on_change(self, event: WorkflowEvent) -> None:
        if event.type == "completed":
            print(f"Approved: {event.data.result}")
        elif event.type == "failed":
            print(f"Rejected: {event.data.error}")
        elif event.type == "cancelled":
            print(f"Withdrawn: {event.data.reason}")

    def approve(self, comments: str) -> None:
        self._active().signal(
            "approve", {"approvedBy": "current-user-id", "comments": comments, "approvedAt": now()}
        )

    def reject(self, reason: str) -> None:
        self._active().signal(
            "reject", {"rejectedBy": "current-user-id", "reason": reason, "rejectedAt": now()}
        )

    def cancel(self) -> None:
        self._active().cancel("Cancelled by user")

    def wait_for_decision(self) -> None:
        """Return when the callback has had the decision."""
        if self.subscription is not None and not self.subscription.join(timeout=30):
            raise TimeoutError("no decision within 30 seconds")

    def _active(self) -> Execution:
        if self.execution is None:
            raise RuntimeError("No active workflow")
        return self.execution


def main() -> int:
    laptop = {"type": "expense", "amount": 1000, "description": "New laptop"}
    yacht = {"type": "expense", "amount": 1_000_000, "description": "New yacht"}
    lunch = {"type": "expense", "amount": 10, "description": "Lunch"}
    try:
        with Ductape() as ductape:  # configured by DUCTAPE_ACCESS_KEY, DUCTAPE_PRODUCT, DUCTAPE_ENV
            approval = ApprovalWorkflow(ductape)
            approval.submit_for_approval(laptop)
            approval.approve("Approved for purchase")
            approval.wait_for_decision()

            approval.submit_for_approval(yacht)
            approval.reject("Budget exceeded")
            approval.wait_for_decision()

            approval.submit_for_approval(lunch)
            approval.cancel()
            approval.wait_for_decision()
    except DuctapeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
