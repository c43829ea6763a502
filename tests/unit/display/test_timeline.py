import datetime as dt
import io
import warnings
from itertools import pairwise
from typing import Any

import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image

from ductape_sync.display import timeline
from ductape_sync.display.timeline import ROWS, Timeline


def texts(figure: Timeline) -> list[str]:
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


def bars(figure: Timeline) -> list[tuple[str, float, float]]:
    """The colour of each bar and from when to when it goes, in the unit of the axis."""
    found = []
    for collection in figure.axes[0].findobj(PolyCollection):
        for path in collection.get_paths():
            box = path.get_extents()
            found.append((to_hex(collection.get_facecolor()[0]), round(box.x0, 3), round(box.x1, 3)))
    return sorted(found, key=lambda bar: bar[1])


GREEN, RED, BLUE, GREY = (
    timeline._COLOURS[state] for state in ("completed", "failed", "running", "abandoned")
)


def test_steps_are_bars_from_their_start_to_their_end(order: Any) -> None:
    figure = order.history().timeline()
    assert bars(figure) == [(GREEN, 0.1, 0.4), (GREEN, 0.5, 3.2), (GREEN, 3.5, 4.0)]
    shown = texts(figure)
    for text in ("Validate order", "300 ms", "2.7 s · 3 attempts", "process-order", "completed · 4.1 s"):
        assert text in shown
    assert any(text.startswith("seconds since ") for text in shown)


def test_signals_are_marks(order: Any) -> None:
    figure = order.history().timeline()
    assert "approve" in texts(figure)
    assert [line.get_xdata().tolist() for line in figure.axes[0].lines if line.get_marker() == "D"] == [[3.4]]


def test_failures_are_red_and_say_why_and_runs_are_named(failed_order: Any) -> None:
    figure = failed_order.history().timeline()
    assert [colour for colour, *_ in bars(figure)] == [GREEN, RED, GREEN, RED]
    shown = texts(figure)
    assert "1.7 s · 2 attempts · card expired" in shown
    assert "attempt 2" in shown
    assert "failed · 5.1 s" in shown


def test_what_has_not_ended_goes_on_until_now(story: Any) -> None:
    story.event(0, "started", workflow="w", input=None)
    started = story.event(60, "step_started", step="Sleep")
    figure = timeline.draw(story.events, now=started.timestamp + dt.timedelta(minutes=4))
    assert bars(figure) == [(BLUE, 1.0, 5.0)]
    assert "running" in texts(figure)
    assert "running · 5 min 0 s" in texts(figure)


def test_what_the_end_cut_off_is_not_shown_as_done(story: Any) -> None:
    story.event(0, "step_started", step="Sleep")
    story.event(2, "cancel_requested", reason=None)
    story.event(3, "cancelled", reason=None)
    figure = story.history().timeline()
    assert bars(figure) == [(GREY, 0.0, 3.0)]
    assert {"cancel requested", "3.0 s · abandoned"} <= set(texts(figure))


def test_steps_of_one_name_side_by_side_do_not_hide_each_other(story: Any) -> None:
    for _ in range(3):
        story.event(0, "step_started", step="Notify")
    for _ in range(3):
        story.event(1, "step_completed", step="Notify", result=None, attempts=1)
    (collection,) = story.history().timeline().axes[0].findobj(PolyCollection)
    boxes = [path.get_extents() for path in collection.get_paths()]
    assert len({(box.y0, box.y1) for box in boxes}) == 3
    edges = sorted((box.y0, box.y1) for box in boxes)
    assert all(low[1] <= high[0] for low, high in pairwise(edges))


def test_names_with_markup_are_drawn_as_they_are(story: Any, evil: str) -> None:
    story.event(0, "started", workflow=evil, input=None)
    story.step(evil, 0, 1, error=evil)
    story.event(2, "signal_received", signal=evil, data=None)
    story.event(3, "retrying", attempt=2, error=evil)
    shown = texts(story.history().timeline())  # "$\frac{1" would not parse as mathematics
    assert len([text for text in shown if "<script>alert('x')</script>&\"" in text]) >= 3
    assert all(text.isprintable() for text in shown)


def test_without_events_the_picture_says_so(story: Any) -> None:
    assert "running · no events yet" in texts(story.history().timeline())


def test_more_steps_than_can_be_read_are_counted(story: Any) -> None:
    for second in range(ROWS + 5):
        story.step(f"step {second}", second, second + 1)
    shown = texts(story.history().timeline())
    assert f"step {ROWS - 1}" in shown
    assert f"step {ROWS}" not in shown
    assert any(text.endswith("5 more steps not drawn") for text in shown)


@pytest.mark.parametrize("kind", ["order", "failed_order", "story"])
def test_a_notebook_shows_a_sharp_picture_on_any_background(kind: str, request: Any) -> None:
    figure = request.getfixturevalue(kind).history().timeline()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data, size = figure._repr_png_()
    picture = Image.open(io.BytesIO(data))
    assert picture.width == 2 * size["width"]
    assert picture.convert("RGBA").getpixel((0, 0))[3] == 0
    assert len(picture.convert("RGBA").getcolors(picture.width * picture.height)) > 10


def test_the_figure_can_be_saved_in_any_format(order: Any, tmp_path: Any) -> None:
    order.history().timeline().savefig(tmp_path / "order.svg")
    assert "<!-- Charge card -->" in (tmp_path / "order.svg").read_text()
