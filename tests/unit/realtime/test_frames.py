from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State

from ductape_sync.realtime.frames import CLOSE, MAX_MESSAGE, PING, PONG, TEXT, Frames, Garbled, encode


def sent(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=False)


def fed(frames: Frames, *chunks: bytes) -> list[tuple[int, bytes]]:
    return [message for chunk in chunks for message in frames.feed(chunk)]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 1_000_000])
def test_messages_of_every_length_come_whole(size: int) -> None:
    payload = bytes(range(256)) * (size // 256 + 1)
    data = sent(payload[:size]) + sent(b"next")
    assert fed(Frames(), data) == [(TEXT, payload[:size]), (TEXT, b"next")]


pieces = st.binary(max_size=300) | st.integers(120, 130).map(bytes)
messages = st.one_of(
    st.tuples(st.just("text"), st.lists(pieces, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["ping", "pong"]), st.binary(max_size=125)),
)


@settings(max_examples=50, derandomize=True, database=None, deadline=None)
@given(messages=st.lists(messages, max_size=8), cuts=st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_how_the_bytes_are_cut_makes_no_difference(messages: list[Any], cuts: list[int]) -> None:
    data, expected = b"", []
    for kind, content in messages:
        if kind == "text":
            for number, piece in enumerate(content):
                opcode = Opcode.CONT if number else Opcode.TEXT
                data += sent(piece, opcode, fin=number == len(content) - 1)
            expected.append((TEXT, b"".join(content)))
        else:
            data += sent(content, Opcode.PING if kind == "ping" else Opcode.PONG)
            expected.append((PING if kind == "ping" else PONG, content))
    frames, received, turn = Frames(), [], 0
    while data:
        size = cuts[turn % len(cuts)]
        received += fed(frames, data[:size])
        data, turn = data[size:], turn + 1
    assert received == expected


def test_control_frames_may_come_between_fragments() -> None:
    data = sent(b"a", fin=False) + sent(b"!", Opcode.PING) + sent(b"b", Opcode.CONT) + sent(b"", Opcode.CLOSE)
    assert fed(Frames(), data) == [(PING, b"!"), (TEXT, b"ab"), (CLOSE, b"")]


def test_nothing_is_nothing() -> None:
    assert fed(Frames(), b"", sent(b"a")[:1], b"", sent(b"a")[1:]) == [(TEXT, b"a")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x81\x80abcd", "masked"),
        (b"\xc1\x00", "extension"),
        (b"\xa1\x00", "extension"),
        (b"\x91\x00", "extension"),
        (b"\x82\x00", "binary"),
        (b"\x83\x00", "out of place"),
        (b"\x80\x00", "out of place"),
        (b"\x01\x00\x81\x00", "out of place"),
        (b"\x8b\x00", "malformed"),
        (b"\x09\x00", "malformed"),
        (b"\x89\x7e\x00\x7e" + b"x" * 126, "malformed"),
        (b"\x81\x7f" + struct.pack("!Q", MAX_MESSAGE + 1), "larger than 16 MiB"),
        (b"\x81\x7f" + b"\xff" * 8, "larger than 16 MiB"),
    ],
)
def test_what_a_server_must_not_send_is_refused(data: bytes, reason: str) -> None:
    received = []
    with pytest.raises(Garbled, match=reason):
        received += list(Frames().feed(sent(b"before") + data))
    frames = Frames()
    assert next(frames.feed(sent(b"before") + data)) == (TEXT, b"before")


def test_fragments_are_bounded_together() -> None:
    frames = Frames()
    half = bytes(MAX_MESSAGE // 2)
    assert fed(frames, sent(half, fin=False), sent(half, Opcode.CONT, fin=False)) == []
    with pytest.raises(Garbled, match="larger than 16 MiB"):
        fed(frames, sent(b"x", Opcode.CONT))


def test_what_is_sent_is_masked_and_understood() -> None:
    server = Protocol(Side.SERVER, state=State.OPEN)
    server.receive_data(encode(TEXT, "ü".encode()) + encode(PING, b"?") + encode(CLOSE, b"\x03\xe8"))
    received = server.events_received()
    assert [(frame.opcode, bytes(frame.data)) for frame in received if isinstance(frame, Frame)] == [
        (Opcode.TEXT, "ü".encode()),
        (Opcode.PING, b"?"),
        (Opcode.CLOSE, b"\x03\xe8"),
    ]
    assert encode(TEXT, b"secret")[1] & 0x80
    assert b"secret" not in encode(TEXT, b"secret")
