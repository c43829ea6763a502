"""What was generated builds requests that keep the contract, and refuses the rest before anything is sent."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ductape_sync._generated import ContractError
from ductape_sync._generated import models as m
from ductape_sync._generated import operations as o

ID_RULE = "must be 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first of them a letter, a digit or `_`"
WHEN = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def refusal(call: Any, *args: Any, **kwargs: Any) -> tuple[str, str]:
    with pytest.raises(ContractError) as caught:
        call(*args, **kwargs)
    assert str(caught.value) == caught.value.message
    return caught.value.field, caught.value.message


def order(awkward: Any, **fields: Any) -> Any:
    return awkward.models.Order(
        **{"from_": "me", "lines": [awkward.models.Line(sku="a-1")], "when": WHEN, **fields}
    )


def test_execute_sends_what_was_given_and_nothing_else() -> None:
    request = o.execute_workflow(
        body=m.ExecuteRequest(
            workflow="process-order",
            input={"a": None},
            options=m.ExecuteOptions(timeout=60000, metadata={"b": 1}),
        ),
        idempotency_key="key-1",
    )
    assert (request.operation, request.method, request.path, request.success) == (
        *("executeWorkflow", "POST", "/executions", 201),
    )
    assert request.body == {
        "workflow": "process-order",
        "input": {"a": None},
        "options": {"timeout": 60000, "metadata": {"b": 1}},
    }
    assert request.headers == {"Idempotency-Key": "key-1"}
    assert request.query == {}


def test_list_sends_only_the_filters_that_were_given() -> None:
    assert o.list_executions().query == {}
    request = o.list_executions(workflow="a", status=m.ExecutionState.FAILED, limit=1000, offset=0)
    assert request.query == {"workflow": "a", "status": "failed", "limit": "1000", "offset": "0"}
    assert type(request.query["status"]) is str
    assert o.list_executions(status="running").query == {"status": "running"}
    assert request.body is None


def test_an_id_is_encoded_in_the_path() -> None:
    request = o.get_status("a:b@c=d+e~f-g.h", prefer="wait=60")
    assert request.path == "/executions/a%3Ab%40c%3Dd%2Be~f-g.h"
    assert request.headers == {"Prefer": "wait=60"}


def test_an_answer_is_parsed_and_no_answer_is_none() -> None:
    request = o.get_health()
    assert request.parse({"status": "ok", "version": "1", "engine": "e"}) == m.Health(
        status=m.HealthState.OK, version="1", engine="e"
    )
    assert o.cancel_execution("a", body=m.CancelRequest()).parse(None) is None


def test_a_request_cannot_be_changed() -> None:
    request: Any = o.get_health()
    with pytest.raises(AttributeError):
        request.path = "/other"


def test_a_websocket_makes_no_operation() -> None:
    assert not hasattr(o, "open_events")


@pytest.mark.parametrize("execution_id", ["", ".", "..", "a/b", "a\n", "-a", "ä", "a b", "a" * 201, "a%2e"])
def test_an_id_that_is_none_is_refused(execution_id: str) -> None:
    field, message = refusal(o.get_status, execution_id)
    assert field == "execution_id"
    assert message.startswith(f"execution_id {ID_RULE}, not ")
    assert len(message) < 250
    body = m.ExecuteRequest(workflow="a", execution_id=execution_id)
    assert refusal(o.execute_workflow, body=body)[1].startswith(f"execution_id {ID_RULE}, not ")
    subscribe = m.SubscribeMessage(execution_id=execution_id, after=None)
    assert refusal(o.validate, subscribe)[1].startswith(f"execution_id {ID_RULE}, not ")


REFUSED: list[tuple[Any, str]] = [
    (lambda: o.list_executions(limit=0), "limit must be between 1 and 1000, not 0"),
    (lambda: o.list_executions(limit=1001), "limit must be between 1 and 1000, not 1001"),
    (lambda: o.list_executions(limit=True), "limit must be an integer, not True"),
    (lambda: o.list_executions(limit=2.0), "limit must be an integer, not 2.0"),  # type: ignore[arg-type]
    (lambda: o.list_executions(limit="5"), "limit must be an integer, not '5'"),  # type: ignore[arg-type]
    (lambda: o.list_executions(offset=-1), "offset must be between 0 and 10000, not -1"),
    (
        lambda: o.list_executions(workflow=""),
        "workflow must be 1 to 200 characters without control characters, double quotes and backslashes, not",
    ),
    (
        lambda: o.list_executions(status="runing"),
        "status must be one of running, completed, failed, cancelled, not 'runing'",
    ),
    (lambda: o.get_status(None), "execution_id must be a string, not None"),  # type: ignore[arg-type]
    (lambda: o.get_status(b"a"), "execution_id must be a string, not b'a'"),  # type: ignore[arg-type]
    (
        lambda: o.get_status("a", prefer="wait=1\r\nX-Other: 1"),
        "prefer must be one line of ASCII, as it goes into a header, not 'wait=1\\r\\nX-Other: 1'",
    ),
    (
        lambda: o.get_status("a", prefer=" a"),
        "prefer must be one line of ASCII, as it goes into a header, not ' a'",
    ),
    (
        lambda: o.get_status("a", prefer="ä"),
        "prefer must be one line of ASCII, as it goes into a header, not 'ä'",
    ),
    (
        lambda: o.cancel_execution("a", body=m.CancelRequest(), idempotency_key="a\n"),
        "idempotency_key must be 1 to 255 visible ASCII characters, unique to this request, not 'a\\n'",
    ),
    (
        lambda: o.cancel_execution("a", body=m.CancelRequest(reason="x" * 1001)),
        "reason must be at most 1000 characters long, not ",
    ),
    (
        lambda: o.signal_execution("a", body=m.SignalRequest(signal="a\x00")),
        "signal must be 1 to 200 characters without control characters, not 'a\\x00'",
    ),
    (
        lambda: o.execute_workflow(body=m.ExecuteRequest(workflow="a", options=m.ExecuteOptions(timeout=0))),
        "options.timeout must be between 1 and 315360000000, not 0",
    ),
    (
        lambda: o.execute_workflow(body=m.ExecuteRequest(workflow="a", options=m.ExecuteOptions(retries=-1))),
        "options.retries must be between 0 and 1000, not -1",
    ),
    (
        lambda: o.execute_workflow(
            body=m.ExecuteRequest(workflow="a", options=m.ExecuteOptions(metadata=[]))
        ),  # type: ignore[arg-type]
        "options.metadata must be a dict, not []",
    ),
    (
        lambda: o.execute_workflow(
            body=m.ExecuteRequest(workflow="a", options=m.ExecuteOptions(metadata={1: 2}))
        ),  # type: ignore[dict-item]
        "options.metadata must have only strings as keys, not 1",
    ),
    (
        lambda: o.execute_workflow(body=m.ExecuteRequest(workflow="a", options={"timeout": 1})),  # type: ignore[arg-type]
        "options must be of the type ExecuteOptions, not {'timeout': 1}",
    ),
    (
        lambda: o.execute_workflow(body={"workflow": "a"}),
        "body must be of the type ExecuteRequest, not {'workflow'",
    ),  # type: ignore[arg-type]
    (
        lambda: o.validate(m.SubscribeMessage(execution_id="a", after="b" * 201)),
        "after must be at most 200 characters",
    ),
    (lambda: o.validate({}), "message must be something that a client sends, not {}"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_what_breaks_the_contract_is_refused_with_the_remedy(call: Any, message: str) -> None:
    field, said = refusal(call)
    assert said.startswith(message)
    assert said.startswith(f"{field} ")


def test_a_message_that_keeps_the_contract_passes() -> None:
    o.validate(m.SubscribeMessage(execution_id="a", after=None))
    o.validate(m.SubscribeMessage(execution_id="a", after="b"))
    o.validate(m.UnsubscribeMessage(execution_id="a"))


@given(text=st.text(max_size=8))
def test_an_id_either_stays_one_segment_of_the_path_or_is_refused(text: str) -> None:
    try:
        path = o.get_status(text).path
    except ContractError:
        return
    assert re.fullmatch(r"/executions/[A-Za-z0-9_.~%-]+", path)
    assert unquote(path.removeprefix("/executions/")) == text
    assert path.removeprefix("/executions/") not in (".", "..")


@given(value=st.text(max_size=8))
def test_a_header_is_one_line_or_is_refused(value: str) -> None:
    try:
        headers = o.get_status("a", prefer=value).headers
    except ContractError:
        return
    assert re.search(r"[^\t -~]", headers["Prefer"]) is None
    assert headers["Prefer"].strip() == value


def test_awkward_arguments_go_where_the_contract_says(awkward: Any) -> None:
    request = awkward.operations.import_(
        "box", "a-1", dry_run=False, ratio=0.5, query=7, mood="class", x_trace_id="ab"
    )
    assert request.path == "/things/box/parts/a-1"
    assert request.query == {"dry-run": "false", "ratio": "0.5", "query": "7", "mood": "class"}
    assert request.headers == {"X-Trace-ID": "ab"}
    assert isinstance(request.parse({"@kind": "new", "type": "t", "id": None}), awkward.models.UnknownThing)


def test_an_awkward_body_is_sent_whole(awkward: Any) -> None:
    body = order(
        awkward,
        due=dt.date(2026, 11, 2),
        mood=awkward.models.Mood.WITH_SPACE,
        counts={"a": 1},
        matrix=[[1.5, 2], []],
        anything=[None],
        gift=False,
        note="hello",
        lines=[awkward.models.Line(sku="a-1", amount=9), awkward.models.Line(sku="$x$")],
    )
    request = awkward.operations.put_part("box", "a-1", body=body)
    assert request.body == {
        "from": "me",
        "lines": [{"sku": "a-1", "amount": 9}, {"sku": "$x$"}],
        "when": "2026-11-01T12:00:00+00:00",
        "due": "2026-11-02",
        "mood": "with space",
        "counts": {"a": 1},
        "matrix": [[1.5, 2], []],
        "anything": [None],
        "gift": False,
        "note": "hello",
    }
    assert awkward.models.Order.from_dict(request.body) == body


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"from_": "a b"}, "from_ must match ^\\w+$, not 'a b'"),
        ({"from_": "ä"}, "from_ must match ^\\w+$, not 'ä'"),
        ({"lines": []}, "lines must have 1 to 3 items, not 0"),
        ({"lines": ["a"]}, "lines[0] must be of the type Line, not 'a'"),
        ({"lines": "a"}, "lines must be a list, not 'a'"),
        (
            {"when": dt.datetime(2026, 11, 1)},
            "when must be a datetime with a time zone, not datetime.datetime(2026",
        ),
        ({"due": WHEN}, "due must be a date, not datetime.datetime(2026"),
        (
            {"mood": "angry"},
            "mood must be one of in-progress, class, None, with space, HTTPError, not 'angry'",
        ),
        ({"counts": {"a": None}}, "counts.a must be an integer, not None"),
        ({"matrix": [[1], ["x"]]}, "matrix[1][0] must be a number, not 'x'"),
        ({"matrix": [[float("nan")]]}, "matrix[0][0] must be a number, not nan"),
        ({"gift": 1}, "gift must be True or False, not 1"),
        ({"note": "longer"}, "note must be at most 5 characters long, not 'longer'"),
    ],
)
def test_an_awkward_body_that_breaks_the_contract_is_refused(
    awkward: Any, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(awkward.ContractError) as caught:
        awkward.operations.put_part("box", "a-1", body=order(awkward, **fields))
    assert caught.value.message.startswith(message)


def test_the_place_of_a_value_names_the_list_and_the_field(awkward: Any) -> None:
    lines = [awkward.models.Line(sku="a"), awkward.models.Line(sku="a", amount=10)]
    with pytest.raises(awkward.ContractError) as caught:
        awkward.operations.put_part("box", "a-1", body=order(awkward, lines=lines))
    assert caught.value.message == "lines[1].amount must be at most 9, not 10"
    assert caught.value.field == "lines[1].amount"


@pytest.mark.parametrize("part_id", ["a", "a-1", "$x$", "^x$"])
def test_a_pattern_lets_what_matches_pass(awkward: Any, part_id: str) -> None:
    path = awkward.operations.import_("box", part_id, query=1, x_trace_id="ab").path
    assert unquote(path) == f"/things/box/parts/{part_id}"


@pytest.mark.parametrize("part_id", ["", "A", "a-", "a-1\n", "\na", "x$", "a-1 $x$"])
def test_a_pattern_must_match_the_whole_value(awkward: Any, part_id: str) -> None:
    with pytest.raises(awkward.ContractError, match="part_id must not be empty and must match"):
        awkward.operations.import_("box", part_id, query=1, x_trace_id="ab")
