"""openapi.yaml is valid OpenAPI and reads as documentation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from generator.document import Document
from generator.lint import lint

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = Path(__file__).resolve().parent.parent.parent / "openapi.yaml"


@pytest.fixture(scope="module")
def contract() -> Any:
    return yaml.safe_load(CONTRACT.read_text())


def descriptions(node: Any, place: str = "#") -> Iterator[tuple[str, str]]:
    """Yield every description and summary with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("description", "summary") and isinstance(value, str):
                yield f"{place}/{key}", value
            else:
                yield from descriptions(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from descriptions(value, f"{place}/{index}")


def test_the_contract_is_valid_openapi(contract: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(contract).iter_errors()] == []


def test_the_contract_passes_the_lint() -> None:
    lint(Document.read(CONTRACT))


def test_every_description_is_sentences(contract: Any) -> None:
    loose = [place for place, text in descriptions(contract) if not text.strip().endswith(".")]
    assert loose == []


def test_every_code_of_a_problem_is_explained(contract: Any) -> None:
    codes = contract["components"]["schemas"]["ProblemCode"]
    assert [code for code in codes["enum"] if f"`{code}`" not in codes["description"]] == []


def test_every_component_is_used(contract: Any) -> None:
    text = CONTRACT.read_text()
    used = {
        name: f'"#/components/{group}/{name}"' in text
        for group in ("schemas", "parameters", "responses")
        for name in contract["components"][group]
    }
    assert [name for name, found in used.items() if not found] == []
