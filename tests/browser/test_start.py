from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from ductape_sync import ExecutionNotFound

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ductape_sync import Ductape
    from tests.browser.watched import Tab


def started(page: Page, shop: Ductape) -> Any:
    """The execution that a form started: its page is shown."""
    expect(page.locator(".full-id")).to_be_visible()
    return shop.workflows.get_status(page.locator(".full-id").inner_text())


def test_a_workflow_is_picked_and_its_form_filled_in(tab: Tab, page: Page, shop: Ductape) -> None:
    page.get_by_role("link", name="Start …").click()
    page.get_by_label("Workflow").select_option("bake")
    expect(page.get_by_text("Bake a cake in three steps")).to_be_visible()
    labels = page.locator(".value .field > label").all_inner_texts()
    assert [label.rstrip(" *") for label in labels] == [
        "name", "layers", "weight", "glaze", "vegan", "degrees", "fan", "candles",
    ]  # fmt: skip
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start an execution")  # the name is missing
    page.get_by_label("name").fill("tart")
    page.get_by_label("layers").fill("3")
    page.get_by_label("glaze").select_option("sugar")
    page.get_by_label("vegan").select_option("true")
    page.get_by_label("candles").fill('["red", "blue"]')
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).input == {
        "name": "tart", "layers": 3, "glaze": "sugar", "vegan": True, "candles": ["red", "blue"],
    }  # fmt: skip


def test_what_a_part_requires_is_asked_for_once_the_part_is_there(
    tab: Tab, page: Page, shop: Ductape
) -> None:
    tab.go("#/start?workflow=bake")
    page.get_by_label("name").fill("tart")
    page.get_by_label("fan").select_option("true")
    page.get_by_role("button", name="Start", exact=True).click()
    assert page.get_by_label("degrees").evaluate("field => field.validity.valueMissing")
    page.get_by_label("degrees").fill("180")
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).input == {"name": "tart", "oven": {"degrees": 180, "fan": True}}


def test_raw_json_goes_where_a_form_does_not(tab: Tab, page: Page, shop: Ductape) -> None:
    tab.go("#/start?workflow=bake")
    page.get_by_label("name").fill("flan")
    page.get_by_role("button", name="JSON").click()
    field = page.get_by_label("Input as JSON")
    expect(field).to_have_value('{\n  "name": "flan"\n}')
    field.fill('{"name": "flan", "candles": [1')
    page.get_by_role("button", name="Start", exact=True).click()
    assert "JSON" in field.evaluate("field => field.validationMessage")
    page.get_by_role("button", name="Form").click()
    expect(page.get_by_role("alert")).to_contain_text("The form cannot show this")
    field.fill('{"name": "flan", "weight": 12345678901234567890}')
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).input == {"name": "flan", "weight": 12345678901234567890}


def test_options_are_kept_with_the_execution(tab: Tab, page: Page, shop: Ductape) -> None:
    tab.go("#/start?workflow=nothing")
    page.get_by_text("Options").click()
    page.get_by_label("Execution id").fill("chosen-1")
    page.get_by_label("Metadata").fill('{"source": "form"}')
    page.get_by_label("Timeout in seconds").fill("60")
    page.get_by_label("Retries").fill("2")
    page.get_by_role("button", name="Start", exact=True).click()
    status = started(page, shop)
    assert (status.execution_id, dict(status.metadata)) == ("chosen-1", {"source": "form"})


def test_an_id_in_use_is_refused_and_what_was_entered_stays(tab: Tab, page: Page, shop: Ductape) -> None:
    shop.workflows.execute("nothing", 1, execution_id="taken-1")
    tab.go("#/start?workflow=nothing")
    page.get_by_label("Input as JSON").fill('{"mine": true}')
    page.get_by_text("Options").click()
    page.get_by_label("Execution id").fill("taken-1")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("taken-1")
    expect(page.get_by_label("Input as JSON")).to_have_value('{"mine": true}')
    page.get_by_label("Execution id").fill("free-1")
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).input == {"mine": True}


def test_an_execution_is_started_again_with_its_input(
    tab: Tab, page: Page, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="once-1").cancel()
    tab.execution("once-1")
    page.get_by_role("link", name="Start again …").click()
    expect(page.get_by_label("name")).to_have_value("sponge")
    page.get_by_label("layers").fill("5")
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).input == {"name": "sponge", "layers": 5}


def test_a_workflow_without_input_needs_none(tab: Tab, page: Page, shop: Ductape) -> None:
    tab.go("#/start?workflow=rise")
    expect(page.get_by_text("It takes none.")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).input is None


def test_a_start_whose_answer_is_lost_can_be_repeated(tab: Tab, page: Page, shop: Ductape) -> None:
    tab.go("#/start?workflow=nothing")
    page.get_by_label("Input as JSON").fill('"repeated"')
    lost = page.expect_request(lambda request: request.method == "POST")

    def lose(route: Any) -> None:
        route.fetch()  # it arrives, and is carried out
        route.abort()

    page.route("**/v1/executions", lose, times=1)
    with lost:
        page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.get_by_role("button", name="Start", exact=True).click()
    execution_id = started(page, shop).execution_id
    inputs = [
        (each.execution_id, shop.workflows.get_status(each.execution_id).input)
        for each in shop.workflows.list(workflow="nothing", limit=100).executions
    ]
    assert [name for name, given in inputs if given == "repeated"] == [execution_id]


def test_nothing_is_started_before_the_button_is_pressed(tab: Tab, page: Page, shop: Ductape) -> None:
    tab.go("#/start?workflow=nothing&executionId=unwanted-1")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    with pytest.raises(ExecutionNotFound):
        shop.workflows.get_status("unwanted-1")


@pytest.mark.parametrize("left", ["none", "others"])
def test_what_is_entered_stays_while_no_worker_serves_the_workflow(
    tab: Tab, page: Page, shop: Ductape, left: str
) -> None:
    def answer(route: Any) -> None:
        served = route.fetch().json()["workflows"] if left == "others" else []
        route.fulfill(json={"workflows": [each for each in served if each["name"] != "bake"]})

    tab.go("#/start?workflow=bake")
    page.get_by_label("name").fill("tart")
    page.get_by_text("Options").click()
    page.get_by_label("Timeout in seconds").fill("60")
    page.route("**/v1/workflows", answer)
    tab.look_again()
    expect(page.get_by_text("No worker serves bake now.")).to_be_visible()
    expect(page.get_by_label("Workflow")).to_have_value("bake")
    expect(page.get_by_label("name")).to_have_value("tart")
    page.unroute("**/v1/workflows")
    tab.look_again()
    expect(page.get_by_text("No worker serves bake now.")).to_have_count(0)
    expect(page.get_by_label("name")).to_have_value("tart")
    expect(page.get_by_label("Timeout in seconds")).to_have_value("60")
    page.get_by_role("button", name="Start", exact=True).click()
    assert started(page, shop).workflow == "bake"


def test_a_workflow_that_no_worker_serves_is_not_taken_for_another_one(tab: Tab, page: Page) -> None:
    tab.go("#/start?workflow=no-such")
    expect(page.get_by_text("No worker serves no-such now.")).to_be_visible()
    expect(page.get_by_label("Workflow")).to_have_value("no-such")
    start = page.get_by_role("button", name="Start", exact=True)
    expect(start).to_be_disabled()
    start.dispatch_event("click")
    page.get_by_label("Workflow").select_option("bake")
    expect(page.get_by_label("name")).to_be_visible()
    expect(start).to_be_enabled()
    assert not [request for request in tab.requests if request.method == "POST"]
