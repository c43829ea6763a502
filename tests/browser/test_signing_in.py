from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from tests.browser.watched import Visitor


def test_the_token_of_the_address_becomes_a_cookie_that_no_script_can_read(visitor: Visitor) -> None:
    tab = visitor.borrow("#/")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Executions")
    assert visitor.key not in tab.page.url
    assert visitor.key not in tab.page.evaluate("document.cookie + history.length + document.referrer")
    (cookie,) = tab.page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"


def test_signing_in_leads_to_the_page_that_was_asked_for(visitor: Visitor, shop: Ductape) -> None:
    shop.workflows.execute("nothing", execution_id="asked-1")
    tab = visitor.borrow()
    tab.go("#/executions/asked-1")
    tab.page.get_by_label("Access key").fill("not the key")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_have_text("This access key is not known here.")
    tab.page.get_by_label("Access key").fill(visitor.key)
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.locator(".full-id")).to_have_text("asked-1")


def test_signing_out_forgets_the_key_in_every_tab(visitor: Visitor) -> None:
    tab = visitor.borrow("#/")
    expect(tab.section("Running")).to_be_visible()
    other = tab.page.context.new_page()
    other.goto(visitor.url)
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_label("Access key")).to_be_visible()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_label("Access key")).to_be_visible()
