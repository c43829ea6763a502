"""WebSocket frames (RFC 6455, section 5): bytes in, messages out. Does no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websocket import ABNF

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT: int = ABNF.OPCODE_TEXT
CLOSE: int = ABNF.OPCODE_CLOSE
PING: int = ABNF.OPCODE_PING
PONG: int = ABNF.OPCODE_PONG
MAX_MESSAGE = 16 * 1024 * 1024  # bytes

_FINAL = 0x80
_RESERVED = 0x70
_WHOLE_TEXT = _FINAL | TEXT
_CONTROL = 0x8  # opcodes from here on
_MAX_CONTROL = 125  # bytes


class Garbled(Exception):
    """What came is not what a WebSocket server may send."""


class Frames:
    """Takes what the server sends, in whatever pieces, and returns messages and control frames."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []  # the beginning of a frame
        self._have = 0  # bytes in it
        self._need = 0  # bytes in it that tell more
        self._fragments: list[bytes] | None = None  # of a text message that has not ended
        self._size = 0  # bytes in them

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the opcode and the payload of each message and control frame that ends in `data`.

        A text message comes whole, not yet decoded. To be exhausted before the next call.

        Raises:
            Garbled: The server breaks the protocol, or a message is larger than 16 MiB. What came before
                has been yielded.
        """
        self._parts.append(data)
        self._have += len(data)
        if self._have < self._need:
            return
        data = b"".join(self._parts)
        at, end = 0, len(data)
        while True:
            start = at + 2
            stop = start
            if start > end:
                break
            length = data[at + 1]
            if length > 125:
                if length > 127:
                    raise Garbled("a frame is masked")
                start += 2 if length == 126 else 8
                stop = start
                if start > end:
                    break
                length = int.from_bytes(data[at + 2 : start], "big")
                _check_size(length)
            stop = start + length
            if stop > end:
                break
            head, payload = data[at], data[start:stop]
            at = stop
            if head == _WHOLE_TEXT and self._fragments is None:
                yield TEXT, payload
            elif (message := self._other(head, payload)) is not None:
                yield message
        self._parts = [data[at:]]
        self._have = end - at
        self._need = stop - at

    def _other(self, head: int, payload: bytes) -> tuple[int, bytes] | None:
        """Take a frame that is not a text message of its own."""
        opcode = head & 0x0F
        if head & _RESERVED:
            raise Garbled("a frame uses an extension that was not agreed on")
        if opcode >= _CONTROL:
            if opcode not in (CLOSE, PING, PONG) or not head & _FINAL or len(payload) > _MAX_CONTROL:
                raise Garbled("a control frame is malformed")
            return opcode, payload
        if opcode == ABNF.OPCODE_BINARY:
            raise Garbled("the server sent a binary message")
        if opcode not in (TEXT, ABNF.OPCODE_CONT) or (opcode == TEXT) is not (self._fragments is None):
            raise Garbled("a frame is out of place")
        return self._fragment(payload, final=bool(head & _FINAL))

    def _fragment(self, payload: bytes, *, final: bool) -> tuple[int, bytes] | None:
        if self._fragments is None:
            self._fragments, self._size = [], 0
        self._size += len(payload)
        _check_size(self._size)
        self._fragments.append(payload)
        if not final:
            return None
        message, self._fragments = b"".join(self._fragments), None
        return TEXT, message


def _check_size(length: int) -> None:
    if length > MAX_MESSAGE:
        raise Garbled(f"a message is larger than {MAX_MESSAGE >> 20} MiB")


def encode(opcode: int, payload: bytes) -> bytes:
    """Make the frame that a client sends: masked, as the server insists."""
    frame: bytes = ABNF.create_frame(payload, opcode).format()
    return frame
