"""What an import costs over a bare interpreter, each time in a new process.

python -m benchmarks.imports
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys

from benchmarks.measure import Row, report, show

ROUNDS = 15
FIRST_CLIENT = "from ductape_sync import Ductape; Ductape('key', 'shop', 'dev').close()"
PROGRAMS = {
    "nothing": "pass",
    "import ductape_sync": "import ductape_sync",
    "the first client": FIRST_CLIENT,
    "requests, attrs and websocket": "import requests, attrs, websocket",
    "temporalio.client": "import temporalio.client",
    "DBOS's client": "from dbos import DBOSClient",
    "hatchet-sdk": "from hatchet_sdk import Hatchet",
}


def cpu_of(program: str) -> float:
    """CPU seconds of an interpreter that runs a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    found: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for name, program in PROGRAMS.items():
        cpu_of(program)  # bytecode is written once
        assert name
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            found[name].append(cpu_of(program))
    bare = statistics.median(found["nothing"])
    cost = {name: max(1e-6, statistics.median(times) - bare) for name, times in found.items()}

    def row(ours: str, peer: str, goal: str = "") -> Row:
        return Row(
            f"{ours} (CPU over a bare interpreter)",
            show(cost[ours]),
            f"{peer}: {show(cost[peer])}",
            cost[ours] / cost[peer],
            goal,
        )

    libraries = "requests, attrs and websocket"
    report(
        [
            row("import ductape_sync", libraries, "<= 0.05"),
            row("the first client", libraries, "<= 1.05"),
            row("the first client", "temporalio.client", "<= 0.55"),
            row("the first client", "DBOS's client"),
            row("the first client", "hatchet-sdk"),
        ]
    )


if __name__ == "__main__":
    main()
