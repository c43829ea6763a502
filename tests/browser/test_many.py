"""Usable with ten thousand executions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.gateway.running import SHOP, SHOP_KEY

if TYPE_CHECKING:
    from tests.browser.staged import Stage
    from tests.browser.watched import Visitor
    from tests.gateway.running import Running

STATES = ("completed", "completed", "completed", "failed")


def fill(stage: Stage) -> None:
    for number in range(10_000):
        stage._create(SHOP, f"many-{number:05}", {"workflow": "process-order"})
        execution = stage.executions[f"many-{number:05}"]
        execution.end(STATES[number % len(STATES)], result=None)


def test_ten_thousand_executions_are_counted_paged_and_filtered(
    visitor: Visitor, behind: Running, stage: Stage
) -> None:
    stage.on_loop(fill, stage)
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    completed = tab.section("Completed")
    expect(tab.count("Completed")).to_have_text("7,500")
    expect(tab.count("Failed")).to_have_text("2,500")
    expect(completed.locator(".pager")).to_contain_text("Page 1 of 750")
    began = time.monotonic()
    for page in range(2, 8):
        completed.get_by_role("button", name="Older").click()
        expect(completed.locator(".pager")).to_contain_text(f"Page {page} of 750")
        expect(completed.get_by_role("link")).to_have_count(10)
    tab.page.get_by_label("Id", exact=True).fill("many-0123")
    expect(tab.count("Completed")).to_have_text("7")
    expect(tab.count("Failed")).to_have_text("3")
    spent = time.monotonic() - began
    # Each of the seven was there at once, the last one when the reader paused.
    assert spent < 7, spent
    assert tab.page.locator("tr").count() < 50
