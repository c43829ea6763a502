"""Temporal's chains of failures, reduced to what a user needs: what failed, where, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from temporalio.api.failure.v1 import Failure


@frozen
class Step:
    """A step of an execution, as far as its history tells."""

    name: str
    """Its name."""
    attempts: int = 1
    """How many times it was tried so far."""


def error_of(failure: Failure) -> str:
    """What the innermost error says, in one line."""
    innermost = _innermost(failure)
    return _line(innermost.message) or kind_of(innermost)


def kind_of(failure: Failure) -> str:
    """The kind of an error: the name of its class, or ``timeout``, ``cancelled``, ``terminated``."""
    which = failure.WhichOneof("failure_info") or ""
    if which == "application_failure_info":
        return failure.application_failure_info.type or "error"
    return _KINDS.get(which, "error")


def describe(failure: Failure, steps: Mapping[int, Step]) -> dict[str, Any]:
    """A failure as the contract's ``Failure``.

    Args:
        failure: what the workflow failed with.
        steps: the failed steps by the id of the event that scheduled them.
    """
    innermost = _innermost(failure)
    step = steps.get(scheduled_by(failure) or 0)
    return {
        "message": error_of(failure),
        "type": kind_of(innermost),
        "step": step.name if step else None,
        "attempts": step.attempts if step else None,
    }


def scheduled_by(failure: Failure) -> int | None:
    """The id of the event that scheduled the step which failed; None when the workflow itself failed."""
    while True:
        if failure.HasField("activity_failure_info"):
            return failure.activity_failure_info.scheduled_event_id
        if not failure.HasField("cause"):
            return None
        failure = failure.cause


def simple(message: str, kind: str) -> dict[str, Any]:
    """A failure that no step caused, as the contract's ``Failure``."""
    return {"message": message, "type": kind, "step": None, "attempts": None}


def _innermost(failure: Failure) -> Failure:
    while failure.HasField("cause"):
        failure = failure.cause
    return failure


def _line(text: str) -> str:
    return " ".join(text.split())


_KINDS = {
    "timeout_failure_info": "timeout",
    "canceled_failure_info": "cancelled",
    "terminated_failure_info": "terminated",
    "reset_workflow_failure_info": "reset",
    "server_failure_info": "server",
}
