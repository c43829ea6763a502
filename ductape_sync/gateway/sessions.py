"""The dashboard's sign-in: an access key in a cookie that no script can read (RFC 6265bis)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "ductape_key"


class Sessions:
    """Writes and reads the cookie.

    Args:
        secure: whether users reach the gateway by https.
    """

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure

    def _name(self, headers: Mapping[str, str]) -> str:
        if self._secure:
            return f"__Host-{_NAME}"
        # Cookies do not tell ports apart, so that the name must: two gateways may share a host.
        _, _, port = headers.get("host", "").rpartition(":")
        return f"{_NAME}_{port}" if port.isdigit() else _NAME

    def cookie(self, headers: Mapping[str, str], key: str) -> str:
        """The ``Set-Cookie`` that signs a browser in; an empty key signs it out."""
        attributes = "; Path=/; HttpOnly; SameSite=Strict"
        if self._secure:
            attributes += "; Secure"
        if not key:
            attributes += "; Max-Age=0"
        return f"{self._name(headers)}={quote(key, safe='')}{attributes}"

    def key(self, headers: Mapping[str, str]) -> str | None:
        """The access key in a request's cookies; None when it has none."""
        name = self._name(headers)
        for pair in headers.get("cookie", "").split(";"):
            left, _, right = pair.strip().partition("=")
            if left == name and right:
                return unquote(right)
        return None
