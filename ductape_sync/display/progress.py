"""Progress: how far one execution is, or how many of several have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from .bars import open_bar
from .course import Course
from .text import tries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from ductape_sync._generated.models import WorkflowEvent


class Progress:
    """Shows how far one execution is, by its events; a context manager.

    Args:
        title: What is in progress, such as the workflow's name.
        steps: The names of the steps that it is expected to go through; None when not known, which shows a
            count. More steps than expected stretch the bar.
        file: Where to write; None for the notebook or else standard error.

    Raises:
        MissingExtra: tqdm is not installed.
    """

    def __init__(self, title: str, steps: Sequence[str] | None = None, *, file: TextIO | None = None) -> None:
        self._course = Course()
        self._expected = len(steps) if steps else None
        self._bar = open_bar(title, file)
        self._show("starting", "running")

    def event(self, event: WorkflowEvent) -> None:
        """Take in what happened next. May be called from another thread; one event at a time."""
        self._course.add(event)
        data: Any = event.data
        if event.type == "step_started":
            started = self._course.done + len(self._course.failed) + len(self._course.running)
            self._bar.say(f"{started}{f'/{self._total}' if self._total else ''} {data.step}")
        elif event.type == "step_failed":
            self._bar.say(f"{data.step} failed{tries(data.attempts)}: {data.error}")
        elif event.type == "retrying":
            self._bar.say(f"attempt {data.attempt} after: {data.error}")
        elif self._course.outcome == event.type:
            self._bar.say(event.type)
        self._show(self._label(), self._state())

    def _show(self, label: str, state: str) -> None:
        self._bar.show(self._course.done, self._total, label, state, failed=len(self._course.failed))

    @property
    def _total(self) -> int | None:
        course = self._course
        if course.outcome == "completed":
            return course.done or None  # not every step that was expected need have been due
        known = course.done + len(course.failed) + len(course.running)
        return max(self._expected, known) if self._expected else None

    def _state(self) -> str:
        return self._course.outcome or ("failed" if self._course.failed else "running")

    def _label(self) -> str:
        course = self._course
        failed = [f"{name} failed" for name in dict.fromkeys(step.name for step in course.failed)]
        if course.outcome == "failed":
            return ", ".join(failed) or "failed"
        if course.outcome:
            return course.outcome
        at_work = list(dict.fromkeys(step.name for step in course.running))
        run = f" (attempt {course.run})" if course.run > 1 else ""
        return (", ".join([*failed, *at_work]) or "waiting") + run

    def finish(self, outcome: str) -> None:
        """Say how it ended (`completed`, `failed`, `cancelled`), in case its last events did not come."""
        if self._course.outcome is None:
            self._course.outcome = outcome
            self._bar.say(outcome)
            self._show(self._label(), self._state())

    def close(self) -> None:
        """Stop watching; what is shown stays."""
        if self._state() == "running":
            self._show(f"{self._label()} (no longer watched)", "left")
        self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_about: object) -> None:
        self.close()


class Batch:
    """Shows how many of several executions have ended; a context manager.

    Args:
        total: How many executions there are.
        file: Where to write; None for the notebook or else standard error.

    Raises:
        MissingExtra: tqdm is not installed.
    """

    def __init__(self, total: int, *, file: TextIO | None = None) -> None:
        self._total = total
        self._ends: dict[str, int] = {}
        self._bar = open_bar("executions", file)
        self._show("running" if total else "completed")

    def ended(self, name: str, outcome: str) -> None:
        """Count an execution that has ended.

        Args:
            name: What to call it, such as its id.
            outcome: How it ended: `completed`, `failed` or `cancelled`.
        """
        self._ends[outcome] = self._ends.get(outcome, 0) + 1
        self._bar.say(f"{self._done}/{self._total} {name} {outcome}")
        self._show(self._state())

    @property
    def _done(self) -> int:
        return sum(self._ends.values())

    def _state(self) -> str:
        if self._ends.get("failed"):
            return "failed"
        return "completed" if self._done == self._total else "running"

    def _show(self, state: str, *more: str) -> None:
        counts = [f"{count} {outcome}" for outcome, count in sorted(self._ends.items())]
        self._bar.show(self._done, self._total, ", ".join([*counts, *more]), state)

    def close(self) -> None:
        """Stop watching; what is shown stays."""
        if self._done < self._total:
            state = self._state()
            self._show("left" if state == "running" else state, f"{self._total - self._done} still running")
        self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_about: object) -> None:
        self.close()
