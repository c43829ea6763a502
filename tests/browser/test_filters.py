from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.watched import Tab


@pytest.fixture
def field(page: Page) -> Locator:
    """The filter by id."""
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page.get_by_label("Id", exact=True)


def pause(page: Page) -> None:
    """Wait until every timer has fired that was set for the next 250 milliseconds."""
    page.evaluate("new Promise((done) => setTimeout(done, 250))")


def test_what_is_typed_stays_while_lists_are_refreshed(tab: Tab, page: Page, field: Locator) -> None:
    field.press_sequentially("exec-0123456789abc", delay=100)
    expect(field).to_have_value("exec-0123456789abc")
    expect(page).to_have_url(f"{tab.url}/#/?id=exec-0123456789abc")


@pytest.mark.parametrize("leave", ["link", "row"])
def test_who_leaves_while_typing_is_not_led_back(tab: Tab, page: Page, field: Locator, leave: str) -> None:
    field.press_sequentially("e")
    if leave == "link":
        page.get_by_role("link", name="Start …").click()
    else:
        page.evaluate("location.hash = '#/start'")
    expect(page.get_by_role("heading", level=1)).to_have_text("Start an execution")
    pause(page)
    assert page.url == f"{tab.url}/#/start"


def test_one_filter_does_not_undo_another_one(tab: Tab, page: Page, field: Locator) -> None:
    field.press_sequentially("ex")
    page.get_by_label("Workflow").select_option("bake")
    expect(page).to_have_url(f"{tab.url}/#/?id=ex&workflow=bake")
    page.get_by_label("Show cancelled").check()
    expect(page).to_have_url(f"{tab.url}/#/?cancelled=1&id=ex&workflow=bake")
    expect(field).to_have_value("ex")


def test_the_field_follows_the_address(tab: Tab, page: Page, field: Locator) -> None:
    tab.go("#/?id=first")
    expect(field).to_have_value("first")
    field.press_sequentially("-and-more")
    tab.go("#/?id=second")
    expect(field).to_have_value("second")
    pause(page)
    assert page.url == f"{tab.url}/#/?id=second"
    page.go_back()
    expect(field).to_have_value(re.compile("^first"))


def test_what_no_id_begins_with_is_not_asked_for(tab: Tab, field: Locator) -> None:
    for text in ("-exec", "a b", "é", "x" * 201):
        field.fill(text)
        for section in ("Running", "Completed", "Failed"):
            expect(tab.section(section)).to_contain_text("Nothing matches the filter.")
            expect(tab.count(section)).to_have_text("0")
    assert not [text for text in tab.sent if "idPrefix" in text]
