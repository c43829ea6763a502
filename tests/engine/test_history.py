"""What Temporal's events become, one kind after the other, from events as Temporal writes them."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from temporalio.api.history.v1 import HistoryEvent

from ductape_sync.gateway.engine.history import Place, Translator
from ductape_sync.gateway.engine.payloads import encode
from tests.engine.contract import valid

PLAIN = {"metadata": {"encoding": "anNvbi9wbGFpbg=="}}  # json/plain, in base64 as protobuf's JSON has it


def payloads(data: str) -> dict[str, Any]:
    return {"payloads": [PLAIN | {"data": data}]}


def event(number: int, kind: str, **attributes: Any) -> HistoryEvent:
    return ParseDict(
        {
            "eventId": number,
            "eventTime": "2026-11-01T10:00:00.123456789Z",
            "eventType": f"EVENT_TYPE_{kind}",
            f"{kind.lower()}_event_attributes": attributes,
        },
        HistoryEvent(),
    )


def translated(*events: HistoryEvent, run: int = 0) -> list[tuple[str, Any]]:
    translator = Translator("w", run)
    found = [valid("WorkflowEvent", made) for one in events for made in translator.events(one)]
    return [(one["type"], one["data"]) for one in found]


SCHEDULED = event(5, "ACTIVITY_TASK_SCHEDULED", activityType={"name": "charge"})
BEGUN = event(6, "ACTIVITY_TASK_STARTED", scheduledEventId=5, attempt=4)
FAILURE = {
    "message": "Activity task failed",
    "activityFailureInfo": {"scheduledEventId": 5},
    "cause": {"message": "no\n money", "applicationFailureInfo": {"type": "Broke"}},
}


def test_an_event_says_when_and_where_it_happened() -> None:
    started = event(1, "WORKFLOW_EXECUTION_STARTED", workflowType={"name": "w"}, input=payloads("MQ=="))
    first, second = Translator("exec-1", 2).events(started)
    assert first == {
        "id": "000002-0000000001-0",
        "executionId": "exec-1",
        "timestamp": "2026-11-01T10:00:00.123456+00:00",
        "type": "started",
        "data": {"workflow": "w", "input": 1},
    }
    assert second["id"] == "000002-0000000001-1"


@pytest.mark.parametrize(
    ("ended", "error"),
    [
        (event(7, "ACTIVITY_TASK_FAILED", scheduledEventId=5, failure=FAILURE["cause"]), "no money"),
        (
            event(
                7,
                "ACTIVITY_TASK_TIMED_OUT",
                scheduledEventId=5,
                failure={
                    "message": "activity StartToClose timeout",
                    "timeoutFailureInfo": {"timeoutType": "TIMEOUT_TYPE_START_TO_CLOSE"},
                },
            ),
            "activity StartToClose timeout",
        ),
        (event(7, "ACTIVITY_TASK_CANCELED", scheduledEventId=5), "cancelled"),
    ],
)
def test_a_step_that_ends_otherwise_has_failed(ended: HistoryEvent, error: str) -> None:
    assert translated(SCHEDULED, BEGUN, ended) == [
        ("step_started", {"step": "charge"}),
        ("step_failed", {"step": "charge", "error": error, "attempts": 4}),
    ]


def test_a_step_that_nobody_began_was_tried_once_at_least() -> None:
    timed_out = event(6, "ACTIVITY_TASK_TIMED_OUT", scheduledEventId=5, failure={"message": "late"})
    assert translated(SCHEDULED, timed_out)[1][1]["attempts"] == 1


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (FAILURE, {"message": "no money", "type": "Broke", "step": "charge", "attempts": 4}),
        (
            {"message": "wrapped", "applicationFailureInfo": {"type": "Mine"}, "cause": FAILURE},
            {"message": "no money", "type": "Broke", "step": "charge", "attempts": 4},
        ),
        (
            {"message": "", "applicationFailureInfo": {"type": "Silent"}},
            {"message": "Silent", "type": "Silent", "step": None, "attempts": None},
        ),
        (
            {"message": "lost", "activityFailureInfo": {"scheduledEventId": 99}},
            {"message": "lost", "type": "error", "step": None, "attempts": None},
        ),
        (
            {"message": "child", "cause": {"message": "late", "timeoutFailureInfo": {}}},
            {"message": "late", "type": "timeout", "step": None, "attempts": None},
        ),
    ],
)
def test_a_failure_is_its_innermost_cause_at_its_step(failure: Any, expected: dict[str, Any]) -> None:
    failed = event(7, "ACTIVITY_TASK_FAILED", scheduledEventId=5, failure=FAILURE["cause"])
    ended = event(8, "WORKFLOW_EXECUTION_FAILED", failure=failure)
    assert translated(SCHEDULED, BEGUN, failed, ended)[-2:] == [
        ("status_changed", {"status": "failed"}),
        ("failed", {"error": expected["message"], "failure": expected}),
    ]


def test_temporals_own_retries_are_attempts_of_one_execution() -> None:
    failed = event(3, "WORKFLOW_EXECUTION_FAILED", failure={"message": "no"}, newExecutionRunId="r2")
    assert translated(failed) == []
    again = event(
        1,
        "WORKFLOW_EXECUTION_STARTED",
        workflowType={"name": "w"},
        attempt=2,
        continuedExecutionRunId="r1",
        continuedFailure={"message": "no"},
    )
    assert translated(again, run=1) == [("retrying", {"attempt": 2, "error": "no"})]


def test_a_cancelled_execution_repeats_the_reason() -> None:
    requested = event(4, "WORKFLOW_EXECUTION_CANCEL_REQUESTED", cause="changed my mind")
    cancelled = event(7, "WORKFLOW_EXECUTION_CANCELED")
    assert translated(requested, cancelled) == [
        ("cancel_requested", {"reason": "changed my mind"}),
        ("status_changed", {"status": "cancelled"}),
        ("cancelled", {"reason": "changed my mind"}),
    ]
    assert translated(cancelled)[-1] == ("cancelled", {"reason": None})


def test_events_of_the_engine_alone_become_nothing() -> None:
    kinds = ("WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_FAILED", "TIMER_STARTED", "MARKER_RECORDED")
    assert translated(*(event(number, kind) for number, kind in enumerate(kinds, start=2))) == []


def test_what_is_skipped_is_known_to_what_comes_after() -> None:
    translator = Translator("w", 0)
    for one in (SCHEDULED, BEGUN):
        translator.skip(one)
    done = event(7, "ACTIVITY_TASK_COMPLETED", scheduledEventId=5, result=payloads("MQ=="))
    twin = copy(translator)
    expected = {"step": "charge", "result": 1, "attempts": 4}
    assert [one["data"] for one in translator.events(done)] == [expected]
    assert [one["data"] for one in twin.events(done)] == [expected]  # untouched by the first


def test_ids_sort_as_places_do() -> None:
    places = [Place(0, 2, 0), Place(0, 2, 1), Place(0, 10, 0), Place(1, 1, 0), Place(10, 1, 0)]
    assert [str(place) for place in places] == sorted(str(place) for place in places)
    assert [Place.parse(str(place)) for place in places] == places


def test_a_memo_of_others_is_left_alone() -> None:
    started = event(1, "WORKFLOW_EXECUTION_STARTED", workflowType={"name": "w"})
    started.workflow_execution_started_event_attributes.memo.fields["ductape"].CopyFrom(encode("text", ""))
    assert translated(started)[0] == ("started", {"workflow": "w", "input": None})
