from __future__ import annotations

import email.utils
import functools
import logging
import time
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import _generated, errors
from ductape_sync.config import Config
from ductape_sync.http.api import Api
from ductape_sync.secret import Secret
from ductape_sync.timing import Deadline
from tests.loopback import STATUS, SUMMARY, answer, cut, problem, reset, response

if TYPE_CHECKING:
    import threading

    from ductape_sync.workflows import Workflows
    from tests.clock import FakeClock
    from tests.loopback import Act, Loopback, Received, Wire

get_status = functools.partial(_generated.operations.get_status, "order-1")


def test_a_request_says_who_calls_and_what_it_takes(server: Loopback, api: Api) -> None:
    server.then(answer(STATUS))
    assert api.call(get_status).execution_id == "order-1"
    (request,) = server.received
    assert (request.method, request.target, request.body) == ("GET", "/v1/executions/order-1", b"")
    assert {
        name: request.headers[name] for name in ("authorization", "x-ductape-product", "x-ductape-env")
    } == {
        "authorization": "Bearer dsk_key",
        "x-ductape-product": "shop",
        "x-ductape-env": "dev",
    }
    assert request.headers["user-agent"] == "ductape-sync/1.2.3"
    assert request.headers["accept-encoding"] == "gzip"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert not {"idempotency-key", "content-type"} & set(request.headers)


def test_headers_of_the_user_go_with_every_request(server: Loopback, clock: FakeClock) -> None:
    config = Config(
        Secret("dsk_key"),
        "shop",
        "dev",
        base_url=server.origin,
        headers={"x-team": "a", "user-agent": "shop/1"},
    )
    api = Api(config, "1.2.3", clock=clock)
    server.then(answer(STATUS))
    api.call(get_status)
    api.close()
    headers = server.received[0].headers
    assert (headers["x-team"], headers["user-agent"]) == ("a", "shop/1")


TRANSIENT: dict[str, Act] = {
    "reset": reset,
    "closed without an answer": cut(b""),
    "cut in the headers": cut(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "cut in the body": cut(response(STATUS)[:-5]),
    "408": problem(408),
    "429": problem(429, "rate_limited"),
    "500": problem(500, "internal"),
    "502": answer(b"<html>Bad Gateway</html>", 502, content_type="text/html"),
    "503": problem(503, "engine_unavailable"),
    "504": answer(b"", 504),
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_fault_that_passes_is_tried_again_with_the_same_key(
    fault: Act, server: Loopback, workflows: Workflows
) -> None:
    server.then(fault, fault, answer(SUMMARY, 201))
    assert workflows.execute("process-order", {"a": 1}).execution_id == "order-1"
    assert len(server.received) == 3
    for name in ("idempotency-key", "x-request-id"):
        assert len({request.headers[name] for request in server.received}) == 1
    assert len({request.body for request in server.received}) == 1


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT.keys())
def test_a_fault_that_stays_is_raised_after_exactly_the_configured_tries(
    fault: Act, server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.default = fault
    with pytest.raises((errors.TransportError, errors.APIError)):
        workflows.execute("process-order")
    assert len(server.received) == 4  # one, and three retries
    assert [0.05 <= wait <= 0.4 for wait in clock.waits] == [True] * 3
    assert clock.waits == sorted(clock.waits)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 418, 501, 505])
def test_an_answer_that_another_try_does_not_change_is_raised_at_once(
    status: int, server: Loopback, workflows: Workflows
) -> None:
    server.default = problem(status)
    with pytest.raises(errors.APIError) as caught:
        workflows.get_status("order-1")
    assert caught.value.status == status
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("retry_after", "told", "waited"),
    [
        ("1", 1.0, (1.0, 1.0)),
        ("0", 0.0, (0.05, 0.1)),
        ("-5", None, (0.05, 0.1)),
        ("nan", None, (0.05, 0.1)),
        ("1.5", None, (0.05, 0.1)),
        ("soon", None, (0.05, 0.1)),
        ("9" * 5000, None, (0.05, 0.1)),
        (None, None, (0.05, 0.1)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0, (0.05, 0.1)),
        ("Thu, 99 Jan 9999999 00:00:00 GMT", None, (0.05, 0.1)),
        ("in 20 seconds", 20.0, (10.0, 20.0)),
    ],
)
def test_the_server_says_when_to_come_back(
    retry_after: str | None,
    told: float | None,
    waited: tuple[float, float],
    server: Loopback,
    workflows: Workflows,
    clock: FakeClock,
) -> None:
    if retry_after == "in 20 seconds":
        retry_after = email.utils.formatdate(time.time() + 20, usegmt=True)
    server.then(problem(429, "rate_limited", retry_after=retry_after), answer(STATUS))
    assert workflows.get_status("order-1").status == "running"
    (wait,) = clock.waits
    assert waited[0] <= wait <= waited[1]
    server.then(*[problem(429, "rate_limited", retry_after=retry_after)] * 4)
    with pytest.raises(errors.RateLimited) as caught:
        workflows.get_status("order-1")
    assert caught.value.retry_after == (told if told is None else pytest.approx(told, abs=10))


def test_a_server_that_wants_to_be_left_alone_for_longer_than_the_call_may_take_is_not_waited_for(
    server: Loopback, workflows: Workflows, clock: FakeClock
) -> None:
    server.default = problem(429, "rate_limited", retry_after="9999")
    with pytest.raises(errors.RateLimited) as caught:
        workflows.get_status("order-1")
    assert caught.value.retry_after == 9999.0
    assert (len(server.received), clock.waits) == (1, [])


def test_without_a_limit_of_time_the_wait_that_a_server_asks_for_is_capped(
    server: Loopback, clock: FakeClock
) -> None:
    api = Api(Config(Secret("k"), "p", "e", base_url=server.origin, timeout=None), "1", clock=clock)
    server.then(problem(503, retry_after="9999"), answer(STATUS))
    api.call(get_status)
    api.close()
    assert clock.waits == [60.0]


def test_retries_stop_where_the_call_has_no_time_left(server: Loopback, api: Api, clock: FakeClock) -> None:
    def slowly(wire: Wire, request: Received) -> None:
        clock.now += 20
        problem(503)(wire, request)

    server.default = slowly
    with pytest.raises(errors.ServerError):
        api.call(get_status)
    assert len(server.received) == 2  # at 0 and at 20 of 30 seconds


def test_a_deadline_that_has_passed_sends_nothing(server: Loopback, api: Api, clock: FakeClock) -> None:
    with pytest.raises(errors.RequestTimeout, match="the deadline passed before the request could be sent"):
        api.exchange(get_status, deadline=Deadline(0.0, clock))
    assert server.received == []


def test_close_ends_the_wait_before_a_retry(
    server: Loopback,
    workflows: Workflows,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def closed_meanwhile(closed: threading.Event, _seconds: float) -> bool:
        closed.set()
        return True

    monkeypatch.setattr(clock, "wait", closed_meanwhile)
    server.default = problem(503)
    with pytest.raises(errors.ConnectionFailed, match="the client is closed; make a new Ductape") as caught:
        workflows.get_status("order-1")
    assert [each.headers["x-request-id"] for each in server.received] == [caught.value.request_id]


def test_each_call_has_a_key_of_its_own_unless_the_user_gives_one(
    server: Loopback, workflows: Workflows
) -> None:
    server.default = answer(SUMMARY, 201)
    workflows.execute("process-order")
    workflows.execute("process-order")
    workflows.execute("process-order", idempotency_key="order-123")
    keys = [request.headers["idempotency-key"] for request in server.received]
    assert keys[0] != keys[1]
    assert keys[2] == "order-123"
    assert all(request.headers["content-type"] == "application/json" for request in server.received)


@pytest.mark.parametrize(
    ("act", "kind", "message"),
    [
        (
            answer(STATUS, 202),
            errors.ResponseDecodeError,
            "the server answered 202, which the contract does not know",
        ),
        (answer(b"", 204), errors.ResponseDecodeError, "the server answered 204"),
        (
            answer(b"", 302, location="/elsewhere"),
            errors.APIError,
            "302, a redirect, which is not followed: set base_url",
        ),
        (
            answer(b"<h1>Not Found</h1>", 404, content_type="text/html"),
            errors.NotFound,
            "the server answered 404 Not Found",
        ),
        (answer([1, 2], 503), errors.ServerError, "the server answered 503 Service Unavailable"),
        (answer(b"[" * 100_000, 400), errors.InvalidRequest, "the server answered 400 Bad Request"),
    ],
)
def test_an_answer_outside_the_contract_is_an_error_that_says_so(
    act: Act, kind: type[Exception], message: str, server: Loopback, api: Api
) -> None:
    server.default = act
    with pytest.raises(kind, match=message):
        api.call(get_status)


def test_errors_carry_the_id_that_the_servers_log_has(server: Loopback, api: Api) -> None:
    server.then(problem(404, "execution_not_found"))
    with pytest.raises(errors.ExecutionNotFound) as caught:
        api.call(get_status)
    assert caught.value.request_id == server.received[0].headers["x-request-id"]
    server.then(answer({"code": "execution_not_found"}, 404, x_request_id="of-the-server"))
    with pytest.raises(errors.ExecutionNotFound) as caught:
        api.call(get_status)
    assert caught.value.request_id == "of-the-server"


@pytest.mark.parametrize("act", [cut(b""), answer(b"", 200), answer(b"{}"), answer(b"<html>")])
def test_errors_without_a_problem_carry_the_id_too(act: Act, server: Loopback, clock: FakeClock) -> None:
    api = Api(Config(Secret("k"), "p", "e", base_url=server.origin, retry_attempts=0), "1", clock=clock)
    server.default = act
    with pytest.raises((errors.TransportError, errors.ResponseDecodeError)) as caught:
        api.call(get_status)
    api.close()
    error: Any = caught.value
    assert error.request_id == server.received[0].headers["x-request-id"]


def test_an_answer_that_breaks_the_contract_says_where(server: Loopback, api: Api) -> None:
    server.default = answer(STATUS | {"attempt": "one"})
    with pytest.raises(
        errors.ResponseDecodeError, match="the answer to getStatus is not what the contract says"
    ) as caught:
        api.call(get_status)
    assert caught.value.path == "/attempt"


def test_each_request_and_each_fault_is_a_line_in_the_log(
    server: Loopback, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    server.then(reset, answer(STATUS))
    with caplog.at_level(logging.DEBUG, "ductape_sync"):
        api.call(get_status)
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" (request")[0].split(" in ")[0] for line in lines] == [
        "GET /executions/order-1 failed",
        "getStatus is tried again",
        "GET /executions/order-1 answered 200",
    ]


def test_text_that_utf8_cannot_hold_is_refused_with_its_argument(
    server: Loopback, workflows: Workflows
) -> None:
    with pytest.raises(errors.InvalidRequest, match="workflow must be text that UTF-8 can hold") as caught:
        workflows.list(workflow="half a pair: \ud800")
    assert caught.value.field == "workflow"
    assert server.received == []
