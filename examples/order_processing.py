"""Process an order, with its steps shown as they complete.

Run it against a server (`ductape-sync dev examples/workflows.py`) with the DUCTAPE_* variables set:

    python examples/order_processing.py order-123
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from ductape_sync import Ductape, DuctapeError, WorkflowEvent


class OrderProcessor:
    def __init__(self, ductape: Ductape) -> None:
        self.ductape = ductape

    def process_order(self, order_id: str) -> Any:
        print(f"Processing {order_id} …")
        try:
            execution = self.ductape.workflows.execute(
                "process-order", {"orderId": order_id, "timestamp": datetime.now(UTC).isoformat()}
            )
            # Leaving the block unsubscribes, whatever happens in it.
            with execution.subscribe(self.handle_workflow_event) as subscription:
                subscription.join(timeout=60)  # until the callback has had the last event
                result = execution.wait_for_completion(timeout=60)
        except DuctapeError as error:
            print(f"Failed to process order: {error}", file=sys.stderr)
            raise
        print("Order processed successfully!")
        return result

    def handle_workflow_event(self, event: WorkflowEvent) -> None:
        match event.type:
            case "status_changed":
                print(f"  Status: {event.data.status}")
            case "step_completed":
                print(f"  ✓ {event.data.step}")
            case "completed":
                print(f"  Workflow completed: {event.data.result}")
            case "failed":
                print(f"  Workflow failed: {event.data.error}")


def main() -> int:
    order_id = sys.argv[1] if len(sys.argv) > 1 else "order-123"
    with Ductape() as ductape:  # configured by DUCTAPE_ACCESS_KEY, DUCTAPE_PRODUCT, DUCTAPE_ENV
        try:
            OrderProcessor(ductape).process_order(order_id)
        except DuctapeError:
            return 1  # it was reported where it happened
    return 0


if __name__ == "__main__":
    sys.exit(main())
