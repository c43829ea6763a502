from __future__ import annotations

import logging
import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import (
    APIError,
    ConnectionFailed,
    ConnectionLost,
    Ductape,
    DuctapeError,
    Forbidden,
    NotFound,
    RequestTimeout,
    ServerError,
    Unauthenticated,
)
from ductape_sync.realtime import receiver
from ductape_sync.timing import Backoff
from tests.loopback import cut, drip, loopback, problem, reset, response, stall
from tests.socket.peer import Peer, Talk, carry, event

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loopback import Act


def acting(act: Act) -> Callable[[Talk], None]:
    """The script that does to a handshake what an act does to a request."""
    return lambda talk: act(talk.wire, talk.request)


def connect_error(client: Ductape) -> DuctapeError:
    with pytest.raises(DuctapeError) as caught:
        client.connect()
    return caught.value


def test_says_who_calls_and_which_protocol_it_speaks(peer: Peer, client: Ductape) -> None:
    client.connect()
    peer.wait_for(lambda: peer.talks)
    (talk,) = peer.talks
    headers = talk.request.headers
    assert headers["authorization"] == "Bearer dsk_key"
    assert headers["x-ductape-product"] == "shop"
    assert headers["x-ductape-env"] == "dev"
    assert headers["sec-websocket-protocol"] == "ductape.v1"
    assert headers["host"] == peer.origin.removeprefix("http://")
    assert "origin" not in headers


def test_a_handshake_that_is_never_answered_times_out(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "HANDSHAKE_TIMEOUT", 0.1)
    peer.scripts = [acting(stall)]
    error = connect_error(client)
    assert isinstance(error, RequestTimeout)
    assert "did not answer the handshake in time" in str(error)


def test_a_connect_that_times_out_says_so_whatever_went_wrong_before(peer: Peer, client: Ductape) -> None:
    client.connect()
    peer.wait_for(lambda: peer.talks)
    peer.scripts = [acting(stall)]
    peer.drop()
    peer.wait_for(lambda: peer.sockets == 2)
    with pytest.raises(RequestTimeout, match=r"no connection to ws://.* in time") as caught:
        client.connect(timeout=0.1)
    assert caught.value.request_id == peer.handshakes[-1]


def test_a_handshake_that_drips_times_out(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "HANDSHAKE_TIMEOUT", 0.3)
    peer.scripts = [acting(drip(response(status=101), 0.02))]
    assert isinstance(connect_error(client), RequestTimeout)


def test_a_subscription_survives_handshakes_that_are_not_answered(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "HANDSHAKE_TIMEOUT", 0.1)
    peer.scripts = [acting(stall), acting(stall)]
    peer.start("order-1")
    assert next(client.workflows.subscribe("order-1")).type == "started"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "unauthenticated", Unauthenticated),
        (403, "forbidden", Forbidden),
        (404, "not_found", NotFound),
        (426, "upgrade_required", APIError),
    ],
)
def test_a_refusal_is_final(
    peer: Peer, client: Ductape, status: int, code: str, kind: type[APIError]
) -> None:
    peer.scripts = [acting(problem(status, code, "Not with this key.", retry_after="0"))]
    subscription = client.workflows.subscribe("order-1")
    with pytest.raises(ConnectionLost, match="Not with this key") as caught:
        next(subscription)
    cause = caught.value.__cause__
    assert type(cause) is kind
    assert (cause.status, cause.code) == (status, code)
    assert caught.value.execution_id == "order-1"
    assert subscription.error is caught.value
    assert peer.sockets == 1


def test_connect_raises_the_refusal_itself(peer: Peer, client: Ductape) -> None:
    peer.scripts = [acting(problem(401, "unauthenticated", "Not with this key."))]
    error = connect_error(client)
    assert isinstance(error, Unauthenticated)
    assert error.detail == "Not with this key."
    assert peer.sockets == 1


def test_after_a_refusal_the_next_subscription_tries_again(peer: Peer, client: Ductape) -> None:
    peer.scripts = [acting(problem(401, "unauthenticated"))]
    connect_error(client)
    peer.start("order-1")
    assert next(client.workflows.subscribe("order-1")).type == "started"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_that_is_busy_or_down_is_asked_again(peer: Peer, client: Ductape, status: int) -> None:
    peer.scripts = [acting(problem(status, "engine_unavailable", retry_after="1"))] * 3
    peer.start("order-1")
    assert next(client.workflows.subscribe("order-1")).type == "started"
    assert peer.sockets == 4


def pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    """The pauses that the log tells of, in seconds."""
    return [float(text) for text in re.findall(r"the next try is in ([\d.]+) seconds", caplog.text)]


def test_a_busy_server_says_when_to_come_back(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(receiver, "_BACKOFF", Backoff(initial=0.01, maximum=15.0))
    peer.scripts = [acting(problem(429, "rate_limited", retry_after="1"))]
    peer.start("order-1")
    assert next(client.workflows.subscribe("order-1")).type == "started"
    assert pauses(caplog) == [1.0]


def hang_up(talk: Talk) -> None:
    talk.accept()


@pytest.mark.parametrize(
    ("script", "steady", "grows"),
    [
        (hang_up, 0.0, False),  # each connection was a good one
        (hang_up, 60.0, True),
        (lambda talk: talk.wire.wait_until_gone(), 0.01, True),  # a handshake that times out is no connection
    ],
)
def test_pauses_grow_until_a_connection_was_a_good_one(
    script: Callable[[Talk], None],
    steady: float,
    grows: bool,
    peer: Peer,
    client: Ductape,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(receiver, "HANDSHAKE_TIMEOUT", 0.05)
    monkeypatch.setattr(receiver, "_STEADY", steady)
    monkeypatch.setattr(receiver, "_BACKOFF", Backoff(initial=0.02, maximum=15.0))
    peer.scripts = [script] * 5
    client.workflows.subscribe("order-1")
    peer.wait_for(lambda: peer.sockets == 6)
    assert (pauses(caplog)[4] >= 0.16) is grows  # the fifth: 0.32, or down to half of that


def test_connect_does_not_wait_for_a_pause_to_end(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "_BACKOFF", Backoff(initial=60.0, maximum=60.0))
    peer.scripts = [acting(problem(503))]
    connect_error(client)
    client.connect(timeout=5)
    assert peer.sockets == 2


def test_connect_gives_up_after_as_many_tries_as_the_client_makes(peer: Peer) -> None:
    peer.scripts = [acting(problem(503, "engine_unavailable", "Temporal is down."))] * 9
    with Ductape("dsk_key", "shop", "dev", base_url=peer.origin, retry_attempts=2) as client:
        error = connect_error(client)
    assert isinstance(error, ServerError)
    assert error.detail == "Temporal is down."
    assert peer.sockets >= 3


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(peer: Peer, client: Ductape, status: int) -> None:
    with loopback() as elsewhere:
        peer.scripts = [acting(cut(response(status=status, location=f"{elsewhere.origin}/v1/events")))]
        error = connect_error(client)
        assert elsewhere.connections == 0
    assert isinstance(error, APIError)
    assert (error.status, error.code) == (status, "redirect")
    assert "ws_url" in error.detail
    assert peer.sockets == 1


@pytest.mark.parametrize(("spoken", "found"), [(None, "names no subprotocol"), ("chat", "speaks 'chat'")])
def test_a_server_without_the_subprotocol_is_left_alone(
    peer: Peer, client: Ductape, spoken: str | None, found: str
) -> None:
    peer.scripts = [lambda talk: talk.accept(spoken)]
    error = connect_error(client)
    assert isinstance(error, ConnectionFailed)
    assert found in str(error)
    assert "ductape.v1" in str(error)
    assert peer.sockets == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: d3Jvbmc=\r\nSec-WebSocket-Protocol: ductape.v1\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Protocol: ductape.v1\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"HTTP/1.1 101 \xff\xff\r\n\r\n",
    ],
)
def test_what_is_no_websocket_is_left_alone(peer: Peer, client: Ductape, answer: bytes) -> None:
    peer.scripts = [acting(cut(answer))]
    error = connect_error(client)
    assert isinstance(error, ConnectionFailed)
    assert "is not a WebSocket" in str(error)
    assert peer.sockets == 1


def test_a_page_is_no_websocket(peer: Peer, client: Ductape) -> None:
    peer.scripts = [acting(cut(response(b"<html>Welcome</html>", content_type="text/html")))]
    error = connect_error(client)
    assert isinstance(error, APIError)
    assert error.status == 200


@pytest.mark.parametrize("act", [reset, cut(b""), cut(b"HTTP/1.1 101 Swit")])
def test_a_connection_that_breaks_in_the_handshake_is_made_again(
    peer: Peer, client: Ductape, act: Act
) -> None:
    peer.scripts = [acting(act)] * 2
    peer.start("order-1")
    assert next(client.workflows.subscribe("order-1")).type == "started"
    assert peer.sockets == 3


@pytest.mark.parametrize("line", [b"x-padding: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
def test_an_answer_without_an_end_is_cut_off(peer: Peer, client: Ductape, line: bytes) -> None:
    peer.scripts = [acting(cut(b"HTTP/1.1 101 Switching Protocols\r\n" + line * 5000))]
    error = connect_error(client)
    assert isinstance(error, ConnectionFailed)
    assert "too large" in str(error)


def test_what_comes_together_with_the_handshake_is_not_lost(peer: Peer, client: Ductape) -> None:
    def eager(talk: Talk) -> None:
        send, sent = talk.wire.send, []
        talk.wire.send = sent.append  # type: ignore[method-assign]
        talk.accept()
        talk.say(carry(event("order-1", 1)))
        send(b"".join(sent))
        talk.wire.wait_until_gone()

    peer.scripts = [eager]
    assert next(client.workflows.subscribe("order-1")).id == "000001"


def test_nothing_listens(peer: Peer) -> None:
    peer.server.stop()
    with Ductape("dsk_key", "shop", "dev", base_url=peer.origin, retry_attempts=0) as client:
        error = connect_error(client)
    assert isinstance(error, ConnectionFailed)
    assert "ductape-sync dev" in str(error)


def echo(wire: Any, request: Any) -> None:
    """Refuse, and repeat all that was said."""
    said = "; ".join(f"{name}: {value}" for name, value in request.headers.items())
    problem(401, "unauthenticated", said)(wire, request)


def echo_as_status(wire: Any, request: Any) -> None:
    cut(f"{request.headers['authorization']} {request.headers['authorization']}\r\n\r\n".encode())(
        wire, request
    )


@pytest.mark.parametrize(
    "act",
    [
        echo,
        echo_as_status,
        reset,
        cut(b""),
        cut(b"nonsense"),
        problem(503),
        problem(403),
        cut(response(status=302)),
    ],
)
def test_the_key_is_in_no_log_and_no_traceback(
    peer: Peer, client: Ductape, act: Act, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    peer.scripts = [acting(act)]
    error = connect_error(client)
    shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "dsk_key" not in shown
    assert "dsk_key" not in caplog.text
    assert caplog.text
