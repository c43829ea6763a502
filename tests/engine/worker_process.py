"""A worker as a process of its own: `python worker_process.py ADDRESS TASK_QUEUE FILE`."""

from __future__ import annotations

import asyncio
import sys

from ductape_sync.gateway.engine.worker import load_definitions, run_worker

if __name__ == "__main__":
    address, task_queue, path = sys.argv[1:]
    asyncio.run(
        run_worker(
            address,
            load_definitions([path]),
            namespace="default",
            task_queue=task_queue,
            stop=asyncio.Event(),
        )
    )
