"""The contract's schemas, to hold answers against."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

_DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"


@functools.cache
def _validator(name: str) -> Any:
    document = yaml.safe_load(_DOCUMENT.read_text())
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def valid(name: str, value: Any) -> Any:
    """A value, after it was found to be what the contract calls by this name."""
    errors = [f"{error.instance_path}: {error.message}" for error in _validator(name).iter_errors(value)]
    assert not errors, f"not a {name}: {errors}"
    return value
