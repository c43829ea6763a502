import pickle
import sys
from typing import Any

import pytest

from ductape_sync import DuctapeError, MissingExtra
from ductape_sync.display import bars, extras


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make a library one that is not installed."""

    def hide(library: str) -> None:
        for name in list(sys.modules):
            if name.partition(".")[0] == library:
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, library, None)

    monkeypatch.delitem(sys.modules, "ductape_sync.display.timeline", raising=False)
    return hide


def test_progress_names_its_extra(without: Any) -> None:
    without("tqdm")
    with pytest.raises(MissingExtra, match=r"needs tqdm .*: pip install 'ductape-sync\[progress\]'") as error:
        bars.open_bar("w")
    assert error.value.extra == "progress"


def test_a_timeline_names_its_extra(without: Any, order: Any) -> None:
    without("matplotlib")
    with pytest.raises(MissingExtra, match=r"needs matplotlib .*: pip install 'ductape-sync\[notebook\]'"):
        order.history().timeline()


@pytest.mark.parametrize("kind", ["list", "history"])
def test_a_data_frame_names_its_extra(without: Any, kind: str, order: Any, make_page: Any) -> None:
    without("pandas")
    result = make_page() if kind == "list" else order.history()
    with pytest.raises(MissingExtra, match=r"needs pandas .*: pip install 'ductape-sync\[notebook\]'"):
        result.to_dataframe()


def test_tables_and_reprs_need_no_extra(without: Any, order: Any) -> None:
    for library in ("tqdm", "pandas", "matplotlib", "IPython"):
        without(library)
    assert "Charge card" in order.history()._repr_html_()
    assert repr(order.history()) == "<History 'order-1' 10 events>"


def test_the_error_is_one_of_ours_and_an_import_error_and_can_be_pickled(without: Any) -> None:
    without("pandas")
    with pytest.raises(ImportError) as caught:
        extras.load("pandas", "notebook")
    assert isinstance(caught.value, DuctapeError)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.extra) == (str(caught.value), "notebook")
