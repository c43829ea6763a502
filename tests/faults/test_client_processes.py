"""Processes and threads: forks after use, close() in the middle, clients that are forgotten."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme

from ductape_sync import ConnectionFailed, Ductape, ServerError
from tests.faults.scripts import finish, run, start
from tests.loopback import (
    PATIENCE,
    STATUS,
    Received,
    Wire,
    answer,
    drip,
    loopback,
    problem,
    response,
    stall,
    stall_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loopback import Act, Loopback


def echo(wire: Wire, request: Received) -> None:
    """Answer with the id that was asked for."""
    answer(STATUS | {"executionId": request.target.rpartition("/")[2]})(wire, request)


FORKED = """
    client = Ductape()
    client.workflows.get_status("parent-first")
    child = os.fork()
    name = "parent" if child else "child"
    for number in range(50):
        asked = f"{name}-{number}"
        assert client.workflows.get_status(asked).execution_id == asked
    if not child:
        client.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    client.workflows.get_status("parent-last")
    client.close()
"""


def test_after_a_fork_both_processes_go_on_with_connections_of_their_own(server: Loopback) -> None:
    server.default = echo
    run(FORKED, server.origin)
    users = {
        number: {
            request.target.rpartition("/")[2].partition("-")[0]
            for request in server.received
            if request.connection == number
        }
        for number in range(1, server.connections + 1)
    }
    assert users == {1: {"parent"}, 2: {"child"}}
    assert len(server.received) == 102


def test_after_a_fork_tls_connections_do_not_cross_either(tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with loopback(echo, _tls(ca)) as server:
        code = FORKED.replace("Ductape()", f"Ductape(verify={str(tmp_path / 'ca.pem')!r})")
        run(code, server.origin)
        assert server.connections == 2
        assert len(server.received) == 102


def _tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("pool", ["multiprocessing.get_context('fork').Pool", "ProcessPoolExecutor"])
def test_worker_processes_use_the_client_that_was_made_before_them(pool: str, server: Loopback) -> None:
    # As Celery's prefork pool and gunicorn with --preload have it.
    server.default = echo
    code = """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        multiprocessing.set_start_method("fork")
        client = Ductape()
        client.workflows.get_status("before")
        def ask(name):
            return client.workflows.get_status(name).execution_id
        names = [f"order-{number}" for number in range(40)]
        with POOL(4) as workers:
            assert list(workers.map(ask, names)) == names
        client.close()
    """.replace("POOL", pool)
    run(code, server.origin)
    assert len({request.connection for request in server.received if request.target.endswith("/before")}) == 1


def test_a_fork_in_the_middle_of_a_call_of_another_thread_disturbs_neither(server: Loopback) -> None:
    forked = threading.Event()

    def held_or_echoed(wire: Wire, request: Received) -> None:
        if request.target.endswith("/held"):
            assert forked.wait(PATIENCE)
        echo(wire, request)
        if request.target.endswith("/child"):
            forked.set()

    server.default = held_or_echoed
    code = """
        client = Ductape()
        client.workflows.get_status("before")
        seen = []
        def call():
            seen.append(client.workflows.get_status("held").execution_id)
        caller = threading.Thread(target=call)
        caller.start()
        sys.stdin.readline()
        child = os.fork()
        if not child:
            assert client.workflows.get_status("child").execution_id == "child"
            client.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        caller.join()
        assert seen == ["held"]
        client.workflows.get_status("after")
        client.close()
    """
    process = start(code, server.origin)
    server.wait_for(lambda server: "GET /v1/executions/held" in server.targets)
    finish(process, "\n")


def test_forks_while_many_threads_call_never_hang(server: Loopback) -> None:
    server.default = echo
    code = """
        client = Ductape()
        stop = threading.Event()
        def call():
            while not stop.is_set():
                client.workflows.get_status("parent")
        callers = [threading.Thread(target=call) for _ in range(8)]
        for caller in callers:
            caller.start()
        for number in range(20):
            child = os.fork()
            if not child:
                assert client.workflows.get_status(f"child-{number}").execution_id == f"child-{number}"
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        for caller in callers:
            caller.join()
        client.close()
    """
    run(code, server.origin)
    assert len([request for request in server.received if "/child-" in request.target]) == 20


def test_a_client_that_was_closed_before_the_fork_stays_closed(server: Loopback) -> None:
    server.default = echo
    code = """
        client = Ductape()
        client.close()
        child = os.fork()
        try:
            client.workflows.definitions()
        except ConnectionFailed as error:
            assert "the client is closed" in str(error)
            if not child:
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run(code, server.origin)


THIRTY_TWO = 32
BODY = response(STATUS)
IN_THE_MIDDLE: dict[str, Act] = {
    "no answer": stall,
    "inside the headers": stall_after(BODY[:40]),
    "inside the body": stall_after(BODY[:-1]),
    "inside the body of a connection that is not kept": stall_after(
        response(STATUS, connection="close")[:-1]
    ),
    "inside a body without a length": stall_after(response(STATUS, content_length=None)[:-1]),
    "a drip": drip(BODY, 0.05),
    "answers": answer(STATUS),
    "faults": problem(503),
}


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("act", IN_THE_MIDDLE.values(), ids=IN_THE_MIDDLE.keys())
def test_close_in_the_middle_of_the_calls_of_32_threads_ends_them_all(
    act: Act, secure: bool, tmp_path: Path
) -> None:
    bundle = str(tmp_path / "ca.pem")
    ca = trustme.CA()
    ca.cert_pem.write_to_path(bundle)
    with (
        loopback(act, _tls(ca) if secure else None) as server,
        Ductape("k", "p", "e", base_url=server.origin, timeout=60, verify=bundle) as client,
    ):
        ended = _call_until_it_fails(lambda: client.workflows.get_status("order-1"))
        server.wait_for(lambda server: len(server.received) >= THIRTY_TWO)
        client.close()
        assert ended() == ["the client is closed; make a new Ductape"] * THIRTY_TWO
        server.wait_for(lambda server: not server.open_connections)


@pytest.mark.parametrize(
    "act", [stall, answer(STATUS), problem(503, retry_after="30")], ids=["held", "polled", "faulty"]
)
def test_close_ends_the_waits_of_32_threads(act: Act, server: Loopback) -> None:
    server.default = act
    with Ductape("k", "p", "e", base_url=server.origin) as client:
        order = client.workflows.get("order-1")
        ended = _call_until_it_fails(lambda: order.wait_for_completion(poll_interval=30))
        server.wait_for(lambda server: len(server.received) >= THIRTY_TWO)
        client.close()
        assert ended() == ["the client is closed; make a new Ductape"] * THIRTY_TWO


def _call_until_it_fails(call: Callable[[], object]) -> Callable[[], list[str]]:
    """Call in 32 threads, over and over; return what waits for their ends and tells how each was."""
    ends: list[str] = []

    def work() -> None:
        while True:
            try:
                call()
            except ServerError:
                continue
            except ConnectionFailed as error:
                ends.append(str(error).partition(" (request")[0])
                return

    threads = [threading.Thread(target=work) for _ in range(THIRTY_TWO)]
    for thread in threads:
        thread.start()

    def join() -> list[str]:
        for thread in threads:
            thread.join(PATIENCE)
        assert not [thread for thread in threads if thread.is_alive()]
        return ends

    return join


def test_a_program_may_end_without_closing_its_client(server: Loopback) -> None:
    server.default = echo
    assert run("client = Ductape(); client.workflows.get_status('a')", server.origin) == ""
    server.wait_for(lambda server: not server.open_connections)


def test_a_program_that_forgot_to_close_its_client_is_told_when_it_wants_to_know(server: Loopback) -> None:
    server.default = echo
    out = run("client = Ductape(); client.workflows.get_status('a')", server.origin, "-X", "dev")
    assert f"ResourceWarning: unclosed connections to {server.origin}: use close() or with" in out
    assert "Traceback" not in out


def test_a_program_may_end_while_a_thread_waits(server: Loopback) -> None:
    server.default = stall
    code = """
        client = Ductape()
        waiter = threading.Thread(target=client.workflows.wait_for_completion, args=["order-1"], daemon=True)
        waiter.start()
        sys.stdin.readline()
    """
    process = start(code, server.origin)
    server.wait_for(lambda server: len(server.received) == 1)
    assert finish(process) == ""
    server.wait_for(lambda server: not server.open_connections)


MOVABLE = """
import time
real, ahead = time.time, 0.0
time.time = lambda: real() + ahead
"""
WAITS = """
    def move():
        global ahead
        ahead = float(sys.stdin.readline())
        print("moved", flush=True)

    mover = threading.Thread(target=move)
    mover.start()
    began = time.monotonic()
    try:
        Ductape().workflows.wait_for_completion("order-1", timeout=1.5, poll_interval=0.05)
    except WaitTimeout:
        print("waited", time.monotonic() - began)
    mover.join()
"""


@pytest.mark.parametrize("hours", [1, -1])
def test_the_wall_clock_moving_by_an_hour_makes_no_wait_shorter_or_longer(
    hours: int, server: Loopback
) -> None:
    server.default = answer(STATUS)
    process = start(WAITS, server.origin, before=MOVABLE)
    server.wait_for(lambda server: len(server.received) > 1)
    moved, waited, seconds = finish(process, f"{3600 * hours}\n").split()
    assert (moved, waited) == ("moved", "waited")
    assert 1.5 <= float(seconds) < 10
