import subprocess
import sys

from ductape_sync import ExecutionList, ExecutionStatus, History


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_answers_cost_nothing_that_are_not_looked_at() -> None:
    loaded = run(
        "import sys; from ductape_sync import History; History(execution_id='a', events=[], next_after=None);"
        "print([m for m in sys.modules if m.startswith('ductape_sync.display')])"
    )
    assert loaded.strip() == "[]"


def test_results_import_nothing() -> None:
    before = "import sys, __future__; before = set(sys.modules); import ductape_sync.results;"
    assert run(f"{before} print(sorted(set(sys.modules) - before))").strip() == (
        "['ductape_sync', 'ductape_sync.results']"
    )


def test_only_what_has_rows_makes_data_frames_and_only_a_history_has_a_timeline() -> None:
    abilities = {
        kind: {name for name in ("to_dataframe", "timeline") if hasattr(kind, name)}
        for kind in (ExecutionStatus, ExecutionList, History)
    }
    assert abilities == {
        ExecutionStatus: set(),
        ExecutionList: {"to_dataframe"},
        History: {"to_dataframe", "timeline"},
    }
