"""Answers that are not what the contract says, and those that only look so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import APIError, Ductape, DuctapeError, InvalidRequest, ResponseDecodeError, ServerError
from tests.loopback import COMPLETED, STATUS, answer, zipped

if TYPE_CHECKING:
    from tests.loopback import Act, Loopback


def result(text: bytes) -> bytes:
    """A completed execution whose result is this JSON."""
    return json.dumps(COMPLETED | {"result": "@"}).encode().replace(b'"@"', text)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in STATUS.items() if key != name}


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (answer(b""), "the answer must be an object, not None"),
        (answer(b"null"), "the answer must be an object, not None"),
        (answer(b"<!DOCTYPE html>", content_type="text/html"), "not JSON .it says 'text/html'"),
        (answer([]), r"the answer must be an object, not \[\]"),
        (answer([STATUS]), "the answer must be an object"),
        (answer(b"7"), "the answer must be an object, not 7"),
        (answer({}), "/executionId is missing"),
        (answer(without("currentStep")), "/currentStep is missing"),
        (answer(STATUS | {"status": None}), "/status must be"),
        (answer(STATUS | {"status": 7}), "/status must be"),
        (answer(STATUS | {"startedAt": "yesterday"}), "/startedAt must be"),
        (answer(STATUS | {"startedAt": None}), "/startedAt must be"),
        (answer(STATUS | {"attempt": 1.5}), "/attempt must be"),
        (answer(STATUS | {"failure": {"message": "x"}}), "/failure/type is missing"),
        (answer(result(b"NaN")), "NaN is not JSON"),
        (answer(result(b"-Infinity")), "-Infinity is not JSON"),
        (answer(result(b"1e999")), "the number 1e999 is too large"),
        (answer(result(b"9" * 5000)), "4300 digits"),
        (answer(result(b"[" * 100_000 + b"]" * 100_000)), "it is nested too deep"),
        (answer(b"[" * 100_000), "it is nested too deep"),
        (answer(b'{"a":' * 100_000), "it is nested too deep"),
        (zipped(b"[" * 100_000), "it is nested too deep"),
        (answer(result(b'"\xed\xa0\x80"')), "'utf-8' codec can't decode"),
        (answer(result(b'"\xff\xfe"')), "'utf-8' codec can't decode"),
        (answer(json.dumps(STATUS).encode("utf-16")), "codec can't decode"),
        (answer(b"\x00" * 100), "Expecting value"),
        (answer(json.dumps(STATUS).encode() * 2), "Extra data"),
    ],
)  # fmt: skip
def test_what_is_not_the_contracts_answer_is_a_decode_error_that_says_why(
    act: Act, message: str, server: Loopback, client: Ductape
) -> None:
    server.default = act
    with pytest.raises(ResponseDecodeError, match=message) as caught:
        client.workflows.get_status("order-1")
    assert len(str(caught.value)) < 400
    assert caught.value.request_id == server.received[0].headers["x-request-id"]
    assert len(server.received) == 1, "another try would not change it"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"null", None),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'"\\ud800"', "\ud800"),
        (b'"\\u0000"', "\0"),
        (b"9" * 4000, int("9" * 4000)),
        (b"1e-999", 0.0),
        (b"[" * 300 + b"]" * 300, ...),
        (b'{"__proto__": {"__class__": 1}}', {"__proto__": {"__class__": 1}}),
    ],
)
def test_odd_results_arrive_as_they_are(text: bytes, value: Any, server: Loopback, client: Ductape) -> None:
    server.default = answer(result(text))
    got = client.workflows.wait_for_completion("order-1")
    assert value is ... or got == value


def test_half_a_surrogate_pair_is_read_and_not_sent(server: Loopback, client: Ductape) -> None:
    server.default = answer(COMPLETED | {"result": "\ud800"})
    assert client.workflows.get_status("order-1").result == "\ud800"
    with pytest.raises(InvalidRequest, match="half of a surrogate pair is no character"):
        client.workflows.signal("order-1", "say", "\ud800")
    assert len(server.received) == 1


def test_a_byte_order_mark_is_no_fault(server: Loopback, client: Ductape) -> None:
    server.default = answer(b"\xef\xbb\xbf" + json.dumps(STATUS).encode())
    assert client.workflows.get_status("order-1").status == "running"


def test_what_a_newer_server_adds_is_kept(server: Loopback, client: Ductape) -> None:
    server.default = answer(STATUS | {"status": "paused", "pausedBy": {"user": "someone"}})
    status = client.workflows.get_status("order-1")
    assert (status.status, str(status.status)) == ("paused", "paused")
    assert status.to_dict()["pausedBy"] == {"user": "someone"}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(
    "body", [b"", b"<html><h1>Sorry</h1></html>", b"null", b"[]", b'{"detail": 7}', b"\xff"]
)
def test_a_failing_server_is_a_server_error_whatever_it_says(
    status: int, body: bytes, server: Loopback, client: Ductape
) -> None:
    server.default = answer(body, status, content_type="text/html")
    with pytest.raises(ServerError, match=f"the server answered {status}") as caught:
        client.workflows.get_status("order-1")
    assert caught.value.status == status


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["elsewhere", "the same host"])
def test_a_redirect_is_refused_and_the_key_stays(
    status: int, to: str, server: Loopback, client: Ductape
) -> None:
    from tests.loopback import loopback

    with loopback(answer(STATUS)) as elsewhere:
        origin = elsewhere.origin if to == "elsewhere" else server.origin
        server.then(*[answer(b"", status, location=f"{origin}/v1/stolen")] * 2)
        for call in (
            lambda: client.workflows.get_status("order-1"),
            lambda: client.workflows.execute("process-order"),
        ):
            with pytest.raises(
                APIError, match=f"{status}, a redirect, which is not followed: set base_url"
            ) as caught:
                call()
            assert (caught.value.status, caught.value.code) == (status, "redirect")
        assert elsewhere.connections == 0
    assert server.targets == ["GET /v1/executions/order-1", "POST /v1/executions"]


@pytest.mark.parametrize("answered", [201, 202, 203, 204, 205, 206, 226, 299])
def test_a_success_of_another_kind_is_not_taken_for_the_contracts(
    answered: int, server: Loopback, client: Ductape
) -> None:
    server.default = answer(b"" if answered in {204, 205} else STATUS, answered)
    with pytest.raises(
        DuctapeError, match=f"the server answered {answered}, which the contract does not know"
    ):
        client.workflows.get_status("order-1")
