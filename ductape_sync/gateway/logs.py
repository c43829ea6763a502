"""The log on stderr: nothing in it that a terminal would act upon."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from typing import Any

_PLAIN = re.compile(r"[!#-&(-<>-\[\]-~]+")
_CONTROL = re.compile(r"[^\t\n -~\u00a1-\u1fff\u2030-\u205e\u2070-\ud7ff\uf900-\U0001ffff]")


class LineFormatter(logging.Formatter):
    """For programs: a record is one line of visible ASCII, ``time level message key=value …``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{now}.{int(record.msecs):03}Z {record.levelname} {_escape(record.getMessage())}"
        fields = _fields(record)
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return " ".join([head, *(f"{name}={_value(value)}" for name, value in fields.items())])


class ReadableFormatter(logging.Formatter):
    """For people: the message, with a traceback on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        fields = "".join(f" {name}={_value(value)}" for name, value in _fields(record).items())
        text = f"{record.levelname.lower()}: {record.getMessage()}{fields}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return _CONTROL.sub(lambda match: _escape(match[0]), text)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return dict(getattr(record, "fields", {}))


def _escape(text: str) -> str:
    return json.dumps(text)[1:-1].replace("\x7f", "\\u007f").replace('\\"', '"')


def _value(value: Any) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text).replace("\x7f", "\\u007f")


def set_up(level: int, *, readable: bool) -> None:
    """Send the log of this process to stderr.

    Args:
        level: the least severe level to show of the gateway; of everything else warnings are shown.
        readable: whether it is for people rather than programs.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ReadableFormatter() if readable else LineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("ductape_sync").setLevel(level)
