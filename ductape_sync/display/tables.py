"""Answers as HTML, for notebooks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, get_args

from ductape_sync._generated import models

from .events import details
from .html import Html, table, tag
from .text import duration, elapsed, json_text, moment, short, tries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ductape_sync.results import Result

ROWS = 100  # the most rows of a table; the rest is counted
_VALUE = 2_000  # the most characters of a value on a page of its own, and
_CELL = 200  # in a row of a table
_COLOURS = {"running": "#0969da", "completed": "#1a7f37", "failed": "#cf222e", "cancelled": "#9a6700"}
_OTHER = "#6e7781"
_EVENT_COLOURS = {
    **_COLOURS,
    "step_completed": _COLOURS["completed"],
    "step_failed": _COLOURS["failed"],
    "retrying": _COLOURS["cancelled"],
    "cancel_requested": _COLOURS["cancelled"],
    "signal_received": _COLOURS["running"],
}
_WHOLE = "white-space:nowrap"


@functools.singledispatch
def as_html(result: Result) -> str:
    """Return HTML that shows an answer or a part of one; every name and value in it is escaped."""
    names = (name for name in result.__slots__ if name != "additional_properties")
    fields = ((name, _value(getattr(result, name))) for name in names)
    return _block(tag("strong", type(result).__name__), _fields(fields))


@as_html.register(models.ExecutionSummary)
@as_html.register(models.ExecutionStatus)
def _(execution: Any) -> str:
    head = _line(
        tag("strong", short(execution.workflow, _CELL)),
        _id(execution),
        _pill(execution.status),
        _took(execution),
    )
    return _block(head, _fields(_about(execution)))


@as_html.register
def _(page: models.ExecutionList) -> str:
    rows = [
        (
            short(one.workflow, _CELL),
            _id(one),
            _pill(one.status),
            _moment(one.started_at),
            _took(one),
            json_text(one.metadata, limit=_CELL) if one.metadata else "",
        )
        for one in page.executions[:ROWS]
    ]
    left = page.count - len(rows)
    head = f"{page.count:,} executions" if page.count != 1 else "1 execution"
    more = f", {left:,} of them not shown" if left > 0 else ""
    heads = ("Workflow", "Execution", "Status", "Started", "Took", "Metadata")
    return _block(Html(f"{head}{more}"), table(heads, rows))


@as_html.register
def _(page: models.History) -> str:
    head = _line(_id(page), f"{len(page.events):,} events", _span(page.events))
    rows = list(_event_rows(page.events[: ROWS // 2], page.events[:1]))
    hidden = len(page.events) - ROWS
    if hidden > 0:
        rows.append(("", "…", f"{hidden:,} events not shown"))
    rows += _event_rows(page.events[max(ROWS // 2, len(page.events) - ROWS // 2) :], page.events[:1])
    return _block(head, table(("Time", "Event", "Details"), rows))


@as_html.register
def _(workflow: models.WorkflowDefinition) -> str:
    said = {
        "Steps": " → ".join(workflow.steps),
        "Signals": ", ".join(signal.name for signal in workflow.signals),
        "Input": workflow.input_schema,
        "Result": workflow.result_schema,
    }
    head = _line(tag("strong", short(workflow.name, _CELL)), short(workflow.description or "", _VALUE))
    return _block(head, _fields((name, _value(value)) for name, value in said.items() if value))


def _event(event: Any) -> str:
    return _block(_line(_id(event)), table((), _event_rows([event], ())))


for _kind in get_args(models.WorkflowEvent):
    as_html.register(_kind, _event)


def _event_rows(events: Sequence[Any], first: Sequence[Any]) -> Iterable[tuple[str, str, str]]:
    """Rows for events: when (since the first one, where there is one), what, and what it says."""
    for event in events:
        if first:
            since = (event.timestamp - first[0].timestamp).total_seconds()
            when = tag("span", f"+{duration(since)}", style=_WHOLE, title=event.timestamp.isoformat())
        else:
            when = _moment(event.timestamp)
        name = short(event.type.replace("_", " "), _CELL)
        colour = _EVENT_COLOURS.get(event.type, _OTHER)
        dot = tag("span", "●", style=f"color:{colour};padding-right:.5em")
        what = tag("span", dot, name, style=_WHOLE)
        yield when, what, short(details(event, _CELL), 2 * _CELL)


def _about(execution: Any) -> Iterable[tuple[str, str]]:
    """The fields worth showing, in the order of what happens."""
    yield "Started", _moment(execution.started_at)
    if execution.completed_at:
        yield "Ended", _moment(execution.completed_at)
    if getattr(execution, "current_step", None):
        number = getattr(execution, "current_step_attempt", None) or 1
        yield "At step", short(execution.current_step, _CELL) + (f", try {number}" if number > 1 else "")
    if getattr(execution, "current_step_error", None):
        yield "Last error", _value(execution.current_step_error)
    if getattr(execution, "attempt", 1) > 1:
        yield "Attempt", str(execution.attempt)
    failure = getattr(execution, "failure", None)
    if failure and failure.step:
        yield "Failed at", short(failure.step, _CELL) + tries(failure.attempts)
    for name in ("error", "input", "result", "metadata"):
        value = getattr(execution, name, None)
        if value not in (None, {}):
            yield name.capitalize(), _value(value)


def _block(head: str, body: Html) -> str:
    return tag("div", tag("div", head, style="margin:.2em 0 .5em"), body)


def _line(*parts: str) -> Html:
    return Html("&ensp;".join(tag("span", part) for part in parts if part))


def _fields(fields: Iterable[tuple[str, str]]) -> Html:
    style = "opacity:.7;white-space:nowrap"
    return table((), ((tag("span", name, style=style), value) for name, value in fields))


def _id(part: Any) -> Html:
    return tag("code", short(part.execution_id, _CELL))


def _pill(status: str) -> Html:
    colour = _COLOURS.get(status, _OTHER)
    style = f"background:{colour};color:#fff;border-radius:1em;padding:.1em .7em;white-space:nowrap"
    return tag("span", short(status, 40), style=style)


def _moment(when: datetime) -> Html:
    return tag("span", moment(when), title=when.isoformat(), style=_WHOLE)


def _took(execution: Any) -> Html:
    so_far = "" if execution.completed_at else " so far"
    text = elapsed(execution.started_at, execution.completed_at) + so_far
    return tag("span", text, style=_WHOLE)


def _span(events: Sequence[Any]) -> str:
    return elapsed(events[0].timestamp, events[-1].timestamp) if events else ""


def _value(value: Any) -> str:
    """A value as JSON, on several lines where one would be long; text as it is."""
    if isinstance(value, str):
        return short(value, _VALUE)
    line = json_text(value, limit=_VALUE)
    text = line if len(line) <= 80 else json_text(value, indent=2, limit=_VALUE)
    return tag("code", text, style="white-space:pre-wrap;background:none;padding:0")
