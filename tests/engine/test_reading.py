from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import ActivityType, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryResponse

from ductape_sync.gateway.engine.history import Place
from ductape_sync.gateway.engine.reading import Reader
from tests.engine.running import Client, Loop, put, refused

if TYPE_CHECKING:
    from pathlib import Path


def told(events: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(event["type"], event["data"]) for event in events]


STEPS = [
    ("started", {"workflow": "steps", "input": 1}),
    ("status_changed", {"status": "running"}),
    ("step_started", {"step": "First step"}),
    ("step_completed", {"step": "First step", "result": 1, "attempts": 1}),
    ("step_started", {"step": "fail_until"}),
    ("step_completed", {"step": "fail_until", "result": 3, "attempts": 3}),
    ("status_changed", {"status": "completed"}),
    ("completed", {"result": {"first": 1, "second": 3}}),
]


def test_history_is_the_streams_past(client: Client) -> None:
    execution = client.start("steps", 1)
    pushed = client.events(execution)
    fetched = client.history(execution)
    assert told(pushed) == STEPS
    assert fetched == {"executionId": execution, "events": pushed, "nextAfter": None}
    assert client.events(execution) == pushed


def test_ids_are_unique_and_sorted(client: Client) -> None:
    execution = client.start("retried", {"succeeds": 12, "pause": 1}, options={"retries": 11})
    events = client.events(execution)
    ids = [event["id"] for event in events]
    assert ids == sorted(set(ids))
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_of_any_size_add_up_to_the_whole(client: Client, limit: int) -> None:
    execution = client.start("continues", 2)
    whole = client.events(execution)
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = client.history(execution, after=after, limit=limit)
        assert len(page["events"]) <= limit
        found += page["events"]
        after = page["nextAfter"]
        if after is None:
            break
    assert found == whole


def test_a_page_of_large_events_is_shorter(client: Client) -> None:
    execution = client.start("waits")
    for number in range(10):
        client.signal(execution, "unknown", str(number) * 1_900_000)
    pages = [client.history(execution)]
    while (after := pages[-1]["nextAfter"]) is not None:
        pages.append(client.history(execution, after=after))
    assert len(pages) == 2
    assert all(len(json.dumps(page)) < 17 * 1024 * 1024 for page in pages)
    client.cancel(execution)
    whole = client.events(execution)
    found = [event for page in pages for event in page["events"]]
    assert found == whole[: len(found)]
    assert [event["type"] for event in found].count("signal_received") == 10


def test_following_goes_on_after_any_event(client: Client) -> None:
    execution = client.start("continues", 1)
    whole = client.events(execution)
    for index, event in enumerate(whole):
        assert client.events(execution, after=event["id"]) == whole[index + 1 :]


def test_an_execution_that_continues_as_new_is_one_history(client: Client) -> None:
    execution = client.start("continues", 2)
    assert told(client.events(execution)) == [
        ("started", {"workflow": "continues", "input": 2}),
        ("status_changed", {"status": "running"}),
        ("step_started", {"step": "With 2 left"}),
        ("step_completed", {"step": "With 2 left", "result": 2, "attempts": 1}),
        ("step_started", {"step": "With 1 left"}),
        ("step_completed", {"step": "With 1 left", "result": 1, "attempts": 1}),
        ("status_changed", {"status": "completed"}),
        ("completed", {"result": "done"}),
    ]
    status = client.status(execution)
    assert (status["input"], status["attempt"]) == (2, 1)


def test_a_failed_step_and_a_failed_execution_say_why(client: Client) -> None:
    error = "attempt 3 is too early"
    failure = {"message": error, "type": "ValueError", "step": "Hopeless", "attempts": 3}
    assert told(client.events(client.start("failing-step")))[2:] == [
        ("step_started", {"step": "Hopeless"}),
        ("step_failed", {"step": "Hopeless", "error": error, "attempts": 3}),
        ("status_changed", {"status": "failed"}),
        ("failed", {"error": error, "failure": failure}),
    ]


def test_local_activities_are_steps_too(client: Client) -> None:
    error = "attempt 3 is too early"
    assert told(client.events(client.start("local-steps")))[2:6] == [
        ("step_started", {"step": "Local step"}),
        ("step_completed", {"step": "Local step", "result": 1, "attempts": 1}),
        ("step_started", {"step": "fail_until"}),
        ("step_failed", {"step": "fail_until", "error": error, "attempts": 3}),
    ]


def test_events_come_while_the_execution_runs(client: Client, tmp_path: Path) -> None:
    execution = client.start("file-step", str(tmp_path))

    def waiting(event: dict[str, Any]) -> bool:
        return bool(event["data"].get("step") == "Waiting for the file")

    past = client.events(execution, until=waiting)
    assert told(past)[-1] == ("step_started", {"step": "Waiting for the file"})
    put(tmp_path / "go", "now")
    rest = client.events(execution, after=past[-1]["id"])
    assert told(rest)[0] == (
        "step_completed",
        {"step": "Waiting for the file", "result": "now", "attempts": 1},
    )
    assert rest[-1]["type"] == "completed"


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "0-1-0",
        "000000-0000000099-0",
        "000009-0000000001-0",
        "000000-0000000001-5",
        "000000-0000000002-0",
    ],
)
@pytest.mark.parametrize("workflow", ["no-input", "waits"])
def test_a_place_where_there_is_no_event_is_refused(client: Client, workflow: str, after: str) -> None:
    execution = client.start(workflow)
    for read in (client.history, client.events):
        problem = refused(lambda read=read: read(execution, after=after))
        assert (problem.code, problem.field) == ("invalid_request", "after")


class LongHistory:
    """A run of 50,000 of Temporal's events, handed out in pages as Temporal does; counts the pages."""

    events = 50_000
    page = 250

    def __init__(self) -> None:
        self.read = 0

    async def call(self, method: Any, request: Any, **_: Any) -> GetWorkflowExecutionHistoryResponse:
        self.read += 1
        first = int(request.next_page_token or b"1")
        last = min(first + self.page, self.events + 1)
        answer = GetWorkflowExecutionHistoryResponse()
        answer.history.events.extend(self.event(number) for number in range(first, last))
        if last <= self.events:
            answer.next_page_token = str(last).encode()
        return answer

    @staticmethod
    def event(number: int) -> HistoryEvent:
        event = HistoryEvent(
            event_id=number,
            event_time=Timestamp(seconds=number),
            event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
            if number % 2
            else EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        )
        if number % 2:
            scheduled = event.activity_task_scheduled_event_attributes
            scheduled.activity_type.CopyFrom(ActivityType(name=f"step {number}"))
        else:
            event.activity_task_completed_event_attributes.scheduled_event_id = number - 1
        return event


def test_a_long_history_is_not_read_from_its_start_by_every_page(loop: Loop) -> None:
    source = LongHistory()
    reader = Reader(source)  # type: ignore[arg-type]
    info = WorkflowExecutionInfo(
        execution=WorkflowExecution(workflow_id="w", run_id="r"), first_run_id="r", history_length=50_000
    )

    async def page(after: str | None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        place = Place.parse(after) if after else None
        async for batch in reader.batches("default", info, place, live=False):
            found += batch
            if len(found) >= 1000:
                break
        return found[:1000]

    events: list[dict[str, Any]] = []
    while found := loop.run(page(events[-1]["id"] if events else None)):
        events += found
    assert len(events) == LongHistory.events
    assert {event["data"]["step"] for event in events} == {f"step {n}" for n in range(1, 50_000, 2)}
    assert source.read < 2.5 * LongHistory.events / LongHistory.page
