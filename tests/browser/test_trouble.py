"""What the page says of itself: whether it is up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.cluster.link import link
from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running


@pytest.fixture
def lists(visitor: Visitor, behind: Running, stage: Stage) -> Tab:
    """Lists that are up to date."""
    stage.put("shown-1")
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    expect(tab.row("shown-1")).to_be_visible()
    expect(tab.page.locator(".connection")).to_have_text("Live")
    return tab


def test_an_engine_that_is_down_is_said_to_be_until_it_is_back(lists: Tab, stage: Stage) -> None:
    page = lists.page
    stage.down = True
    expect(page.locator(".connection")).to_have_text("Engine unavailable")
    expect(lists.row("shown-1")).to_be_visible()  # what was known stays
    page.evaluate("""() => {
      const said = (window.said = []);
      const indicator = document.querySelector(".connection");
      const changes = { childList: true, characterData: true, subtree: true };
      new MutationObserver(() => said.push(indicator.textContent)).observe(indicator, changes);
    }""")
    for _ in range(2):
        # The workflows are answered from what is known, and say nothing about the lists.
        with page.expect_response("**/v1/workflows"), lists.told("engine_unavailable"):
            lists.look_again()
    assert page.evaluate("window.said") == []
    stage.down = False
    lists.look_again()
    expect(page.locator(".connection")).to_have_text("Live")


def test_an_engine_that_says_nothing_is_soon_said_to_be_unavailable(lists: Tab, stage: Stage) -> None:
    stage.silent = True
    expect(lists.page.locator(".connection")).to_have_text("Engine unavailable", timeout=15_000)
    stage.silent = False
    expect(lists.page.locator(".connection")).to_have_text("Live")


def test_a_line_that_was_cut_without_a_word_is_noticed(
    visitor: Visitor, behind: Running, stage: Stage
) -> None:
    stage.put("shown-1")
    with link(behind.base.removeprefix("http://")) as line:
        lists = visitor.borrow("#/", url=f"http://{line.address}", key=SHOP_KEY)
        expect(lists.row("shown-1")).to_be_visible()
        line.hold()
        expect(lists.page.locator(".connection")).to_have_text("Reconnecting …", timeout=20_000)
        stage.put("shown-2")
        line.release()
        expect(lists.row("shown-2")).to_be_visible()
        expect(lists.page.locator(".connection")).to_have_text("Live")
