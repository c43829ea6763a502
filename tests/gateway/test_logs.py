from __future__ import annotations

import contextlib
import io
import logging
import traceback
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidStatus

from ductape_sync.gateway.logs import LineFormatter, ReadableFormatter
from tests.gateway.running import SHOP_KEY, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.running import Running

NASTY = 'a\nb\r\x1b[31mred\x07\x7f\x9b2J\u202e\u2028<b>"q" é'


@contextlib.contextmanager
def logged(level: int = logging.DEBUG) -> Iterator[io.StringIO]:
    """What the gateway and all that it is made of log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    # The tests' own clients are in this process, too.
    handler.addFilter(lambda record: not record.name.startswith(("websockets.client", "urllib3")))
    logger = logging.getLogger()
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    yield stream
    logger.removeHandler(handler)
    logger.setLevel(before)


def record(message: str, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("x", logging.INFO, __file__, 1, message, None, None)
    made.__dict__["fields"] = fields
    return made


def test_a_line_is_visible_ascii_whatever_is_in_it() -> None:
    line = LineFormatter().format(record(NASTY, path=NASTY, n=3))
    assert line.isascii()
    assert line.isprintable()
    assert line.endswith(" n=3")


@pytest.mark.parametrize(
    ("value", "written"), [("plain/path-1", "plain/path-1"), ("a b", '"a b"'), ("a=b", '"a=b"')]
)
def test_a_value_is_quoted_where_it_has_to_be(value: str, written: str) -> None:
    assert LineFormatter().format(record("m", path=value)).endswith(f" path={written}")


def test_for_people_a_traceback_has_lines_of_its_own_and_nothing_that_a_terminal_acts_upon() -> None:
    made = record(NASTY)
    try:
        raise ValueError(NASTY)
    except ValueError as error:
        made.exc_info = (ValueError, error, error.__traceback__)
    text = ReadableFormatter().format(made)
    assert "Traceback (most recent call last):\n" in text
    assert "é" in text
    assert not set("\x1b\x07\x7f\x9b\r\u202e\u2028") & set(text)


def test_a_request_is_a_line_without_its_secrets(served: Running) -> None:
    with logged() as lines:
        answer = served.get("/v1/executions/a%1b%5b31mb?x=query-secret")
        served.get(f"/?token={SHOP_KEY}")
        served.get("/v1/workflows", key="wrong-key-secret")
        first, *more = [line for line in lines.getvalue().splitlines() if " request " in line]
        assert f"request={answer.headers['X-Request-Id']} method=GET" in first
        assert r'path="/v1/executions/a\u001b[31mb" status=400' in first
        assert "product=shop env=dev" in first
        assert len(more) == 2
        for secret in (SHOP_KEY, "query-secret", "wrong-key-secret"):
            assert secret not in lines.getvalue()


def test_a_websocket_is_a_line() -> None:
    with logged() as lines:
        with gateway(ScriptedEngine()) as served, served.socket() as socket:
            socket.send("unsubscribe", "a")
            socket.receive()
        assert " websocket " in lines.getvalue()
        assert "status=101" in lines.getvalue()
        assert SHOP_KEY not in lines.getvalue()


def test_who_is_refused_a_websocket_leaves_no_error_behind() -> None:
    with logged(logging.INFO) as lines:
        with gateway(ScriptedEngine()) as served:
            with pytest.raises(InvalidStatus), served.socket(key="wrong-key-secret"):
                pass
            served.wait_until_unused()
        assert "status=401" in lines.getvalue()
        assert " ERROR " not in lines.getvalue()
        assert "wrong-key-secret" not in lines.getvalue()


@pytest.mark.parametrize("credentials", ["key", "cookie"])
def test_a_fault_of_the_gateway_shows_no_key_to_who_reports_it_with_variables(
    served: Running, engine: ScriptedEngine, caplog: pytest.LogCaptureFixture, credentials: str
) -> None:
    engine.fault = RuntimeError("the engine is broken")
    cookie = {"Cookie": f"ductape_key_{served.port}={SHOP_KEY}"}
    if credentials == "key":
        answer = served.get("/v1/workflows")
    else:
        answer = served.get("/v1/workflows", key=None, headers=cookie)
    assert answer.status_code == 500
    (fault,) = [record.exc_info[1] for record in caplog.records if record.exc_info and record.exc_info[1]]
    shown = traceback.TracebackException.from_exception(fault, capture_locals=True)
    assert "the engine is broken" in "".join(shown.format())
    assert "scope = " in "".join(shown.format())
    assert SHOP_KEY not in "".join(shown.format())
