"""What an import costs over a bare interpreter, and what the command costs to start, each in a new process.

python -m benchmarks.imports
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Row, report, show

ROUNDS = 15
# Installed packages have their bytecode, so the checkout is to have it, too.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
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


# A program of the least that click can do: as many commands, or options, as ours has.
_PLAIN = """
import click

@click.group()
@click.version_option("1.0")
def group():
    "Start workflows and work with their executions; run the server for them."
"""
_COMMANDS = """
for number in range(14):
    group.command(f"command-{number}", short_help="Do something, and write what came of it.")(lambda: None)
group(["--help"])
"""
_OPTIONS = """
def execute(**options):
    "Start an execution of a workflow, and write its id."
for number in range(15):
    execute = click.option(f"--option-{number}", help="What it is for: this, that or another.")(execute)
group.command()(click.argument("workflow")(execute))
group(["execute", "--help"])
"""
STARTS = {
    ("--version",): ("import click", "import click"),
    ("--help",): ("a plain click group's", _PLAIN + _COMMANDS),
    ("execute", "--help"): ("a plain click command's", _PLAIN + _OPTIONS),
}
"""By the arguments of our command: what its start is held against, and a program that is just that."""


def cpu_of(*command: str) -> float:
    """CPU seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(commands: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """The CPU seconds of processes, which take turns."""
    for command in commands.values():
        cpu_of(*command)  # bytecode is written once
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            found[name].append(cpu_of(*command))
    return {name: statistics.median(times) for name, times in found.items()}


def imports() -> list[Row]:
    """What imports cost over a bare interpreter."""
    found = medians({name: (sys.executable, "-c", program) for name, program in PROGRAMS.items()})
    cost = {name: max(1e-6, seconds - found["nothing"]) for name, seconds in found.items()}

    def row(ours: str, peer: str, goal: str = "") -> Row:
        return Row(
            f"{ours} (CPU over a bare interpreter)",
            show(cost[ours]),
            f"{peer}: {show(cost[peer])}",
            cost[ours] / cost[peer],
            goal,
        )

    libraries = "requests, attrs and websocket"
    return [
        row("import ductape_sync", libraries, "<= 0.05"),
        row("the first client", libraries, "<= 1.05"),
        row("the first client", "temporalio.client", "<= 0.55"),
        row("the first client", "DBOS's client"),
        row("the first client", "hatchet-sdk"),
    ]


def starts() -> list[Row]:
    """What the command costs until it has answered, the interpreter included."""
    ours = str(Path(sys.executable).with_name("ductape-sync"))
    rows = []
    for arguments, (peer, program) in STARTS.items():
        found = medians({"ours": (ours, *arguments), "peer": (sys.executable, "-c", program)})
        rows.append(
            Row(
                f"ductape-sync {' '.join(arguments)} (CPU of the whole process)",
                show(found["ours"]),
                f"{peer}: {show(found['peer'])}",
                found["ours"] / found["peer"],
                "<= 1.15",
            )
        )
    return rows


if __name__ == "__main__":
    report([*imports(), *starts()])
