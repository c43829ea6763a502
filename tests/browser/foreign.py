"""A page of another origin."""

from __future__ import annotations

import contextlib
import http.server
import threading
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def foreign(link: str = "", host: str = "127.0.0.1") -> Iterator[str]:
    """Serve a page with a link, and give its address.

    By the address 127.0.0.1 it is of the same site as the gateway, so that the browser sends it our cookie
    along; by the name localhost it is of another site.
    """

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            page = f'<!doctype html><title>foreign</title><body><a href="{escape(link)}">there</a>'
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{host}:{server.server_port}"
        server.shutdown()
        thread.join()
