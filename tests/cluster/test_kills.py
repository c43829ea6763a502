"""Orders whose worker, gateway or engine is killed while they are under way."""

from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.cluster.cluster import SECONDS, eventually
from tests.cluster.orders import GATED, STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from ductape_sync import Ductape, Execution
    from tests.cluster.cluster import Cluster

ORDERS = [f"order-{number}" for number in range(50)]
LATE = 10
"""How many of them are started only after the kill."""

Steps = list[tuple[str, int]]
"""Names of steps, each with the attempt that completed it."""


class Orders:
    """Fifty orders, and what their steps wrote down."""

    def __init__(self, shop: Ductape, folder: Path) -> None:
        self._shop = shop
        self._folder = folder
        self._before = self._count()

    def _count(self) -> int:
        return self._shop.workflows.list(workflow="order").count

    def start(self, order: str) -> Execution:
        return self._shop.workflows.execute("order", {"id": order, "folder": str(self._folder)})

    def go_on(self) -> None:
        """Let the second step end."""
        (self._folder / "go").touch()

    def attempts(self) -> dict[tuple[str, str], list[int]]:
        """Which attempts there were of each order's steps, in the order in which they began."""
        found = defaultdict(list)
        path = self._folder / "steps"
        for line in path.read_text().splitlines() if path.exists() else ():
            order, step, attempt = line.split()
            found[order, step].append(int(attempt))
        return found

    def check(self, orders: list[Execution], completed_before: dict[str, Steps]) -> None:
        """See that every order ended, and that nothing was started, run or lost that should not be.

        Args:
            orders: the executions of `ORDERS`, as their starts were acknowledged.
            completed_before: the steps of some that were recorded as completed before the kill.
        """
        assert self._shop.workflows.wait_all(orders, timeout=SECONDS) == ORDERS
        assert len({order.execution_id for order in orders}) == len(ORDERS)
        eventually(lambda: self._count() >= self._before + len(ORDERS))
        assert self._count() == self._before + len(ORDERS)
        ran = self.attempts()
        for name, order in zip(ORDERS, orders, strict=True):
            steps = completed(order)
            assert [step for step, _ in steps] == list(STEPS)
            # A line for each attempt, and none after the one that completed the step.
            for step, last in steps:
                assert ran[name, step] == sorted(set(ran[name, step]))
                assert ran[name, step][-1] == last
            assert steps[: len(completed_before.get(name, ()))] == completed_before.get(name, [])


def completed(execution: Execution) -> Steps:
    """The steps that are recorded as completed."""
    events = execution.history().events
    return [(event.data.step, event.data.attempts) for event in events if event.type == "step_completed"]


VICTIMS = pytest.mark.parametrize("victim", ["worker", "gateway", "engine"])


@VICTIMS
def test_every_order_ends_and_no_completed_step_runs_twice(
    cluster: Cluster, shop: Ductape, victim: str, tmp_path: Path
) -> None:
    made = Orders(shop, tmp_path)
    with ThreadPoolExecutor(len(ORDERS)) as pool:
        early = list(pool.map(made.start, ORDERS[:-LATE]))
        waits = [pool.submit(order.wait_for_completion, timeout=SECONDS) for order in early[:5]]
        eventually(lambda: sum(step == GATED for _, step in made.attempts()) == len(early))
        completed_before = {name: completed(order) for name, order in zip(ORDERS, early, strict=False)}
        assert set(map(str, completed_before.values())) == {"[('Reserving', 1)]"}
        cluster.kill(victim)
        made.go_on()
        late = pool.map(made.start, ORDERS[-LATE:])
        cluster.start(victim)
        orders = [*early, *late]
    made.check(orders, completed_before)
    assert [wait.result() for wait in waits] == ORDERS[:5]
    # What was completed before the kill was not begun again.
    assert {str(made.attempts()[name, "Reserving"]) for name in completed_before} == {"[1]"}


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(10))
@VICTIMS
def test_every_order_ends_at_whatever_moment_something_is_killed(
    cluster: Cluster, shop: Ductape, victim: str, seed: int, tmp_path: Path
) -> None:
    made = Orders(shop, tmp_path)
    made.go_on()
    moment = random.Random(seed).randrange(len(ORDERS) * len(STEPS))
    with ThreadPoolExecutor(len(ORDERS)) as pool:
        starting = pool.map(made.start, ORDERS)
        eventually(lambda: sum(map(len, made.attempts().values())) >= moment)
        cluster.kill(victim)
        cluster.start(victim)
        orders = list(starting)
    made.check(orders, {})
