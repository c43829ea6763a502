"""The gateway's settings, and the TOML file that ``ductape-sync serve`` reads them from."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import field, fields, frozen

from .tenants import Keys, Tenant

if TYPE_CHECKING:
    from pathlib import Path

_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_MAY_BE_ZERO = {"requests_per_second", "drain_seconds"}
_PORTS = {"http": 80, "https": 443}


class ConfigError(Exception):
    """The configuration cannot be used; the message names the field and the remedy."""


@frozen(kw_only=True)
class Limits:
    """What one gateway puts up with. Times are in seconds, sizes in bytes."""

    requests_per_second: float = 500.0
    """Requests, and messages on WebSockets, that one access key may make each second; 0 for no limit."""
    burst: int = 1000
    """Requests that a key that was quiet may make at once."""
    body_bytes: int = 4 * 1024 * 1024
    """The largest body of a request."""
    json_depth: int = 128
    """How deep arrays and objects may be nested."""
    connections: int = 10_000
    """Connections at once, as far as the process may open files."""
    subscriptions: int = 10_000
    """Subscriptions on one WebSocket."""
    lists: int = 20
    """Lists that are watched on one WebSocket."""
    message_bytes: int = 64 * 1024
    """The largest message from a client on a WebSocket."""
    header_seconds: float = 10.0
    """How long the head of a request may take to arrive."""
    body_seconds: float = 30.0
    """How long the body of a request may take to arrive."""
    idle_seconds: float = 75.0
    """How long a connection without a request is kept."""
    ping_seconds: float = 20.0
    """How often a WebSocket is pinged, and how long the answer may take."""
    write_seconds: float = 20.0
    """How long a client may leave what was sent to it unread."""
    drain_seconds: float = 10.0
    """How long requests in flight may take to finish when the gateway stops."""


@frozen(kw_only=True)
class TemporalTLS:
    """TLS towards Temporal, each file as PEM; None where Temporal's own default serves."""

    server_root_ca_cert: bytes | None = None
    """The authority that signed the server's certificate."""
    domain: str | None = None
    """The name in the server's certificate, where it is not the address's."""
    client_cert: bytes | None = None
    """The client's certificate."""
    client_private_key: bytes | None = None
    """The key of the client's certificate."""

    def __repr__(self) -> str:
        return f"TemporalTLS(domain={self.domain!r})"


@frozen(kw_only=True)
class Settings:
    """Everything that one gateway needs to know."""

    keys: Keys
    """The access keys, and whose they are."""
    limits: Limits = Limits()
    """What it puts up with."""
    public_url: str | None = None
    """Where users reach it, such as behind a proxy; None for where it listens."""
    allowed_hosts: frozenset[str] = frozenset()
    """Names that it answers to, beside ``localhost`` and IP addresses, in lower case."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins of web pages that may call it, beside its own."""
    tls: TemporalTLS | None = None
    """TLS towards Temporal; None for plain text."""
    api_key: str | None = field(default=None, repr=False)
    """The API key to show Temporal; None for none."""


def load(path: Path) -> Settings:
    """Read a configuration file.

    Args:
        path: the TOML file; paths in it are relative to its folder.

    Raises:
        ConfigError: it cannot be read, or a field in it is wrong.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from error
    try:
        return _settings(_Table(data, ""), path.parent)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _settings(root: _Table, folder: Path) -> Settings:
    server, temporal = root.table("server"), root.table("temporal")
    tls, api_key_file = temporal.table("tls"), temporal.text("api_key_file")
    public_url = server.text("public_url")
    settings = Settings(
        keys=_keys(root),
        limits=_limits(root.table("limits")),
        public_url=_origin("server.public_url", public_url) if public_url is not None else None,
        allowed_hosts=frozenset(_host(name) for name in server.texts("allowed_hosts")),
        allowed_origins=frozenset(
            _origin("server.allowed_origins", text) for text in server.texts("allowed_origins")
        ),
        tls=_tls(tls, folder) if "tls" in temporal.data else None,
        api_key=_api_key(folder / api_key_file) if api_key_file is not None else None,
    )
    for table in (root, server, temporal, tls):
        table.done()
    return settings


def _keys(root: _Table) -> Keys:
    hashes: dict[str, Tenant] = {}
    places: dict[tuple[str, str], str] = {}
    for table in root.tables("tenants"):
        names = table.given("namespace", "task_queue")
        try:
            tenant = Tenant(table.required("product"), table.required("env"), **names)
        except ValueError as error:
            raise ConfigError(f"{table.name}.{error}.") from None
        place = (tenant.namespace, tenant.task_queue)
        if place in places:
            raise ConfigError(
                f"{table.name}: {places[place]} has this namespace and task_queue already, and the two would "
                "see each other's executions; give each its own."
            )
        places[place] = table.name
        for index, text in enumerate(table.texts("keys")):
            name = f"{table.name}.keys[{index}]"
            if not _HASH.fullmatch(text):
                raise ConfigError(
                    f"{name} is not a hash; `ductape-sync key` makes a key and prints its hash."
                )
            if text in hashes:
                raise ConfigError(f"{name} is there already; a key belongs to one tenant.")
            hashes[text] = tenant
        table.done()
    if not hashes:
        raise ConfigError(
            "tenants: there is no tenant with a key, so nobody could use it; add a [[tenants]]."
        )
    return Keys(hashes)


def _limits(table: _Table) -> Limits:
    given: dict[str, Any] = {
        each.name: table.number(each.name, whole=isinstance(each.default, int))
        for each in fields(Limits)
        if each.name in table.data
    }
    table.done()
    return Limits(**given)


def _tls(table: _Table, folder: Path) -> TemporalTLS:
    def pem(key: str) -> bytes | None:
        name = table.text(key)
        if name is None:
            return None
        try:
            return (folder / name).read_bytes()
        except OSError as error:
            raise ConfigError(f"{table.name}.{key} cannot be read: {error.strerror}.") from error

    return TemporalTLS(
        server_root_ca_cert=pem("server_root_ca_cert"),
        domain=table.text("domain"),
        client_cert=pem("client_cert"),
        client_private_key=pem("client_private_key"),
    )


def _api_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"temporal.api_key_file cannot be read: {error.strerror}.") from error


def _origin(name: str, text: str) -> str:
    """Check that a text is the origin of web pages (RFC 6454), and write it as browsers do."""
    wrong = ConfigError(f'{name} must be a scheme and a host, such as "https://example.com", not {text!r}.')
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    if (
        parts.scheme not in _PORTS
        or not _HOST.fullmatch(host)
        or parts.path not in {"", "/"}
        or (parts.username, parts.query, parts.fragment) != (None, "", "")
    ):
        raise wrong
    if ":" in host:
        host = f"[{host}]"
    return f"{parts.scheme}://{host}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")


def _host(text: str) -> str:
    """Check that a text is the name of a host, and write it as it is compared."""
    if not _HOST.fullmatch(text.lower()):
        raise ConfigError(
            f"server.allowed_hosts must be names in ASCII without scheme and port, not {text!r}: such as "
            '"example.com", or "xn--bcher-kva.example".'
        )
    return text.lower()


class _Table:
    """A table of the file: hands out its values, checked, and knows which nobody asked for."""

    def __init__(self, data: dict[str, Any], name: str) -> None:
        self.data = data
        self.name = name
        self._unknown = set(data)

    def _path(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _take(self, key: str, kind: type, what: str) -> Any:
        self._unknown.discard(key)
        value = self.data.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise ConfigError(f"{self._path(key)} must be {what}.")
        return value

    def table(self, key: str) -> _Table:
        return _Table(self._take(key, dict, f"a table, [{self._path(key)}]") or {}, self._path(key))

    def tables(self, key: str) -> list[_Table]:
        what = f"an array of tables, [[{self._path(key)}]]"
        found = self._take(key, list, what) or []
        if not all(isinstance(entry, dict) for entry in found):
            raise ConfigError(f"{self._path(key)} must be {what}.")
        return [_Table(entry, f"{self._path(key)}[{index}]") for index, entry in enumerate(found)]

    def text(self, key: str) -> str | None:
        value: str | None = self._take(key, str, "a text")
        if value == "":
            raise ConfigError(f"{self._path(key)} must not be empty.")
        return value

    def given(self, *keys: str) -> dict[str, str]:
        """The texts among these that are there."""
        found = {key: self.text(key) for key in keys}
        return {key: value for key, value in found.items() if value is not None}

    def required(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise ConfigError(f"{self._path(key)} is missing.")
        return value

    def texts(self, key: str) -> list[str]:
        found: list[str] = self._take(key, list, "an array of texts") or []
        if not all(isinstance(entry, str) for entry in found):
            raise ConfigError(f"{self._path(key)} must be an array of texts.")
        return found

    def number(self, key: str, *, whole: bool) -> float:
        what = "a whole number" if whole else "a number"
        value: float = self._take(key, int if whole else (int | float), what)  # type: ignore[arg-type]
        least = 0 if key in _MAY_BE_ZERO else 1 if whole else 0.1
        if not least <= value < float("inf"):
            raise ConfigError(f"{self._path(key)} must be {what}, {least} or more.")
        return value

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt field would silently do nothing."""
        for key in sorted(self._unknown):
            raise ConfigError(f"{self._path(key)} is not a field that there is.")
