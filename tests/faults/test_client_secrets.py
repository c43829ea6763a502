"""The access key, wherever a program might show it."""

from __future__ import annotations

import contextlib
import copy
import logging
import pickle
import ssl
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from ductape_sync import Ductape, DuctapeError, ServerError, waiting
from tests.faults.scripts import run
from tests.loopback import (
    STATUS,
    Received,
    Wire,
    answer,
    cut,
    loopback,
    problem,
    reset,
    stall,
    stall_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loopback import Act, Loopback

KEY = "dsk_the-key-of-these-tests"  # a global: what holds it as a variable of a function would show it


def client_of(url: str, **settings: Any) -> Ductape:
    return Ductape(KEY, "shop", "dev", base_url=url, **({"timeout": 0.3, "retry_attempts": 1} | settings))


def chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and each not in found:
            found.append(each)
            left += [
                each.__cause__,
                each.__context__,
                *(arg for arg in each.args if isinstance(arg, BaseException)),
            ]
    return found


def shown(error: BaseException) -> str:
    """All that a reporter of errors would collect."""
    full = traceback.TracebackException.from_exception(error, capture_locals=True)
    parts = ["".join(full.format())]
    for each in chain(error):
        request = getattr(each, "request", None)
        parts += [
            str(each),
            repr(each),
            repr(each.args),
            repr(vars(each)),
            repr(getattr(request, "headers", None)),
        ]
    with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
        parts.append(pickle.dumps(error).decode("latin-1"))
    return "\n".join(parts)


def test_the_search_would_find_it() -> None:
    def fail(key: str) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no") as caught:
        fail(KEY)
    assert KEY in shown(caught.value)


def echoed(wire: Wire, request: Received) -> None:
    """An error page that repeats the request, as some do."""
    detail = f"bad headers: {request.headers}"
    problem(400, "invalid_request", detail)(wire, request)


def dumped(wire: Wire, request: Received) -> None:
    answer(f"GET / {request.headers}".encode(), content_type="text/plain")(wire, request)


FAULTS: dict[str, Act] = {
    "reset": reset,
    "closed": cut(b""),
    "cut in the headers": cut(b"HTTP/1.1 200 OK\r\nx: y\r\n"),
    "cut in the body": stall_after(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"),
    "no answer": stall,
    "not HTTP": cut(b"nonsense\r\n"),
    "401": problem(401, "unauthenticated"),
    "503": problem(503, "engine_unavailable"),
    "302": answer(b"", 302, location="http://elsewhere.example.com/"),
    "HTML": answer(b"<html>"),
    "a missing field": answer({}),
    "bad gzip": answer(b"x", content_encoding="gzip"),
    "an error that repeats the request": echoed,
    "an answer that repeats the request": dumped,
}


CALLS: dict[str, Callable[[Ductape], object]] = {
    "status": lambda client: client.workflows.get_status("order-1"),
    "execute": lambda client: client.workflows.execute("process-order", {"a": 1}),
    "wait": lambda client: client.workflows.wait_for_completion("order-1", timeout=0.2),
}


@pytest.mark.parametrize("act", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_no_error_shows_the_key(
    act: Act, call: Callable[[Ductape], object], server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOOK", 0.2)
    server.default = act
    with client_of(server.origin) as client, pytest.raises(DuctapeError) as caught:
        call(client)
    assert KEY in str(server.received)
    assert KEY not in shown(caught.value)


def no_such_host(server: Loopback) -> str:
    return "http://no-such-host.invalid"


def closed_port(server: Loopback) -> str:
    server.stop()
    return server.origin


def not_tls(server: Loopback) -> str:
    server.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    return server.origin.replace("http:", "https:")


@pytest.mark.parametrize("where", [no_such_host, closed_port, not_tls])
def test_no_error_of_connecting_shows_the_key(where: Callable[[Loopback], str], server: Loopback) -> None:
    with client_of(where(server)) as client, pytest.raises(DuctapeError) as caught:
        client.workflows.execute("process-order")
    assert KEY not in shown(caught.value)
    assert caught.value.__cause__ is not None, "the cause is still told"


def test_no_error_of_a_certificate_shows_the_key() -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with (
        loopback(context=context) as server,
        client_of(server.origin) as client,
        pytest.raises(DuctapeError, match="CERTIFICATE_VERIFY_FAILED") as caught,
    ):
        client.workflows.get_status("order-1")
    assert KEY not in shown(caught.value)


def test_no_error_of_a_proxy_shows_the_key(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    server.default = answer(b"", 407)
    monkeypatch.setenv("ALL_PROXY", server.origin)
    for url in ("http://api.ductape.test", "https://api.ductape.test"):
        with client_of(url) as client, pytest.raises(DuctapeError) as caught:
            client.workflows.get_status("order-1")
        assert KEY not in shown(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": -1},
        {"retry_attempts": "x"},
        {"base_url": "nonsense"},
        {"headers": {"a": "\n"}},
        {"verify": "/no"},
    ],
)
def test_no_error_of_a_setting_shows_the_key(settings: dict[str, Any]) -> None:
    with pytest.raises(DuctapeError) as caught:
        Ductape(KEY, "shop", "dev", **settings)
    assert KEY not in shown(caught.value)


def test_no_refused_argument_shows_the_key(server: Loopback) -> None:
    with client_of(server.origin) as client, pytest.raises(DuctapeError) as caught:
        client.workflows.execute("process-order", {"when": object()})
    assert KEY not in shown(caught.value)


def test_after_close_no_error_shows_the_key(server: Loopback) -> None:
    client = client_of(server.origin)
    client.close()
    with pytest.raises(DuctapeError) as caught:
        client.workflows.get_status("order-1")
    assert KEY not in shown(caught.value)


def test_no_log_shows_the_key(server: Loopback, caplog: pytest.LogCaptureFixture) -> None:
    server.then(answer(STATUS), reset, problem(503), answer(STATUS), problem(500), problem(500), reset)
    server.default = echoed
    with caplog.at_level(logging.DEBUG), client_of(server.origin) as client:
        client.workflows.get_status("order-1")
        for _ in range(4):
            with contextlib.suppress(DuctapeError):
                client.workflows.get_status("order-1")
        with contextlib.suppress(DuctapeError):
            client.workflows.wait_for_completion("order-1", timeout=0.2)
    assert {record.name.split(".")[0] for record in caplog.records} >= {"ductape_sync", "urllib3"}
    assert KEY not in caplog.text
    assert KEY not in repr([vars(record) for record in caplog.records])


def test_no_repr_and_no_dump_of_attributes_shows_the_key(server: Loopback) -> None:
    server.default = answer(STATUS)
    with client_of(server.origin) as client:
        order = client.workflows.get("order-1").refresh()
        seen: list[object] = []
        left: list[object] = [client, order, client.workflows, order.snapshot]
        while left:  # as debuggers and reporters do, attributes of attributes
            each = left.pop()
            if any(each is other for other in seen) or len(seen) > 2000:
                continue
            seen.append(each)
            assert KEY not in repr(each), type(each)
            assert KEY not in repr(getattr(each, "__dict__", "")), type(each)
            left += [getattr(each, name, None) for name in getattr(type(each), "__slots__", ())]
            left += getattr(each, "__dict__", {}).values()
    assert len(seen) > 50


@pytest.mark.parametrize("dump", [pickle.dumps, copy.deepcopy])
def test_nothing_that_has_the_key_is_pickled(dump: Callable[[Any], object], server: Loopback) -> None:
    with client_of(server.origin) as client:
        order = client.workflows.get("order-1")
        for each in (client, order, client.workflows, client._config, client._api, client._api.transport):
            with pytest.raises(TypeError):
                dump(each)


def test_what_is_raised_through_a_call_shows_no_key_either(server: Loopback) -> None:
    server.default = stall
    code = """
        import signal, traceback
        def alarm(*_):
            raise RuntimeError("an alarm of the program's own")
        signal.signal(signal.SIGALRM, alarm)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            Ductape().workflows.get_status("order-1")
        except RuntimeError as error:
            print("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    """
    out = run(code, server.origin)
    assert "an alarm of the program's own" in out
    assert KEY not in out


def test_the_servers_word_is_told_without_the_key(server: Loopback) -> None:
    server.default = problem(500, "internal", f"header Authorization: Bearer {KEY} is odd")
    with client_of(server.origin, retry_attempts=0) as client, pytest.raises(ServerError) as caught:
        client.workflows.get_status("order-1")
    assert caught.value.detail == "header Authorization: Bearer *** is odd"
