"""For everyone: screen readers, keyboards, phones, light and dark, slow lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ductape_sync import Ductape
from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running
    from tests.servers import Started

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def shown(server: Started) -> None:
    """Something in every list."""
    with Ductape(server.access_key, server.product, server.env, base_url=server.url) as shop:
        cake = {"name": "sponge"}
        shop.workflows.execute("bake", cake, execution_id="comfort-open").signal("go")
        shop.workflows.execute("nothing", {"long": "word" * 100}, execution_id="comfort-done")
        shop.workflows.execute("burn", execution_id="comfort-broken", retries=1)
        shop.workflows.execute("bake", cake, execution_id="comfort-dropped").cancel("no sugar")


def ready(tab: Tab, path: str) -> None:
    """Go to a page, and wait until everything on it is there."""
    tab.go(path)
    if path.startswith("#/?"):
        expect(tab.section("Failed").locator(".why")).to_have_count(1)
        expect(tab.section("Cancelled").get_by_role("row")).to_have_count(2)
    elif path.startswith("#/start"):
        expect(tab.page.get_by_label("name")).to_be_visible()
    else:
        expect(tab.events().last).to_be_visible()


PAGES = (
    "#/?id=comfort-&cancelled=1",
    "#/executions/comfort-open",
    "#/executions/comfort-done",
    "#/executions/comfort-broken",
    "#/start?workflow=bake",
)


def faults_of(page: Page) -> list[str]:
    """What axe-core finds, as `rule: where`."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("shown")
def test_axe_finds_no_fault(visitor: Visitor, scheme: str) -> None:
    tab = visitor.borrow("", color_scheme=scheme)
    for path in PAGES:
        ready(tab, path)
        assert faults_of(tab.page) == [], path
    tab.execution("comfort-open")
    for name in ("Signal …", "Cancel …"):
        tab.page.get_by_role("button", name=name).click()
        assert faults_of(tab.page) == [], name
        tab.page.keyboard.press("Escape")
    signed_out = visitor.borrow(color_scheme=scheme)
    signed_out.go("")
    assert faults_of(signed_out.page) == []


@pytest.mark.usefixtures("shown")
def test_a_phone_shows_all_of_it_without_scrolling_sideways(visitor: Visitor) -> None:
    tab = visitor.borrow("", **PHONE)
    for path in PAGES:
        ready(tab, path)
        assert tab.page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0, path
    tab.go("#/?id=comfort-open")
    for part in ("workflow", "id", "started", "duration", "done"):
        expect(tab.section("Running").locator(f"td.{part}")).to_be_visible()


def test_narrow_and_wide_windows_cut_off_no_number_of_attempts(
    visitor: Visitor, behind: Running, stage: Stage
) -> None:
    name = "A step whose name is longer than there is room for in a list of executions, however wide it is"
    failure = {
        "type": "ValueError", "message": "no " * 90, "step": name, "attempts": 12, "retryable": True,
    }  # fmt: skip
    stage.put("exec-0123456789abcdefghijklmnop", "failed", failure=failure, error=failure["message"])
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    row = tab.row("exec-0123456789abcdefghijklmnop")
    for width in (1440, 1280, 1045, 900, 375):
        tab.page.set_viewport_size({"width": width, "height": 800})
        badge, cell = row.locator(".attempts"), row.locator("td.step")
        expect(badge).to_have_text("12 attempts")
        inner, outer = badge.bounding_box(), cell.bounding_box()
        assert inner is not None
        assert outer is not None
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"], width
        shown = row.locator("td.id a").evaluate("id => id.scrollWidth <= id.clientWidth")
        assert shown or width not in {1440, 1280}, "the id is cut off"


def test_everything_is_done_with_the_keyboard_alone(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="keys-1")
    tab.go("#/?id=keys-1")
    expect(tab.row("keys-1")).to_be_visible()

    def press_until(target: Any, key: str = "Tab") -> None:
        for _ in range(40):
            if target.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press(key)
        raise AssertionError(f"{key} never reaches {target}")

    press_until(page.get_by_role("link", name="keys-1"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    button = page.get_by_role("button", name="Signal …")
    press_until(button)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page.get_by_role("button", name="Send signal"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signal go sent.")).to_be_visible()
    page.get_by_role("button", name="Cancel …").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("enough")
    page.keyboard.press("Enter")
    expect(page.locator(".facts .badge")).to_have_text("Cancelled")
    assert shop.workflows.get_status("keys-1").error == "enough"


def test_the_first_view_is_small(visitor: Visitor) -> None:
    tab = visitor.borrow()
    tab.go(f"?token={visitor.key}")
    expect(tab.count("Failed")).not_to_have_text("…")
    # Workflows are asked for again and again: each of what was asked for counts once.
    answered = [request for request in tab.requests if request.response()]
    sent = {request.url: request.sizes()["responseBodySize"] for request in answered}
    pages = [text for text in tab.received if text.startswith('{"op":"page"')]
    assert sum(sent.values()) + sum(map(len, pages)) < 100_000, sent


def test_without_executions_the_page_says_how_to_start(visitor: Visitor, behind: Running) -> None:
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    expect(tab.page.get_by_text("Nothing has been executed yet.")).to_be_visible()
    expect(tab.page.get_by_role("link", name="Start an execution")).to_be_visible()
