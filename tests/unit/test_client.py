from __future__ import annotations

import copy
import logging
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import ConnectionFailed, Ductape
from tests.loopback import STATUS, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.loopback import Loopback


def test_a_client_shows_where_it_leads() -> None:
    client = Ductape("dsk_key", "shop", "dev")
    assert repr(client) == "<Ductape product='shop' env='dev' at http://127.0.0.1:7711>"


def test_a_with_block_closes_the_client(server: Loopback) -> None:
    server.default = answer(STATUS)
    with Ductape("k", "p", "e", base_url=server.origin) as client:
        client.workflows.get_status("order-1")
    with pytest.raises(ConnectionFailed, match="the client is closed"):
        client.workflows.get_status("order-1")
    server.wait_for(lambda server: not server.open_connections)


def test_after_close_no_events_can_be_had_either() -> None:
    client = Ductape("k", "p", "e")
    client.close()
    for call in (client.connect, lambda: client.workflows.subscribe("order-1", print)):
        with pytest.raises(ConnectionFailed, match="the client is closed"):
            call()


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_is_not_pickled(copied: Any) -> None:
    client = Ductape("k", "p", "e")
    with pytest.raises(
        TypeError, match="a Ductape client is not pickled; make a new one in the other process"
    ):
        copied(client)


@pytest.fixture
def _logger() -> Iterator[None]:
    logger = logging.getLogger("ductape_sync")
    before = logger.level, logger.handlers[:]
    yield
    logger.setLevel(before[0])
    logger.handlers[:] = before[1]


@pytest.mark.usefixtures("_logger")
def test_debug_logs_every_request_to_standard_error_once(
    server: Loopback, capsys: pytest.CaptureFixture[str]
) -> None:
    server.default = answer(STATUS)
    for _ in range(2):
        with Ductape("k", "p", "e", base_url=server.origin, debug=True) as client:
            client.workflows.get_status("order-1")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("DEBUG GET /executions/order-1 answered 200 in" in line for line in lines)


@pytest.mark.usefixtures("_logger")
def test_debug_does_not_repeat_what_the_program_shows_already(
    server: Loopback, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.default = answer(STATUS)
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler()])
    with Ductape("k", "p", "e", base_url=server.origin, debug=True) as client:
        client.workflows.get_status("order-1")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_server_that_does_not_run_is_named_and_how_to_start_it(server: Loopback) -> None:
    server.stop()
    with (
        Ductape("k", "p", "e", base_url=server.origin, retry_attempts=0) as client,
        pytest.raises(
            ConnectionFailed, match=f"nothing answers at {server.origin}.*'ductape-sync dev workflows.py'"
        ),
    ):
        client.workflows.definitions()
