"""The awkward contract, and the code that was made from it, as a package to import."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "awkward"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder with the awkward contract and its golden record."""
    return GOLDEN


@pytest.fixture(scope="session")
def awkward() -> Iterator[Any]:
    """The package in the golden record."""
    spec = importlib.util.spec_from_file_location(
        "awkward_contract", GOLDEN / "__init__.py", submodule_search_locations=[str(GOLDEN)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["awkward_contract"] = package
    spec.loader.exec_module(package)
    yield package
    for name in ("", ".models", ".operations"):
        sys.modules.pop(f"awkward_contract{name}", None)
