"""The plugin as its users have it: pytest as a process of its own, in a folder with their tests."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., str]

WORKFLOWS = (Path(__file__).parent / "workflows.py").read_text()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run pytest on some files, given by their names without `.py`; return what it writes."""

    def run(ini: str = "", **files: str) -> str:
        (tmp_path / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}")
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA"]
        # This project's other plugins: the users have theirs, and these take their time.
        command += [
            f"-pno:{plugin.name}"
            for plugin in entry_points(group="pytest11")
            if plugin.dist is None or plugin.dist.name != "ductape-sync"
        ]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=90, check=False
        )
        return done.stdout + done.stderr

    return run


def test_each_test_has_a_tenant_of_its_own_on_one_real_server(run: Run) -> None:
    output = run(
        "ductape_workflows = workflows.py",
        workflows=WORKFLOWS,
        test_greetings="""
import pytest
from ductape_sync import Ductape

urls = set()

@pytest.mark.parametrize("number", [1, 2, 3])
def test_alone(ductape, ductape_server, number):
    urls.add(ductape_server.url)
    greeting = ductape.workflows.execute("greet", "Ada", execution_id="greeting")
    assert greeting.wait_for_completion(timeout=30) == "Hello Ada"
    assert ductape.workflows.list().count == 1
    assert len(urls) == 1

def test_environment(ductape_tenant):
    with Ductape() as client:
        assert client.workflows.execute("greet", "Bo").wait_for_completion(timeout=30) == "Hello Bo"

def test_failing(ductape):
    assert ductape.workflows.execute("greet", "Cy").wait_for_completion(timeout=30) == "Bye Cy"
""",
    )
    assert "1 failed, 4 passed" in output
    # What the server has written in the meantime of a test that fails is shown with it.
    assert "Captured stderr teardown" in output
    assert "the step greets Cy" in output[output.index("FAILURES") : output.index("PASSES")]


def test_the_fake_needs_no_server(run: Run) -> None:
    output = run(
        test_orders="""
import sys
from ductape_sync import Ductape

def test_order(ductape_fake):
    ductape_fake.workflow("process-order", lambda run: {"total": 12})
    with Ductape() as client:
        assert client.workflows.execute("process-order").wait_for_completion(timeout=10) == {"total": 12}
    assert "temporalio" not in sys.modules

def test_next_order(ductape_fake):
    assert ductape_fake.executions == []
""",
    )
    assert "2 passed" in output


def test_a_script_that_fails_an_assertion_fails_the_test(run: Run) -> None:
    output = run(
        test_orders="""
def test_order(ductape_fake):
    @ductape_fake.workflow("process-order")
    def process_order(run):
        assert run.input == {"orderId": "order-123"}
    ductape_fake.client().workflows.execute("process-order", {"orderId": "?"})
    ductape_fake.wait_for_start("process-order")
""",
    )
    assert "1 passed, 1 error" in output
    assert "assert {'orderId': '?'} == {'orderId': 'order-123'}" in output


def test_a_project_that_does_not_use_it_loads_next_to_nothing(run: Run) -> None:
    output = run(
        test_nothing="""
import sys

def test_nothing():
    heavy = {"requests", "attrs", "websocket", "temporalio", "starlette", "uvicorn", "jsonschema_rs"}
    assert not heavy & set(sys.modules)
""",
    )
    assert "1 passed" in output


def test_without_workflows_it_says_what_to_configure(run: Run) -> None:
    output = run(test_greetings="def test_greeting(ductape): pass")
    assert "no workflows: set `ductape_workflows = workflows.py` in pytest's configuration" in output


def test_workflows_that_cannot_be_loaded_are_an_error_with_the_reason(run: Run) -> None:
    output = run(
        "ductape_workflows = workflows.py",
        workflows="raise ValueError('half written')",
        test_greetings="def test_greeting(ductape): pass",
    )
    assert "half written" in output


def test_a_fixture_may_name_the_workflows_instead(run: Run) -> None:
    output = run(
        orders=WORKFLOWS,
        conftest="""
import pytest

@pytest.fixture(scope="session")
def ductape_workflows():
    return ["orders.py"]
""",
        test_greetings="""
def test_greeting(ductape):
    assert [each.name for each in ductape.workflows.definitions()] == ["greet", "wait"]
""",
    )
    assert "1 passed" in output


def test_a_missing_extra_is_named(run: Run) -> None:
    output = run(
        "ductape_workflows = workflows.py",
        conftest="""
import sys

sys.modules["starlette"] = sys.modules["temporalio"] = None  # as if they were not installed
""",
        test_orders="""
def test_fake(ductape_fake): pass

def test_real(ductape): pass
""",
    )
    assert "Fake needs starlette: pip install 'ductape-sync[testing]'" in output
    assert "a real server needs an extra: pip install 'ductape-sync[gateway]'" in output
    assert "Traceback" not in output
    assert "another exception" not in output
