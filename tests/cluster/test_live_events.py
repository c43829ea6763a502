"""Streams of events whose gateway is killed, once and again, while they flow."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.cluster.cluster import SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ductape_sync import Ductape, Execution, WorkflowEvent
    from tests.cluster.cluster import Cluster

EVENTS = 1000


class Stream:
    """What came of a subscription."""

    def __init__(self, events: Iterator[WorkflowEvent] | None = None) -> None:
        self.ids: list[str] = []
        self._thread = threading.Thread(target=self._collect, args=(events or iter(()),))
        self._thread.start()

    def __call__(self, event: WorkflowEvent) -> None:
        self.ids.append(event.id)

    def _collect(self, events: Iterator[WorkflowEvent]) -> None:
        for event in events:
            self(event)

    def join(self) -> None:
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


def note(execution: Execution, numbers: range) -> None:
    """Have that many things happen."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: execution.signal("note", number), numbers))


def ids(execution: Execution) -> list[str]:
    return [event.id for event in execution.history().events]


def test_every_event_comes_once_and_in_order_though_the_gateway_is_killed(
    cluster: Cluster, shop: Ductape
) -> None:
    execution = shop.workflows.execute("waiting")
    called = Stream()
    subscription = execution.subscribe(called)
    looped = Stream(iter(execution.subscribe()))
    followed = Stream(execution.events())
    waited: list[Any] = []
    waiting = threading.Thread(
        target=lambda: waited.append(shop.workflows.wait_all([execution], timeout=SECONDS))
    )
    waiting.start()
    noting = threading.Thread(target=note, args=(execution, range(EVENTS)))
    noting.start()
    for moment in (200, 500, 800):
        eventually(lambda moment=moment: len(called.ids) > moment)
        cluster.kill("gateway")
        cluster.start("gateway")
    noting.join(SECONDS)
    execution.signal("end", "done")
    waiting.join(SECONDS)
    assert waited == [["done"]]
    assert subscription.join(SECONDS)
    looped.join()
    followed.join()
    history = ids(execution)
    assert len(history) > EVENTS
    assert len(set(history)) == len(history)
    assert called.ids == history
    assert looped.ids == history
    assert followed.ids == history


def test_a_stream_goes_on_at_another_gateway(cluster: Cluster, shop: Ductape) -> None:
    execution = shop.workflows.execute("waiting")
    note(execution, range(50))
    subscription = execution.subscribe()
    received = [next(subscription).id for _ in range(30)]
    subscription.unsubscribe()
    with cluster.serve() as gateway, cluster.client("shop", gateway.ready["url"]) as client:
        elsewhere = client.workflows.subscribe(execution.execution_id, after=subscription.last_event_id)
        received += [next(elsewhere).id for _ in range(10)]
        note(execution, range(50, 60))
        execution.signal("end", "done")
        received += [event.id for event in elsewhere]
    assert received == ids(execution)
