"""Servers that fork their workers: gunicorn with --preload and Celery's prefork pool, as users start them."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from celery import Celery

from tests.faults.scripts import finish, kill, launch
from tests.faults.shop import MODULE, WATCHED, WORKERS, Shop
from tests.loopback import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from subprocess import Popen

# Each worker does so many orders, and another one is forked in its place: out of a process that is at work.
LIFE = 2
GENERATIONS = 2


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The server that the workers call."""
    shop = Shop()
    try:
        yield shop
    finally:
        shop.server.stop()


@contextlib.contextmanager
def running(program: Popen[str]) -> Iterator[Popen[str]]:
    """See that a failing test leaves no process behind, and shows what the program has said."""
    try:
        yield program
    except BaseException:
        print(*kill(program))
        raise


WSGI = (
    MODULE
    + """

def app(environ, start_response):
    answer = json.dumps(process_order(environ["PATH_INFO"].strip("/"))).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
"""
)


def test_gunicorns_workers_use_the_client_that_was_used_before_the_fork(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "orders.py").write_text(WSGI)
    # Made here, so that requests can be sent at once, and nobody else takes the port.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = ["--preload", "--workers", str(WORKERS), "--max-requests", str(LIFE)]
        bound = ["--bind", f"fd://{listener.fileno()}"]
        starting = launch(
            *["-m", "gunicorn", *options, *bound, "orders:app"],
            url=shop.origin,
            folder=tmp_path,
            descriptors=[listener.fileno()],
            XDG_RUNTIME_DIR=str(tmp_path),  # where gunicorn puts a socket of its own
        )
        with running(starting) as program:
            listener.close()  # once gunicorn is gone, requests are to fail

            def process(order_id: str) -> dict[str, Any]:
                with urllib.request.urlopen(f"{url}/{order_id}", timeout=PATIENCE) as answer:
                    return dict(json.load(answer))

            all_go_on(shop, program, process)


TASKS = (
    MODULE
    + """
from celery import Celery

app = Celery()
app.config_from_object(json.loads(os.environ["SETTINGS"]))
app.task(process_order, name="process")
"""
)


# What kombu does with it is its own affair.
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
def test_celerys_workers_use_the_client_that_was_used_before_the_fork(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "orders.py").write_text(TASKS)
    results = tmp_path / "results"
    results.mkdir()
    settings = {
        # Not the filesystem transport, whose files are read while another process writes them.
        "broker_url": f"sqla+sqlite:///{tmp_path / 'queue.db'}",
        "result_backend": results.as_uri(),
        "worker_max_tasks_per_child": LIFE,
    }
    pool = ["--pool", "prefork", "--concurrency", str(WORKERS)]
    # There are no other workers to wait for.
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with Celery(set_as_current=False) as customer:
        customer.config_from_object(settings)
        with customer.connection_for_write() as connection:
            # Before there are several who would: kombu lets each of them make a queue that is not there.
            customer.amqp.queues["celery"](connection).declare()
        starting = launch(
            *["-m", "celery", "--app", "orders", "worker", *pool, *alone],
            url=shop.origin,
            folder=tmp_path,
            SETTINGS=json.dumps(settings),
        )

        def process(order_id: str) -> dict[str, Any]:
            task = customer.send_task("process", [order_id])
            return dict(task.get(timeout=PATIENCE, interval=0.02))

        with running(starting) as program:
            all_go_on(shop, program, process)


def all_go_on(shop: Shop, program: Popen[str], process: Callable[[str], dict[str, Any]]) -> None:
    """See that workers process orders, that the first process goes on watching, and that all of it ends.

    Args:
        shop: the server.
        program: what forks the workers.
        process: has one of them process an order, and returns its answer.
    """
    shop.wait_for(lambda: shop.seen)
    answers: list[dict[str, Any]] = []
    with ThreadPoolExecutor(WORKERS) as customers:
        for number in range(LIFE * GENERATIONS):
            orders = [f"order-{number}-{customer}" for customer in range(WORKERS)]
            answered = list(customers.map(process, orders))
            assert [answer["result"]["orderId"] for answer in answered] == orders
            answers += answered
            shop.happen()
    for answer in answers:
        assert answer["result"]["process"] == answer["process"] == shop.processes[answer["id"]]
        kinds = ("started", "step_started", "completed")
        assert answer["events"] == [[answer["id"], kind] for kind in kinds]
    workers = {answer["process"] for answer in answers}
    assert len(workers) == WORKERS * GENERATIONS
    assert program.pid not in workers
    # Each event was delivered once, in the process that watches.
    assert shop.seen == [(event["id"], program.pid) for event in shop.events[WATCHED]]
    _nothing_crossed(shop, program, answers)
    program.send_signal(signal.SIGTERM)
    log = finish(program)
    assert not [word for word in ("Traceback", "ERROR", "CRITICAL") if word in log], log
    shop.server.wait_for(lambda server: not server.open_connections)


def _nothing_crossed(shop: Shop, program: Popen[str], answers: list[dict[str, Any]]) -> None:
    """See that each process has one connection for calls and one for events, and that they are its own."""
    users = shop.users(program.pid)
    assert len(users) == shop.server.connections
    assert {len(processes) for processes in users.values()} == {1}
    made = Counter(process for (process,) in users.values())
    assert made == dict.fromkeys([program.pid, *(answer["process"] for answer in answers)], 2)
    # Nor does one hold a copy of another's, which that one could not close then.
    ports = {(answer["process"], port) for answer in answers for port in answer["ports"]}
    assert Counter(process for process, _ in ports) == {answer["process"]: 2 for answer in answers}
