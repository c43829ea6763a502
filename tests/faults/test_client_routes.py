"""The way to the server: proxies, exceptions to them, credentials that lie about."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import requests
import trustme

from ductape_sync import ConfigurationError, ConnectionFailed, Ductape, RequestTimeout, ServerError
from tests.faults.scripts import within
from tests.loopback import (
    STATUS,
    SUMMARY,
    Received,
    Wire,
    answer,
    drip,
    loopback,
    problem,
    response,
    stall,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback import Act, Loopback

HOST = "api.ductape.test"  # no name server knows it (RFC 6761, section 6.2): only a proxy leads there
KEY = "dsk_the-key-of-these-tests"


def client_of(url: str = f"http://{HOST}", **settings: object) -> Ductape:
    return Ductape(KEY, "shop", "dev", base_url=url, **({"retry_attempts": 0} | settings))  # type: ignore[arg-type]


def tunnel(port: int) -> Act:
    """Answer CONNECT, then carry bytes to the server at a port."""

    def act(wire: Wire, request: Received) -> None:
        assert request.method == "CONNECT", request
        wire.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as onward:
            back = threading.Thread(target=_pump, args=(onward, wire.sock))
            back.start()
            _pump(wire.sock, onward)
            back.join()

    return act


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """The environment's proxy, which answers for the server."""
    with loopback(answer(STATUS)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
        yield proxy


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


def serving(ca: trustme.CA, host: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert(host).configure_cert(context)
    return context


def test_http_goes_through_the_proxy_of_the_environment(proxy: Loopback) -> None:
    with client_of() as client:
        client.workflows.get_status("order-1")
        proxy.default = answer(SUMMARY, 201)
        client.workflows.execute("process-order", {"a": 1})
    assert proxy.targets == [f"GET http://{HOST}/v1/executions/order-1", f"POST http://{HOST}/v1/executions"]
    assert proxy.received[1].headers["host"] == HOST
    assert proxy.received[1].json == {"workflow": "process-order", "input": {"a": 1}}
    assert proxy.connections == 1


def test_https_goes_through_a_tunnel_in_which_the_proxy_sees_no_key(
    proxy: Loopback, ca: trustme.CA, bundle: str
) -> None:
    with loopback(answer(STATUS), serving(ca, HOST)) as server:
        proxy.default = tunnel(server.port)
        with client_of(f"https://{HOST}", verify=bundle) as client:
            client.workflows.get_status("order-1")
            client.workflows.get_status("order-1")
        assert server.targets == ["GET /v1/executions/order-1"] * 2
        assert server.received[0].headers["authorization"] == f"Bearer {KEY}"
    assert proxy.targets == [f"CONNECT {HOST}:443"]
    assert KEY not in str(proxy.received)


def test_a_proxy_may_speak_tls_itself(ca: trustme.CA, bundle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        loopback(context=serving(ca, "127.0.0.1")) as proxy,
        loopback(answer(STATUS), serving(ca, HOST)) as server,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
        monkeypatch.setenv("HTTP_PROXY", proxy.origin)
        proxy.then(tunnel(server.port))
        with client_of(f"https://{HOST}", verify=bundle) as client:
            assert client.workflows.get_status("order-1").status == "running"
        proxy.default = answer(STATUS)
        with client_of(f"http://{HOST}", verify=bundle) as client:
            assert client.workflows.get_status("order-1").status == "running"
        assert proxy.targets == [f"CONNECT {HOST}:443", f"GET http://{HOST}/v1/executions/order-1"]


@pytest.mark.parametrize("secure", [False, True])
def test_the_proxys_password_goes_to_the_proxy_alone(
    secure: bool, proxy: Loopback, ca: trustme.CA, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = proxy.origin.replace("://", "://user:p%40ss@")
    monkeypatch.setenv("HTTP_PROXY", url)
    monkeypatch.setenv("HTTPS_PROXY", url)
    expected = "Basic " + base64.b64encode(b"user:p@ss").decode()
    with loopback(answer(STATUS), serving(ca, HOST)) as server:
        if secure:
            proxy.default = tunnel(server.port)
        with client_of(f"{'https' if secure else 'http'}://{HOST}", verify=bundle) as client:
            client.workflows.get_status("order-1")
        assert "proxy-authorization" not in str(server.received)
    assert proxy.received[0].headers["proxy-authorization"] == expected


def test_no_proxy_makes_exceptions(proxy: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", f"localhost,{HOST}")
    with client_of() as client, pytest.raises(ConnectionFailed, match=r"[Nn]ame"):
        client.workflows.get_status("order-1")  # directly, where no name server knows the host
    assert proxy.connections == 0


def test_this_machine_is_reached_directly(proxy: Loopback, server: Loopback) -> None:
    server.default = answer(STATUS)
    for host in ("127.0.0.1", "localhost"):
        with client_of(f"http://{host}:{server.port}") as client:
            client.workflows.get_status("order-1")
    assert (len(server.received), proxy.connections) == (2, 0)


def test_proxies_that_are_given_win(proxy: Loopback) -> None:
    with loopback(answer(STATUS)) as other:
        with client_of(proxies={"http": other.origin}) as client:
            client.workflows.get_status("order-1")
        assert other.targets == [f"GET http://{HOST}/v1/executions/order-1"]
        with client_of(other.origin, proxies={}) as client:
            client.workflows.get_status("order-1")
    assert proxy.connections == 0


def test_a_change_of_the_environment_is_noticed(proxy: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of() as client, loopback(answer(STATUS)) as other:
        client.workflows.get_status("order-1")
        monkeypatch.setenv("HTTP_PROXY", other.origin)
        client.workflows.get_status("order-1")
        assert (len(proxy.received), len(other.received)) == (1, 1)


def test_a_proxy_that_is_not_there_is_named_as_the_fault(proxy: Loopback) -> None:
    proxy.stop()
    for url in (f"http://{HOST}", f"https://{HOST}"):
        with client_of(url) as client, pytest.raises(ConnectionFailed, match=f"the proxy for {url} failed"):
            client.workflows.get_status("order-1")


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses_the_tunnel_is_named_as_the_fault(status: int, proxy: Loopback) -> None:
    proxy.default = answer(b"", status)
    with (
        client_of(f"https://{HOST}") as client,
        pytest.raises(
            ConnectionFailed, match=f"the proxy for https://{HOST} failed: Tunnel connection failed: {status}"
        ),
    ):
        client.workflows.get_status("order-1")


@pytest.mark.parametrize(
    "act",
    [stall, drip(b"HTTP/1.1 200 Connection established\r\n" + b"x: y\r\n" * 999, 0.02)],
    ids=["stalls", "drips"],
)
def test_a_proxy_that_does_not_answer_is_a_timeout(act: Act, proxy: Loopback) -> None:
    proxy.default = act
    for url in (f"http://{HOST}", f"https://{HOST}"):
        with (
            client_of(url, timeout=0.5) as client,
            within(3),
            pytest.raises(RequestTimeout, match="did not answer in time"),
        ):
            client.workflows.get_status("order-1")


def test_a_server_that_stalls_behind_a_tunnel_is_a_timeout(
    proxy: Loopback, ca: trustme.CA, bundle: str
) -> None:
    with loopback(drip(response(STATUS), 0.02), serving(ca, HOST)) as server:
        proxy.default = tunnel(server.port)
        with (
            client_of(f"https://{HOST}", verify=bundle, timeout=0.5) as client,
            within(3),
            pytest.raises(RequestTimeout),
        ):
            client.workflows.get_status("order-1")


def test_a_proxys_own_error_page_is_a_server_error(proxy: Loopback) -> None:
    proxy.default = answer(b"<html>no route</html>", 502, content_type="text/html")
    with client_of() as client, pytest.raises(ServerError, match="the server answered 502 Bad Gateway"):
        client.workflows.get_status("order-1")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://user:hunter2@", "must look like http://host:port"),
        ("http://user:hunter2@host:port", "must look like http://host:port"),
        ("ftp://user:hunter2@127.0.0.1:1", "must look like http://host:port"),
        ("http://[hunter2", "must look like http://host:port"),
        ("socks5://user:hunter2@127.0.0.1:1", "SOCKS needs PySocks, too: pip install 'requests.socks.'"),
    ],
)
def test_a_proxy_setting_that_cannot_be_is_a_configuration_error_that_keeps_its_password(
    url: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_its_library(*_: object, **__: object) -> None:
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr("requests.adapters.SOCKSProxyManager", without_its_library)
    monkeypatch.setenv("ALL_PROXY", url)
    with client_of() as client, pytest.raises(ConfigurationError, match=message) as caught:
        client.workflows.get_status("order-1")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("place", ["HOME", "NETRC"])
@pytest.mark.parametrize("file", [".netrc", "_netrc"])
def test_the_key_wins_over_a_netrc(
    place: str, file: str, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / file
    netrc.write_text(
        "machine 127.0.0.1 login mallory password hunter2\ndefault login mallory password hunter2\n"
    )
    netrc.chmod(0o600)
    monkeypatch.setenv(place, str(tmp_path if place == "HOME" else netrc))
    server.default = answer(STATUS)
    with client_of(server.origin) as client:
        client.workflows.get_status("order-1")
        server.default = problem(401, "unauthenticated")
        with pytest.raises(Exception, match="unauthenticated"):
            client.workflows.get_status("order-1")
    assert [request.headers["authorization"] for request in server.received] == [f"Bearer {KEY}"] * 2
