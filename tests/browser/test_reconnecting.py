from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from ductape_sync import Ductape
from tests.browser.conftest import SHELF
from tests.servers import started

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.watched import Visitor


def test_pages_are_up_to_date_again_after_a_restart(
    visitor: Visitor, tmp_path: Path, cake: dict[str, Any]
) -> None:
    options = ["--db", tmp_path / "shop.db", "--access-key", visitor.key]
    with started("dev", SHELF, *options, folder=tmp_path) as first:
        lists = visitor.borrow("#/", url=first.url)
        details = visitor.borrow("#/", url=first.url)
        unknown = visitor.borrow("#/", url=first.url)
        with Ductape(first.access_key, first.product, first.env, base_url=first.url) as shop:
            shop.workflows.execute("bake", cake, execution_id="open-1").signal("go")
            shop.workflows.execute("bake", cake, execution_id="open-2")
            expect(lists.row("open-2")).to_be_visible()
            details.execution("open-1")
            unknown.execution("open-1")
            expect(lists.row("open-1").locator(".done")).to_have_text("1 of 3")
            expect(details.events().get_by_text("step_completed")).to_have_count(1)
        first.stop()
        for tab in (lists, details):
            expect(tab.page.get_by_role("status").first).to_have_text("Reconnecting …")
            tab.page.evaluate("window.sameDocument = true")
        expect(lists.row("open-2")).to_be_visible()  # what was known stays
        unknown.page.context.clear_cookies()
    with started("dev", SHELF, *options, "--port", str(first.port), folder=tmp_path) as second:
        with Ductape(second.access_key, second.product, second.env, base_url=second.url) as shop:
            shop.workflows.cancel("open-2")
            shop.workflows.signal("open-1", "go")
            expect(lists.count("Running")).to_have_text("1")
            expect(lists.row("open-1").locator(".done")).to_have_text("2 of 3")
            shop.workflows.signal("open-1", "go")
            expect(lists.section("Completed").locator(lists.row("open-1"))).to_be_visible()
            history = shop.workflows.get_history("open-1").events
        expect(details.events()).to_have_text([event.type for event in history])
        expect(details.page.locator(".facts .badge")).to_have_text("Completed")
        for tab in (lists, details):
            expect(tab.page.get_by_role("status").first).to_have_text("Live")
            assert tab.page.evaluate("window.sameDocument")
        expect(unknown.page.get_by_role("heading", level=1)).to_have_text("You are signed out")
