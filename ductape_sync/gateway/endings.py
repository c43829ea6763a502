"""The status of an execution that has ended, from what is known of it already."""

from __future__ import annotations

from datetime import datetime
from typing import Any

_NO_REASON = "The execution was cancelled."


def ended(status: dict[str, Any], event: dict[str, Any], attempt: int) -> dict[str, Any]:
    """The status of an execution after its last event, without asking the engine for it.

    Args:
        status: an ``ExecutionStatus`` from while it ran.
        event: its last event.
        attempt: which attempt the event belongs to.
    """
    data = event["data"]
    ending = {
        "status": event["type"],
        # To the millisecond: lists know no more, and a status says the same as they do.
        "completedAt": datetime.fromisoformat(event["timestamp"]).isoformat(timespec="milliseconds"),
        "currentStep": None,
        "currentStepAttempt": None,
        "currentStepError": None,
        "attempt": max(attempt, status["attempt"]),
    }
    if event["type"] == "cancelled":
        return status | ending | {"error": cancelled_because(data["reason"])}
    return status | ending | data  # type: ignore[no-any-return]


def cancelled_because(reason: str | None) -> str:
    """The ``error`` of a cancelled execution, in one line."""
    return " ".join((reason or "").split()) or _NO_REASON
