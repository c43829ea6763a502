"""Executions as the server tells of them, made up."""

import datetime as dt
import itertools
from typing import Any

import pytest

from ductape_sync._generated import models

START = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
EVIL = "<script>alert('x')</script>&\"$\\frac{1}$\x1b[31m\n\u202e"


def at(seconds: float) -> str:
    return (START + dt.timedelta(seconds=seconds)).isoformat()


class Story:
    """Writes the history of one execution."""

    def __init__(self, execution_id: str = "order-1") -> None:
        self.execution_id = execution_id
        self.events: list[models.WorkflowEvent] = []
        self._ids = itertools.count(1)

    def event(self, seconds: float, type: str, **data: Any) -> models.WorkflowEvent:
        event = models.workflow_event_from_dict(
            {
                "id": f"{next(self._ids):06}",
                "executionId": self.execution_id,
                "timestamp": at(seconds),
                "type": type,
                "data": data,
            }
        )
        self.events.append(event)
        return event

    def step(
        self, name: str, start: float, end: float, *, attempts: int = 1, error: str | None = None
    ) -> None:
        self.event(start, "step_started", step=name)
        if error is None:
            self.event(end, "step_completed", step=name, result={"ok": True}, attempts=attempts)
        else:
            self.event(end, "step_failed", step=name, error=error, attempts=attempts)

    def history(self, next_after: str | None = None) -> models.History:
        return models.History(execution_id=self.execution_id, events=self.events, next_after=next_after)


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def order(story: Story) -> Story:
    """An order whose payment took three attempts, and that was completed."""
    story.event(0, "started", workflow="process-order", input={"orderId": "order-1"})
    story.event(0, "status_changed", status="running")
    story.step("Validate order", 0.1, 0.4)
    story.step("Charge card", 0.5, 3.2, attempts=3)
    story.event(3.4, "signal_received", signal="approve", data={"by": "ann"})
    story.step("Send receipt", 3.5, 4.0)
    story.event(4.1, "completed", result={"paid": True})
    return story


@pytest.fixture
def failed_order(story: Story) -> Story:
    """An order whose payment failed in both runs."""
    story.event(0, "started", workflow="process-order", input=None)
    story.step("Validate order", 0.1, 0.4)
    story.step("Charge card", 0.5, 2, attempts=2, error="card declined")
    story.event(2.1, "retrying", attempt=2, error="card declined")
    story.step("Validate order", 3, 3.2)
    story.step("Charge card", 3.3, 5, attempts=2, error="card expired")
    failure = {"message": "card expired", "type": "CardError", "step": "Charge card", "attempts": 2}
    story.event(5.1, "failed", error="card expired", failure=failure)
    return story


def summary(
    execution_id: str, status: str = "completed", seconds: float = 1.5, **more: Any
) -> dict[str, Any]:
    return {
        "executionId": execution_id,
        "workflow": "process-order",
        "status": status,
        "startedAt": at(0),
        "completedAt": None if status == "running" else at(seconds),
        "metadata": {},
        **more,
    }


@pytest.fixture
def make_status() -> Any:
    """Make a status, of which what is not given is nothing."""

    def make(status: str = "completed", **more: Any) -> models.ExecutionStatus:
        nothing = dict.fromkeys(
            ("input", "result", "error", "failure", "currentStep", "currentStepAttempt", "currentStepError")
        )
        return models.ExecutionStatus.from_dict(
            {**summary("order-1", status), **nothing, "attempt": 1, **more}
        )

    return make


@pytest.fixture
def make_page() -> Any:
    """Make a page of executions."""

    def make(*executions: dict[str, Any], count: int | None = None) -> models.ExecutionList:
        page = {"executions": list(executions), "count": count or len(executions), "nextCursor": None}
        return models.ExecutionList.from_dict(page)

    return make


@pytest.fixture
def make_summary() -> Any:
    return summary


@pytest.fixture
def evil() -> str:
    """A name that would be markup, mathematics or a command to a terminal if it were not inert."""
    return EVIL
