from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

import pytest

from ductape_sync import ConnectionFailed, Ductape, ResponseDecodeError
from ductape_sync.http import body
from tests.loopback import STATUS, answer, cut, response, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loopback import Act, Loopback

BODY = json.dumps(STATUS).encode()
LARGE = json.dumps(STATUS | {"input": "x" * 3_000_000}).encode()


def chunked(body: bytes, size: int = 1000) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [*parts, b""])


def sent_chunked(body: bytes, **headers: str) -> Act:
    return answer(chunked(body), content_length=None, transfer_encoding="chunked", **headers)


@pytest.mark.parametrize(
    "act",
    [
        answer(BODY),
        sent_chunked(BODY),
        cut(response(BODY, content_length=None, connection="close")),
        cut(response(BODY, connection="close")),
        zipped(BODY),
        answer(gzip.compress(BODY), content_encoding=" GZIP "),
        sent_chunked(gzip.compress(BODY), content_encoding="gzip"),
        cut(response(gzip.compress(BODY), content_length=None, content_encoding="gzip")),
        answer(LARGE),
        sent_chunked(LARGE),
        zipped(LARGE),
    ],
)
def test_a_body_is_read_whole_however_it_is_sent(act: Act, server: Loopback, client: Ductape) -> None:
    server.default = act
    assert client.workflows.get_status("order-1").workflow == "process-order"


@pytest.mark.parametrize(
    "act",
    [
        cut(response(BODY)[:-1]),
        cut(response(BODY)[: -len(BODY)]),
        cut(response(chunked(BODY)[:-5], content_length=None, transfer_encoding="chunked")),
        cut(response(chunked(BODY)[:10], content_length=None, transfer_encoding="chunked")),
        cut(response(gzip.compress(BODY)[:-1], content_length=None, content_encoding="gzip")),
        cut(response(gzip.compress(BODY)[:5], content_length=None, content_encoding="gzip")),
        answer(b"zz\r\nnot a chunk", content_length=None, transfer_encoding="chunked"),
    ],
)
def test_a_body_that_is_cut_off_is_a_failed_connection(act: Act, server: Loopback, client: Ductape) -> None:
    server.default = act
    with pytest.raises(ConnectionFailed):
        client.workflows.get_status("order-1")


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (
            answer(zlib.compress(BODY), content_encoding="deflate"),
            "the encoding 'deflate', which was not asked for",
        ),
        (answer(BODY, content_encoding="br"), "the encoding 'br'"),
        (answer(BODY, content_encoding="gzip, gzip"), "the encoding 'gzip, gzip'"),
        (answer(BODY, content_encoding="gzip"), "the answer says that it is gzip, and is not"),
        (answer(gzip.compress(BODY) + b"more", content_encoding="gzip"), "goes on after the end of its gzip"),
        (answer(b"", content_length=str(65 << 20)), "the answer is larger than 64 MiB"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(
    act: Act, message: str, server: Loopback, client: Ductape
) -> None:
    server.default = act
    with pytest.raises(ResponseDecodeError, match=message):
        client.workflows.get_status("order-1")


def test_what_is_left_of_a_refused_body_is_not_waited_for(server: Loopback, client: Ductape) -> None:
    server.then(answer(b"", content_length=str(65 << 20)))
    with pytest.raises(ResponseDecodeError) as caught:
        client.workflows.get_status("order-1")
    server.wait_for(lambda server: not server.open_connections)
    assert caught.value.__traceback__ is not None, "which would keep the connection"


def test_an_answer_without_content_may_still_name_an_encoding(server: Loopback, client: Ductape) -> None:
    server.default = answer(b"", 202, content_encoding="gzip")
    client.workflows.signal("order-1", "approve")


@pytest.mark.parametrize("act", [answer, zipped, sent_chunked])
def test_the_limit_is_for_the_body_after_decompression_and_exact(
    act: Callable[[bytes], Act], server: Loopback, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.default = act(BODY)
    monkeypatch.setattr(body, "MAX_BODY", len(BODY))
    assert client.workflows.get_status("order-1").status == "running"
    monkeypatch.setattr(body, "MAX_BODY", len(BODY) - 1)
    with pytest.raises(ResponseDecodeError, match="the answer is larger than"):
        client.workflows.get_status("order-1")
