"""Short reprs: one line that says what it is, whatever it holds."""

from __future__ import annotations

import functools
import reprlib
from typing import TYPE_CHECKING, Any, get_args

from ductape_sync._generated import models

from .events import details
from .text import moment, short

if TYPE_CHECKING:
    from ductape_sync.results import Result

_LIMIT = 80  # characters of what an event says
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


@functools.singledispatch
def short_repr(result: Result) -> str:
    """Return one line about an answer or a part of one."""
    # One that is being made, which a traceback with variables shows, has not all of them.
    held = {name: getattr(result, name) for name in result.__slots__ if hasattr(result, name)}
    if not held.get("additional_properties", True):
        del held["additional_properties"]
    fields = ", ".join(f"{name}={_short.repr(value)}" for name, value in held.items())
    return f"{type(result).__name__}({fields})"


@short_repr.register(models.ExecutionSummary)
@short_repr.register(models.ExecutionStatus)
def _(execution: Any) -> str:
    about = f"{short(execution.workflow, _LIMIT)} {short(execution.status, _LIMIT)}"
    return f"<{type(execution).__name__} {execution.execution_id!r} {about}>"


@short_repr.register
def _(page: models.ExecutionList) -> str:
    return f"<ExecutionList {len(page.executions):,} of {page.count:,} executions>"


@short_repr.register
def _(page: models.History) -> str:
    more = "" if page.next_after is None else ", more follow"
    return f"<History {page.execution_id!r} {len(page.events):,} events{more}>"


@short_repr.register
def _(workflow: models.WorkflowDefinition) -> str:
    signals = f" signals: {', '.join(signal.name for signal in workflow.signals)}" if workflow.signals else ""
    return short(f"<WorkflowDefinition {workflow.name!r}{signals}", 140) + ">"


def _event(event: Any) -> str:
    name = type(event).__name__
    kind = f" {event.type!r}" if name.startswith("Unknown") else ""
    about = details(event, limit=_LIMIT)
    return short(f"<{name}{kind} at {moment(event.timestamp, 'milliseconds')} {about}", 140).rstrip() + ">"


for _kind in get_args(models.WorkflowEvent):
    short_repr.register(_kind, _event)
