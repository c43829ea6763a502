"""Temporal that is slow, says nothing, goes away, or has no room left: what callers of the gateway see."""

from __future__ import annotations

import contextlib
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import ServerError
from tests.cluster.cluster import KEYS, SECONDS, eventually
from tests.cluster.link import Link, link
from tests.gateway.contract import check_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from ductape_sync import Ductape
    from tests.cluster.cluster import Cluster
    from tests.gateway.commands import Command

SOON = 3.0
"""Seconds within which an answer comes that is promised within one; the machine may be busy."""


@pytest.fixture(scope="module")
def _linked(cluster: Cluster) -> Iterator[tuple[Link, Command]]:
    with link(cluster.address) as made, cluster.serve(address=made.address) as gateway:
        yield made, gateway


@pytest.fixture
def to_temporal(_linked: tuple[Link, Command]) -> Iterator[Link]:
    """What is between a gateway and Temporal."""
    yield _linked[0]
    _linked[0].delay = 0.0
    _linked[0].release()


@pytest.fixture
def gateway(_linked: tuple[Link, Command]) -> Command:
    """That gateway."""
    return _linked[1]


def ask(
    gateway: Command, method: str = "GET", path: str = "/v1/executions", **more: Any
) -> requests.Response:
    answer = gateway.request(method, path, KEYS["shop"], **more)
    check_answer(answer)
    return answer


def check_refusal(answer: requests.Response) -> None:
    """See that an answer says that the engine is away, and when to come back, and that it came soon."""
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.elapsed.total_seconds() < SOON


def test_a_slow_temporal_is_waited_for(to_temporal: Link, gateway: Command) -> None:
    eventually(lambda: ask(gateway).ok)
    to_temporal.delay = 0.05
    assert ask(gateway).elapsed.total_seconds() >= 2 * to_temporal.delay
    started = ask(gateway, "POST", json={"workflow": "waiting", "input": 1})
    assert started.status_code == 201
    path = f"/v1/executions/{started.json()['executionId']}"
    assert ask(gateway, "POST", f"{path}/signals", json={"signal": "end", "data": "slowly"}).ok
    assert ask(gateway, path=path, headers={"Prefer": "wait=30"}).json()["result"] == "slowly"


def test_a_silent_temporal_is_a_503_until_it_speaks_again_and_no_start_is_lost(
    to_temporal: Link, gateway: Command, cluster: Cluster
) -> None:
    with cluster.client(url=gateway.ready["url"]) as shop, ThreadPoolExecutor(10) as pool:
        before = shop.workflows.list(workflow="waiting").count
        to_temporal.hold()
        starting = [pool.submit(shop.workflows.execute, "waiting", number) for number in range(10)]
        # The first ones are given longer, since the connection worked before.
        gateway.wait_until(lambda: gateway.err.count("status=503") >= 10)
        for path in ("/v1/health", "/v1/executions", "/v1/executions/none/history"):
            check_refusal(ask(gateway, path=path))
        check_refusal(ask(gateway, "POST", "/v1/executions/none/signals", json={"signal": "end"}))
        to_temporal.release()
        orders = [each.result() for each in starting]
        for number, order in enumerate(orders):
            order.signal("end", number)
        assert shop.workflows.wait_all(orders, timeout=SECONDS) == list(range(10))
        eventually(lambda: shop.workflows.list(workflow="waiting").count == before + 10)


def test_a_temporal_that_is_away_is_a_503_and_waits_go_on_when_it_is_back(
    cluster: Cluster, shop: Ductape
) -> None:
    order = shop.workflows.execute("waiting")
    with ThreadPoolExecutor(1) as pool, cluster.client(retry_attempts=0) as impatient:
        waiting = pool.submit(order.wait_for_completion, timeout=SECONDS)
        cluster.kill("engine")
        try:
            for _ in range(3):
                began = time.monotonic()
                with pytest.raises(ServerError) as refused:
                    impatient.workflows.execute("waiting")
                assert time.monotonic() - began < SOON
                assert (refused.value.status, refused.value.code) == (503, "engine_unavailable")
                assert (refused.value.retry_after or 0) >= 1
        finally:
            cluster.start("engine")
        order.signal("end", "after all")
        assert waiting.result() == "after all"


@contextlib.contextmanager
def full_disk(cluster: Cluster) -> Iterator[None]:
    """No file of Temporal's can grow, or be written to at all; every write fails in the kernel."""
    pid = engine_of(cluster.db)
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def engine_of(db: Path) -> int:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            arguments = path.read_bytes().split(b"\0")
            if arguments[0].endswith(b"temporal") and str(db).encode() in arguments:
                return int(path.parent.name)
    raise AssertionError(f"no server has {db}")


def test_a_temporal_without_room_acknowledges_nothing_that_it_cannot_keep(
    cluster: Cluster, shop: Ductape
) -> None:
    kept = [shop.workflows.execute("waiting", idempotency_key=f"kept-{n}") for n in range(5)]
    before = shop.workflows.list(workflow="waiting").count
    with full_disk(cluster), cluster.client(retry_attempts=0) as impatient:
        for number in range(3):
            with pytest.raises(ServerError) as refused:
                impatient.workflows.execute("waiting", idempotency_key=f"refused-{number}")
            assert refused.value.code == "engine_unavailable"
        with pytest.raises(ServerError):
            impatient.workflows.signal(kept[0].execution_id, "unknown")
    # There is room again, and nobody had to restart anything.
    later = [shop.workflows.execute("waiting", idempotency_key=f"refused-{n}") for n in range(3)]
    for number, order in enumerate([*kept, *later]):
        order.signal("end", number)
    assert shop.workflows.wait_all([*kept, *later], timeout=SECONDS) == list(range(8))
    eventually(lambda: shop.workflows.list(workflow="waiting").count == before + 3)
