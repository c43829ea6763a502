"""Run a workflow of several steps, and show a progress bar that its events move.

Run it against a server (`ductape-sync dev examples/workflows.py`) with the DUCTAPE_* variables set:

    python examples/multi_step.py
"""

from __future__ import annotations

import sys
from typing import Any

from ductape_sync import Ductape, DuctapeError, WorkflowEvent

WIDTH = 30  # characters of the bar


class MultiStepWorkflow:
    def __init__(self, ductape: Ductape) -> None:
        self.ductape = ductape
        # The workflow says itself which steps it has.
        known = {workflow.name: workflow for workflow in ductape.workflows.definitions()}
        self.steps = known["multi-step-process"].steps
        self.completed: list[str] = []

    def execute(self, input: dict[str, Any]) -> Any:
        execution = self.ductape.workflows.execute("multi-step-process", input)
        self.update_progress()
        with execution.subscribe(self.on_change) as subscription:
            subscription.join(timeout=120)  # until the callback has had the last event
            return execution.wait_for_completion(timeout=120)

    def on_change(self, event: WorkflowEvent) -> None:
        if event.type == "step_completed":
            self.completed.append(event.data.step)
            self.update_progress()

    def update_progress(self) -> None:
        done, total = len(self.completed), len(self.steps)
        bar = "█" * (done * WIDTH // total)
        current = self.completed[-1] if self.completed else "Starting..."
        print(f"[{bar:<{WIDTH}}] {current} ({done}/{total})", flush=True)


def main() -> int:
    try:
        with Ductape() as ductape:  # configured by DUCTAPE_ACCESS_KEY, DUCTAPE_PRODUCT, DUCTAPE_ENV
            result = MultiStepWorkflow(ductape).execute({"dataId": "123"})
    except DuctapeError as error:
        print(error, file=sys.stderr)
        return 1
    print(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
