"""What the SDK warns of, told on standard error."""

from __future__ import annotations

import logging

from .failures import say


class _Teller(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told: dict[str, float] = {}  # when, by what

    def emit(self, record: logging.LogRecord) -> None:
        # A server that stays away is several warnings every few seconds, of which one each a minute will do.
        if record.created > self._told.get(record.msg, 0.0) + 60:
            self._told[record.msg] = record.created
            say(record.getMessage())


def tell_warnings() -> None:
    """Tell what the SDK warns of, in one line each."""
    logger = logging.getLogger("ductape_sync")
    if not logger.handlers:
        logger.addHandler(_Teller())
