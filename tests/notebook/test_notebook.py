import base64
import io
import os
from collections import defaultdict
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from tests.servers import EXAMPLES, Started

NOTEBOOK = EXAMPLES / "notebook.ipynb"


def executed(notebook: nbformat.NotebookNode, server: Started, folder: Path) -> nbformat.NotebookNode:
    """The notebook after a kernel of its own has run it, as a person would."""
    variables = {**server.variables, "IPYTHONDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
    with mock.patch.dict(os.environ, variables):
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute(cwd=str(folder))
    return notebook


def notebook_of(*cells: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def outputs(notebook: nbformat.NotebookNode) -> dict[str, dict[str, str]]:
    """What each cell shows by its id: a text for every kind of output."""
    shown: dict[str, dict[str, str]] = defaultdict(lambda: defaultdict(str))
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            kinds = output.get("data") or {output.get("name", "error"): output.get("text", str(output))}
            for kind, text in kinds.items():
                shown[cell.id][kind] += str(text)
    return shown


def widgets(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    models = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"].state
    return [model.state for model in models.values()]


@pytest.fixture(scope="module")
def walked(dev_server: Started, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    return executed(nbformat.read(NOTEBOOK, 4), dev_server, tmp_path_factory.mktemp("kernel"))


def test_no_cell_of_the_example_writes_to_standard_error(walked: nbformat.NotebookNode) -> None:
    assert {cell for cell, shown in outputs(walked).items() if shown.keys() & {"stderr", "error"}} == set()


def test_the_example_goes_from_execute_to_approval(walked: nbformat.NotebookNode) -> None:
    shown = outputs(walked)
    assert "Filing request → Filing decision" in shown["workflow"]["text/html"]
    assert "order-123" in shown["order"]["text/plain"]
    assert ">completed<" in shown["order-handle"]["text/html"]
    assert "it goes on" in shown["request"]["stdout"]
    assert ">running<" in shown["running"]["text/html"]
    assert "'approvedBy': 'ann'" in shown["signal"]["text/plain"]
    assert "signal received" in shown["events"]["text/html"]
    assert "after 3 attempts" in shown["failing"]["stdout"]
    assert ">failed<" in shown["page"]["text/html"]
    assert "data-processing" in shown["durations"]["text/html"]


@pytest.mark.parametrize("cell", ["timeline", "failed-timeline"])
def test_the_example_draws_timelines(walked: nbformat.NotebookNode, cell: str) -> None:
    picture = Image.open(io.BytesIO(base64.b64decode(outputs(walked)[cell]["image/png"])))
    assert picture.width > 1000


def test_the_example_shows_bars(walked: nbformat.NotebookNode) -> None:
    texts = [state["value"].replace("\u2007", " ") for state in widgets(walked) if "value" in state
             and isinstance(state["value"], str)]  # fmt: skip
    assert any(text.endswith("5/5 [00:00] completed") for text in texts)
    assert any("8/8" in text and text.endswith("8 completed") for text in texts)
    assert any("1/2" in text and text.endswith("waiting (no longer watched)") for text in texts)
    assert any(text.endswith("Reading broken data failed") for text in texts)
    colours = {state.get("bar_color") for state in widgets(walked)}
    assert {"#2da44e", "#cf222e", "#848d97"} <= colours


def test_the_example_is_stored_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_nothing_minds_the_event_loop_of_a_cell_that_awaits(dev_server: Started, tmp_path: Path) -> None:
    notebook = notebook_of(
        "import asyncio\n"
        "from ductape_sync import Ductape\n"
        "async def report():\n"
        "    with Ductape() as ductape:\n"
        "        execution = ductape.workflows.execute('data-processing', {})\n"
        "        execution.wait_for_completion(progress=True)\n"
        "        await asyncio.sleep(0)\n"
        "        return [event.type for event in execution.events()][-1]\n"
        "print(await report())"
    )
    (cell,) = executed(notebook, dev_server, tmp_path).cells
    assert outputs(notebook)[cell.id]["stdout"] == "completed\n"


def test_names_with_markup_stay_inert_in_a_bar(dev_server: Started, tmp_path: Path) -> None:
    notebook = notebook_of(
        "from ductape_sync.display.progress import Progress\n"
        "from ductape_sync import StepStartedEvent\n"
        "name = '<img src=x onerror=alert(1)>{0}'\n"
        "event = {'id': '1', 'executionId': 'a', 'timestamp': '2026-03-01T09:30:00Z',\n"
        "         'type': 'step_started', 'data': {'step': name}}\n"
        "with Progress(name, [name]) as progress:\n"
        "    progress.event(StepStartedEvent.from_dict(event))"
    )
    values = [str(state.get("value")) for state in widgets(executed(notebook, dev_server, tmp_path))]
    assert len([value for value in values if "&lt;img" in value]) == 2
    assert not [value for value in values if "<img" in value]


def test_without_ipywidgets_a_notebook_gets_lines(dev_server: Started, tmp_path: Path) -> None:
    notebook = notebook_of(
        "import sys\nsys.modules['ipywidgets'] = None",
        "from ductape_sync import Ductape\n"
        "with Ductape() as ductape:\n"
        "    ductape.workflows.execute('data-processing', {}).wait_for_completion(progress=True)",
    )
    shown = outputs(executed(notebook, dev_server, tmp_path))[notebook.cells[1].id]
    assert "data-processing [00:00] 3/3 Writing report\n" in shown["stderr"]
