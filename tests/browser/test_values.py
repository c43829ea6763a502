"""What an execution was given and gave, to read and to copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.gateway.running import SHOP_KEY

if TYPE_CHECKING:
    from tests.browser.staged import Stage
    from tests.browser.watched import Tab, Visitor
    from tests.gateway.running import Running


@pytest.fixture
def tab(visitor: Visitor, behind: Running) -> Tab:
    return visitor.borrow(
        "#/", url=behind.base, key=SHOP_KEY, permissions=["clipboard-read", "clipboard-write"]
    )


def test_the_id_and_the_values_are_copied(tab: Tab, stage: Stage) -> None:
    result = {"big": 1, "text": "a\u2028b <b>"}
    stage.put("copied-1", "completed", result=result, metadata={"by": "ann"})
    tab.execution("copied-1")
    for what, text in (
        ("Id", "copied-1"),
        ("Result", json.dumps(result, indent=2, ensure_ascii=False)),
        ("Metadata", '{\n  "by": "ann"\n}'),
    ):
        tab.page.get_by_role("button", name=f"Copy {what}").click()
        expect(tab.page.get_by_text(f"{what} copied.")).to_be_visible()
        assert tab.page.evaluate("navigator.clipboard.readText()") == text


def test_metadata_that_there_is_none_of_takes_no_room(tab: Tab, stage: Stage) -> None:
    stage.put("plain-1", "completed", metadata={})
    tab.execution("plain-1")
    expect(tab.section("Result")).to_be_visible()
    expect(tab.section("Metadata")).to_have_count(0)


def test_of_a_large_result_the_beginning_is_shown_first(tab: Tab, stage: Stage) -> None:
    result = ["x" * 78 for _ in range(20_000)]
    text = json.dumps(result, indent=2)
    stage.put("large-1", "completed", result=result)
    tab.execution("large-1")
    shown = tab.section("Result").locator("pre")
    expect(shown).to_have_text(text[:100_000], use_inner_text=False)
    whole = tab.page.get_by_role("button", name=f"Show all {len(text):,} characters")
    whole.click()
    expect(whole).to_have_count(0)
    assert shown.evaluate("each => each.textContent.length") == len(text)
