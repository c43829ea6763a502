from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ductape_sync import Ductape
    from tests.browser.watched import Tab, Visitor


def test_a_completed_execution_shows_what_it_was_given_and_gave(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    baked = shop.workflows.execute("bake", cake, execution_id="given-1", metadata={"source": "counter"})
    for _ in range(3):
        baked.signal("go")
    baked.wait_for_completion(timeout=30)
    tab.execution("given-1")
    expect(page.get_by_role("heading", level=1)).to_have_text("bake")
    expect(page.locator(".facts .badge")).to_have_text("Completed")
    expect(tab.section("Input")).to_contain_text('"name": "sponge"')
    expect(tab.section("Metadata")).to_contain_text('"source": "counter"')
    # A number that JavaScript cannot hold is shown as it is.
    expect(tab.section("Result")).to_contain_text('"pieces": 12345678901234567890')
    expect(page.get_by_role("button", name="Signal …")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel …")).to_have_count(0)


def test_a_failed_execution_shows_why_at_which_step_and_after_how_many_attempts(
    tab: Tab, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="why-1").signal("stop")
    tab.execution("why-1")
    error = tab.section("Error")
    expect(error).to_contain_text("the oven is cold")
    expect(error).to_contain_text("ValueError")
    expect(error).to_contain_text("Failed stepMixing")
    expect(error).to_contain_text("Attempts3")
    expect(tab.page.locator(".facts .badge")).to_have_text("Failed")


def test_the_timeline_shows_steps_with_their_durations_retries_and_waits(tab: Tab, shop: Ductape) -> None:
    shop.workflows.execute("rise", execution_id="line-1").wait_for_completion(timeout=30)
    tab.execution("line-1")
    heating = tab.steps().filter(has_text="Heating")
    expect(heating).to_contain_text("3 attempts")
    expect(heating.locator(".lasted")).to_have_text(re.compile(r"^\d.* (ms|s)$"))
    wait = tab.steps().filter(has_text=re.compile("^Waited"))
    expect(wait.last).to_be_visible()
    boxes = {
        name: tab.steps().filter(has_text=name).locator(".bar").bounding_box()
        for name in ("Heating", "Left", "Right")
    }
    assert all(box is not None for box in boxes.values())
    left = {name: box["x"] for name, box in boxes.items() if box}
    assert left["Heating"] < left["Left"]
    gap = wait.last.locator(".bar").bounding_box()
    assert gap is not None
    assert left["Heating"] < gap["x"] < left["Left"]


def test_the_timeline_shows_an_execution_that_is_run_again(tab: Tab, shop: Ductape) -> None:
    shop.workflows.execute("burn", execution_id="again-1", retries=1)
    tab.execution("again-1")
    expect(tab.page.locator(".facts .badge")).to_have_text("Failed")
    expect(tab.page.locator(".facts").first).to_contain_text("Run2")
    expect(tab.steps().filter(has_text="Burning")).to_have_count(2)
    expect(tab.steps().filter(has_text="Retry: run 2")).to_have_count(1)


def test_an_execution_is_followed_live(tab: Tab, shop: Ductape, cake: dict[str, Any]) -> None:
    order = shop.workflows.execute("bake", cake, execution_id="live-1")
    tab.execution("live-1")
    facts = tab.page.locator(".facts").first
    expect(facts).to_contain_text("StepWaiting")
    expect(tab.steps().last).to_contain_text("Waiting")
    for done, name in enumerate(("Mixing", "Baking", "Icing"), 1):
        order.signal("go")
        expect(tab.steps().filter(has_text=name)).to_be_visible()
        if done < 3:
            expect(facts).to_contain_text(f"{done} of 3")
    expect(facts).to_contain_text("Completed")
    expect(tab.section("Result")).to_contain_text("sponge")
    expect(tab.events()).to_have_text([event.type for event in shop.workflows.get_history("live-1").events])


def test_an_event_shows_its_data(tab: Tab, shop: Ductape, cake: dict[str, Any]) -> None:
    shop.workflows.execute("bake", cake, execution_id="raw-1").signal("go", {"by": "ann"})
    tab.execution("raw-1")
    tab.events().get_by_text("signal_received").click()
    expect(tab.page.get_by_role("group", name="Data of signal_received")).to_contain_text('"by": "ann"')


def test_a_signal_of_the_definition_is_sent_with_data(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="signal-1")
    tab.execution("signal-1")
    page.get_by_role("button", name="Signal …").click()
    dialog = page.get_by_role("dialog", name="Send a signal")
    expect(dialog.get_by_label("Signal", exact=True).locator("option")).to_have_text(
        ["go", "stop", "Another …"]
    )
    dialog.get_by_label("Data as JSON").fill('{"by": "bob", "big": 12345678901234567890}')
    dialog.get_by_role("button", name="Send signal").click()
    expect(dialog).to_have_count(0)
    expect(tab.steps().filter(has_text=re.compile("^Signal go"))).to_be_visible()
    events = shop.workflows.get_history("signal-1").events
    sent = [event.data for event in events if event.type == "signal_received"]
    assert [(data.signal, data.data) for data in sent] == [("go", {"by": "bob", "big": 12345678901234567890})]


def test_a_signal_of_any_name_can_be_sent(tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]) -> None:
    shop.workflows.execute("bake", cake, execution_id="other-1")
    tab.execution("other-1")
    page.get_by_role("button", name="Signal …").click()
    page.get_by_label("Signal", exact=True).select_option("Another …")
    page.get_by_label("Name").fill("made up")
    page.get_by_label("Data as JSON").fill("{not json")
    page.get_by_role("button", name="Send signal").click()
    expect(page.get_by_role("dialog")).to_be_visible()  # the browser says what is wrong with the data
    assert "JSON" in page.get_by_label("Data as JSON").evaluate("field => field.validationMessage")
    page.get_by_label("Data as JSON").fill("")
    page.get_by_role("button", name="Send signal").click()
    expect(tab.steps().filter(has_text=re.compile("^Signal made up"))).to_be_visible()


def test_cancelling_is_asked_once_and_takes_a_reason(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="cancel-1")
    tab.execution("cancel-1")
    page.get_by_role("button", name="Cancel …").click()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert shop.workflows.get_status("cancel-1").status == "running"
    page.get_by_role("button", name="Cancel …").click()
    page.get_by_label("Reason").fill("the shop closes")
    page.get_by_role("button", name="Cancel execution").click()
    expect(page.locator(".facts .badge")).to_have_text("Cancelled")
    expect(tab.section("Cancelled")).to_contain_text("the shop closes")
    assert shop.workflows.get_status("cancel-1").error == "the shop closes"


def test_the_address_of_an_execution_can_be_shared_and_reloaded(
    visitor: Visitor, tab: Tab, shop: Ductape
) -> None:
    # What an id may consist of means something in an address, too.
    execution_id = "shared:1.2@x=y+z~q"
    shop.workflows.execute("nothing", execution_id=execution_id)
    tab.go("#/?id=shared")
    tab.row(execution_id).get_by_role("link").click()
    expect(tab.page.locator(".full-id")).to_have_text(execution_id)
    tab.page.reload()
    expect(tab.page.locator(".full-id")).to_have_text(execution_id)
    address = tab.page.url.removeprefix(visitor.url + "/")
    expect(visitor.open(address).page.locator(".full-id")).to_have_text(execution_id)


def test_an_execution_that_does_not_exist_is_said_to_be_none(tab: Tab, page: Page) -> None:
    tab.go("#/executions/nobody")
    expect(page.get_by_role("alert")).to_contain_text("There is no execution")


def test_a_long_history_is_shown_from_its_end(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    order = shop.workflows.execute("bake", cake, execution_id="long-1")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: order.signal("nobody listens"), range(230)))
    tab.execution("long-1")
    history = tab.section("History")
    expect(history.locator(".count")).to_have_text(str(len(shop.workflows.get_history("long-1").events)))
    expect(tab.events()).to_have_count(100)
    page.get_by_role("button", name="Show earlier events").click()
    expect(tab.events()).to_have_count(200)
    page.get_by_role("button", name="Show earlier events").click()
    expect(tab.events().first).to_have_text("started")
