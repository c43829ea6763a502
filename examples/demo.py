"""The main job, from nothing: start gateway, engine and workflows, process orders, stop it all.

python examples/demo.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ductape_sync import Ductape, ExecutionFailed, WorkflowEvent

HERE = Path(__file__).parent
ORDERS = ("order-123", "order-124", "order-999")  # the last one does not exist, and fails


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ductape-demo-") as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "server.log")
        print("Starting gateway, engine and workflows …", flush=True)
        began = time.monotonic()
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "ductape_sync", "dev", HERE / "workflows.py", "--port", "0",
                 "--ready-file", ready],
                stdout=output,
                stderr=output,
            )  # fmt: skip
        try:
            while not ready.exists():
                if server.poll() is not None:
                    print(f"It ended by itself:\n{log.read_text()}", file=sys.stderr)
                    return 1
                time.sleep(0.02)
            print(f"… ready after {time.monotonic() - began:.1f} seconds.", flush=True)
            connection = json.loads(ready.read_text())
            return process_orders(connection)
        finally:
            server.terminate()
            server.wait()
            print("All is shut down.")


def process_orders(connection: dict[str, str]) -> int:
    with Ductape(
        connection["accessKey"], connection["product"], connection["env"], base_url=connection["url"]
    ) as ductape:
        for order_id in ORDERS:
            print(f"\nProcessing {order_id}")
            order = ductape.workflows.execute("process-order", {"orderId": order_id})
            began = time.monotonic()
            with order.subscribe(show) as subscription:
                subscription.join(timeout=60)  # until the callback has had the last event
            try:
                result = order.wait_for_completion(timeout=60)
            except ExecutionFailed as error:
                print(f"  failed, as it should: {error}")
                continue
            took = (time.monotonic() - began) * 1000
            print(f"  done in {took:.0f} ms: {json.dumps(result, indent=2)}".replace("\n", "\n  "))
        count = ductape.workflows.list(workflow="process-order").count
        print(f"\n{count} executions are in the list.")
        return 0 if count == len(ORDERS) else 1


def show(event: WorkflowEvent) -> None:
    mark = {"step_started": "…", "step_completed": "✓", "step_failed": "✗"}.get(event.type)
    if mark is not None:
        print(f"  {mark} {event.data.step}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
