"""Timelines of executions that are made up, so that all that they last is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running


def step(name: str, start: float, end: float) -> list[tuple[float, str, dict[str, object]]]:
    done = {"step": name, "result": None, "attempts": 1}
    return [(start, "step_started", {"step": name}), (end, "step_completed", done)]


@pytest.fixture
def tab(visitor: Visitor, behind: Running) -> Tab:
    return visitor.borrow("#/", url=behind.base, key=SHOP_KEY, locale="en-GB", timezone_id="UTC")


def lasted(tab: Tab, name: str) -> list[str]:
    return tab.steps().filter(has_text=name).locator(".lasted").all_inner_texts()


def test_a_wait_does_not_vanish_as_the_execution_goes_on(tab: Tab, stage: Stage) -> None:
    stage.put("grown-1", started=datetime.now(UTC) - timedelta(hours=2))
    stage.tell("grown-1", *step("Early", 0, 1), *step("Late", 3, 3.5), *step("Next", 4, 7200))
    tab.execution("grown-1")
    expect(tab.steps().filter(has_text="Next")).to_be_visible()
    # What is under a second is the engine's own time.
    assert lasted(tab, "Waited") == ["2.0 s"]


AXES = (
    (2.4, ["0", "500 ms", "1 s", "1.5 s", "2 s"]),
    (39, ["0", "10 s", "20 s", "30 s"]),
    (110, ["0", "30 s", "1 min", "1 min 30 s"]),
    (400, ["0", "1 min", "2 min", "3 min", "4 min", "5 min", "6 min"]),
    (4000, ["0", "10 min", "20 min", "30 min", "40 min", "50 min", "1 h"]),
    (86_400 * 11, ["0", "2 d", "4 d", "6 d", "8 d", "10 d"]),
)


def test_the_axis_has_round_times(tab: Tab, stage: Stage) -> None:
    for seconds, ticks in AXES:
        name = f"axis-{seconds}"
        stage.put(name, started=datetime.now(UTC) - timedelta(days=12))
        stage.tell(name, *step("Only", 0, seconds))
        stage.tell(name, (seconds, "status_changed", {"status": "completed"}))
        stage.tell(name, (seconds, "completed", {"result": None}))
        tab.execution(name)
        expect(tab.page.locator(".axis span")).to_have_text(ticks)


def test_an_execution_without_steps_is_said_to_have_none(tab: Tab, stage: Stage) -> None:
    stage.put("bare-1", "completed", seconds=5)
    tab.execution("bare-1")
    expect(tab.section("Timeline")).to_contain_text("It has no steps.")
    expect(tab.steps()).to_have_count(0)


def test_a_step_that_is_tried_again_and_again_says_so(tab: Tab, stage: Stage) -> None:
    stage.put("tried-1", currentStep="Charging", currentStepAttempt=1)
    stage.tell("tried-1", (1, "step_started", {"step": "Charging"}))
    tab.execution("tried-1")
    charging = tab.steps().filter(has_text="Charging")
    expect(charging).to_be_visible()
    expect(charging.locator(".attempts")).to_have_count(0)
    stage.executions["tried-1"].status |= {"currentStepAttempt": 4, "currentStepError": "no answer"}
    expect(charging).to_contain_text("4 attempts")
    expect(charging).to_contain_text("no answer")
    expect(tab.page.locator(".facts .attempts")).to_have_text("attempt 4")


def test_a_long_timeline_is_shown_from_its_end(tab: Tab, stage: Stage) -> None:
    stage.put("many-1")
    stage.tell("many-1", *(part for each in range(1500) for part in step(f"Step {each}", each, each + 1)))
    tab.execution("many-1")
    expect(tab.steps().filter(has_text="Step 1499")).to_be_visible()
    expect(tab.steps()).to_have_count(30)
    tab.page.get_by_role("button", name="Show 1,470 earlier").click()
    expect(tab.steps()).to_have_count(1500)
    expect(tab.page.get_by_role("button", name=re.compile("^Show .* earlier$"))).to_have_count(0)


def test_what_was_on_another_day_has_its_date(tab: Tab, stage: Stage) -> None:
    now = datetime.now(UTC)
    stage.put("day-0", "completed", started=now)
    stage.put("day-1", "completed", started=now - timedelta(days=1))
    stage.put("day-400", "completed", started=now - timedelta(days=400))
    tab.go("#/?id=day-")
    for days in (0, 1, 400):
        at = now - timedelta(days=days)
        text = f"{at:%H:%M:%S}"
        if days:
            date = f"{at.day} {at:%b} {at.year}" if at.year != now.year else f"{at.day} {at:%b}"
            text = f"{date}, {text}"
        expect(tab.row(f"day-{days}").locator("time")).to_have_text(text)
        tab.execution(f"day-{days}")
        expect(tab.section("History").locator("time").first).to_have_text(re.compile(f"^{text}"))
        tab.go("#/?id=day-")
