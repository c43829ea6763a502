"""Every example runs as a script, against the real thing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.servers import EXAMPLES, environment

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from tests.servers import Started


def run(example: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / example, *arguments],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_order_processing_shows_each_step_and_the_result(dev_server: Started) -> None:
    done = run("order_processing.py", "order-123", **dev_server.variables)
    assert done.returncode == 0, done.stderr
    assert "Status: running" in done.stdout
    assert done.stdout.count("✓") >= 3
    assert "Workflow completed: {" in done.stdout
    assert done.stdout.rstrip().endswith("Order processed successfully!")


def test_order_processing_says_why_an_order_failed(dev_server: Started) -> None:
    done = run("order_processing.py", "order-does-not-exist", **dev_server.variables)
    assert done.returncode == 1
    assert "Workflow failed: " in done.stdout
    assert done.stderr.startswith("Failed to process order: ")
    assert "order-does-not-exist" in done.stderr
    assert "Traceback" not in done.stderr


def test_approval_reacts_to_approval_rejection_and_withdrawal(dev_server: Started) -> None:
    done = run("approval.py", **dev_server.variables)
    assert done.returncode == 0, done.stderr
    approved, rejected, withdrawn = done.stdout.splitlines()
    assert approved.startswith("Approved: {")
    assert "Approved for purchase" in approved
    assert rejected.startswith("Rejected: ")
    assert "Budget exceeded" in rejected
    assert withdrawn == "Withdrawn: Cancelled by user"


def test_multi_step_shows_a_bar_that_reaches_its_end(dev_server: Started) -> None:
    done = run("multi_step.py", **dev_server.variables)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition("] ")[2] for line in lines[:6]] == [
        "Starting... (0/5)",
        "Validating input (1/5)",
        "Processing data (2/5)",
        "Generating report (3/5)",
        "Sending notifications (4/5)",
        "Cleanup (5/5)",
    ]


def test_the_dashboard_shows_three_sections_and_details(dev_server: Started, ductape: Ductape) -> None:
    order = ductape.workflows.execute("process-order", {"orderId": "order-123"})
    order.wait_for_completion(timeout=30)
    done = run("dashboard.py", **dev_server.variables)
    assert done.returncode == 0, done.stderr
    for section in ("Running (", "Completed (", "Failed ("):
        assert section in done.stdout
    assert order.execution_id in done.stdout

    details = run("dashboard.py", order.execution_id, **dev_server.variables)
    assert details.stdout.startswith(f"process-order {order.execution_id}: completed")
    assert "step_completed" in details.stdout


def test_an_example_without_a_key_says_which_variable_to_set() -> None:
    done = run("multi_step.py")
    assert done.returncode == 1
    assert "DUCTAPE_ACCESS_KEY" in done.stderr


def test_the_demo_processes_orders_and_shuts_everything_down() -> None:
    done = run("demo.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("done in") == 2
    assert "failed, as it should" in done.stdout
    assert done.stdout.rstrip().endswith("All is shut down.")
