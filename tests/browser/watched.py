"""Browser tabs that are watched: no dialog opens in them, no script fails, and no other host is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from playwright.sync_api import BrowserContext, Page, Request, WebSocket

DEADLINE_MS = 15_000
# What the browser says of answers and sockets, which tests cause on purpose.
_EXPECTED = ("Failed to load resource", "WebSocket connection to")


class Visitor:
    """Someone with a browser that is signed in."""

    def __init__(self, signed_in: BrowserContext, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.faults: list[str] = []
        self._signed_in = signed_in
        self._pages: list[Page] = []
        self._contexts: list[BrowserContext] = []

    def open(self, path: str = "") -> Tab:
        """Open a tab on a page of the dashboard, such as `#/start`."""
        tab = self._tab(self._signed_in, self.url)
        tab.go(path)
        return tab

    def borrow(
        self, path: str | None = None, *, url: str | None = None, key: str | None = None, **settings: Any
    ) -> Tab:
        """Open a tab of another browser, with settings as Playwright's contexts have them.

        It is signed in and shows the page at `path`; without one it is not, and shows nothing. `url` and
        `key` are those of another server than the tests' own.
        """
        browser = self._signed_in.browser
        assert browser is not None
        context = browser.new_context(**settings)
        self._contexts.append(context)
        tab = self._tab(context, url or self.url)
        if path is not None:
            tab.go(f"?token={key or self.key}")
            tab.go(path)
        return tab

    def leave(self) -> None:
        for page in self._pages:
            page.close()
        for context in self._contexts:
            context.close()
        assert not self.faults

    def _tab(self, context: BrowserContext, url: str) -> Tab:
        page = context.new_page()
        page.set_default_timeout(DEADLINE_MS)
        self._pages.append(page)
        tab = Tab(page, url)
        page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("console", self._said)
        page.on("request", lambda request: self._asked(tab, request))
        page.on("websocket", tab.opened)
        return tab

    def _said(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_EXPECTED):
            self.faults.append(f"console: {message.text}")

    def _asked(self, tab: Tab, request: Request) -> None:
        tab.requests.append(request)
        if not request.url.startswith(tab.url + "/"):
            self.faults.append(f"request to another host: {request.url}")


class Tab:
    """A tab, and what can be found in it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[Request] = []
        self.sent: list[str] = []
        """The messages that it sent over its WebSockets."""
        self.received: list[str] = []
        """Those that it received."""
        self._sockets: list[WebSocket] = []

    def opened(self, socket: WebSocket) -> None:
        """It has opened a WebSocket."""
        self._sockets.append(socket)
        socket.on("framesent", lambda text: self.sent.append(str(text)))
        socket.on("framereceived", lambda text: self.received.append(str(text)))

    def told(self, part: str) -> AbstractContextManager[object]:
        """Wait, at the end of a `with`, for a message that has this in it."""
        return self._sockets[-1].expect_event("framereceived", lambda text: part in str(text))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}/{path}")

    def execution(self, execution_id: str) -> None:
        """Go to an execution, and wait until its page is there."""
        self.go(f"#/executions/{quote(execution_id, safe='')}")
        expect(self.page.locator(".full-id")).to_have_text(execution_id)

    def look_again(self) -> None:
        """Have the page ask anew for what it asks for now and then: it does when it is looked at again."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def section(self, name: str) -> Locator:
        """A list, such as "Running", or a card of an execution's page."""
        return self.page.get_by_role("region", name=name)

    def count(self, name: str) -> Locator:
        """The number in a list's heading."""
        return self.section(name).locator(".count")

    def row(self, execution_id: str) -> Locator:
        """An execution's row, in whatever list."""
        return self.page.get_by_role("row").filter(
            has=self.page.get_by_role("link", name=execution_id, exact=True)
        )

    def steps(self) -> Locator:
        """The rows of the timeline."""
        return self.section("Timeline").get_by_role("listitem")

    def events(self) -> Locator:
        """The types of the events in the history."""
        return self.section("History").locator(".type")
