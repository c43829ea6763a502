"""Progress asks what to expect, and never makes a wait longer than it was to be."""

import time
from collections.abc import Iterator

import pytest

from ductape_sync import WaitTimeout
from ductape_sync.testing import Fake


@pytest.fixture
def fake() -> Iterator[Fake]:
    with Fake() as fake:
        fake.workflow("process-order", steps=["Charging"])
        yield fake


def test_a_wait_that_looks_once_asks_nothing_else(fake: Fake) -> None:
    order = fake.client().workflows.execute("process-order")
    with pytest.raises(WaitTimeout):
        order.wait_for_completion(timeout=0, progress=True)
    asked = [request.operation for request in fake.requests if request.operation != "openEvents"]
    assert asked == ["executeWorkflow", "getStatus"]


def test_what_to_expect_is_looked_up_no_longer_than_the_wait_may_take(fake: Fake) -> None:
    order = fake.client().workflows.execute("process-order")
    fake.delay(10, operation="listWorkflows")
    began = time.monotonic()
    with pytest.raises(WaitTimeout):
        order.wait_for_completion(timeout=0.2, progress=True)
    assert time.monotonic() - began < 1.5  # the lookup alone might take 2 seconds


def test_last_events_are_awaited_no_longer_than_the_wait_may_take(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ductape_sync.display.waits.LAST", 60.0)
    order = fake.client().workflows.execute("process-order")
    fake.delay(10, operation="openEvents")
    fake.execution(order.execution_id).complete("done")
    began = time.monotonic()
    assert order.wait_for_completion(timeout=1, progress=True) == "done"
    assert time.monotonic() - began < 10
