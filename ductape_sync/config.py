"""What a client is configured with: arguments first, then `DUCTAPE_*` variables, then defaults."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .errors import ConfigurationError, InvalidRequest
from .secret import Hidden, Secret
from .timing import Duration, to_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BASE_URL = "http://127.0.0.1:7711"
_API = "/v1"
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token, RFC 9110 section 5.6.2
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_OWN_HEADERS = {"accept", "accept-encoding", "authorization", "connection", "content-encoding",
                "content-length", "content-type", "expect", "host", "idempotency-key", "prefer", "te",
                "transfer-encoding", "upgrade", "x-ductape-env", "x-ductape-product",
                "x-request-id"}  # fmt: skip


class Config:
    """The settings of one client, checked.

    Attributes:
        access_key: The access key (`Secret`).
        product: The product (str).
        env: The environment (str).
        base_url: Where the server is (str), without the API's base path.
        api_url: `base_url` with the API's base path (str).
        ws_url: Where the WebSocket is (str).
        timeout: Seconds that a call may take, its retries included (float); None without a limit.
        retry_attempts: How many times a request is tried again (int).
        headers: Headers of the user's own (dict).
        proxies: Proxies by scheme, as requests takes them (dict); None to go by the environment.
        verify: As requests takes it: whether to check certificates (bool), or a CA bundle's path (str);
            None to go by the environment.
        cert: As requests takes it: a client certificate's path (str), or a pair of certificate and key;
            None without.
    """

    def __init__(
        self,
        access_key: Secret | None = None,
        product: str | None = None,
        env: str | None = None,
        *,
        base_url: str | None = None,
        ws_url: str | None = None,
        timeout: Duration | None = 30.0,
        retry_attempts: int = 3,
        headers: Mapping[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str | None = None,
        cert: str | tuple[str, str] | None = None,
    ) -> None:
        """Check the settings; those that are None come from the environment.

        Raises:
            ConfigurationError: One is missing or cannot be; the message names it and the remedy.
        """
        self.access_key = _access_key(access_key)
        self.product = _setting("product", product, "product")
        self.env = _setting("env", env, "environment")
        self.base_url = _url("base_url", base_url, ("http", "https"), DEFAULT_BASE_URL).removesuffix(_API)
        self.api_url = self.base_url + _API
        events = self.api_url.replace("http", "ws", 1) + "/events"
        self.ws_url = _url("ws_url", ws_url, ("ws", "wss"), events)
        self.timeout = _timeout(timeout)
        if isinstance(retry_attempts, bool) or not isinstance(retry_attempts, int) or retry_attempts < 0:
            raise ConfigurationError(f"retry_attempts must be 0 or more, not {retry_attempts!r:.80}")
        self.retry_attempts = retry_attempts
        self.headers = _headers(headers or {})
        self.proxies = _proxies(proxies)
        _check_paths(verify, cert)
        self.verify = verify
        self.cert = cert

    def identity(self) -> dict[str, str]:
        """The headers that say who calls, for HTTP and the WebSocket's handshake alike."""
        return {
            **self.headers,
            "Authorization": Hidden(f"Bearer {self.access_key.reveal()}"),
            "X-Ductape-Product": self.product,
            "X-Ductape-Env": self.env,
        }


def _access_key(given: Secret | None) -> Secret:
    if given is None and "DUCTAPE_ACCESS_KEY" in os.environ:
        given = Secret(os.environ["DUCTAPE_ACCESS_KEY"])
    if given is None or not given.reveal():
        raise ConfigurationError(_missing("access_key", "access key"))
    if not given.fits(_VISIBLE):
        raise ConfigurationError("the access key (access_key or DUCTAPE_ACCESS_KEY) must be printable ASCII "
                                 "without blanks and line breaks")  # fmt: skip
    return given


def _setting(name: str, value: str | None, label: str) -> str:
    value = value if value is not None else os.environ.get(f"DUCTAPE_{name.upper()}")
    if not value:
        raise ConfigurationError(_missing(name, label))
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value) or value != value.strip():
        raise ConfigurationError(f"the {label} ({name} or DUCTAPE_{name.upper()}) must be printable ASCII "
                                 f"without line breaks, not {value!r:.80}")  # fmt: skip
    return value


def _missing(name: str, label: str) -> str:
    return f"no {label}: pass {name}=… or set the environment variable DUCTAPE_{name.upper()}"


def _url(name: str, given: str | None, schemes: tuple[str, ...], default: str) -> str:
    value = given or os.environ.get(f"DUCTAPE_{name.upper()}") or default
    remedy = f"{name} (or DUCTAPE_{name.upper()}) must look like {schemes[0]}://host:port"
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ConfigurationError(f"{remedy}, not {value!r:.80}")
    try:
        parts = urlsplit(value)
        port_is_valid = parts.port != 0
    except ValueError:
        raise ConfigurationError(remedy) from None
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{remedy}, without a user or password in it")
    if (
        parts.scheme not in schemes
        or not parts.hostname
        or not port_is_valid
        or parts.query
        or parts.fragment
    ):
        raise ConfigurationError(f"{remedy}, not {value!r:.80}")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def _timeout(given: Duration | None) -> float | None:
    try:
        seconds = to_seconds(given, "timeout")
    except InvalidRequest as error:
        raise ConfigurationError(error.detail) from None
    if seconds == 0:
        raise ConfigurationError("timeout must be more than 0 seconds; None means without a limit")
    return seconds


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    if not hasattr(headers, "items"):
        raise ConfigurationError(f"headers must be a dict of values by name, not {headers!r:.80}")
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            raise ConfigurationError(f"headers has a name that is not one: {name!r:.80}")
        if name.lower() in _OWN_HEADERS:
            raise ConfigurationError(f"headers must not set {name}: the client sets it")
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            # The value stays out of the message: it may be a credential.
            raise ConfigurationError(f"headers[{name!r}] must be printable ASCII without line breaks")
    return {name.title(): value for name, value in headers.items()}


def _proxies(proxies: Mapping[str, str] | None) -> dict[str, str] | None:
    if proxies is None:
        return None
    found = dict(proxies) if hasattr(proxies, "keys") else None
    if found is None or not all(isinstance(text, str | None) for pair in found.items() for text in pair):
        # None of it is in the message: there may be a password in a URL.
        raise ConfigurationError(
            'proxies must be a dict of URLs by scheme, such as {"https": "http://proxy.example:3128"}'
        )
    return found


def _check_paths(verify: bool | str | None, cert: str | tuple[str, str] | None) -> None:
    if not isinstance(verify, bool | str | None):
        raise ConfigurationError(f"verify must be True, False or the path of a CA bundle, not {verify!r:.80}")
    pair = (cert,) if isinstance(cert, str) else cert
    if pair is not None and not (
        isinstance(pair, tuple | list) and len(pair) in {1, 2} and all(isinstance(path, str) for path in pair)
    ):
        raise ConfigurationError(
            f"cert must be the path of a file, or a pair of paths (certificate, key), not {cert!r:.80}"
        )
    paths = [verify] if isinstance(verify, str) else []
    paths += pair or ()
    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110 - pathlib would be imported for this alone
            raise ConfigurationError(f"verify or cert names a file that does not exist: {path}")
