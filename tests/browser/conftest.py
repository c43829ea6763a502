"""The dashboard in headless Chromium, in front of `ductape-sync dev`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from ductape_sync import Ductape
from tests.browser.staged import Stage, staged
from tests.browser.watched import DEADLINE_MS, Tab, Visitor
from tests.servers import EXAMPLES, Started, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.running import Running

SHELF = Path(__file__).with_name("shelf.py")


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The server with the workflows of the examples and of these tests."""
    with started("dev", EXAMPLES / "workflows.py", SHELF, folder=tmp_path_factory.mktemp("dashboard")) as dev:
        yield dev


@pytest.fixture
def shop(server: Started) -> Iterator[Ductape]:
    """A client of the server."""
    with Ductape(server.access_key, server.product, server.env, base_url=server.url) as client:
        yield client


@pytest.fixture(scope="package")
def signed_in(server: Started) -> Iterator[BrowserContext]:
    """A browser that is signed in."""
    # For the package only: while it runs, this thread has an event loop that runs.
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "chromium is not on the PATH; `make chromium` installs it"
    expect.set_options(timeout=DEADLINE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{server.url}/?token={server.access_key}")
        page.close()
        yield context
        browser.close()


@pytest.fixture
def visitor(signed_in: BrowserContext, server: Started) -> Iterator[Visitor]:
    """Opens tabs, and sees to it that nothing went wrong in any of them."""
    visitor = Visitor(signed_in, server.url, server.access_key)
    yield visitor
    visitor.leave()


@pytest.fixture
def tab(visitor: Visitor) -> Tab:
    """A tab with the lists."""
    return visitor.open()


@pytest.fixture
def page(tab: Tab) -> Page:
    """The page in it."""
    return tab.page


@pytest.fixture
def behind() -> Iterator[Running]:
    """A gateway in front of an engine that is made up."""
    with staged() as running:
        yield running


@pytest.fixture
def stage(behind: Running) -> Stage:
    """The engine of it."""
    engine: Stage = behind.engine
    return engine


@pytest.fixture
def cake() -> dict[str, Any]:
    """What `bake` is given."""
    return {"name": "sponge", "layers": 2}
