"""The transport adapter: one origin, one route, one TLS context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.utils import urldefragauth

from ..errors import ConfigurationError
from .connection import UntilMixin

if TYPE_CHECKING:
    from requests import PreparedRequest
    from urllib3 import BaseHTTPResponse

    from .connection import Sockets
    from .environment import Route

_POOL_SIZE = 64  # connections that are kept open; more threads than that open and close their own


class Adapter(HTTPAdapter):
    """Sends prepared requests to one origin over one route.

    Since both are fixed, there is one connection pool. `send` returns urllib3's response: a
    `requests.Response` would cost as much as the request and is not used.
    """

    def __init__(self, url: str, route: Route, sockets: Sockets) -> None:
        """Prepare to send to the origin of `url`; no connection is made yet.

        Raises:
            ConfigurationError: The proxy or the certificates cannot be used.
        """
        super().__init__(pool_maxsize=_POOL_SIZE)
        self.route = route
        proxy = route.proxy_for(url) or ""
        parts = urlsplit(url)
        self._forwarded = proxy != "" and parts.scheme == "http" and not proxy.startswith("socks")
        uses_tls = parts.scheme == "https" or proxy.startswith("https:")
        tls = {"ssl_context": route.ssl_context()} if uses_tls else {}
        manager = self._proxy_manager(proxy, tls) if proxy else self.poolmanager
        self._pool: Any = manager.connection_from_host(
            parts.hostname, parts.port, parts.scheme, pool_kwargs=tls
        )
        kind = self._pool.ConnectionCls
        self._pool.ConnectionCls = type(kind.__name__, (UntilMixin, kind), {"sockets": sockets})

    def _proxy_manager(self, proxy: str, tls: dict[str, Any]) -> Any:
        try:
            if not urlsplit(proxy).hostname:
                raise ValueError("it has no host")
            if proxy.startswith("socks") or not tls:
                return self.proxy_manager_for(proxy)
            return self.proxy_manager_for(proxy, proxy_ssl_context=tls["ssl_context"])
        except ValueError:
            remedy = "must look like http://host:port"
            if proxy.startswith("socks"):
                remedy += "; one that speaks SOCKS needs PySocks, too: pip install 'requests[socks]'"
            # Without the URL and the cause, which has it, too: there may be a password in it.
            raise ConfigurationError(
                f"the proxy (proxies, or HTTP_PROXY, HTTPS_PROXY, ALL_PROXY) {remedy}"
            ) from None

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave the connection alone: the TLS context has it all."""

    def get_connection_with_tls_context(
        self,
        request: Any,  # noqa: ARG002
        verify: Any,  # noqa: ARG002
        proxies: Any = None,  # noqa: ARG002
        cert: Any = None,  # noqa: ARG002
    ) -> Any:
        """The one pool."""
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: Any) -> str:  # noqa: ARG002
        """What stands in the request line: the whole URL for a proxy that forwards, else the path."""
        url = str(request.url)
        if self._forwarded:
            return str(urldefragauth(url))
        return url[url.index("/", url.index("//") + 2) :]

    def build_response(self, req: PreparedRequest, resp: BaseHTTPResponse) -> Any:  # noqa: ARG002
        """urllib3's own response."""
        return resp

    def close(self) -> None:
        """Close the idle connections. The manager alone would leave that to the collector of garbage."""
        self._pool.close()
        super().close()
