"""Proxies and certificates on the way to a server."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import trustme

from ductape_sync import ConfigurationError, ConnectionFailed, ConnectionLost, Ductape, RequestTimeout
from ductape_sync.realtime import receiver
from tests.loopback import cut, drip, reset, stall
from tests.socket.peer import Peer, peer
from tests.socket.proxy import Proxy, proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Authority(NamedTuple):
    """A certificate authority, and a server's certificate."""

    bundle: str
    context: ssl.SSLContext
    ca: trustme.CA


def authority(folder: Path, host: str) -> Authority:
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(host).configure_cert(context)
    bundle = folder / f"{host}.pem"
    ca.cert_pem.write_to_path(str(bundle))
    return Authority(str(bundle), context, ca)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("tls"), "127.0.0.1")


@pytest.fixture
def secure(trusted: Authority) -> Iterator[Peer]:
    with peer(trusted.context) as running:
        running.add_many("order-1", 3)
        running.end("order-1")
        yield running


def follow(url: str, name: str = "order-1", **settings: Any) -> list[str]:
    with Ductape("dsk_key", "shop", "dev", base_url=url, retry_attempts=0, **settings) as client:
        return [each.id for each in client.workflows.subscribe(name)]


EVENTS = ["000001", "000002", "000003", "000004"]


def test_events_over_tls(secure: Peer, trusted: Authority) -> None:
    assert secure.origin.startswith("https:")
    assert follow(secure.origin, verify=trusted.bundle) == EVENTS


def test_the_bundle_of_the_environment_counts(
    secure: Peer, trusted: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted.bundle)
    assert follow(secure.origin) == EVENTS


def test_certificates_need_not_be_checked(secure: Peer) -> None:
    assert follow(secure.origin, verify=False) == EVENTS


def test_much_over_tls(secure: Peer, trusted: Authority) -> None:
    secure.add_many("order-2", 2000)
    secure.add("order-2", "completed", result="x" * 3_000_000)
    assert len(follow(secure.origin, "order-2", verify=trusted.bundle)) == 2001
    assert secure.sockets == 1


def test_a_client_certificate_is_shown(trusted: Authority, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    trusted.ca.configure_trust(context)
    trusted.ca.issue_cert("127.0.0.1").configure_cert(context)
    mine = tmp_path / "client.pem"
    trusted.ca.issue_cert("client").private_key_and_cert_chain_pem.write_to_path(str(mine))
    with peer(context) as strict:
        strict.end("order-1")
        assert follow(strict.origin, verify=trusted.bundle, cert=str(mine)) == ["000001"]


def lost(url: str, **settings: Any) -> ConnectionLost:
    with pytest.raises(ConnectionLost) as caught:
        follow(url, **settings)
    return caught.value


def test_an_authority_that_is_not_known_is_final(secure: Peer) -> None:
    cause = lost(secure.origin).__cause__
    assert isinstance(cause, ConnectionFailed)
    assert not cause.retryable
    assert "see verify= and REQUESTS_CA_BUNDLE" in str(cause)
    assert secure.server.connections == 1


def test_a_certificate_for_another_host_is_final(tmp_path: Path) -> None:
    other = authority(tmp_path, "ductape.example.com")
    with peer(other.context) as elsewhere:
        cause = lost(elsewhere.origin, verify=other.bundle).__cause__
        assert "127.0.0.1" in str(cause)
        assert elsewhere.server.connections == 1


def test_a_server_without_tls_is_final() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            sock, _ = listener.accept()
            with sock:
                sock.recv(1000)
                sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        cause = lost(f"https://127.0.0.1:{listener.getsockname()[1]}", verify=False).__cause__
        thread.join()
    assert isinstance(cause, ConnectionFailed)
    assert "no secure connection" in str(cause)


def test_a_tls_handshake_that_breaks_off_is_made_again(secure: Peer, trusted: Authority) -> None:
    with proxy(secure.server.port) as way:
        way.acts = [cut(b"HTTP/1.1 200 OK\r\n\r\n")] * 3
        assert follow("https://127.0.0.1", proxies=through(way, ""), verify=trusted.bundle) == EVENTS
        assert way.server.connections == 4


@pytest.fixture
def way(peer: Peer) -> Iterator[Proxy]:
    """A proxy that wants credentials, and leads to `peer`."""
    peer.add_many("order-1", 3)
    peer.end("order-1")
    with proxy(peer.server.port, "me:s3cret/") as running:
        yield running


def through(way: Proxy, credentials: str = "me:s3cret%2F@") -> dict[str, str]:
    url = f"http://{credentials}127.0.0.1:{way.port}"
    return {"http": url, "https": url}


def test_events_through_a_proxy(peer: Peer, way: Proxy) -> None:
    assert follow("http://ductape.test", proxies=through(way)) == EVENTS
    (request,) = way.server.received
    assert (request.method, request.target) == ("CONNECT", "ductape.test:80")
    assert request.headers["host"] == "ductape.test:80"
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_the_proxy_of_the_environment_counts(
    peer: Peer, way: Proxy, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, through(way)["http"])
    assert follow("http://ductape.test") == EVENTS
    assert way.server.connections == 1


def test_it_is_passed_by_where_the_environment_says_so(
    peer: Peer, way: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", through(way)["http"])
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    assert follow(peer.origin) == EVENTS
    assert way.server.connections == 0


def test_a_proxy_sees_nothing_of_what_goes_through_under_tls(secure: Peer, trusted: Authority) -> None:
    with proxy(secure.server.port) as way:
        found = follow("https://127.0.0.1", proxies=through(way, ""), verify=trusted.bundle)
        assert way.server.received[0].target == "127.0.0.1:443"
        assert b"dsk_key" not in way.seen
        assert b"order-1" not in way.seen
    assert found == EVENTS


def test_a_proxy_without_a_scheme(peer: Peer) -> None:
    peer.end("order-1")
    with proxy(peer.server.port) as way:
        assert follow("http://ductape.test", proxies={"http": f"127.0.0.1:{way.port}"}) == ["000001"]


@pytest.mark.parametrize("credentials", ["", "me:wrong@", "me@"])
def test_credentials_that_the_proxy_does_not_take_are_final(
    way: Proxy, credentials: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    error = lost("http://ductape.test", proxies=through(way, credentials))
    assert isinstance(error.__cause__, ConfigurationError)
    assert "wants a user and a password" in str(error)
    assert way.server.connections == 1
    assert "wrong" not in caplog.text + "".join(traceback.format_exception(error))


def test_a_proxy_that_will_not_is_final(way: Proxy) -> None:
    way.acts = [cut(b"HTTP/1.1 403 Forbidden\r\n\r\n")]
    error = lost("http://ductape.test", proxies=through(way))
    assert isinstance(error.__cause__, ConnectionFailed)
    assert "does not connect to ductape.test:80, and answers '403'" in str(error)
    assert way.server.connections == 1


@pytest.mark.parametrize(
    "act", [reset, cut(b""), cut(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), cut(b"HTTP/1.1 200 OK\r\n")]
)
def test_a_proxy_that_cannot_now_is_asked_again(way: Proxy, act: Any) -> None:
    way.acts = [act] * 3
    assert follow("http://ductape.test", proxies=through(way)) == EVENTS
    assert way.server.connections == 4


@pytest.mark.parametrize("act", [stall, drip(b"HTTP/1.1 200 OK\r\n\r\n", 0.05)])
def test_a_proxy_that_takes_its_time_has_no_more_than_the_handshake(
    way: Proxy, act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "HANDSHAKE_TIMEOUT", 0.2)
    way.acts = [act]
    with Ductape("dsk_key", "shop", "dev", base_url="http://ductape.test", proxies=through(way),
                 retry_attempts=0) as client, pytest.raises(RequestTimeout):  # fmt: skip
        client.connect()


def test_a_proxy_that_is_not_there_is_named(way: Proxy) -> None:
    way.server.stop()
    client = Ductape(
        "dsk_key", "shop", "dev", base_url="http://ductape.test", proxies=through(way), retry_attempts=0
    )
    with client, pytest.raises(ConnectionFailed, match="the proxy at"):
        client.connect()


@pytest.mark.parametrize("scheme", ["https", "socks5"])
def test_a_proxy_of_another_kind_is_refused(way: Proxy, scheme: str) -> None:
    url = through(way)["http"].replace("http:", f"{scheme}:")
    error = lost("http://ductape.test", proxies={"http": url})
    assert isinstance(error.__cause__, ConfigurationError)
    assert "http://" in str(error)
    assert "s3cret" not in str(error)
    assert way.server.connections == 0


@pytest.mark.parametrize("act", [reset, cut(b"HTTP/1.1 403 me:s3cret/\r\n\r\n"), cut(b"nonsense")])
def test_the_password_of_a_proxy_is_in_no_log_and_no_traceback(
    way: Proxy, act: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    way.acts = [act]
    proxies = through(way)
    client = Ductape(
        "dsk_key", "shop", "dev", base_url="http://ductape.test", proxies=proxies, retry_attempts=0
    )
    with client, pytest.raises(ConnectionFailed) as caught:
        client.connect()
    frames = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    del frames.stack[0]  # this one, which knows it
    assert "s3cret" not in "".join(frames.format())
    assert "s3cret" not in caplog.text
