"""The gateway: beside Temporal's own client on the same server, and by itself.

python -m benchmarks.gateway
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from temporalio.client import Client

from benchmarks.cluster import KEY, TASK_QUEUE, WORKFLOWS, Cluster, cluster
from benchmarks.measure import Row, interleaved, report, show
from benchmarks.waits import wait_until_served
from ductape_sync import Ductape

EXECUTIONS = 300
SUBSCRIBERS = (10, 100, 1_000, 10_000)
MESSAGES = 40_000  # to all subscribers together, within the bounds of
EVENTS = (20, 400)
ROUNDS = 3
HOLD = 1_000  # long-polls at once


def execute_to_result(running: Cluster, ductape: Ductape) -> Row:
    """Both as a program that blocks uses them; the numbers of the executions make their ids."""
    numbers = itertools.count()
    with asyncio.Runner() as runner:
        client = runner.run(Client.connect(running.temporal))

        def temporalio() -> None:
            number = next(numbers)
            runner.run(
                client.execute_workflow("double", number, id=f"direct-{number}", task_queue=TASK_QUEUE)
            )

        def ours() -> None:
            ductape.workflows.execute("double", next(numbers)).wait_for_completion()

        found = interleaved({"ours": ours, "temporalio": temporalio}, rounds=15, calls=5)
    peer = found["temporalio"].wall
    return Row(
        "from execute to the result, one step (wall)",
        show(found["ours"].wall),
        f"temporalio's client on the same server: {show(peer)}",
        found["ours"].wall / peer,
        "<= 1.3",
    )


def throughput(running: Cluster, ductape: Ductape) -> list[Row]:
    done = ductape.workflows.execute("double", 1)
    done.wait_for_completion()
    going = ductape.workflows.execute("until-told")
    rows = []
    for what, order in (("an ended execution", done), ("a running one", going)):
        count, began, cpu = 2000, time.perf_counter(), running.cpu()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ductape.workflows.get_status, [order.execution_id] * count))
        wall, cpu = time.perf_counter() - began, running.cpu() - cpu
        limit = f"the gateway's CPU would allow {count / cpu:,.0f}"
        rows.append(Row(f"status requests a second, of {what}", f"{count / wall:,.0f}", limit))
    began, cpu = time.perf_counter(), running.cpu()
    with ThreadPoolExecutor(16) as pool:
        orders = list(pool.map(lambda n: ductape.workflows.execute("double", n), range(EXECUTIONS)))
    ductape.workflows.wait_all(orders)
    wall, cpu = time.perf_counter() - began, running.cpu() - cpu
    limit = (
        f"the gateway's CPU would allow {EXECUTIONS / cpu:,.0f}: Temporal and its SQLite file are the limit"
    )
    rows.append(Row("executions a second, from start to end", f"{EXECUTIONS / wall:,.0f}", limit))
    going.signal("end")
    return rows


class Subscriber(asyncio.Protocol):
    """A WebSocket client as small as it can be: it counts the bytes that come."""

    def __init__(self, host: str, execution_id: str) -> None:
        self.connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = 0
        self._host = host
        self._execution_id = execution_id
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /v1/events HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ductape.v1\r\n"
            f"Authorization: Bearer {KEY}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if not self.connected.done():
            self._head += data
            if b"\r\n\r\n" in self._head:
                message = f'{{"op":"subscribe","executionId":"{self._execution_id}","after":null}}'.encode()
                # Masked with zeros (RFC 6455, section 5.3), and shorter than 126 bytes.
                self.transport.write(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message)
                self.connected.set_result(None)


async def connect(host: str, execution_id: str, count: int) -> list[Subscriber]:
    loop = asyncio.get_running_loop()
    name, _, port = host.partition(":")
    made: list[Subscriber] = []
    for start in range(0, count, 100):
        batch = [
            loop.create_connection(lambda: Subscriber(host, execution_id), name, int(port))
            for _ in range(min(100, count - start))
        ]
        made += [protocol for _, protocol in await asyncio.gather(*batch)]
    await asyncio.gather(*(each.connected for each in made))
    return made


async def settle(subscribers: list[Subscriber]) -> None:
    """Return when nothing has come for a while."""
    before = -1
    while (now := sum(each.received for each in subscribers)) != before:
        before = now
        await asyncio.sleep(0.5)


async def cost_of(running: Cluster, ductape: Ductape, count: int) -> tuple[float, float]:
    """CPU seconds of the gateway for an event, whoever listens, and bytes it holds for a subscriber."""
    events = min(max(MESSAGES // count, EVENTS[0]), EVENTS[1])
    order = ductape.workflows.execute("until-told")
    memory = running.memory()
    subscribers = await connect(urlsplit(running.url).netloc, order.execution_id, count)
    await settle(subscribers)
    held = (running.memory() - memory) / count
    # Past the gateway, so that it has nothing to do but to tell of them.
    temporal = await Client.connect(running.temporal)
    handle = temporal.get_workflow_handle(order.execution_id)
    idle = running.cpu()
    for number in range(events):
        await handle.signal("note", {"number": number})
    await settle(subscribers)
    cpu = running.cpu() - idle
    for each in subscribers:
        each.transport.close()
    order.signal("end")
    return cpu / events, held


def subscriptions(running: Cluster, ductape: Ductape) -> list[Row]:
    held: list[float] = []
    found: dict[int, list[float]] = {count: [] for count in (1, *SUBSCRIBERS)}
    for _ in range(ROUNDS):
        for count, cpus in found.items():
            cpu, memory = asyncio.run(cost_of(running, ductape, count))
            cpus.append(cpu)
        held.append(memory)  # later rounds use again what the first one left
    # What an event itself costs does not depend on who listens.
    alone, *others = (statistics.median(cpus) for cpus in found.values())
    costs = {count: max(cpu - alone, 0) / count for count, cpu in zip(SUBSCRIBERS, others, strict=True)}
    few, many = costs[SUBSCRIBERS[1]], costs[SUBSCRIBERS[-1]]
    stated = ", ".join(f"{count:,}: {show(cost)}" for count, cost in costs.items())
    return [
        Row(
            "CPU for an event and a subscriber, by number of subscribers",
            stated,
            f"at {SUBSCRIBERS[1]}: {show(few)}",
            many / few,
            "<= 1.5",
        ),
        Row("memory for a subscriber with a socket of its own", f"{max(held) / 1024:.1f} KiB"),
    ]


def long_polls(running: Cluster, ductape: Ductape) -> Row:
    order = ductape.workflows.execute("until-told")
    memory = running.memory()
    with ThreadPoolExecutor(HOLD) as pool:
        waiting = [pool.submit(order.wait_for_completion) for _ in range(HOLD)]
        time.sleep(5)
        held = (running.memory() - memory) / HOLD
        order.signal("end")
        for each in waiting:
            each.result()
    return Row(f"memory for a long-poll, of {HOLD:,} at once", f"{held / 1024:.1f} KiB")


def start_up() -> Row:
    """From the command to ready, beside the bare dev server and an import of temporalio."""
    ours, bare = [], []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder, "ready.json")
            began = time.perf_counter()
            command = [
                sys.executable,
                "-m",
                "ductape_sync",
                "dev",
                WORKFLOWS,
                "--port",
                "0",
                "--ready-file",
                ready,
            ]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
                while not ready.exists():
                    time.sleep(0.005)
                ours.append(time.perf_counter() - began)
                process.terminate()
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import temporalio.client, temporalio.worker"], check=True)
        asyncio.run(_bare())
        bare.append(time.perf_counter() - began)
    mine, theirs = statistics.median(ours), statistics.median(bare)
    peer = f"the bare Temporal dev server and importing temporalio: {show(theirs)}"
    return Row("`ductape-sync dev` from the command to ready", show(mine), peer, mine / theirs, "<= 2")


async def _bare() -> None:
    from ductape_sync.gateway.engine.devserver import DevServer

    server = DevServer(namespaces=["default"])
    await server.start()
    await server.stop()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with cluster() as running, Ductape(KEY, "shop", "dev", base_url=running.url) as ductape:
        wait_until_served(ductape, "double")
        rows = [execute_to_result(running, ductape), *throughput(running, ductape)]
        rows += [long_polls(running, ductape), *subscriptions(running, ductape)]
    report([*rows, start_up()])


if __name__ == "__main__":
    main()
