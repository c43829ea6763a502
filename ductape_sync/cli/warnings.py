"""What the SDK warns of, told on standard error."""

from __future__ import annotations

import logging

from .failures import say


class _Teller(logging.Handler):
    told: tuple[str, float] = ("", 0.0)

    def emit(self, record: logging.LogRecord) -> None:
        # A server that stays away is a warning every few seconds, of which one a minute will do.
        before, when = self.told
        if record.msg != before or record.created > when + 60:
            self.told = (record.msg, record.created)
            say(record.getMessage())


def tell_warnings() -> None:
    """Tell what the SDK warns of, in one line each."""
    logger = logging.getLogger("ductape_sync")
    if not logger.handlers:
        logger.addHandler(_Teller(logging.WARNING))
