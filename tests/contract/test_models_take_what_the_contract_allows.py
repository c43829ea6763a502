"""Whatever JSON the contract allows, the generated models take, and give back as it was."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ductape_sync._generated import models
from generator.names import snake

CONTRACT = yaml.safe_load((Path(__file__).resolve().parent.parent.parent / "openapi.yaml").read_text())
SCHEMAS: dict[str, Any] = CONTRACT["components"]["schemas"]
TYPED = [name for name, node in SCHEMAS.items() if "properties" in node or "discriminator" in node]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def values(node: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for the values that a schema of the contract allows."""
    if "$ref" in node:
        return values(SCHEMAS[node["$ref"].rpartition("/")[2]])
    if "oneOf" in node:
        return st.one_of([values(part) for part in node["oneOf"]])
    if "const" in node or "enum" in node:
        return st.sampled_from(node.get("enum") or [node["const"]])
    kinds = node.get("type", "any")
    return st.one_of([typed(kind, node) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def typed(kind: str, node: dict[str, Any]) -> st.SearchStrategy[Any]:
    if kind == "object" and "properties" in node:
        fields = {name: values(part) for name, part in node["properties"].items()}
        required = {name: fields.pop(name) for name in node.get("required", [])}
        return st.fixed_dictionaries(required, optional=fields)
    if kind == "array":
        return st.lists(values(node["items"]), max_size=2)
    if kind == "string":
        return text(node)
    return {
        "any": JSON,
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(node.get("minimum"), node.get("maximum")),
        "object": st.dictionaries(st.text(max_size=3), JSON, max_size=2),
    }[kind]


def text(node: dict[str, Any]) -> st.SearchStrategy[str]:
    if node.get("format") == "date-time":
        return st.datetimes(timezones=st.just(dt.UTC)).map(dt.datetime.isoformat)
    if "pattern" in node:
        return st.from_regex(node["pattern"][:-1] + r"\Z").filter(
            lambda value: len(value) <= node["maxLength"]
        )
    return st.text(min_size=node.get("minLength", 0), max_size=4)


@pytest.mark.parametrize("name", TYPED)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_json_that_the_contract_allows_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    value = data.draw(values(SCHEMAS[name]))
    validator = jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": CONTRACT["components"]}
    )
    assert validator.is_valid(value)
    kind = getattr(models, name)
    decode = kind.from_dict if "properties" in SCHEMAS[name] else getattr(models, f"{snake(name)}_from_dict")
    model = decode(value)
    assert isinstance(model, kind)
    back = model.to_dict()
    assert {**value, **back} == value
    assert [key for key in value.keys() - back.keys() if value[key] is not None] == []
    assert decode(back) == model
