from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

import ductape_sync
from ductape_sync import _generated, errors


def loaded_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running `code`."""
    script = f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


def test_the_public_names_are_sorted_and_each_can_be_had() -> None:
    assert ductape_sync.__all__ == sorted(ductape_sync.__all__)
    assert len(set(ductape_sync.__all__)) == len(ductape_sync.__all__)
    for name in ductape_sync.__all__:
        assert getattr(ductape_sync, name) is not None
    assert set(ductape_sync.__all__) <= set(dir(ductape_sync))


def test_every_error_and_every_event_is_public() -> None:
    raised = {
        name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, Exception)
    }
    events = {name for name in vars(_generated.models) if name.endswith("Event")}
    assert (raised | events) - set(ductape_sync.__all__) == set()


def test_type_checkers_see_the_same_names() -> None:
    source = inspect.getsource(ductape_sync)
    seen = {
        line.split(" as ")[1]
        for line in source.splitlines()
        if line.startswith("    from .") and " as " in line
    }
    assert seen == set(ductape_sync.__all__) - {"__version__"}


def test_importing_the_package_loads_nothing_else() -> None:
    before = loaded_after("")
    assert loaded_after("import ductape_sync") - before <= {"ductape_sync", "__future__"}


def test_errors_load_neither_requests_nor_websocket_nor_the_models() -> None:
    loaded = loaded_after("from ductape_sync import DuctapeError, WaitTimeout, NotFound")
    assert not loaded & {
        "requests",
        "urllib3",
        "websocket",
        "attrs",
        "attr",
        "ductape_sync._generated.models",
    }


def test_a_client_loads_neither_websocket_nor_the_models_until_it_needs_them() -> None:
    loaded = loaded_after("from ductape_sync import Ductape; Ductape('k', 'p', 'e').close()")
    assert "requests" in loaded
    assert not loaded & {"websocket", "ductape_sync._generated.models", "tqdm", "click"}


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'ductape_sync' has no attribute 'Ductap'"):
        _ = ductape_sync.Ductap  # type: ignore[attr-defined]
