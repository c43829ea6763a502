"""What was generated decodes: strictly, with the place of what is wrong, and without losing what is new."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ductape_sync._generated import DecodeError
from ductape_sync._generated import models as m

EVENT = {
    "id": "0000-0000000005-00",
    "executionId": "order-123",
    "timestamp": "2026-11-01T12:00:00.123Z",
    "type": "step_completed",
    "data": {"step": "Validating input", "result": {"ok": True}, "attempts": 1},
}
STATUS = {
    "executionId": "order-123",
    "workflow": "process-order",
    "status": "completed",
    "startedAt": "2026-11-01T12:00:00Z",
    "completedAt": None,
    "metadata": {"source": "shop"},
    "input": {"orderId": "order-123"},
    "result": [1, 2.5, None],
    "error": None,
    "failure": {"message": "boom", "type": "ValueError", "step": None, "attempts": None},
    "currentStep": None,
    "currentStepAttempt": None,
    "currentStepError": None,
    "attempt": 1,
}
BOX = {
    "@kind": "box",
    "type": "a",
    "id": 1,
    "list": ["a"],
    "dict": {"a": None},
    "str": "a",
    "int": 1,
    "date": "2026-11-01",
    "datetime": "2026-11-01T12:00:00+02:00",
    "HTTPStatus": 200,
    "a.b~c/d": True,
    "_private": "p",
}
BAG = {
    "@kind": "bag/1",
    "type": "a",
    "id": "b",
    "text": None,
    "count": None,
    "flag": None,
    "at": None,
    "on": None,
    "share": None,
    "inner": None,
    "mood": None,
    "moods": ["in-progress", "sleepy"],
    "things": [{"color": "green"}, {"color": "blue", "size": 1}],
    "lines": {"first": BOX},
    "days": None,
    "gaps": [None, "2026-11-01T12:00:00Z"],
    "free": [None, {"a": []}],
    "shelves": {"top": [{"leaf": {"color": "brown", "fallen": True}}]},
}


def in_utc(value: Any) -> Any:
    """JSON with every time spelled the same way."""
    if isinstance(value, dict):
        return {name: in_utc(item) for name, item in value.items()}
    if isinstance(value, list):
        return [in_utc(item) for item in value]
    if isinstance(value, str) and value[4:5] == "-" and "T" in value:
        return dt.datetime.fromisoformat(value).astimezone(dt.UTC).isoformat()
    return value


def refusal(decode: Any, data: Any) -> tuple[str, str]:
    with pytest.raises(DecodeError) as caught:
        decode(data)
    assert caught.value.__cause__ is None
    assert str(caught.value) == caught.value.message
    return caught.value.path, caught.value.message


def test_an_event_has_the_types_of_the_contract() -> None:
    event = m.workflow_event_from_dict(EVENT)
    assert isinstance(event, m.StepCompletedEvent)
    assert event.type == "step_completed"
    assert event.timestamp == dt.datetime(2026, 11, 1, 12, 0, 0, 123000, tzinfo=dt.UTC)
    assert event.data == m.StepCompletedData(step="Validating input", result={"ok": True}, attempts=1)
    assert in_utc(event.to_dict()) == in_utc(EVENT)


def test_a_status_has_none_where_the_json_has_null() -> None:
    status = m.ExecutionStatus.from_dict(STATUS)
    assert status.status is m.ExecutionState.COMPLETED
    assert status.completed_at is None
    assert status.failure is not None
    assert status.failure.step is None
    assert in_utc(status.to_dict()) == in_utc(STATUS)


@pytest.mark.parametrize("data", [BOX, BAG])
def test_awkward_json_comes_back_as_it_was(awkward: Any, data: dict[str, Any]) -> None:
    thing = awkward.models.thing_from_dict(data)
    assert in_utc(thing.to_dict()) == in_utc(data)
    assert awkward.models.thing_from_dict(thing.to_dict()) == thing


def test_awkward_values_have_their_types(awkward: Any) -> None:
    box = awkward.models.Box.from_dict(BOX)
    assert (box.type, box.id, box.list, box.dict, box.private, box.a_b_c_d) == (
        "a",
        1,
        ["a"],
        {"a": None},
        "p",
        True,
    )
    assert box.date == dt.date(2026, 11, 1)
    assert box.datetime.utcoffset() == dt.timedelta(hours=2)
    bag = awkward.models.Bag.from_dict(
        {
            **BAG,
            "at": "2026-11-01T12:00:00Z",
            "on": "2026-11-01",
            "share": 1,
            "inner": {"title": "t", "more": 1},
            "mood": "HTTPError",
            "days": {"monday": "2026-11-02"},
        }
    )
    assert bag.moods == [awkward.models.Mood.IN_PROGRESS, "sleepy"]
    assert isinstance(bag.things[1], awkward.models.UnknownLeaf)
    assert bag.lines["first"] == box
    assert bag.gaps[1] == bag.at == dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
    assert (bag.on, bag.share, bag.mood) == (dt.date(2026, 11, 1), 1, awkward.models.Mood.HTTP_ERROR)
    assert bag.inner.additional_properties == {"more": 1}
    assert bag.days == {"monday": dt.date(2026, 11, 2)}
    assert isinstance(bag.shelves["top"][0]["leaf"], awkward.models.Brown)
    assert awkward.models.Bag.from_dict(bag.to_dict()) == bag


def test_fields_that_are_new_survive_and_come_back() -> None:
    data = {**EVENT, "region": {"name": "eu"}, "data": {**EVENT["data"], "worker": "w-1"}}  # type: ignore[dict-item]
    event = m.workflow_event_from_dict(data)
    assert isinstance(event, m.StepCompletedEvent)
    assert event.additional_properties == {"region": {"name": "eu"}}
    assert event.data.additional_properties == {"worker": "w-1"}
    assert in_utc(event.to_dict()) == in_utc(data)


def test_a_field_that_the_contract_has_wins_over_another_of_its_name() -> None:
    page = m.ExecutionList(
        executions=[], count=1, next_cursor=None, additional_properties={"count": 7, "x": 1}
    )
    assert page.to_dict() == {"executions": [], "count": 1, "nextCursor": None, "x": 1}


def test_an_event_of_a_new_type_survives_and_comes_back() -> None:
    data = {**EVENT, "type": "paused", "data": [1], "by": "me"}
    event = m.workflow_event_from_dict(data)
    assert isinstance(event, m.UnknownWorkflowEvent)
    assert (event.type, event.execution_id, event.data) == ("paused", "order-123", [1])
    assert in_utc(event.to_dict()) == in_utc(data)
    history = m.History.from_dict({"executionId": "order-123", "events": [EVENT, data], "nextAfter": None})
    assert history.events[1] == event


def test_a_message_of_a_new_kind_survives_and_comes_back() -> None:
    data = {"op": "notice", "text": "soon"}
    message = m.server_message_from_dict(data)
    assert isinstance(message, m.UnknownServerMessage)
    assert message.op == "notice"
    assert message.to_dict() == data


def test_a_new_value_of_an_enum_survives_and_comes_back() -> None:
    status = m.ExecutionStatus.from_dict({**STATUS, "status": "paused"})
    assert status.status == "paused"
    assert isinstance(status.status, m.ExecutionState)
    assert status.status.value == "paused"
    assert f"{status.status}" == "paused"
    assert "paused" in repr(status.status)
    assert status.to_dict()["status"] == "paused"
    assert type(status.to_dict()["status"]) is str
    assert {status.status: 1}["paused"] == 1  # type: ignore[index]
    assert pickle.loads(pickle.dumps(status.status)) == "paused"
    assert "paused" not in [state.value for state in m.ExecutionState]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"id": None}, "/id", "must be a string, not None"),
    ({"id": 5}, "/id", "must be a string, not 5"),
    ({"timestamp": 5}, "/timestamp", "must be a time with an offset (RFC 3339), not 5"),
    ({"timestamp": "yesterday"}, "/timestamp", "must be a time with an offset (RFC 3339), not 'yesterday'"),
    (
        {"timestamp": "2026-11-01T12:00:00"},
        "/timestamp",
        "must be a time with an offset (RFC 3339), not '2026-",
    ),
    ({"timestamp": "2026-11-01"}, "/timestamp", "must be a time with an offset (RFC 3339), not '2026-11-01'"),
    ({"type": 5}, "/type", "must be a string, not 5"),
    ({"type": ["started"]}, "/type", "must be a string, not ['started']"),
    ({"data": None}, "/data", "must be an object, not None"),
    ({"data": []}, "/data", "must be an object, not []"),
    ({"data": {"step": "s", "result": 1}}, "/data/attempts", "is missing"),
    (
        {"data": {"step": "s", "result": 1, "attempts": True}},
        "/data/attempts",
        "must be an integer, not True",
    ),
    ({"data": {"step": "s", "result": 1, "attempts": 1.0}}, "/data/attempts", "must be an integer, not 1.0"),
    ({"data": {"step": "s", "result": 1, "attempts": "1"}}, "/data/attempts", "must be an integer, not '1'"),
]


@pytest.mark.parametrize(("change", "path", "problem"), WRONG)
def test_what_breaks_the_contract_is_told_with_its_place(
    change: dict[str, Any], path: str, problem: str
) -> None:
    where, message = refusal(m.workflow_event_from_dict, {**EVENT, **change})
    assert where == path
    assert message.startswith(f"{path} {problem}")
    history = {"executionId": "e", "events": [EVENT, {**EVENT, **change}], "nextAfter": None}
    assert refusal(m.History.from_dict, history)[0] == f"/events/1{path}"
    assert (
        refusal(m.server_message_from_dict, {"op": "event", "event": {**EVENT, **change}})[0]
        == f"/event{path}"
    )


@pytest.mark.parametrize("data", [None, [], [EVENT], "started", 5, True])
def test_what_is_no_object_is_told(data: Any) -> None:
    for decode in (m.workflow_event_from_dict, m.StartedEvent.from_dict, m.CancelRequest.from_dict):
        path, message = refusal(decode, data)
        assert path == ""
        assert message.startswith("the answer must be an object, not ")


@pytest.mark.parametrize("name", list(EVENT))
def test_a_field_that_is_missing_is_told(name: str) -> None:
    path, message = refusal(m.workflow_event_from_dict, {key: EVENT[key] for key in EVENT if key != name})
    assert (path, message) == (f"/{name}", f"/{name} is missing")


def test_a_list_where_the_contract_has_none_is_told() -> None:
    path, message = refusal(m.History.from_dict, {"executionId": "e", "events": {}, "nextAfter": None})
    assert (path, message) == ("/events", "/events must be a list, not {}")


AWKWARD_WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"flag": 1}, "/flag", "must be true or false, not 1"),
    ({"count": True}, "/count", "must be an integer, not True"),
    ({"share": "1"}, "/share", "must be a number, not '1'"),
    ({"share": True}, "/share", "must be a number, not True"),
    ({"on": "2026-11-31"}, "/on", "must be a date such as 2026-01-31, not '2026-11-31'"),
    ({"on": 5}, "/on", "must be a date such as 2026-01-31, not 5"),
    ({"mood": 5}, "/mood", "must be a string, not 5"),
    ({"moods": [{}]}, "/moods/0", "must be a string, not {}"),
    ({"inner": {}}, "/inner/title", "is missing"),
    ({"gaps": ["2026-11-01T12:00:00"]}, "/gaps/0", "must be a time"),
    ({"days": {"a/b": "2026"}}, "/days/a~1b", "must be a date"),
    ({"lines": {"x": {**BOX, "a.b~c/d": None}}}, "/lines/x/a.b~0c~1d", "must be true or false, not None"),
    ({"shelves": {"top": [{"leaf": {"color": "brown"}}]}}, "/shelves/top/0/leaf/fallen", "is missing"),
    ({"shelves": {"top": {}}}, "/shelves/top", "must be a list, not {}"),
    ({"things": [{"size": 1}]}, "/things/0/color", "is missing"),
    ({"things": [5]}, "/things/0", "must be an object, not 5"),
    ({"@kind": "box"}, "/@kind", "must be 'bag/1', not 'box'"),
]


@pytest.mark.parametrize(("change", "path", "problem"), AWKWARD_WRONG)
def test_awkward_json_that_breaks_the_contract_is_told_with_its_place(
    awkward: Any, change: dict[str, Any], path: str, problem: str
) -> None:
    with pytest.raises(awkward.DecodeError) as caught:
        awkward.models.Bag.from_dict({**BAG, **change})
    assert caught.value.path == path
    assert caught.value.message.startswith(f"{path} {problem}")


def test_a_closed_object_has_no_other_fields() -> None:
    path, message = refusal(m.CancelRequest.from_dict, {"reason": "r", "force": True})
    assert (path, message) == ("/force", "/force is not a property of this object")


def test_an_optional_field_may_be_absent_but_not_null() -> None:
    assert m.CancelRequest.from_dict({}) == m.CancelRequest()
    assert m.CancelRequest().to_dict() == {}
    assert refusal(m.CancelRequest.from_dict, {"reason": None})[0] == "/reason"


def test_what_a_message_shows_of_a_value_is_short() -> None:
    huge = {"x" * 1000: ["y" * 1000] * 1000}
    assert len(refusal(m.History.from_dict, {"executionId": huge, "events": [], "nextAfter": None})[1]) < 300


def test_models_are_frozen_and_have_no_other_attributes() -> None:
    event: Any = m.workflow_event_from_dict(EVENT)
    for name in ("id", "type", "other"):
        with pytest.raises(AttributeError):
            setattr(event, name, "x")
    with pytest.raises(AttributeError):
        del event.id
    assert not hasattr(event, "__dict__")


def test_models_are_made_with_keywords_only() -> None:
    with pytest.raises(TypeError):
        m.CancelRequest("because")  # type: ignore[misc]


def test_models_are_equal_by_what_they_hold() -> None:
    one, two = m.workflow_event_from_dict(EVENT), m.workflow_event_from_dict(copy.deepcopy(EVENT))
    assert one == two
    assert one != m.workflow_event_from_dict({**EVENT, "id": "other"})
    assert m.Failure.from_dict(STATUS["failure"]) != STATUS["failure"]
    assert hash(m.SubscribedMessage(execution_id="a")) == hash(m.SubscribedMessage(execution_id="a"))


def test_models_are_copied_and_pickled() -> None:
    event = m.workflow_event_from_dict({**EVENT, "new": [1]})
    assert pickle.loads(pickle.dumps(event)) == event
    assert copy.copy(event) == event
    twin = copy.deepcopy(event)
    assert twin == event
    assert isinstance(twin, m.StepCompletedEvent)
    assert isinstance(event, m.StepCompletedEvent)
    assert twin.data.result is not event.data.result


def test_models_are_attrs_classes() -> None:
    event = m.StepStartedEvent.from_dict({**EVENT, "type": "step_started", "data": {"step": "s"}})
    assert [field.name for field in attrs.fields(m.StepStartedEvent)] == [
        *("id", "execution_id", "timestamp", "data", "additional_properties")
    ]
    assert attrs.evolve(event, id="other").id == "other"
    assert attrs.evolve(event) == event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TIMES = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-7, minutes=-30))]))


@given(
    step=st.text(),
    result=JSON,
    attempts=st.integers(),
    time=TIMES,
    new=st.dictionaries(st.text(), JSON, max_size=2),
)
def test_any_event_comes_back_from_json_as_it_was(
    step: str, result: Any, attempts: int, time: dt.datetime, new: dict[str, Any]
) -> None:
    data = {
        **new,
        **EVENT,
        "timestamp": time.isoformat(),
        "data": {**new, "step": step, "result": result, "attempts": attempts},
    }
    event = m.workflow_event_from_dict(data)
    assert event.to_dict() == data
    assert m.workflow_event_from_dict(json.loads(json.dumps(event.to_dict()))) == event


def decoded(decode: Any, data: Any) -> tuple[Any, DecodeError | None]:
    try:
        return decode(data), None
    except DecodeError as error:
        return None, error


@given(data=JSON)
def test_any_json_is_decoded_or_refused(data: Any) -> None:
    for decode in (m.workflow_event_from_dict, m.server_message_from_dict, m.Problem.from_dict):
        model, error = decoded(decode, data)
        assert (model is None) == (error is not None)


@given(data=JSON, name=st.sampled_from(list(STATUS)))
def test_every_refusal_names_the_field_that_is_wrong(data: Any, name: str) -> None:
    changed = {**STATUS, name: data}
    status, error = decoded(m.ExecutionStatus.from_dict, changed)
    if error is None:
        assert in_utc(status.to_dict()) == in_utc(changed)
    else:
        assert error.path.startswith(f"/{name}")
        assert "is not what the contract says" not in error.message
