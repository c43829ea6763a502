"""What the server sends, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import strictjson
from .._generated import DecodeError
from .._generated.models import server_message_from_dict
from .socket import Lost

if TYPE_CHECKING:
    from .._generated.models import ServerMessage


def decode(text: bytes) -> ServerMessage:
    """Decode a message.

    Raises:
        Lost: It is not what the contract says. What comes after it cannot be trusted either.
    """
    try:
        return server_message_from_dict(strictjson.decode(text))
    except (ValueError, DecodeError) as error:
        raise Lost(f"the server sent what is not in the contract: {error}", garbled=True) from None
