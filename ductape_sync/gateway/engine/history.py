"""Temporal's history events, translated into the contract's."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from temporalio.api.enums.v1 import EventType

from . import failures, memo
from .failures import Step
from .payloads import decode, decode_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from google.protobuf.timestamp_pb2 import Timestamp
    from temporalio.api.history.v1 import HistoryEvent

    Translated = tuple[str, dict[str, Any]]
    """Type and data of an event."""

_FAILED_STEPS = 100
"""Of how many failed steps the attempts are remembered, for when the workflow fails because of one."""


class Place(NamedTuple):
    """A place in an execution's history: what an event's id says. Places sort as ids do."""

    run: int
    """Which run of the execution, from 0."""
    event: int
    """The id of Temporal's event in that run, from 1."""
    part: int
    """Which of the events that it became, from 0."""

    def __str__(self) -> str:
        return f"{self.run:06d}-{self.event:010d}-{self.part}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """Read an event's id; None when it is not one."""
        match = _ID.fullmatch(text)
        return cls(*map(int, match.groups())) if match else None


_ID = re.compile(r"([0-9]{6})-([0-9]{10})-([0-9])")


def to_text(moment: Timestamp, exactness: str = "microseconds") -> str:
    """A moment as RFC 3339, in UTC, cut off where it is exact enough."""
    return moment.ToDatetime(UTC).isoformat(timespec=exactness)


def next_run(event: HistoryEvent) -> str | None:
    """The run that goes on where this event ends its own; None when the event does not say one."""
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
            run: str = event.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
            run = event.workflow_execution_failed_event_attributes.new_execution_run_id
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
            run = event.workflow_execution_timed_out_event_attributes.new_execution_run_id
        case _:
            run = ""
    return run or None


def step_name(event: HistoryEvent) -> str:
    """The name of the step that an event schedules: the activity's summary, else its type."""
    return _summary(event) or event.activity_task_scheduled_event_attributes.activity_type.name


def _summary(event: HistoryEvent) -> str | None:
    if event.user_metadata.HasField("summary"):
        summary = decode(event.user_metadata.summary)
        if isinstance(summary, str) and summary:
            return summary
    return None


def termination(event: HistoryEvent) -> dict[str, Any]:
    """The end of an execution that was terminated, as the contract's ``Failure``."""
    reason = " ".join(event.workflow_execution_terminated_event_attributes.reason.split())
    return failures.simple(reason or "The execution was terminated.", "terminated")


class Translator:
    """Translates the events of one run, which must be given in order.

    What later events need to know of earlier ones is the state that a copy takes along.

    Args:
        execution_id: the execution's id.
        run: which of its runs this is, from 0.
    """

    def __init__(self, execution_id: str, run: int) -> None:
        self._execution_id = execution_id
        self._run = run
        self._steps: dict[int, Step] = {}
        self._failed: OrderedDict[int, Step] = OrderedDict()
        self._reason: str | None = None

    def __copy__(self) -> Self:
        """A translator that goes on from here by itself."""
        twin = type(self)(self._execution_id, self._run)
        twin.__dict__ |= self.__dict__ | {"_steps": dict(self._steps), "_failed": self._failed.copy()}
        return twin

    def events(self, event: HistoryEvent) -> list[dict[str, Any]]:
        """The contract's events that one of Temporal's becomes; often there are none."""
        translate = self._translate.get(event.event_type)
        return [
            {
                "id": str(Place(self._run, event.event_id, part)),
                "executionId": self._execution_id,
                "timestamp": to_text(event.event_time),
                "type": type,
                "data": data,
            }
            for part, (type, data) in enumerate(translate(self, event) if translate else ())
        ]

    def skip(self, event: HistoryEvent) -> None:
        """Take note of an event, for those that come later, without translating it."""
        note = self._note.get(event.event_type)
        if note is not None:
            note(self, event)

    def _started(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.workflow_execution_started_event_attributes
        noted = memo.read(attributes.memo)
        if memo.ERROR in noted:
            return [("retrying", {"attempt": noted.get(memo.ATTEMPT, 2), "error": noted[memo.ERROR]})]
        if attributes.attempt > 1:  # Temporal's own retries, of workflows that others started
            error = failures.error_of(attributes.continued_failure)
            return [("retrying", {"attempt": attributes.attempt, "error": error})]
        if attributes.continued_execution_run_id:
            return []
        return [
            ("started", {"workflow": attributes.workflow_type.name, "input": decode_all(attributes.input)}),
            ("status_changed", {"status": "running"}),
        ]

    def _step_scheduled(self, event: HistoryEvent) -> list[Translated]:
        name = step_name(event)
        self._steps[event.event_id] = Step(name)
        return [("step_started", {"step": name})]

    def _step_begun(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.activity_task_started_event_attributes
        scheduled = attributes.scheduled_event_id
        self._steps[scheduled] = Step(self._step(scheduled).name, max(1, attributes.attempt))
        return []

    def _step_completed(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.activity_task_completed_event_attributes
        step = self._steps.pop(attributes.scheduled_event_id, _UNKNOWN)
        data = {"step": step.name, "result": decode_all(attributes.result), "attempts": step.attempts}
        return [("step_completed", data)]

    def _step_done(self, event: HistoryEvent) -> list[Translated]:
        self._steps.pop(event.activity_task_completed_event_attributes.scheduled_event_id, None)
        return []

    def _step_failed(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.activity_task_failed_event_attributes
        return self._failed_step(attributes.scheduled_event_id, failures.error_of(attributes.failure))

    def _step_timed_out(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.activity_task_timed_out_event_attributes
        return self._failed_step(attributes.scheduled_event_id, failures.error_of(attributes.failure))

    def _step_cancelled(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.activity_task_canceled_event_attributes
        return self._failed_step(attributes.scheduled_event_id, "cancelled")

    def _failed_step(self, scheduled: int, error: str) -> list[Translated]:
        step = self._failed[scheduled] = self._steps.pop(scheduled, _UNKNOWN)
        if len(self._failed) > _FAILED_STEPS:
            self._failed.popitem(last=False)
        return [("step_failed", {"step": step.name, "error": error, "attempts": step.attempts})]

    def _local_step(self, event: HistoryEvent) -> list[Translated]:
        """A local activity, of which there is one event, once it is done."""
        attributes = event.marker_recorded_event_attributes
        noted = decode_all(attributes.details["data"]) if "data" in attributes.details else None
        if attributes.marker_name != _LOCAL or not isinstance(noted, dict) or noted.get("backoff"):
            return []
        step = _summary(event) or str(noted.get("activity_type"))
        ended: dict[str, Any] = {"step": step, "attempts": max(1, int(noted.get("attempt") or 1))}
        if attributes.HasField("failure"):
            last = ("step_failed", ended | {"error": failures.error_of(attributes.failure)})
        else:
            result = decode_all(attributes.details["result"]) if "result" in attributes.details else None
            last = ("step_completed", ended | {"result": result})
        return [("step_started", {"step": step}), last]

    def _signal(self, event: HistoryEvent) -> list[Translated]:
        attributes = event.workflow_execution_signaled_event_attributes
        data = {"signal": attributes.signal_name, "data": decode_all(attributes.input)}
        return [("signal_received", data)]

    def _cancel_requested(self, event: HistoryEvent) -> list[Translated]:
        self._reason = event.workflow_execution_cancel_requested_event_attributes.cause or None
        return [("cancel_requested", {"reason": self._reason})]

    def _completed(self, event: HistoryEvent) -> list[Translated]:
        result = decode_all(event.workflow_execution_completed_event_attributes.result)
        return _ended("completed", "completed", {"result": result})

    def _failed_run(self, event: HistoryEvent) -> list[Translated]:
        failure = event.workflow_execution_failed_event_attributes.failure
        return self._failure(event, failures.describe(failure, self._failed))

    def _timed_out(self, event: HistoryEvent) -> list[Translated]:
        return self._failure(event, TIMED_OUT)

    def _terminated(self, event: HistoryEvent) -> list[Translated]:
        return self._failure(event, termination(event))

    def _failure(self, event: HistoryEvent, failure: dict[str, Any]) -> list[Translated]:
        if next_run(event):  # Temporal's own retries
            return []
        return _ended("failed", "failed", {"error": failure["message"], "failure": failure})

    def _cancelled(self, _event: HistoryEvent) -> list[Translated]:
        return _ended("cancelled", "cancelled", {"reason": self._reason})

    def _step(self, scheduled: int) -> Step:
        return self._steps.get(scheduled, _UNKNOWN)

    _translate: ClassVar[
        dict[EventType.ValueType, Callable[[Translator, HistoryEvent], list[Translated]]]
    ] = {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: _started,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: _step_scheduled,
        EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED: _step_begun,
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: _step_completed,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: _step_failed,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: _step_timed_out,
        EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: _step_cancelled,
        EventType.EVENT_TYPE_MARKER_RECORDED: _local_step,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: _signal,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED: _cancel_requested,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: _completed,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: _failed_run,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: _timed_out,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: _terminated,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: _cancelled,
    }
    _note: ClassVar[dict[EventType.ValueType, Callable[[Translator, HistoryEvent], list[Translated]]]] = {
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: _step_scheduled,
        EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED: _step_begun,
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: _step_done,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: _step_failed,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: _step_timed_out,
        EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED: _step_cancelled,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED: _cancel_requested,
    }
    """What to take note of: everything else concerns no later event, and its data may be large."""


def _ended(status: str, type: str, data: dict[str, Any]) -> list[Translated]:
    return [("status_changed", {"status": status}), (type, data)]


TIMED_OUT = failures.simple("The execution took longer than its timeout.", "timeout")
"""Why an execution failed whose time ran out."""

_UNKNOWN = Step("unknown")
_LOCAL = "core_local_activity"
"""The name of the marker that Temporal's workers note local activities with."""
