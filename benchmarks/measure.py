"""Measuring: contenders take turns, so that whatever else the machine does concerns all of them."""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Sample:
    """What one call costs: medians over rounds, in seconds, and the spread (half the interquartile range)."""

    cpu: float
    wall: float
    spread: float

    @classmethod
    def of(cls, cpu: list[float], wall: list[float]) -> Sample:
        low, _, high = statistics.quantiles(cpu, n=4)
        return cls(statistics.median(cpu), statistics.median(wall), (high - low) / 2)


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        what: What is measured.
        ours: Our figure, with its unit.
        peer: Whom it is measured against, and their figure; empty when it is stated for itself.
        ratio: Ours over theirs; None when stated for itself.
        goal: What the ratio is to be, such as `<= 0.6`; empty without one.
    """

    what: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if not self.goal or self.ratio is None:
            return None
        sign, number = self.goal.split()
        return self.ratio <= float(number) if sign == "<=" else self.ratio >= float(number)


def interleaved(
    contenders: dict[str, Callable[[], object]], *, rounds: int = 15, calls: int = 100
) -> dict[str, Sample]:
    """Call each contender `calls` times a round, in turn, and sample what one call costs."""
    for contender in contenders.values():
        contender()  # what is loaded at first use is not what is measured
    cpu: dict[str, list[float]] = {name: [] for name in contenders}
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            gc.collect()
            began, cpu_began = time.perf_counter(), time.process_time()
            for _ in range(calls):
                contender()
            cpu[name].append((time.process_time() - cpu_began) / calls)
            wall[name].append((time.perf_counter() - began) / calls)
    return {name: Sample.of(cpu[name], wall[name]) for name in contenders}


def compare(what: str, ours: Sample, name: str, peer: Sample, goal: str = "") -> Row:
    """A row that compares CPU."""
    return Row(
        what,
        f"{show(ours.cpu)} ± {show(ours.spread)} CPU, {show(ours.wall)} wall",
        f"{name}: {show(peer.cpu)} ± {show(peer.spread)} CPU, {show(peer.wall)} wall",
        ours.cpu / peer.cpu,
        goal,
    )


def show(seconds: float) -> str:
    """A length of time with a unit that suits it."""
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def report(rows: list[Row]) -> None:
    """Hand a suite's rows to the program that runs the suites."""
    json.dump([asdict(row) for row in rows], sys.stdout)
