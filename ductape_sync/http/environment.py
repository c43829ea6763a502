"""What the environment says about proxies and certificates."""

from __future__ import annotations

import functools
import ipaddress
import os
import ssl
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies

from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy, should_bypass_proxies
from urllib3.util.ssl_ import create_urllib3_context

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..config import Config

# What requests and urllib read. Proxies are looked up in both cases, the lower one first.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_VARIABLES = (*_BUNDLES, *_PROXIES, *(name.upper() for name in _PROXIES), "REQUEST_METHOD")


class Route(NamedTuple):
    """How to reach the server.

    Attributes:
        proxies: Proxies by scheme (dict), as requests takes them.
        from_environment: Whether that is what the environment says (bool), exceptions included.
        verify: False to accept any certificate, else the path of the CA bundle.
        cert: The client certificate, as in `Config`.
    """

    proxies: Mapping[str, str]
    from_environment: bool
    verify: bool | str
    cert: str | tuple[str, str] | None

    def proxy_for(self, url: str) -> str | None:
        """The URL of the proxy to reach `url` through; None to reach it directly."""
        if self.from_environment and (_is_loopback(url) or should_bypass_proxies(url, no_proxy=None)):
            return None
        proxy = select_proxy(url, dict(self.proxies))
        return proxy if not proxy or "://" in proxy else f"http://{proxy}"

    def ssl_context(self) -> ssl.SSLContext:
        """The TLS settings, one object for all connections that share them.

        Raises:
            ConfigurationError: The certificates cannot be loaded.
        """
        return _ssl_context(self.verify, self.cert)


class Environment:
    """Resolves the route, anew only when a variable that it depends on has changed.

    requests does this for every request, at a cost that grows with the number of variables.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._resolved: tuple[list[str | None], Route] | None = None

    def route(self) -> Route:
        """The route as of now; the same object for as long as nothing has changed."""
        seen = [os.environ.get(name) for name in _VARIABLES]
        resolved = self._resolved  # one read: another thread may replace it
        if resolved is None or resolved[0] != seen:
            resolved = self._resolved = (seen, self._resolve())
        return resolved[1]

    def _resolve(self) -> Route:
        config = self._config
        verify = config.verify
        if verify is None or verify is True:
            given = (os.environ.get(name) for name in _BUNDLES)
            verify = next(filter(None, given), DEFAULT_CA_BUNDLE_PATH)
        if config.proxies is not None:
            return Route(config.proxies, False, verify, config.cert)
        return Route(getproxies(), True, verify, config.cert)


def _is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine: a proxy's loopback is another one, and must not see the key."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, section 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@functools.lru_cache(maxsize=8)
def _ssl_context(verify: bool | str, cert: str | tuple[str, str] | None) -> ssl.SSLContext:
    # A context parses the CA bundle once, about 18 ms of CPU; a connection without one parses it again.
    context = create_urllib3_context()
    try:
        if verify is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            path = str(verify)
            context.load_verify_locations(**{"capath" if os.path.isdir(path) else "cafile": path})  # noqa: PTH112
            context.verify_mode = ssl.CERT_REQUIRED
            context.check_hostname = True
        if cert:
            context.load_cert_chain(*((cert,) if isinstance(cert, str) else cert))
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(f"the certificates (verify, cert or {' or '.join(_BUNDLES)}) "
                                 f"cannot be loaded: {error}") from error  # fmt: skip
    return context
