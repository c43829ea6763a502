"""Going back leads to where one was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running

LISTS = "#/?id=place-&workflow=process-order"


@pytest.fixture
def lists(visitor: Visitor, behind: Running, stage: Stage) -> Tab:
    """Lists of more than a page, the second one of which is shown."""
    for number in range(25):
        stage.put(f"place-{number:02}", "completed")
    tab = visitor.borrow(LISTS, url=behind.base, key=SHOP_KEY, viewport={"width": 1280, "height": 500})
    # Of a list that another filter made, a click leads nowhere.
    expect(tab.section("Running")).to_contain_text("Nothing matches the filter.")
    expect(tab.section("Completed").locator("table[aria-busy=true]")).to_have_count(0)
    tab.section("Completed").get_by_role("button", name="Older").click()
    expect(tab.row("place-10")).to_be_visible()
    return tab


@pytest.mark.parametrize("way", ["back", "link"])
def test_the_lists_are_as_they_were_left(lists: Tab, way: str) -> None:
    page = lists.page
    link = lists.row("place-07").get_by_role("link")
    link.scroll_into_view_if_needed()
    page.mouse.wheel(0, 40)
    page.wait_for_function("scrollY > 40")
    link.click()
    expect(page.locator(".full-id")).to_have_text("place-07")
    assert page.evaluate("scrollY") == 0
    if way == "back":
        page.go_back()
    else:
        page.get_by_role("link", name="Executions").click()
    # At once, from what was known: nothing is loaded before it can be seen.
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    assert page.url == f"{lists.url}/{LISTS}"
    expect(lists.section("Completed").locator(".pager")).to_contain_text("Page 2 of 3")
    lists.section("Completed").get_by_role("button", name="Newer").click()
    expect(lists.row("place-24")).to_be_visible()


def test_the_form_to_start_leads_back_to_the_same_lists(lists: Tab) -> None:
    lists.page.get_by_role("link", name="Start …").click()
    lists.page.get_by_role("link", name="Executions").click()
    expect(lists.page).to_have_url(f"{lists.url}/{LISTS}")
    expect(lists.section("Completed").locator(".pager")).to_contain_text("Page 2 of 3")


def test_the_name_of_the_page_leads_to_its_beginning(lists: Tab) -> None:
    lists.row("place-10").get_by_role("link").click()
    lists.page.get_by_role("link", name="ductape-sync").click()
    expect(lists.page).to_have_url(f"{lists.url}/#/")
    expect(lists.section("Completed").locator(".pager")).to_contain_text("Page 1 of 3")


def test_a_click_anywhere_in_a_row_leads_to_its_execution(lists: Tab) -> None:
    lists.row("place-10").locator("td.workflow").click()
    expect(lists.page.locator(".full-id")).to_have_text("place-10")


def test_text_of_a_row_can_be_selected(lists: Tab) -> None:
    started = lists.row("place-10").locator("td.started")
    box = started.bounding_box()
    assert box is not None
    lists.page.mouse.move(box["x"] + 8, box["y"] + 20)
    lists.page.mouse.down()
    lists.page.mouse.move(box["x"] + 80, box["y"] + 20, steps=4)
    lists.page.mouse.up()
    assert lists.page.evaluate("getSelection().toString()") != ""
    assert lists.page.url == f"{lists.url}/{LISTS}"
