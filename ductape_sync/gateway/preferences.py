"""The request header ``Prefer`` (RFC 7240)."""

from __future__ import annotations

import re
from typing import Final

MAX_WAIT: Final = 60
"""The longest wait that is granted, in seconds, as openapi.yaml says."""

_PREFERENCE = re.compile(
    r"""\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)      # its name
        (?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*)))?   # its value, quoted or not
        [^,]*(?:,|$)                           # its parameters
    """,
    re.VERBOSE,
)


def wait_seconds(prefer: str | None) -> int | None:
    """How long a client asks the answer to be held.

    Of several ``wait`` preferences the first counts, and one that is not understood is as if it were
    not there (RFC 7240, section 2).

    Args:
        prefer: the header, several of them joined with commas; None when absent.

    Returns:
        seconds, at most :data:`MAX_WAIT`; None when the client does not ask.
    """
    for name, quoted, plain in _PREFERENCE.findall(prefer or ""):
        if name.lower() == "wait":
            value = quoted or plain
            return min(int(value), MAX_WAIT) if value.isascii() and value.isdigit() else None
    return None
