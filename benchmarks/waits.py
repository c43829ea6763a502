"""Waiting: how late one hears of the end, how many requests that takes, and what a thousand waits cost.

python -m benchmarks.waits            measures
python -m benchmarks.waits serve      is a server where nothing ever ends
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import statistics
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import requests
import websockets.asyncio.server
from temporalio.client import Client

from benchmarks.cluster import KEY, cluster
from benchmarks.measure import Row, report, show
from benchmarks.responder import STATUS, event
from ductape_sync import Ductape, Execution, WaitTimeout, WorkflowEvent

WAITS = 20
MANY = 1000
SECONDS = 10.0


def wait(order: Execution) -> None:
    order.wait_for_completion()


def ask_every_second(order: Execution) -> None:
    """The document's own loop."""
    while order.refresh().status == "running":
        time.sleep(1)


class _Counter(logging.Handler):
    """Counts requests for the status."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("GET "):
            self.count += 1


def delays(ductape: Ductape, waiter: Callable[[Execution], None]) -> tuple[float, float]:
    """The median delay in seconds from an end to the return of a wait, and the requests that a wait takes."""
    counter = _Counter()
    logger = logging.getLogger("ductape_sync.http")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(counter)
    logger.propagate = False

    def one(order: Execution) -> float:
        waiter(order)
        returned = datetime.now(UTC)
        ended = order.snapshot.completed_at
        assert ended is not None
        return (returned - ended).total_seconds()

    orders = [ductape.workflows.execute("until-told") for _ in range(WAITS)]
    with ThreadPoolExecutor(WAITS) as pool:
        waiting = [pool.submit(one, order) for order in orders]
        for order in orders:
            time.sleep(0.1 + random.random() / 5)  # ends are spread over the second between two polls
            order.signal("end")
        found = [each.result() for each in waiting]
    logger.removeHandler(counter)
    return statistics.median(found), counter.count / WAITS


async def temporal_delay(address: str, ductape: Ductape) -> float:
    """The same median for Temporal's own client, which waits without a gateway."""
    client = await Client.connect(address)
    found = []
    for _ in range(WAITS):
        order = await asyncio.to_thread(ductape.workflows.execute, "until-told")
        handle = client.get_workflow_handle(order.execution_id)
        waiting = asyncio.create_task(handle.result())
        await asyncio.sleep(0.1 + random.random() / 5)
        await asyncio.to_thread(order.signal, "end")
        await waiting
        returned = datetime.now(UTC)
        ended = (await handle.describe()).close_time
        assert ended is not None
        found.append((returned - ended).total_seconds())
    return statistics.median(found)


def callbacks(ductape: Ductape) -> Row:
    """How late a callback hears of a step's end, one execution at a time."""
    found: list[float] = []

    def on_change(event: WorkflowEvent) -> None:
        if event.type == "step_completed":
            found.append((datetime.now(UTC) - event.timestamp).total_seconds())

    for number in range(5 * WAITS):
        ductape.workflows.execute("double", number).subscribe(on_change).join(30)
    median, last = statistics.median(found), statistics.quantiles(found, n=20)[-1]
    figures = f"{show(median)} (median), {show(last)} (95th percentile)"
    return Row("from a step's end to the callback", figures)


def single() -> list[Row]:
    with cluster() as running, Ductape(KEY, "shop", "dev", base_url=running.url) as ductape:
        wait_until_served(ductape, "until-told")
        ours, requests_of_ours = delays(ductape, wait)
        loop, requests_of_loop = delays(ductape, ask_every_second)
        direct = asyncio.run(temporal_delay(running.temporal, ductape))
        callback = callbacks(ductape)
    name = "the document's 1 s loop"
    return [
        Row("from the end to the return of a wait (median)", show(ours), f"{name}: {show(loop)}", ours / loop,
            "<= 0.01"),
        Row("from the end to the return of a wait (median)", show(ours),
            f"temporalio's client on the same server: {show(direct)}", ours / direct),
        Row("requests that a wait takes", f"{requests_of_ours:.1f}", f"{name}: {requests_of_loop:.1f}"),
        callback,
    ]  # fmt: skip


def wait_until_served(ductape: Ductape, workflow: str) -> None:
    while workflow not in {each.name for each in ductape.workflows.definitions()}:
        time.sleep(0.1)


async def serve() -> None:
    """Answer every subscription with what has happened so far, and every GET: it is running."""
    body = json.dumps(STATUS | {"status": "running", "completedAt": None, "result": None})
    sockets = 0

    async def accept(connection: websockets.asyncio.server.ServerConnection) -> None:
        nonlocal sockets
        sockets += 1
        async for text in connection:
            message = json.loads(text)
            about = {"executionId": message["executionId"]}
            if message["op"] == "unsubscribe":
                await connection.send(json.dumps({"op": "unsubscribed", "reason": "requested"} | about))
                continue
            await connection.send(json.dumps({"op": "subscribed"} | about))
            for number in range(3):
                await connection.send(json.dumps({"op": "event", "event": event(number) | about}))

    def http(
        connection: websockets.asyncio.server.ServerConnection, request: websockets.Request
    ) -> websockets.Response | None:
        if request.path == "/sockets":
            return connection.respond(200, str(sockets))
        if request.path.endswith("/events"):
            return None
        answer = connection.respond(200, body)
        del answer.headers["Content-Type"]
        answer.headers["Content-Type"] = "application/json"
        return answer

    protocol = websockets.Subprotocol("ductape.v1")
    async with websockets.asyncio.server.serve(
        accept, "127.0.0.1", 0, subprotocols=[protocol], compression=None, process_request=http
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


@contextlib.contextmanager
def serving() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.waits", "serve"], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def many_waits(base: str) -> tuple[float, float, int]:
    """CPU seconds of waiting for `MANY`, bytes a wait, and threads."""
    with Ductape("key", "shop", "dev", base_url=base) as ductape:
        ductape.connect()
        orders = [ductape.workflows.get(f"order-{number}") for number in range(MANY)]
        began = time.process_time()
        threads = 0

        def look() -> None:
            nonlocal threads
            threads = threading.active_count() - 2  # this one and the main one

        timer = threading.Timer(SECONDS / 2, look)
        timer.start()
        with contextlib.suppress(WaitTimeout):
            ductape.workflows.wait_all(orders, timeout=SECONDS)
        cpu = time.process_time() - began
        timer.join()

        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        held = 0

        def measure() -> None:
            nonlocal held
            held = tracemalloc.get_traced_memory()[0] - before

        timer = threading.Timer(2, measure)
        timer.start()
        with contextlib.suppress(WaitTimeout):
            ductape.workflows.wait_all(orders, timeout=3)
        timer.join()
        tracemalloc.stop()
    return cpu, held / MANY, threads


def many_threads(base: str) -> float:
    """CPU seconds of `MANY` threads that poll a fast responder every second, as the document's loop does."""
    stop = threading.Event()
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_maxsize=MANY)
    session.mount("http://", adapter)
    headers = {"Authorization": "Bearer key"}

    def poll() -> None:
        while not stop.is_set():
            session.get(f"{base}/v1/executions/order-123", headers=headers).json()
            stop.wait(1)

    threads = [threading.Thread(target=poll) for _ in range(MANY)]
    began = time.process_time()
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    cpu = time.process_time() - began
    stop.set()
    for thread in threads:
        thread.join()
    session.close()
    return cpu


def many() -> list[Row]:
    from benchmarks.responder import running

    with serving() as base:
        ours, size, threads = many_waits(base)
        sockets = requests.get(f"{base}/sockets").text
    with running() as port:
        polling = many_threads(f"http://127.0.0.1:{port}")
    return [
        Row(
            f"{MANY:,} waits for {SECONDS:.0f} s (CPU)",
            show(ours),
            f"as many threads that poll: {show(polling)}",
            ours / polling,
            "<= 0.025",
        ),
        Row("memory of one of them", f"{size:,.0f} bytes", "1 KiB", size / 1024, "<= 1"),
        Row("sockets and threads for all of them", f"{sockets} and {threads}"),
    ]


if __name__ == "__main__":
    if "serve" in sys.argv:
        asyncio.run(serve())
    else:
        report([*single(), *many()])
