import pytest

from ductape_sync.display.fitting import BAR, Layout, cut, fit, width

TITLE, COUNTS, LABEL = "multi-step-process", "2/5 [00:03]", "Transforming data"


def line(layout: Layout) -> str:
    front = f"{layout.title}: " if layout.title else ""
    share = f" 40%|{'#' * layout.bar}| " if layout.bar else ""
    return f"{front}{share}{COUNTS} {layout.label}"


def test_where_there_is_room_everything_is_whole() -> None:
    assert fit(120, TITLE, COUNTS, LABEL) == Layout(TITLE, BAR, LABEL)


def test_on_80_columns_the_bar_shrinks_and_the_step_is_whole() -> None:
    layout = fit(80, TITLE, COUNTS, LABEL)
    assert (layout.title, layout.label) == (TITLE, LABEL)
    assert 0 < layout.bar < BAR
    assert len(line(layout)) == 80


def test_on_50_columns_there_is_no_bar() -> None:
    assert fit(50, TITLE, COUNTS, LABEL) == Layout(TITLE, 0, LABEL)


def test_on_40_columns_the_title_is_cut_and_the_step_is_whole() -> None:
    assert line(fit(40, TITLE, COUNTS, LABEL)) == "multi-st…: 2/5 [00:03] Transforming data"


def test_on_30_columns_the_step_is_alone() -> None:
    assert line(fit(30, TITLE, COUNTS, LABEL)) == "2/5 [00:03] Transforming data"


def test_on_20_columns_the_step_is_cut() -> None:
    assert line(fit(20, TITLE, COUNTS, LABEL)) == "2/5 [00:03] Transfo…"


@pytest.mark.parametrize("label", ["", "漢字の段階", LABEL, LABEL * 3])
def test_a_line_never_has_more_columns_than_there_are(label: str) -> None:
    for columns in range(13, 140):
        assert width(line(fit(columns, TITLE, COUNTS, label))) <= columns


def test_wide_characters_take_two_columns() -> None:
    assert width("漢字") == 4
    assert cut("漢字の", 5) == "漢字…"
    assert cut("漢字", 4) == "漢字"
