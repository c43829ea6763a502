"""A gateway that gets more than it should: what it answers, and how much memory it takes for that."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.cluster.cluster import KEYS, SECONDS, eventually, memory
from tests.cluster.crowd import Crowd, many_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ductape_sync import Ductape
    from tests.cluster.cluster import Cluster
    from tests.gateway.commands import Command

MIB = 1024 * 1024
WAITING = 1000
"""How many long-polls, and how many sockets, wait at once."""


def peak(gateway: Command) -> int:
    """How many bytes it has held at most since it was started, or since this was forgotten."""
    lines = Path(f"/proc/{gateway.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def forget_peak(gateway: Command) -> None:
    Path(f"/proc/{gateway.process.pid}/clear_refs").write_text("5")


@pytest.fixture
def gateway(cluster: Cluster) -> Iterator[Command]:
    """A gateway of its own, whose memory is not that of other tests."""
    with cluster.serve() as gateway:
        eventually(lambda: gateway.request("GET", "/v1/executions", KEYS["shop"]).ok)
        yield gateway


def post(gateway: Command, body: bytes | Iterator[bytes]) -> tuple[int, str]:
    """Post a body; the answer's status and code. Each post is a client of its own."""
    headers = {"Authorization": f"Bearer {KEYS['shop']}", "Content-Type": "application/json"}
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            gateway.ready["url"] + "/v1/executions", data=body, headers=headers, timeout=SECONDS
        )
    return answer.status_code, answer.json()["code"]


def sixty_megabytes() -> bytes:
    return b'{"workflow": "order", "input": "' + b"y" * 60_000_000 + b'"}'


def sixty_megabytes_in_chunks() -> Iterator[bytes]:
    yield b'{"workflow": "order", "input": "'
    for _ in range(60):
        yield b"y" * 1_000_000
    yield b'"}'


def deep() -> bytes:
    return b'{"workflow": "order", "input": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def deep_without_end() -> bytes:
    return b"[" * (4 * MIB)


def deep_objects() -> bytes:
    return b'{"a":' * 500_000 + b"1" + b"}" * 500_000


def million_arrays() -> bytes:
    return b'{"workflow": "order", "input": [' + b",".join([b"[]"] * 1_300_000) + b"]}"


@pytest.mark.parametrize(
    ("make", "refused", "rounds"),
    [
        (sixty_megabytes, (413, "payload_too_large"), 1),
        (sixty_megabytes_in_chunks, (413, "payload_too_large"), 6),
        (deep, (400, "invalid_request"), 6),
        (deep_without_end, (413, "payload_too_large"), 6),
        (deep_objects, (413, "payload_too_large"), 6),
        (million_arrays, (413, "payload_too_large"), 6),
    ],
)
def test_what_is_too_large_or_too_deep_is_refused_with_flat_memory(
    lone_gateway: Command,
    make: Callable[[], bytes | Iterator[bytes]],
    refused: tuple[int, str],
    rounds: int,
) -> None:
    def four_at_once() -> list[tuple[int, str]]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: post(lone_gateway, make()), range(4)))

    assert four_at_once() == [refused] * 4
    forget_peak(lone_gateway)
    before = memory(lone_gateway.process.pid)
    for _ in range(rounds):
        assert four_at_once() == [refused] * 4
    assert peak(lone_gateway) - before < 64 * MIB


@pytest.fixture(scope="module")
def lone_gateway(cluster: Cluster) -> Iterator[Command]:
    """A gateway whose Temporal is not there: these requests do not get that far."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with cluster.serve(address=address) as gateway:
            assert gateway.ready
            yield gateway


def test_a_thousand_long_polls_and_a_thousand_sockets_are_all_answered(
    gateway: Command, shop: Ductape
) -> None:
    executions = [shop.workflows.execute("waiting") for _ in range(20)]
    before = memory(gateway.process.pid)
    held = 0

    async def then() -> None:
        nonlocal held
        # What is asked later is answered later, so that all of them wait after this.
        assert (await asyncio.to_thread(gateway.request, "GET", "/v1/executions", KEYS["shop"])).ok
        held = memory(gateway.process.pid) - before
        for number, execution in enumerate(executions):
            await asyncio.to_thread(execution.signal, "end", str(number))

    async def crowd() -> tuple[list[str], list[str]]:
        made = Crowd(gateway.ready["url"], KEYS["shop"])
        return await made.wait([each.execution_id for each in executions], WAITING, WAITING, then)

    # On a thread of its own: the browser's tests may have left this one with a loop that runs.
    with many_files(2 * WAITING + 200), ThreadPoolExecutor(1) as pool:
        polls, sockets = pool.submit(lambda: asyncio.run(crowd())).result()
    expected = [str(n % len(executions)) for n in range(WAITING)]
    assert polls == expected
    assert sockets == expected
    print(f"{held / WAITING / 1024:.1f} KiB for a long-poll and a socket")
    assert held < 2 * WAITING * 100 * 1024
