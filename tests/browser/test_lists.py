from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from ductape_sync import ExecutionError
from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ductape_sync import Ductape
    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running


def test_each_execution_is_in_the_list_of_its_status(tab: Tab, shop: Ductape, cake: dict[str, Any]) -> None:
    running = shop.workflows.execute("bake", cake, execution_id="status-running")
    done = shop.workflows.execute("nothing", execution_id="status-done")
    broken = shop.workflows.execute("burn", execution_id="status-broken")
    dropped = shop.workflows.execute("bake", cake, execution_id="status-dropped")
    dropped.cancel("not hungry")
    tab.go("#/?id=status-&cancelled=1")
    for execution, section in (
        (running, "Running"),
        (done, "Completed"),
        (broken, "Failed"),
        (dropped, "Cancelled"),
    ):
        expect(tab.section(section).get_by_role("link")).to_have_text([execution.execution_id])
        expect(tab.count(section)).to_have_text("1")


def test_what_was_cancelled_is_shown_on_request(tab: Tab, page: Page) -> None:
    expect(tab.section("Completed")).to_be_visible()
    expect(tab.section("Cancelled")).to_have_count(0)
    page.get_by_label("Show cancelled").check()
    expect(tab.section("Cancelled")).to_be_visible()
    page.reload()
    expect(tab.section("Cancelled")).to_be_visible()


def test_a_row_tells_where_its_execution_is(visitor: Visitor, shop: Ductape, cake: dict[str, Any]) -> None:
    tab = visitor.borrow("#/?id=where-", timezone_id="Asia/Tokyo", locale="en-GB")
    order = shop.workflows.execute("bake", cake, execution_id="where-1")
    row = tab.row("where-1")
    expect(row.locator(".workflow")).to_have_text("bake")
    started = shop.workflows.get_status("where-1").started_at.astimezone(ZoneInfo("Asia/Tokyo"))
    expect(row.locator(".started")).to_contain_text(f"{started:%H:%M:%S}")
    expect(row.locator(".duration")).to_have_text(re.compile(r"\d+ s"))
    expect(row.locator(".step")).to_have_text("Waiting")
    expect(row.locator(".done")).to_have_text("0 of 3")
    order.signal("go")
    expect(row.locator(".done")).to_have_text("1 of 3")


def test_a_failed_row_tells_the_step_its_attempts_and_the_reason(
    tab: Tab, shop: Ductape, cake: dict[str, Any]
) -> None:
    shop.workflows.execute("bake", cake, execution_id="failed-1").signal("stop")
    tab.go("#/?id=failed-1")
    step = tab.section("Failed").locator(tab.row("failed-1")).locator("td.step")
    expect(step).to_contain_text("Mixing")
    expect(step).to_contain_text("3 attempts")
    expect(step).to_contain_text("the oven is cold")


def test_lists_follow_executions_without_a_reload(tab: Tab, shop: Ductape, cake: dict[str, Any]) -> None:
    tab.go("#/?id=follow-&cancelled=1")
    expect(tab.section("Running")).to_contain_text("Nothing matches")
    tab.page.evaluate("window.sameDocument = true")
    ends = {"Completed": "go", "Failed": "stop", "Cancelled": None}
    for section, signal in ends.items():
        execution = shop.workflows.execute("bake", cake, execution_id=f"follow-{section}")
        row = tab.row(execution.execution_id)
        expect(tab.section("Running").locator(row)).to_be_visible()
        if signal is None:
            execution.cancel()
        else:
            for _ in range(3):
                execution.signal(signal)
        expect(tab.section(section).locator(row)).to_be_visible()
        expect(tab.count(section)).to_have_text("1")
        expect(tab.count("Running")).to_have_text("0")
    assert tab.page.evaluate("window.sameDocument")
    # By messages alone: no list was asked for.
    assert not [request.url for request in tab.requests if "/v1/executions?" in request.url]


def test_a_cancelled_row_tells_the_reason(tab: Tab, shop: Ductape, cake: dict[str, Any]) -> None:
    for name, reason in (("reason-1", "not <b>hungry</b>"), ("reason-2", None)):
        shop.workflows.execute("bake", cake, execution_id=name).cancel(reason)
    tab.go("#/?id=reason-&cancelled=1")
    cancelled = tab.section("Cancelled")
    expect(cancelled.get_by_role("columnheader", name="Reason")).to_be_visible()
    expect(cancelled.locator(tab.row("reason-1")).locator(".step")).to_have_text("not <b>hungry</b>")
    expect(cancelled.locator(tab.row("reason-2")).locator(".step")).to_have_text(
        "The execution was cancelled."
    )


def test_lists_that_cannot_be_seen_are_not_watched(visitor: Visitor, behind: Running, stage: Stage) -> None:
    tab = visitor.borrow("#/", url=behind.base, key=SHOP_KEY)
    expect(tab.section("Running")).to_contain_text("Nothing is running.")
    looks = '"op":"watch"'

    def turn(*, hidden: bool) -> None:
        tab.page.evaluate(
            """(hidden) => {
              Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )

    with tab.told('"unwatched","watchId":"3"'):
        turn(hidden=True)
    watched = [text for text in tab.sent if looks in text]
    stage.put("unseen-1")
    turn(hidden=False)
    expect(tab.row("unseen-1")).to_be_visible()
    assert len([text for text in tab.sent if looks in text]) == len(watched) + 3


def test_what_starts_and_what_ends_is_seen_within_a_second(
    tab: Tab, shop: Ductape, cake: dict[str, Any]
) -> None:
    tab.go("#/?id=soon-&cancelled=1")
    expect(tab.section("Cancelled")).to_be_visible()
    delays: dict[str, list[float]] = {"Running": [], "Completed": [], "Failed": [], "Cancelled": []}

    def seen(execution: Any, section: str, since: datetime) -> None:
        expect(tab.section(section).locator(tab.row(execution.execution_id))).to_be_visible()
        delays[section].append((datetime.now(UTC) - since).total_seconds())

    for turn in range(2):
        for section in ("Completed", "Failed", "Cancelled"):
            execution = shop.workflows.execute("bake", cake, execution_id=f"soon-{turn}-{section}")
            seen(execution, "Running", datetime.now(UTC))
            if section == "Cancelled":
                execution.cancel()
            for _ in range(3 if section == "Completed" else 0):
                execution.signal("go")
            if section == "Failed":
                execution.signal("stop")
            with contextlib.suppress(ExecutionError):
                execution.wait_for_completion(timeout=30)
            seen(execution, section, datetime.now(UTC))
    # The machine may be busy with something else for a while; not twice in a row.
    assert {section: min(found) < 1 for section, found in delays.items()} == dict.fromkeys(delays, True), (
        delays
    )


def test_executions_are_listed_page_by_page(tab: Tab, shop: Ductape) -> None:
    wanted = [f"paged-{number:02}" for number in range(23)]
    for execution_id in wanted:
        shop.workflows.execute("nothing", execution_id=execution_id).wait_for_completion(timeout=60)
    # Until the answer is there, what is shown is that of another filter, whose count may be the same.
    with tab.told("paged-22"):
        tab.go("#/?id=paged-")
    completed = tab.section("Completed")
    expect(completed.locator("table[aria-busy=true]")).to_have_count(0)
    expect(completed.get_by_role("link").first).to_have_text(wanted[-1])
    expect(tab.count("Completed")).to_have_text("23")
    found: list[str] = []
    for number in (1, 2, 3):
        expect(completed.locator(".pager")).to_contain_text(f"Page {number} of 3")
        expect(completed.get_by_role("link")).to_have_count(10 if number < 3 else 3)
        found += completed.get_by_role("link").all_inner_texts()
        if number < 3:
            completed.get_by_role("button", name="Older").click()
    assert found == wanted[::-1]
    expect(completed.get_by_role("button", name="Older")).to_be_disabled()
    # A new one does not move what is being read.
    shop.workflows.execute("nothing", execution_id="paged-new").wait_for_completion(timeout=60)
    expect(tab.count("Completed")).to_have_text("24")
    expect(completed.get_by_role("link")).to_have_text(found[20:])
    completed.get_by_role("button", name="Newer").click()
    completed.get_by_role("button", name="Newer").click()
    expect(completed.get_by_role("link").first).to_have_text("paged-new")


def test_lists_are_filtered_by_workflow_and_by_id(tab: Tab, page: Page, shop: Ductape) -> None:
    for workflow in ("nothing", "burn"):
        for name in ("x", "y"):
            shop.workflows.execute(workflow, execution_id=f"filter-{name}-{workflow}")
    page.get_by_label("Id", exact=True).fill("filter-")
    expect(tab.count("Completed")).to_have_text("2")
    expect(tab.count("Failed")).to_have_text("2")
    page.get_by_label("Workflow").select_option("burn")
    expect(tab.section("Completed")).to_contain_text("Nothing matches the filter.")
    expect(tab.count("Failed")).to_have_text("2")
    page.get_by_label("Id", exact=True).fill("filter-x")
    expect(tab.section("Failed").get_by_role("link")).to_have_text(["filter-x-burn"])
    page.reload()
    expect(tab.section("Failed").get_by_role("link")).to_have_text(["filter-x-burn"])
    expect(page.get_by_label("Workflow")).to_have_value("burn")
    expect(page.get_by_label("Id", exact=True)).to_have_value("filter-x")


def test_a_row_leads_to_its_execution_and_back_to_the_same_lists(tab: Tab, page: Page, shop: Ductape) -> None:
    shop.workflows.execute("nothing", execution_id="lead-1")
    tab.go("#/?id=lead-")
    tab.row("lead-1").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("nothing")
    page.go_back()
    expect(tab.section("Completed").get_by_role("link")).to_have_text(["lead-1"])


@pytest.mark.parametrize("minutes", [10, -60])
def test_a_clock_that_is_off_does_not_change_what_lasts(
    visitor: Visitor, behind: Running, stage: Stage, minutes: int
) -> None:
    stage.put("clock-1")
    tab = visitor.borrow(url=behind.base)
    tab.page.add_init_script(f"""
      const offset = {minutes} * 60_000, now = Date.now;
      Date.now = () => now() + offset;
    """)
    tab.go(f"?token={SHOP_KEY}")
    duration = tab.row("clock-1").locator("td.duration")
    expect(duration).to_have_text(re.compile(r"^(5\d s|1 min [01]\d s)$"))
