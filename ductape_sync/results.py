"""What the API's answers can do beyond their fields.

The model `X` is also an `XResult` where there is one here. The work is done in `ductape_sync.display`, which
is loaded when first asked for: an answer that is not looked at costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, whose import this module does without
if TYPE_CHECKING:
    from typing import Any

    import pandas as pd
    from matplotlib.figure import Figure


def _display(module: str) -> Any:
    import importlib  # noqa: PLC0415

    return importlib.import_module(f"ductape_sync.display.{module}")


class Result:
    """An answer of the API, or a part of one."""

    __slots__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return _display("reprs").short_repr(self)  # type: ignore[no-any-return]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return _display("tables").as_html(self)  # type: ignore[no-any-return]


class ExecutionListResult(Result):
    """What a page of executions can do."""

    __slots__ = ()

    def to_dataframe(self) -> pd.DataFrame:
        """Return the page as a `pandas.DataFrame`, a row for each execution.

        Columns: `execution_id`, `workflow` and `status` (categories), `started_at` and `completed_at` (with
        a time zone), `duration` (missing while it runs) and `metadata`. For every execution that matches,
        not only this page, give `ductape_sync.display.dataframe.executions` what `iterate` yields.

        Raises:
            MissingExtra: pandas is not installed; the extra `notebook` has it.
        """
        return _display("dataframe").executions(self.executions)  # type: ignore[attr-defined]


class HistoryResult(Result):
    """What the history of an execution can do."""

    __slots__ = ()

    def to_dataframe(self) -> pd.DataFrame:
        """Return the history as a `pandas.DataFrame`, a row for each event.

        Columns: `id`, `timestamp` (with a time zone), `elapsed` since the first event, `type`, `step` and
        `signal` (categories), `run` (which run of the workflow, 1 for the first), `attempts` (of a step that
        ended), `error`, and `data` as it was received.

        Raises:
            MissingExtra: pandas is not installed; the extra `notebook` has it.
        """
        return _display("dataframe").events(self.events)  # type: ignore[attr-defined]

    def timeline(self) -> Figure:
        """Draw the steps on a time axis, with their attempts and failures, and the signals as marks.

        A step that has not ended is drawn up to now.

        Returns:
            A `matplotlib.figure.Figure`, which a notebook shows and `savefig` writes to a file.

        Raises:
            MissingExtra: matplotlib is not installed; the extra `notebook` has it.
        """
        return _display("timeline").draw(self.events)  # type: ignore[attr-defined,no-any-return]
