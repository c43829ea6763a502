"""Strings that nothing shows: no repr, no log record, no traceback with its variables, no pickle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_SHORT = 8  # characters; a shorter secret may be a part of any word, as 'key' is of 'idempotency_key'


class Secret:
    """A string that is not shown."""

    __slots__ = ("reveal",)

    reveal: Callable[[], str]
    """Return the string."""

    def __init__(self, value: str) -> None:
        # In a closure, where no dump of attributes goes.
        self.reveal = lambda: value

    def fits(self, form: re.Pattern[str]) -> bool:
        """Whether all of it has a form; who asks needs no variable for it, which a traceback might show."""
        return isinstance(self.reveal(), str) and form.fullmatch(self.reveal()) is not None

    def __repr__(self) -> str:
        return "Secret('…')"

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled; make a new client in the other process")


class Hidden(str):
    """A header's value that a dump of the headers does not show; it is sent and formatted as usual."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled; make a new client in the other process")


def without(text: str, secret: str) -> str:
    """A text, such as a server's answer, without a secret that it may repeat."""
    found = re.escape(secret)
    return re.sub(found if len(secret) >= _SHORT else rf"(?<!\w){found}(?!\w)", "***", text)


def forget_frames(error: BaseException) -> None:
    """Drop the tracebacks of an error and its causes, and the requests that they hold.

    The frames of http.client, requests and websocket-client have the headers among their variables, which
    reporters of errors collect.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        cause = left.pop()
        if cause is not None and id(cause) not in seen:
            seen.add(id(cause))
            cause.__traceback__ = None
            if hasattr(cause, "request"):  # of requests' exceptions
                vars(cause)["request"] = None
            left += (cause.__cause__, cause.__context__)
