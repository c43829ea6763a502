"""Usable with ten thousand executions."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from temporalio.client import Client

from tests.cluster.cluster import KEYS, Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.watched import Visitor

MANY = 10_000
QUEUE = "shop-prod"
AT_ONCE = 50


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Temporal, a worker and a gateway, with ten thousand executions of which each tenth has failed."""
    cluster = Cluster(tmp_path_factory.mktemp("many"))
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(cluster.stop)
        cluster.start("engine")
        # Not here: Playwright has an event loop that runs in this thread.
        thread = threading.Thread(target=lambda: asyncio.run(fill(cluster.address)))
        thread.start()
        thread.join()
        cluster.start("worker", "gateway")
        yield cluster


async def fill(address: str) -> None:
    client = await Client.connect(address)
    gate = asyncio.Semaphore(AT_ONCE)

    async def execute(number: int) -> None:
        async with gate:
            # They run, and take no worker's time: the first step would be tomorrow.
            execution = await client.start_workflow(
                "waiting", None, id=f"many-{number:05}", task_queue=QUEUE, start_delay=timedelta(days=1)
            )
            if number % 10 == 9:
                await execution.terminate("too many")

    await asyncio.gather(*(execute(number) for number in range(MANY)))


def test_ten_thousand_executions_are_counted_paged_filtered_and_live(
    visitor: Visitor, cluster: Cluster
) -> None:
    tab = visitor.borrow("#/", url=cluster.url, key=KEYS["shop"])
    expect(tab.count("Running")).to_have_text("9,000")
    expect(tab.count("Failed")).to_have_text("1,000")
    running = tab.section("Running")
    expect(running.locator(".pager")).to_contain_text("Page 1 of 900")
    for page in range(2, 8):
        running.get_by_role("button", name="Older").click()
        expect(running.locator(".pager")).to_contain_text(f"Page {page} of 900")
        expect(running.locator("table[aria-busy=true]")).to_have_count(0)
        expect(running.get_by_role("link")).to_have_count(10)
    tab.page.get_by_label("Id", exact=True).fill("many-0123")
    expect(running.get_by_role("link")).to_have_count(9)
    assert {*running.get_by_role("link").all_inner_texts()} == {f"many-0123{digit}" for digit in range(9)}
    expect(tab.section("Failed").get_by_role("link")).to_have_text(["many-01239"])
    with cluster.client("shop") as shop:
        late = shop.workflows.execute("waiting", execution_id="many-01239-late")
        expect(running.locator(tab.row(late.execution_id))).to_be_visible()
        late.signal("end")
        expect(tab.section("Completed").locator(tab.row(late.execution_id))).to_be_visible()
    assert tab.page.locator("tr").count() < 50
