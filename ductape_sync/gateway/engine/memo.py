"""What the gateway keeps with an execution, in one field of its memo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .payloads import decode

if TYPE_CHECKING:
    from temporalio.api.common.v1 import Memo

FIELD = "ductape"
"""The memo's field; its keys are below. Other fields are the users' own."""

METADATA = "metadata"
"""The metadata that the execution was started with, an object."""
KEY = "key"
"""A hash of the request's idempotency key, or of one made up in its stead."""
FINGERPRINT = "fingerprint"
"""A hash of the request's body."""
RETRIES = "retries"
"""How many times a workflow that fails is to be run again."""
ATTEMPT = "attempt"
"""Which attempt a run belongs to, from 1; absent in the first."""
ERROR = "error"
"""Why the attempt before failed; only in the run that an attempt begins with."""
RUN = "run"
"""Which run of the execution it is, from 0; absent in the first."""


def read(memo: Memo) -> dict[str, Any]:
    """What the gateway and its workers noted in a memo; empty when they noted nothing."""
    payload = memo.fields.get(FIELD)
    value = decode(payload) if payload is not None else None
    return value if isinstance(value, dict) else {}
