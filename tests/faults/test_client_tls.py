"""Servers whose certificates are not to be trusted, with real TLS."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from ductape_sync import ConfigurationError, ConnectionFailed, Ductape, RequestTimeout
from tests.faults.scripts import within
from tests.loopback import STATUS, Loopback, answer, loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Serve = Callable[[ssl.SSLContext], Loopback]


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the CA that the client trusts."""
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def serve(ca: trustme.CA) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:
        yield lambda context: stack.enter_context(loopback(answer(STATUS), context))


def client_of(server: Loopback, **settings: object) -> Ductape:
    return Ductape("dsk_key", "shop", "dev", base_url=server.origin, **settings)  # type: ignore[arg-type]


def test_a_server_of_a_known_ca_is_trusted_and_connections_are_kept(
    ca: trustme.CA, bundle: str, serve: Serve
) -> None:
    server = serve(serving(ca.issue_cert("127.0.0.1")))
    with client_of(server, verify=bundle) as client:
        for _ in range(3):
            assert client.workflows.get_status("order-1").status == "running"
    assert server.connections == 1


def test_the_bundle_of_the_environment_is_used(
    ca: trustme.CA, bundle: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(serving(ca.issue_cert("127.0.0.1")))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with client_of(server) as client:
        assert client.workflows.get_status("order-1").status == "running"


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        (lambda ca: trustme.CA().issue_cert("127.0.0.1"), True, "unable to get local issuer certificate"),
        (lambda ca: ca.issue_cert("127.0.0.1"), False, "unable to get local issuer certificate"),
        (lambda ca: ca.issue_cert("other.example.com"), True, "IP address mismatch"),
        (
            lambda ca: ca.issue_cert("127.0.0.1", not_after=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
            True,
            "certificate has expired",
        ),
        (
            lambda ca: ca.issue_cert("127.0.0.1", not_before=dt.datetime(2099, 1, 1, tzinfo=dt.UTC)),
            True,
            "certificate is not yet valid",
        ),
    ],
    ids=["unknown CA", "CA that is not in certifi", "wrong host", "expired", "not yet valid"],
)
def test_a_certificate_that_cannot_be_trusted_is_refused_once(
    certificate: Callable[[trustme.CA], trustme.LeafCert],
    trusted: bool,
    reason: str,
    ca: trustme.CA,
    bundle: str,
    serve: Serve,
) -> None:
    server = serve(serving(certificate(ca)))
    with client_of(server, verify=bundle if trusted else None) as client:
        with pytest.raises(
            ConnectionFailed, match=f"no secure connection to {server.origin}: .*{reason}"
        ) as caught:
            client.workflows.get_status("order-1")
        with pytest.raises(ConnectionFailed, match="see verify= and REQUESTS_CA_BUNDLE"):
            client.workflows.wait_for_completion("order-1")  # without a timeout: it must not go on for ever
    assert not caught.value.retryable
    assert server.connections == 2, "one try each"
    assert server.received == []


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_verification_can_be_turned_off(serve: Serve) -> None:
    server = serve(serving(trustme.CA().issue_cert("other.example.com")))
    with client_of(server, verify=False) as client:
        assert client.workflows.get_status("order-1").status == "running"


def test_a_client_certificate_is_shown(ca: trustme.CA, bundle: str, serve: Serve, tmp_path: Path) -> None:
    context = serving(ca.issue_cert("127.0.0.1"))
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    server = serve(context)
    pem = tmp_path / "client.pem"
    ca.issue_cert("me@example.com").private_key_and_cert_chain_pem.write_to_path(str(pem))
    with client_of(server, verify=bundle, cert=str(pem)) as client:
        assert client.workflows.get_status("order-1").status == "running"
    with client_of(server, verify=bundle, retry_attempts=0) as client, pytest.raises(ConnectionFailed):
        client.workflows.get_status("order-1")


def test_a_client_certificate_that_is_none_is_a_configuration_error(
    bundle: str, serve: Serve, ca: trustme.CA
) -> None:
    server = serve(serving(ca.issue_cert("127.0.0.1")))
    client = client_of(server, verify=bundle, cert=bundle)
    with client, pytest.raises(ConfigurationError, match=r"the certificates .* cannot be loaded"):
        client.workflows.get_status("order-1")


def test_a_server_that_speaks_no_tls_is_refused_once() -> None:
    with loopback(answer(STATUS)) as server:
        server.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        url = server.origin.replace("http:", "https:")
        with (
            Ductape("k", "p", "e", base_url=url) as client,
            pytest.raises(ConnectionFailed, match="no secure connection"),
        ):
            client.workflows.get_status("order-1")
        assert server.connections == 1


def test_a_handshake_that_breaks_off_is_tried_again(ca: trustme.CA, bundle: str) -> None:
    context = serving(ca.issue_cert("127.0.0.1"))
    with loopback(answer(STATUS), context) as server:
        server.hang_up_on(2)
        with client_of(server, verify=bundle) as client:
            assert client.workflows.get_status("order-1").status == "running"
        assert server.connections == 3


def test_a_handshake_that_stalls_is_a_timeout(ca: trustme.CA, bundle: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        client = Ductape("k", "p", "e", base_url=url, verify=bundle, timeout=0.5)
        with client, within(3), pytest.raises(RequestTimeout):
            client.workflows.get_status("order-1")
