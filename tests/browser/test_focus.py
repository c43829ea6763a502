"""Who works with the keyboard is never left nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ductape_sync import Ductape
    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running


@pytest.mark.parametrize("path", ["#/", "#/start"])
def test_the_first_link_skips_to_the_content(tab: Tab, page: Page, path: str) -> None:
    tab.go(path)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_be_visible()
    title = heading.inner_text()
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert page.url == f"{tab.url}/{path}"
    expect(heading).to_have_text(title)
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_the_focus_is_back_where_it_was_after_a_dialog(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="focus-1")
    tab.execution("focus-1")
    signal = page.get_by_role("button", name="Signal …")
    for way in ("Escape", "Back", "Send signal"):
        signal.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        if way == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name=way).press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(signal).to_be_focused()
    # What has the focus goes away with the cancel, and again when the execution has ended.
    page.get_by_role("button", name="Cancel …").press("Enter")
    page.get_by_label("Reason").press("Enter")
    expect(page.locator(".facts .badge")).to_have_text("Cancelled")
    expect(page.get_by_role("link", name="Start again …")).to_be_focused()


def test_a_button_that_is_refused_keeps_the_focus(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="focus-2")
    tab.execution("focus-2")
    page.route("**/signals", lambda route: route.abort())
    page.get_by_role("button", name="Signal …").press("Enter")
    send = page.get_by_role("button", name="Send signal")
    send.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(send).to_be_focused()


def test_the_buttons_of_a_pager_keep_the_focus(visitor: Visitor, behind: Running, stage: Stage) -> None:
    for number in range(25):
        stage.put(f"pager-{number}", "completed")
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    completed = tab.section("Completed")
    for name, pages in (("Older", (2, 3)), ("Newer", (2, 1))):
        button = completed.get_by_role("button", name=name)
        button.focus()
        for page in pages:
            tab.page.keyboard.press("Enter")
            expect(completed.locator(".pager")).to_contain_text(f"Page {page} of 3")
        expect(button).to_be_disabled()
        tab.page.keyboard.press("Enter")
        expect(button).to_be_focused()
        expect(completed.locator(".pager")).to_contain_text(f"Page {pages[-1]} of 3")
