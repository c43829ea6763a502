from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.foreign import foreign
from tests.browser.watched import Tab
from tests.gateway.running import BANK_KEY, SHOP_KEY

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from tests.browser.staged import Stage
    from tests.browser.watched import Visitor
    from tests.gateway.running import Running


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


def test_a_signed_out_tab_goes_on_when_another_one_signs_in(visitor: Visitor) -> None:
    tab = visitor.borrow("#/")
    expect(tab.section("Running")).to_be_visible()
    other = tab.page.context.new_page()
    other.goto(visitor.url)
    other.get_by_role("button", name="Sign out").click()
    waiting = Tab(tab.page.context.new_page(), visitor.url)
    waiting.go("#/start")
    expect(waiting.page.get_by_label("Access key")).to_be_visible()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    other.get_by_label("Access key").fill(visitor.key)
    other.get_by_role("button", name="Sign in").click()
    for each, title in ((tab, "Executions"), (waiting, "Start an execution")):
        each.look_again()
        expect(each.page.get_by_role("heading", level=1)).to_have_text(title)


def follow(tab: Tab, link: str, host: str) -> None:
    """Click a link on a page of another origin."""
    with foreign(link, host) as elsewhere:
        tab.page.goto(elsewhere)
        tab.page.get_by_role("link").click()
        tab.page.wait_for_url(f"{tab.url}/**")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_link_on_another_page_leads_to_an_execution(visitor: Visitor, shop: Ductape, host: str) -> None:
    shop.workflows.execute("nothing", execution_id=f"linked-{host}")
    tab = visitor.borrow("#/")
    follow(tab, f"{tab.url}/#/executions/linked-{host}", host)
    expect(tab.page.locator(".full-id")).to_have_text(f"linked-{host}")
    visitor.faults.clear()  # the other page is of another host


def test_who_is_not_signed_in_is_asked_to_after_a_link_too(visitor: Visitor) -> None:
    tab = visitor.borrow()
    looked = tab.page.expect_response("**/v1/workflows")
    with looked:
        follow(tab, f"{tab.url}/#/start", "localhost")
    with tab.page.expect_response("**/v1/workflows"):
        tab.look_again()
    expect(tab.page.get_by_label("Access key")).to_be_visible()
    documents = [request.url for request in tab.requests if request.is_navigation_request()]
    assert documents[1:] == [f"{tab.url}/"]  # and it was not loaded over and over
    visitor.faults.clear()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_link_with_a_token_on_another_page_asks_first(
    visitor: Visitor, behind: Running, stage: Stage, host: str
) -> None:
    stage.put("mine-1")
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    expect(tab.row("mine-1")).to_be_visible()
    link = f"{tab.url}/?token={BANK_KEY}#/start"
    follow(tab, link, host)
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Sign in with the key of this link?")
    expect(tab.page.get_by_text("bank (prod)")).to_be_visible()
    assert Axe().run(tab.page).response["violations"] == []
    assert BANK_KEY not in tab.page.url
    (cookie,) = tab.page.context.cookies()
    assert cookie["value"] == SHOP_KEY
    tab.page.get_by_role("link", name="Leave it as it is").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Start an execution")
    tab.go("#/")
    expect(tab.row("mine-1")).to_be_visible()

    follow(tab, link, host)
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Start an execution")
    assert BANK_KEY not in tab.page.evaluate("document.cookie + location.href + document.referrer")
    (cookie,) = tab.page.context.cookies()
    assert cookie["value"] == BANK_KEY
    visitor.faults.clear()
