from __future__ import annotations

import json
from typing import Any

import pytest

from ductape_sync._generated.models import EventMessage, SubscribedMessage, UnknownServerMessage
from ductape_sync.realtime.decoder import decode
from ductape_sync.realtime.socket import Lost

EVENT = {
    "id": "1",
    "executionId": "order-1",
    "timestamp": "2026-11-22T10:00:00Z",
    "type": "step_started",
    "data": {"step": "Charging"},
}


def test_a_message_becomes_what_its_op_says() -> None:
    message = decode(json.dumps({"op": "event", "event": EVENT}).encode())
    assert isinstance(message, EventMessage)
    assert message.event.data.step == "Charging"
    assert decode(b'{"op":"subscribed","executionId":"a"}') == SubscribedMessage(execution_id="a")


def test_one_that_is_not_known_passes() -> None:
    message = decode(b'{"op":"greeting","text":"hello"}')
    assert isinstance(message, UnknownServerMessage)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hello",
        b'{"op":"event"',
        b"[]",
        b"null",
        b"{}",
        b'{"op":1}',
        b'{"op":"event"}',
        b'{"op":"subscribed"}',
        b'{"op":"\xff"}',
        b"[" * 100_000,
        json.dumps({"op": "event", "event": EVENT | {"timestamp": 7}}).encode(),
        json.dumps({"op": "event", "event": EVENT | {"data": None}}).encode(),
    ],
)
def test_what_is_not_in_the_contract_is_said_to_make_no_sense(text: bytes) -> None:
    with pytest.raises(Lost, match="what is not in the contract") as caught:
        decode(text)
    assert caught.value.garbled


def test_what_is_said_of_it_is_short() -> None:
    nonsense: dict[str, Any] = {"op": "event", "event": EVENT | {"timestamp": "x" * 1_000_000}}
    with pytest.raises(Lost) as caught:
        decode(json.dumps(nonsense).encode())
    assert len(str(caught.value)) < 500
