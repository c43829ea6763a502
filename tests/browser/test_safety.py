from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.foreign import foreign
from tests.browser.shelf import MARKUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from ductape_sync import Ductape
    from tests.browser.watched import Tab, Visitor

ATTACK = Path(__file__).with_name("attack.js")


def test_names_and_data_are_text_wherever_they_are_shown(tab: Tab, page: Page, shop: Ductape) -> None:
    # Whatever is run opens a dialog, or breaks the policy: either fails the test.
    execution = shop.workflows.execute(
        MARKUP, {MARKUP: "</code><script>alert(4)</script>"}, execution_id="text-1", metadata={"<b>": MARKUP}
    )
    execution.signal(MARKUP, MARKUP)
    tab.go("#/?id=text-")
    expect(tab.row("text-1").locator(".workflow")).to_have_text(MARKUP)
    tab.execution("text-1")
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    expect(tab.steps().filter(has_text=f"Signal {MARKUP}").first).to_be_visible()
    for event in tab.events().all():
        event.click()
    expect(tab.page.get_by_role("group", name="Data of signal_received")).to_contain_text(MARKUP)
    page.get_by_role("button", name="Signal …").click()
    expect(page.get_by_role("dialog")).to_contain_text("<svg onload=alert(3)>")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel …").click()
    page.get_by_label("Reason").fill(MARKUP)
    page.get_by_role("button", name="Cancel execution").click()
    expect(tab.section("Cancelled")).to_contain_text(MARKUP)
    page.get_by_role("link", name="Start again …").click()
    expect(page.get_by_text("<script>alert(2)</script>")).to_be_visible()
    tab.go(f"#/executions/{MARKUP}")
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    tab.go("#/?id=%3Cimg%20src%3Dx%20onerror%3Dalert(5)%3E")
    expect(tab.section("Running")).to_contain_text("Nothing matches")
    assert page.locator("img[src=x], script:not([src]), svg[onload]").count() == 0


def test_a_policy_keeps_foreign_and_inline_code_out(visitor: Visitor, tab: Tab) -> None:
    answer = requests.get(visitor.url, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    with pytest.raises(Exception, match="TrustedHTML"):
        tab.page.evaluate("document.body.innerHTML = '<b>text that becomes markup</b>'")
    visitor.faults.clear()  # the browser reported just that


def test_looking_changes_nothing(tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]) -> None:
    shop.workflows.execute("bake", cake, execution_id="look-1")
    tab.execution("look-1")
    page.get_by_role("button", name="Signal …").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel …").click()
    page.keyboard.press("Escape")
    tab.go("#/start?workflow=bake")
    expect(page.get_by_label("name")).to_be_visible()
    assert {request.method for request in tab.requests} == {"GET"}
    for path in ("/v1/executions/look-1/cancel", "/v1/executions/look-1/signals", "/sign-out"):
        assert page.request.get(tab.url + path).status == 405


@pytest.fixture
def foreign_url() -> Iterator[str]:
    """A page of another origin, on the same site: the browser sends it our cookie along."""
    with foreign() as url:
        yield url


def test_a_page_of_another_origin_can_neither_read_nor_act(
    visitor: Visitor, shop: Ductape, foreign_url: str, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="victim-1")
    tab = visitor.borrow("#/")
    tab.page.goto(foreign_url)
    visitor.faults.clear()
    body = '{"workflow": "nothing", "executionId": "forged-1"}'
    outcome = tab.page.evaluate(ATTACK.read_text(), [tab.url, body])
    visitor.faults.clear()  # requests to another host, and the browser's refusals
    assert set(outcome.values()) == {"refused"}, outcome
    assert shop.workflows.get_status("victim-1").status == "running"
    events = [event.type for event in shop.workflows.get_history("victim-1").events]
    assert "cancel_requested" not in events
    assert "forged-1" not in [each.execution_id for each in shop.workflows.list(limit=1000).executions]
