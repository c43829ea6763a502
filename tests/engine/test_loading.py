from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ductape_sync.gateway.engine.loading import LoadError, load_definitions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKFLOW = """
from temporalio import activity, workflow

@activity.defn
def {name}_step() -> None: ...

@workflow.defn(name="{name}")
class Found:
    @workflow.run
    async def run(self) -> None: ...
"""


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    """What a test imports is gone after it."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def names(kinds: list[type]) -> list[str]:
    return [kind.__name__ for kind in kinds]


def test_every_workflow_and_activity_of_the_files_is_found(tmp_path: Path) -> None:
    first = write(tmp_path, "first_flows.py", WORKFLOW.format(name="first"))
    second = write(tmp_path, "second_flows.py", WORKFLOW.format(name="second"))
    found = load_definitions([first, str(second)])
    assert names(found.workflows) == ["Found", "Found"]
    assert [one.__name__ for one in found.activities] == ["first_step", "second_step"]


def test_a_module_can_be_named_instead_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shop_flows"
    package.mkdir()
    write(package, "__init__.py", "")
    write(package, "orders.py", WORKFLOW.format(name="orders"))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert names(load_definitions(["shop_flows.orders"]).workflows) == ["Found"]


def test_a_file_can_import_what_lies_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "beside_flows.py", WORKFLOW.format(name="beside"))
    path = write(tmp_path, "importing_flows.py", "from beside_flows import Found, beside_step\n")
    found = load_definitions([path])
    assert len(found.workflows) == len(found.activities) == 1


def test_what_is_imported_by_two_files_counts_once(tmp_path: Path) -> None:
    write(tmp_path, "common_flows.py", WORKFLOW.format(name="common"))
    one = write(tmp_path, "one_flows.py", "from common_flows import Found\n")
    two = write(tmp_path, "two_flows.py", "from common_flows import Found\n")
    assert len(load_definitions([one, two]).workflows) == 1


def test_a_name_that_two_workflows_have_is_refused(tmp_path: Path) -> None:
    one = write(tmp_path, "same1_flows.py", WORKFLOW.format(name="same"))
    two = write(tmp_path, "same2_flows.py", WORKFLOW.format(name="same"))
    with pytest.raises(LoadError, match=r"same2_flows\.py: same_step is defined twice"):
        load_definitions([one, two])


@pytest.mark.parametrize("name", ["missing_flows.py", "no_such_flows", "folder.py"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(LoadError, match=f"{name}: there is no such file"):
        load_definitions([str(tmp_path / name) if name.endswith(".py") else name])


def test_an_error_in_a_file_is_shown_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "broken_flows.py", "import json\n\nvalue = json.loads('{')\n")
    with pytest.raises(LoadError, match=r"broken_flows\.py: JSONDecodeError") as error:
        load_definitions([path])
    assert str(error.value).endswith(f"""File "{path}", line 3
    value = json.loads('{{')""")


@pytest.mark.parametrize("name", ['say-\\"hi\\"', "back\\\\slash"])
def test_a_name_that_lists_cannot_be_filtered_by_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "odd_flows.py", WORKFLOW.format(name="fine").replace('"fine"', f'"{name}"'))
    with pytest.raises(LoadError, match=r"odd_flows\.py: the name of a workflow must have no double quotes"):
        load_definitions([path])


def test_a_file_that_would_end_the_program_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "ending_flows.py", "import sys\nsys.exit(3)\n")
    with pytest.raises(LoadError, match=r"ending_flows\.py: SystemExit: 3"):
        load_definitions([path])


def test_a_syntax_error_is_shown_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "syntax_flows.py", "def (:\n")
    with pytest.raises(LoadError, match=r"SyntaxError: .*syntax_flows\.py, line 1"):
        load_definitions([path])


def test_a_module_that_the_file_lacks_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "lacking_flows.py", "\nimport no_such_library\n")
    with pytest.raises(LoadError, match="No module named 'no_such_library'") as error:
        load_definitions([path])
    assert f'File "{path}", line 2' in str(error.value)


def test_a_file_without_a_workflow_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "empty_flows.py", "x = 1\n")
    with pytest.raises(LoadError, match=r"There is no workflow in .*empty_flows\.py"):
        load_definitions([path])


@pytest.mark.parametrize("name", ["json.py", "two.parts.py", "with-dash.py"])
def test_a_file_that_cannot_be_a_module_of_its_name_says_so(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, WORKFLOW.format(name="named"))
    with pytest.raises(LoadError, match="rename the file"):
        load_definitions([path])
