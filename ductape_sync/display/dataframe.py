"""Executions and events as data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .course import Course
from .extras import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ductape_sync._generated.models import ExecutionSummary, WorkflowEvent

STATES = ["running", "completed", "failed", "cancelled"]


def executions(summaries: Iterable[ExecutionSummary]) -> pd.DataFrame:
    """Return a `pandas.DataFrame` with a row for each execution; see `ExecutionList.to_dataframe`.

    Args:
        summaries: What a page or `Workflows.iterate` has.

    Raises:
        MissingExtra: pandas is not installed.
    """
    pandas = load("pandas", "notebook")
    rows = list(summaries)
    started = _times(pandas, [row.started_at for row in rows])
    completed = _times(pandas, [row.completed_at for row in rows])
    states = [str(row.status) for row in rows]
    return pandas.DataFrame(
        {
            "execution_id": pandas.array([row.execution_id for row in rows], dtype="string"),
            "workflow": pandas.Categorical([row.workflow for row in rows]),
            # The known states are there even when nothing is in them, so that tables of counts compare.
            "status": pandas.Categorical(states, categories=list(dict.fromkeys(STATES + states))),
            "started_at": started,
            "completed_at": completed,
            "duration": completed - started,
            "metadata": pandas.Series([row.metadata for row in rows], dtype="object"),
        }
    )


def events(history: Iterable[WorkflowEvent]) -> pd.DataFrame:
    """Return a `pandas.DataFrame` with a row for each event; see `History.to_dataframe`.

    Args:
        history: The events of one execution, oldest first.

    Raises:
        MissingExtra: pandas is not installed.
    """
    pandas = load("pandas", "notebook")
    rows = list(history)
    times = _times(pandas, [row.timestamp for row in rows])
    return pandas.DataFrame(
        {
            "id": pandas.array([row.id for row in rows], dtype="string"),
            "timestamp": times,
            "elapsed": times - times.min(),
            "type": pandas.Categorical([row.type for row in rows]),
            "step": pandas.Categorical(_said(rows, "step")),
            "signal": pandas.Categorical(_said(rows, "signal")),
            "run": pandas.array(_runs(rows), dtype="Int64"),
            "attempts": pandas.array(_said(rows, "attempts"), dtype="Int64"),
            "error": pandas.array(_said(rows, "error"), dtype="string"),
            "data": pandas.Series([_plain(row.data) for row in rows], dtype="object"),
        }
    )


def _times(pandas: Any, times: list[Any]) -> Any:
    return pandas.Series(pandas.to_datetime(times, utc=True)).astype("datetime64[us, UTC]")


def _said(rows: list[Any], name: str) -> list[Any]:
    """What each event says under a name; None where it does not. Unknown events are left in peace."""
    return [None if isinstance(row.data, dict) else getattr(row.data, name, None) for row in rows]


def _runs(rows: list[Any]) -> list[int]:
    course = Course()
    runs = []
    for row in rows:
        course.add(row)
        runs.append(course.run)
    return runs


def _plain(data: Any) -> Any:
    return data.to_dict() if hasattr(data, "to_dict") else data
