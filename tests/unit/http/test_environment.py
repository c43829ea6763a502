from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import certifi
import pytest
import trustme

from ductape_sync import ConfigurationError
from ductape_sync.config import Config
from ductape_sync.http.environment import Environment
from ductape_sync.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

API = "http://api.example.com/v1"
PROXY = "http://proxy.example.com:3128"


def environment(**settings: Any) -> Environment:
    return Environment(Config(Secret("k"), "p", "e", **settings))


def test_without_proxies_the_server_is_reached_directly() -> None:
    assert environment().route().proxy_for(API) is None


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_proxies_come_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, PROXY)
    assert environment().route().proxy_for(API) == PROXY


def test_https_has_a_proxy_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    route = environment().route()
    assert route.proxy_for("https://api.example.com/v1") == PROXY
    assert route.proxy_for(API) is None


def test_a_proxy_without_a_scheme_speaks_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "proxy.example.com:3128")
    assert environment().route().proxy_for(API) == PROXY


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize(
    ("hosts", "proxy"),
    [
        ("api.example.com", None),
        ("example.com", None),
        (".example.com", None),
        ("a.b, api.example.com", None),
        ("*", None),
        ("other.com", PROXY),
        ("", PROXY),
    ],
)
def test_no_proxy_makes_exceptions(
    name: str, hosts: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv(name, hosts)
    assert environment().route().proxy_for(API) == proxy


@pytest.mark.parametrize(
    "host", ["127.0.0.1:7711", "localhost", "LOCALHOST:7711", "shop.localhost", "[::1]:7711", "127.9.9.9"]
)
def test_this_machine_is_never_reached_through_a_proxy_of_the_environment(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", PROXY)
    assert environment().route().proxy_for(f"http://{host}/v1") is None


def test_proxies_that_are_given_replace_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://other.example.com:1")
    monkeypatch.setenv("NO_PROXY", "*")
    assert environment(proxies={"http": PROXY}).route().proxy_for(API) == PROXY
    assert environment(proxies={"http": PROXY}).route().proxy_for("http://127.0.0.1") == PROXY
    assert environment(proxies={}).route().proxy_for(API) is None


def test_the_route_is_the_same_until_a_variable_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = environment()
    first = environ.route()
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    assert environ.route() is first
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    second = environ.route()
    assert second is not first
    assert second.proxy_for(API) == PROXY
    monkeypatch.delenv("HTTP_PROXY")
    assert environ.route().proxy_for(API) is None


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_to_trust_come_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment().route().verify == certifi.where()
    monkeypatch.setenv(name, "/etc/ca.pem")
    assert environment().route().verify == "/etc/ca.pem"
    assert environment(verify=True).route().verify == "/etc/ca.pem"
    assert environment(verify=False).route().verify is False


def test_clients_share_the_tls_settings(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))
    one, other = (environment(verify=str(bundle)).route().ssl_context() for _ in range(2))
    assert one is other
    assert (one.verify_mode, one.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert one.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_certificates_that_cannot_be_loaded_are_a_configuration_error(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("not a certificate")
    with pytest.raises(ConfigurationError, match="verify, cert or REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"):
        environment(verify=str(bundle)).route().ssl_context()
