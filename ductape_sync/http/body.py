"""The body of an answer, whole and of a bounded size."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from ..errors import ResponseDecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import BaseHTTPResponse

MAX_BODY = 64 * 1024 * 1024  # bytes, after decompression
_CHUNK = 256 * 1024
_GZIP = 31  # zlib's number for it


def read_body(response: BaseHTTPResponse) -> bytes:
    """Read the whole body.

    Raises:
        ResponseDecodeError: It is larger than 64 MiB, or compressed in a way that was not asked for.
        ConnectionResetError: It was cut off.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise ResponseDecodeError(f"the answer has the encoding {encoding[:40]!r}, which was not asked for")
    if (response.length_remaining or 0) > MAX_BODY:
        raise _too_large()
    pieces = []
    total = 0
    for piece in _inflated(_chunks(response)) if encoding == "gzip" else _chunks(response):
        total += len(piece)
        if total > MAX_BODY:
            raise _too_large()
        pieces.append(piece)
    return b"".join(pieces)


def _too_large() -> ResponseDecodeError:
    return ResponseDecodeError(f"the answer is larger than {MAX_BODY >> 20} MiB")


def _chunks(response: BaseHTTPResponse) -> Iterator[bytes]:
    while chunk := response.read(_CHUNK, decode_content=False):
        yield chunk
        if response.length_remaining == 0:
            return


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress in small steps: a few bytes may stand for gigabytes."""
    inflater = zlib.decompressobj(wbits=_GZIP)
    chunk = b""
    for chunk in chunks:
        rest = chunk
        while rest:
            try:
                yield inflater.decompress(rest, _CHUNK)
            except zlib.error as error:
                raise ResponseDecodeError(f"the answer says that it is gzip, and is not: {error}") from None
            rest = inflater.unconsumed_tail
        if inflater.unused_data:
            raise ResponseDecodeError("the answer goes on after the end of its gzip")
    if chunk and not inflater.eof:
        raise ConnectionResetError("the answer was cut off")
