"""Answers that are too large, and how little memory they get."""

from __future__ import annotations

import contextlib
import gzip
import json
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.faults.scripts import run
from tests.loopback import STATUS, Received, Wire, answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.loopback import Act, Loopback

MEBIBYTE = 1 << 20
GIGABYTE = 1 << 30


def head(**headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def endless(start: bytes, parts: Iterable[bytes]) -> Act:
    """Send an answer for as long as the client takes it."""

    def act(wire: Wire, _: Received) -> None:
        with contextlib.suppress(OSError):
            wire.send(start)
            for part in parts:
                wire.send(part)
        wire.close()

    return act


def bomb(size: int) -> list[bytes]:
    """A gzip of so many zeros."""
    deflate = zlib.compressobj(9, wbits=31)
    first = deflate.compress(bytes(MEBIBYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    again = deflate.compress(bytes(MEBIBYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return [first] + [again] * (size // MEBIBYTE - 1)  # each part stands for itself after a full flush


PLAIN = [bytes(MEBIBYTE)] * (GIGABYTE // MEBIBYTE)
CHUNKED = [b"100000\r\n" + part + b"\r\n" for part in PLAIN]
WHOLE = gzip.compress(json.dumps(STATUS).encode())
TOO_LARGE = "the answer is larger than 64 MiB"
ANSWERS: dict[str, tuple[Act, str, int]] = {
    "1 GB that says so": (endless(head(content_length=str(GIGABYTE)), PLAIN), TOO_LARGE, 8),
    "1 GB in chunks": (endless(head(transfer_encoding="chunked"), CHUNKED), TOO_LARGE, 96),
    "1 GB without a length": (endless(head(), PLAIN), TOO_LARGE, 96),
    "a gzip bomb of 1 GB": (endless(head(content_encoding="gzip"), bomb(GIGABYTE)), TOO_LARGE, 96),
    "a gzip bomb in one piece": (
        answer(b"".join(bomb(GIGABYTE)), content_encoding="gzip"), TOO_LARGE, 96
    ),
    "1 GB after a gzip": (
        endless(head(content_encoding="gzip") + WHOLE, PLAIN), "goes on after the end of its gzip", 8
    ),
    "1 GB of one header": (endless(b"HTTP/1.1 200 OK\r\nx: ", PLAIN), "header line", 8),
    "1 GB of headers": (endless(b"HTTP/1.1 200 OK\r\n", [b"x: y\r\n" * 10_000] * 20_000), "100 headers", 8),
    "an error of 1 GB": (
        endless(head(content_length=str(GIGABYTE)).replace(b"200", b"500"), PLAIN), TOO_LARGE, 8
    ),
}  # fmt: skip


@pytest.mark.parametrize(("act", "message", "limit"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_is_too_large_is_refused_in_little_memory(
    act: Act, message: str, limit: int, server: Loopback
) -> None:
    server.then(answer(STATUS), act)
    server.default = answer(STATUS)
    code = """
        import resource
        def peak():
            if sys.platform == "linux":  # where ru_maxrss begins with that of the parent process
                return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) >> 10
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20
        client = Ductape(retry_attempts=0)
        client.workflows.get_status("order-1")
        before = peak()
        try:
            client.workflows.get_status("order-1")
        except DuctapeError as error:
            print(type(error).__name__, error)
        print("grew", peak() - before)
        client.workflows.get_status("order-1")
        client.close()
    """
    out = run(code, server.origin)
    print(out)
    assert message in out
    assert int(out.partition("grew ")[2].split()[0]) <= limit, f"MiB: {out}"
