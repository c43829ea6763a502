"""What an execution's events amount to: its runs, steps, signals and end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

ENDS = ("completed", "failed", "cancelled")


@dataclass(slots=True)
class Step:
    """One time that a step was at work, its attempts included."""

    name: str
    run: int
    started: datetime
    ended: datetime | None = None
    state: str = "running"
    """`running`, `completed`, `failed`, or `abandoned` when its run ended before it did."""
    attempts: int = 1
    """How many times it was tried; known once it has ended."""
    error: str | None = None


@dataclass(slots=True)
class Mark:
    """A moment to point at."""

    when: datetime
    kind: str
    """The event's type: `signal_received`, `cancel_requested` or `retrying`."""
    text: str


@dataclass(slots=True)
class Course:
    """The course of an execution as far as its events tell; `add` them in order."""

    workflow: str | None = None
    started: datetime | None = None
    latest: datetime | None = None
    """When the last event happened."""
    run: int = 1
    """Which run of the workflow this is, 1 for the first; higher after retries."""
    steps: list[Step] = field(default_factory=list)
    """Every step of every run, as they started."""
    done: int = 0
    """How many steps of this run have completed."""
    failed: list[Step] = field(default_factory=list)
    """The steps of this run that have failed."""
    marks: list[Mark] = field(default_factory=list)
    outcome: str | None = None
    """`completed`, `failed` or `cancelled`; None before the end."""
    _open: dict[str, list[Step]] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Any]) -> Self:
        """Return the course that these events tell."""
        course = cls()
        for event in events:
            course.add(event)
        return course

    @property
    def running(self) -> list[Step]:
        """The steps at work now, as they started."""
        return sorted((step for steps in self._open.values() for step in steps), key=lambda s: s.started)

    def add(self, event: Any) -> None:
        """Take an event in (`WorkflowEvent`); one of an unknown type tells only that time went on."""
        self.started = self.started or event.timestamp
        self.latest = event.timestamp
        handle = getattr(self, f"_on_{event.type}", None)
        if handle is not None:
            handle(event.timestamp, event.data)
        elif event.type in ENDS:
            self.outcome = event.type
            self._abandon(event.timestamp)

    def _on_started(self, _when: datetime, data: Any) -> None:
        self.workflow = data.workflow

    def _on_step_started(self, when: datetime, data: Any) -> None:
        step = Step(data.step, self.run, when)
        self.steps.append(step)
        self._open.setdefault(step.name, []).append(step)

    def _on_step_completed(self, when: datetime, data: Any) -> None:
        self._end_step(when, data, "completed")
        self.done += 1

    def _on_step_failed(self, when: datetime, data: Any) -> None:
        step = self._end_step(when, data, "failed")
        step.error = data.error
        self.failed.append(step)

    def _end_step(self, when: datetime, data: Any, state: str) -> Step:
        if not self._open.get(data.step):
            self._on_step_started(when, data)  # its start came before the first event that was given
        # Events do not tell steps of one name apart: the end is taken to be that of the one begun first.
        step = self._open[data.step].pop(0)
        step.ended, step.state, step.attempts = when, state, data.attempts
        return step

    def _on_retrying(self, when: datetime, data: Any) -> None:
        self._abandon(when)
        self.run, self.done, self.failed = data.attempt, 0, []
        self.marks.append(Mark(when, "retrying", f"attempt {data.attempt}"))

    def _on_signal_received(self, when: datetime, data: Any) -> None:
        self.marks.append(Mark(when, "signal_received", data.signal))

    def _on_cancel_requested(self, when: datetime, _data: Any) -> None:
        self.marks.append(Mark(when, "cancel_requested", "cancel requested"))

    def _abandon(self, when: datetime) -> None:
        for step in self.running:
            step.ended, step.state = when, "abandoned"
        self._open = {}
