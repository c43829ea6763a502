"""The dashboard's pages, and how a browser signs in to them."""

from __future__ import annotations

import gzip
import hashlib
import html
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.routing import Route

from .problems import Problem
from .resources import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from .guards import Guard
    from .sessions import Sessions

_STATIC: Final = Path(__file__).parent / "dashboard" / "static"
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # text can become markup nowhere, by mistake either
        "trusted-types 'none'",
    )
)
_FORM_BYTES: Final = 8 * 1024
_WRONG: Final = "This access key is not known here."
_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})  # Fetch Metadata: another page led here


class Pages:
    """The dashboard.

    Args:
        guard: knows whose an access key is.
        sessions: writes and reads the cookie.
    """

    def __init__(self, guard: Guard, sessions: Sessions) -> None:
        self._guard = guard
        self._sessions = sessions
        # Read once: what is served is what there was, and no request names a file.
        self._files = {
            path.relative_to(_STATIC).as_posix(): path.read_bytes()
            for path in sorted(_STATIC.rglob("*"))
            if path.is_file()
        }
        self._zipped = {name: gzip.compress(content, mtime=0) for name, content in self._files.items()}

    def routes(self) -> Iterator[Route]:
        """Where the pages are."""
        yield Route("/", Resource({"GET": self._home}))
        yield Route("/sign-in", Resource({"POST": self._sign_in}))
        yield Route("/sign-out", Resource({"POST": self._sign_out}))
        for name in self._files:
            if not name.endswith(".html"):
                yield Route(f"/{name}", Resource({"GET": self._file}))

    async def _home(self, request: Request) -> Response:
        token = parse_qs(request.url.query).get("token")
        if token is not None and request.headers.get("sec-fetch-site") in _ELSEWHERE:
            return self._ask_page(token[0])
        if token is not None:
            return self._enter(request, token[0])
        if self._guard.find(self._sessions.key(request.scope["exchange"].headers) or "") is None:
            return self._sign_in_page("", 200)
        return self._page(self._files["index.html"], 200)

    async def _sign_in(self, request: Request) -> Response:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/x-www-form-urlencoded":
            raise Problem("unsupported_media_type", "Send the page's form.", field="Content-Type")
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_BYTES:
                raise Problem("payload_too_large", f"The form may have at most {_FORM_BYTES} bytes.")
        return self._enter(request, parse_qs(body.decode("utf-8", "replace")).get("key", [""])[0].strip())

    async def _sign_out(self, request: Request) -> Response:
        return self._redirect(self._sessions.cookie(request.headers, ""))

    async def _file(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        content = self._files[name]
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            content = self._zipped[name]
        return Response(content, 200, headers, mimetypes.guess_type(name)[0] or "application/octet-stream")

    def _enter(self, request: Request, key: str) -> Response:
        """Sign a browser in, and take it to where no key is in the address."""
        if self._guard.find(key) is None:
            return self._sign_in_page(_WRONG, 401)
        return self._redirect(self._sessions.cookie(request.headers, key))

    def _redirect(self, cookie: str) -> Response:
        return Response(status_code=303, headers={"Location": "/", "Set-Cookie": cookie})

    def _ask_page(self, key: str) -> Response:
        """Ask whether a link of another page may sign the browser in.

        It may be signed in already, as somebody else, though its cookie is not here to tell
        (SameSite=Strict): a page must not do to its visitors what they would not notice.
        """
        found = self._guard.find(key)
        if found is None:
            return self._sign_in_page(_WRONG, 401)
        page = self._files["enter.html"].replace(b"{key}", html.escape(key).encode())
        tenant = f"{found.tenant.product} ({found.tenant.env})"
        return self._page(page.replace(b"{tenant}", html.escape(tenant).encode()), 200)

    def _sign_in_page(self, message: str, status: int) -> Response:
        page = self._files["sign-in.html"].replace(b"{message}", html.escape(message).encode())
        return self._page(page, status)

    def _page(self, content: bytes, status: int) -> Response:
        headers = {"Content-Security-Policy": _POLICY}
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="ductape"'
        return Response(content, status, headers, "text/html")
