"""The course of an execution, drawn on a time axis."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .course import Course, Step
from .extras import load
from .text import duration, moment, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

    from ductape_sync._generated.models import WorkflowEvent
else:
    Figure = load("matplotlib.figure", "notebook").Figure
    PolyCollection = load("matplotlib.collections", "notebook").PolyCollection

ROWS = 40  # the most steps by name; more would be too small to read
_INK = "#7d848c"  # readable on white and on black
_COLOURS = {"running": "#4184e4", "completed": "#2da44e", "failed": "#e5534b", "abandoned": "#9aa1a9",
            "cancelled": "#c69026", "signal_received": "#a371f7", "cancel_requested": "#c69026"}  # fmt: skip
# The longest span in seconds that is told in a unit, the unit's length in seconds, its name.
_UNITS = ((1, 0.001, "milliseconds"), (180, 1, "seconds"), (10_800, 60, "minutes"), (259_200, 3600, "hours"))
_DAYS = (86_400, "days")
_INCHES = 9.0
_CHARACTER = 0.0081  # how much of the axes' width a character takes
_LABEL = 40  # the most characters of a label
_BAR = 0.6  # the height of a bar, in rows


class Timeline(Figure):
    """A figure that a notebook shows by itself, without pyplot."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=192)
        width, height = self.get_size_inches() * 96
        return buffer.getvalue(), {"width": int(width), "height": int(height)}


def draw(events: Iterable[WorkflowEvent], *, now: datetime | None = None) -> Timeline:
    """Draw what happened when; see `History.timeline`.

    Args:
        events: The events of one execution, oldest first.
        now: Up to when to draw what has not ended; None for the present.
    """
    course = Course.of(events)
    start = course.started or datetime.now(UTC)
    end = course.latest or start
    if course.outcome is None:
        end = max(end, now or datetime.now(UTC))
    return _Drawing(course, start, end).figure


class _Drawing:
    """A figure in the making: a row for each step's name, time along the x axis."""

    def __init__(self, course: Course, start: datetime, end: datetime) -> None:
        self._course, self._start, self._end = course, start, end
        span = max((end - start).total_seconds(), 0.001)
        self._unit, self._unit_name = next(
            ((size, name) for limit, size, name in _UNITS if span < limit), _DAYS
        )
        self._length = self._right = span / self._unit  # in units; _right leaves room for labels
        self._labels: list[tuple[str, float, int, str, float | None]] = []
        self._rows: dict[str, list[Step]] = defaultdict(list)
        for step in course.steps:
            self._rows[step.name].append(step)
        self._marks = [mark for mark in course.marks if mark.kind != "retrying"]
        rows = min(len(self._rows), ROWS) + bool(self._marks)
        self.figure = Timeline(figsize=(_INCHES, 0.38 * rows + 1.2), facecolor="none", layout="constrained")
        self._axes: Axes = self.figure.add_subplot(facecolor="none")
        self._draw_steps()
        self._draw_marks()
        self._draw_runs()
        self._draw_labels()
        self._draw_axes()
        self._draw_title()

    def _x(self, when: datetime) -> float:
        return (when - self._start).total_seconds() / self._unit

    def _draw_steps(self) -> None:
        boxes: dict[tuple[str, bool], list[Any]] = defaultdict(list)
        for row, steps in enumerate(list(self._rows.values())[:ROWS]):
            lanes = _lanes(steps, self._end)
            height = _BAR / (max(lanes) + 1)
            for step, lane in zip(steps, lanes, strict=True):
                low = row - _BAR / 2 + lane * height
                boxes[step.state, step.attempts > 1].append(self._box(step, low, low + 0.92 * height))
            if height == _BAR:
                self._label_row(row, steps)
        for (state, retried), shapes in boxes.items():
            style: dict[str, Any] = {"edgecolor": "none"}
            if retried:
                style = {"edgecolor": "#ffffff90", "hatch": "////"}
            faint = 0.55 if state in {"running", "abandoned"} else 1
            self._axes.add_collection(
                PolyCollection(shapes, facecolor=_COLOURS[state], alpha=faint, linewidth=0, **style)
            )

    def _box(self, step: Step, low: float, high: float) -> list[tuple[float, float]]:
        left, right = self._x(step.started), self._x(step.ended or self._end)
        right = max(right, left + self._length / 250)  # what took no time is still there to see
        return [(left, low), (right, low), (right, high), (left, high)]

    def _label_row(self, row: int, steps: Sequence[Step]) -> None:
        starts = [*(self._x(step.started) for step in steps[1:]), None]
        for step, following in zip(steps, starts, strict=True):
            right = self._x(step.ended or self._end)
            colour = _COLOURS["failed"] if step.state == "failed" else _INK
            self._label(_about(step), right, row, colour, following)

    def _draw_marks(self) -> None:
        row = -1
        places = [*(self._x(mark.when) for mark in self._marks[1:]), None] if self._marks else []
        for mark, following in zip(self._marks, places, strict=True):
            x, colour = self._x(mark.when), _COLOURS[mark.kind]
            self._axes.axvline(x, color=colour, linewidth=0.9, linestyle=":", zorder=0)
            self._axes.plot([x], [row], marker="D", markersize=6, color=colour, linestyle="none")
            self._label(mark.text, x + self._length * 0.006, row, colour, following)

    def _draw_runs(self) -> None:
        for mark in self._course.marks:
            if mark.kind == "retrying":
                x = self._x(mark.when)
                self._axes.axvline(x, color=_INK, linewidth=1, linestyle="--", zorder=0)
                self._axes.annotate(
                    mark.text, (x, 1), (3, 2), xycoords=("data", "axes fraction"), textcoords="offset points",
                    color=_INK, fontsize=8, parse_math=False,
                )  # fmt: skip

    def _label(self, text: str, x: float, row: int, colour: str, following: float | None) -> None:
        """Note what to write beside what ends at x; `following` is where the next thing in the row is."""
        self._labels.append((text, x, row, colour, following))
        if following is None:
            characters = min(len(text), _LABEL) + 2
            self._right = max(self._right, x / (1 - _CHARACTER * characters))

    def _draw_labels(self) -> None:
        """Write as much of the labels as fits before what follows, once it is known how wide the axes are."""
        for text, x, row, colour, following in self._labels:
            limit = _LABEL if following is None else int((following - x) / self._right / _CHARACTER) - 2
            if limit < 4:
                continue
            self._axes.annotate(
                short(text, limit), (x, row), (4, 0), textcoords="offset points", va="center", color=colour,
                fontsize=8.5, parse_math=False,
            )  # fmt: skip

    def _draw_axes(self) -> None:
        axes, names = self._axes, list(self._rows)[:ROWS]
        axes.set_ylim(len(names) - 0.4, -1.6 if self._marks else -0.6)
        axes.set_xlim(-self._length * 0.01, self._right * 1.01)
        first = [(-1, "signals")] if self._marks else []
        ticks = [*first, *enumerate(short(name, 40) for name in names)]
        axes.set_yticks([place for place, _ in ticks], [name for _, name in ticks])
        for label in axes.get_yticklabels():
            label.set_parse_math(False)
        hidden = len(self._rows) - len(names)
        more = f" · {hidden} more steps not drawn" if hidden else ""
        axes.set_xlabel(f"{self._unit_name} since {moment(self._start)}{more}", color=_INK, fontsize=9)
        axes.tick_params(colors=_INK, labelsize=9, length=0)
        axes.tick_params(axis="x", length=3)
        axes.grid(axis="x", color=_INK, alpha=0.2, linewidth=0.8)
        axes.set_axisbelow(True)
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(_INK)

    def _draw_title(self) -> None:
        course = self._course
        state = course.outcome or "running"
        took = duration((self._end - self._start).total_seconds()) if course.started else "no events yet"
        style: dict[str, Any] = {"fontsize": 10.5, "fontweight": "bold", "parse_math": False}
        style["pad"] = 18 if course.run > 1 else 8  # points; runs are named above the axes
        self._axes.set_title(short(course.workflow or "", 60), loc="left", color=_INK, **style)
        self._axes.set_title(f"{state} · {took}", loc="right", color=_COLOURS[state], **style)


def _about(step: Step) -> str:
    """What the label beside a step says."""
    parts = [duration((step.ended - step.started).total_seconds())] if step.ended else []
    parts += [step.state] if step.state in {"running", "abandoned"} else []
    parts += [f"{step.attempts} attempts"] if step.attempts > 1 else []
    parts += [step.error] if step.error else []
    return " · ".join(parts)


def _lanes(steps: Sequence[Step], end: datetime) -> list[int]:
    """Give each step a lane in which it overlaps no other, as few lanes as possible."""
    free: list[datetime] = []  # when each lane is free again
    lanes = []
    for step in steps:
        lane = next((lane for lane, when in enumerate(free) if when <= step.started), len(free))
        free[lane : lane + 1] = [step.ended or end]
        lanes.append(lane)
    return lanes
