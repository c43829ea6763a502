"""The dialog that sends a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ductape_sync import Ductape
    from tests.browser.watched import Tab


def test_a_signal_whose_answer_is_lost_can_be_repeated(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="lost-1")
    tab.execution("lost-1")
    page.get_by_role("button", name="Signal …").click()
    page.get_by_label("Signal", exact=True).select_option("Another …")
    page.get_by_label("Name").fill("once")

    def lose(route: Any) -> None:
        route.fetch()  # it arrives, and is carried out
        route.abort()

    page.route("**/signals", lose, times=1)
    page.get_by_role("button", name="Send signal").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.get_by_role("button", name="Send signal").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(shop, "lost-1") == ["once"]
    # One that is sent anew is another one.
    page.get_by_role("button", name="Signal …").click()
    page.get_by_label("Signal", exact=True).select_option("Another …")
    page.get_by_label("Name").fill("once")
    page.get_by_role("button", name="Send signal").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert sent(shop, "lost-1") == ["once", "once"]


def sent(shop: Ductape, execution_id: str) -> list[str]:
    """The names of the signals that an execution got."""
    events = shop.workflows.get_history(execution_id).events
    return [event.data.signal for event in events if event.type == "signal_received"]


def test_what_was_typed_stays_when_the_execution_ends(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    order = shop.workflows.execute("bake", cake, execution_id="typed-1")
    tab.execution("typed-1")
    page.get_by_role("button", name="Signal …").click()
    page.get_by_label("Signal", exact=True).select_option("stop")
    data = page.get_by_label("Data as JSON")
    data.fill('{"long": "text"}')
    for _ in range(3):
        order.signal("go")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It has ended.")
    expect(data).to_have_value('{"long": "text"}')
    expect(page.get_by_label("Signal", exact=True)).to_have_value("stop")
    expect(dialog.get_by_role("button", name="Send signal")).to_be_disabled()
    data.press("Control+Enter")
    dialog.get_by_role("button", name="Send signal").dispatch_event("click")
    expect(dialog).to_be_visible()
    assert not [request for request in tab.requests if request.method == "POST"]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    # The button that opened it is gone.
    expect(page.get_by_role("link", name="Start again …")).to_be_focused()


def test_the_signals_stay_while_no_worker_serves_the_workflow(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="unserved-1")
    tab.execution("unserved-1")
    page.get_by_role("button", name="Signal …").click()
    page.get_by_label("Data as JSON").fill("[1")
    page.route("**/v1/workflows", lambda route: route.fulfill(json={"workflows": []}))
    tab.look_again()
    expect(page.get_by_role("dialog")).to_contain_text("No worker serves this workflow now")
    expect(page.get_by_label("Signal", exact=True)).to_have_value("go")
    expect(page.get_by_label("Data as JSON")).to_have_value("[1")
