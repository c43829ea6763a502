"""A dashboard for the terminal: what runs, what has completed, what has failed, and one execution's details.

Run it against a server (`ductape-sync dev examples/workflows.py`) with the DUCTAPE_* variables set:

    python examples/dashboard.py                # the three sections, and the newest execution's details
    python examples/dashboard.py EXECUTION_ID   # the details of one
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from ductape_sync import Ductape, DuctapeError, ExecutionList


class WorkflowDashboard:
    sections = ("running", "completed", "failed")

    def __init__(self, ductape: Ductape) -> None:
        self.ductape = ductape

    def load_workflows(self) -> list[ExecutionList]:
        # One client serves many threads: the three requests are under way at once.
        with ThreadPoolExecutor() as pool:
            pages = list(pool.map(self.load_section, self.sections))
        for section, page in zip(self.sections, pages, strict=True):
            self.render_section(section, page)
        return pages

    def load_section(self, status: str) -> ExecutionList:
        return self.ductape.workflows.list(status=status, limit=10)

    def render_section(self, section: str, page: ExecutionList) -> None:
        print(f"{section.capitalize()} ({page.count})")
        for execution in page.executions:
            started = execution.started_at.astimezone()
            print(f"  {execution.workflow:<22} {execution.execution_id:<38} {started:%Y-%m-%d %H:%M:%S}")
        print()

    def view_details(self, execution_id: str) -> None:
        execution = self.ductape.workflows.get(execution_id)
        with ThreadPoolExecutor() as pool:
            refreshed = pool.submit(execution.refresh)
            history = pool.submit(execution.history)
        status = refreshed.result().snapshot
        print(f"{status.workflow} {status.execution_id}: {status.status}")
        print(f"  input:  {status.input}")
        if status.error is None:
            print(f"  result: {status.result}")
        else:
            print(f"  error:  {status.error}")
        for event in history.result().events:
            print(f"  [{event.timestamp:%H:%M:%S.%f}] {event.type}: {event.data}")


def main() -> int:
    try:
        with Ductape() as ductape:  # configured by DUCTAPE_ACCESS_KEY, DUCTAPE_PRODUCT, DUCTAPE_ENV
            dashboard = WorkflowDashboard(ductape)
            if len(sys.argv) > 1:
                dashboard.view_details(sys.argv[1])
                return 0
            dashboard.load_workflows()
            newest = ductape.workflows.list(limit=1).executions
            for execution in newest:
                dashboard.view_details(execution.execution_id)
    except DuctapeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
