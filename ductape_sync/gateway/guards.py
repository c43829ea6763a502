"""Who is let in: the name that a request calls the gateway by, the page it comes from, its key."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from attrs import frozen

from .problems import Problem
from .tenants import Tenant, check_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .config import Settings
    from .sessions import Sessions

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@frozen
class Caller:
    """Who makes a request."""

    key: str
    """A name of the access key that is no secret."""
    tenant: Tenant
    """Whom the key belongs to."""


class Guard:
    """Decides who is let in.

    Args:
        settings: the keys, and the names and origins that are allowed.
        sessions: reads the dashboard's cookie.
    """

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._keys = settings.keys
        self._sessions = sessions
        self._hosts = set(settings.allowed_hosts)
        self._origins = set(settings.allowed_origins)
        self._secure = (settings.public_url or "").startswith("https:")
        if settings.public_url is not None:
            self._origins.add(settings.public_url)
            self._hosts.add(urlsplit(settings.public_url).hostname or "")

    def check_host(self, headers: Mapping[str, str]) -> None:
        """Refuse a request that calls the gateway by a name that is not its own.

        A web page whose name was pointed at this machine (DNS rebinding) is told apart by it. An IP
        address cannot be pointed elsewhere, so that any is good.

        Raises:
            Problem: ``forbidden``.
        """
        host = _host_name(headers.get("host", ""))
        if host not in self._hosts and host != "localhost" and not _is_address(host):
            raise Problem(
                "forbidden",
                "The gateway does not answer to this host name; add it to its allowed hosts.",
                field="Host",
            )

    def check_origin(self, method: str, headers: Mapping[str, str], *, websocket: bool = False) -> None:
        """Refuse what a page of another origin asks a browser to do.

        Browsers send ``Origin`` with each WebSocket and each request that changes something; programs
        do not. What only reads needs no check, since other origins cannot see the answer.

        Raises:
            Problem: ``forbidden``.
        """
        if method in _SAFE_METHODS and not websocket:
            return
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, headers):
            raise Problem(
                "forbidden",
                "Pages of this origin may not call the gateway; add it to its allowed origins.",
                field="Origin",
            )

    def allowed_origin(self, headers: Mapping[str, str]) -> str | None:
        """The origin of the page that a request comes from, when it is another one that is allowed."""
        origin = headers.get("origin", "")
        return origin if origin.lower() in self._origins else None

    def authenticate(self, method: str, headers: Mapping[str, str], *, websocket: bool = False) -> Caller:
        """Find out who makes a request, by its access key or the dashboard's cookie.

        Raises:
            Problem: ``unauthenticated`` without a key or with a wrong one; ``forbidden`` when headers
                name another tenant than the key's.
        """
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = self.find(key.strip())
        elif not scheme and self._is_same_origin(method, headers, websocket=websocket):
            found = self.find(self._sessions.key(headers) or "")
        else:
            found = None
        if found is None:
            raise Problem(
                "unauthenticated",
                "Send an access key of this product and environment, as `Authorization: Bearer <key>`.",
                field="Authorization",
                headers={"WWW-Authenticate": 'Bearer realm="ductape"'},
            )
        check_headers(found.tenant, headers.get("x-ductape-product"), headers.get("x-ductape-env"))
        return found

    def find(self, key: str) -> Caller | None:
        """Whose an access key is; None when it is nobody's."""
        found = self._keys.find(key) if key else None
        return None if found is None else Caller(*found)

    def _is_same_origin(self, method: str, headers: Mapping[str, str], *, websocket: bool) -> bool:
        """Whether a request comes from the gateway's own pages: only those may use the cookie."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site != "same-origin":
            return False
        if origin is not None:
            return self._is_own(origin, headers)
        # Without both headers it is an old browser, or one that reached us by http: there the cookie's
        # SameSite=Strict still keeps other sites out, and reading is all that it may do.
        return site is not None or (method in _SAFE_METHODS and not websocket)

    def _is_own(self, origin: str, headers: Mapping[str, str]) -> bool:
        origin = origin.lower()
        if origin in self._origins:
            return True
        host = headers.get("host", "").lower()
        # By https, whoever sits on the network's path can make pages of the same name without it.
        name = _host_name(host)
        local = not self._secure or name == "localhost" or _is_address(name)
        return local and origin == f"http://{host}"


def _host_name(host: str) -> str:
    """The name in a Host header (RFC 9110, section 7.2), without the port, in lower case."""
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host.removesuffix(":")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
