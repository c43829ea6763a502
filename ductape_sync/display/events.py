"""What an event says, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .text import json_text, printable, tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from ductape_sync._generated.models import WorkflowEvent


def details(event: WorkflowEvent, limit: int | None = None) -> str:
    """Say what an event tells beyond its type, in one printable line; empty when there is nothing.

    Args:
        event: Any event, also of a type that this version does not know.
        limit: The most characters of JSON to write; None for all.
    """
    text, value = _PARTS.get(event.type, _anything)(event.data)
    shown = "" if value is None else json_text(value, limit=limit)
    return f"{printable(text)} {shown}".strip()


def _anything(data: Any) -> tuple[str, Any]:
    return "", data


# By the event's type: what it says in words, and the JSON that came with it.
_PARTS: dict[str, Callable[[Any], tuple[str, Any]]] = {
    "started": lambda data: (data.workflow, data.input),
    "status_changed": lambda data: (data.status, None),
    "step_started": lambda data: (data.step, None),
    "step_completed": lambda data: (f"{data.step}{tries(data.attempts)}", data.result),
    "step_failed": lambda data: (f"{data.step}{tries(data.attempts)}: {data.error}", None),
    "signal_received": lambda data: (data.signal, data.data),
    "cancel_requested": lambda data: (data.reason or "", None),
    "retrying": lambda data: (f"attempt {data.attempt} after: {data.error}", None),
    "completed": lambda data: ("", data.result),
    "failed": lambda data: (data.error, None),
    "cancelled": lambda data: (data.reason or "", None),
}
