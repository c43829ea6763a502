"""Rules for what is sent and what is received, which differ in how a value may be missing.

An answer always has all its fields, null where there is no value. A request leaves out what it does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.lint.schemas import references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.document import Document, Fault


def lint_directions(document: Document) -> Iterator[Fault]:
    """Check the fields of every object by who sends it."""
    received = _reachable(document, _answers(document))
    requested = _reachable(document, _bodies(document))
    for name, node in document.schemas().items():
        for field, schema in node.get("properties", {}).items():
            place = ("components", "schemas", name, "properties", field)
            required, nullable = field in node.get("required", []), _is_nullable(schema)
            if name in requested and nullable:
                yield document.fault(
                    place, "a request's field cannot be null: make it optional and not nullable"
                )
            elif name in received and not required:
                yield document.fault(
                    place, "an answer has all its fields: require this one and make it nullable"
                )
            elif nullable and not required:
                yield document.fault(
                    place, "cannot be optional and nullable: absent and null would be the same"
                )


def _bodies(document: Document) -> Iterator[Any]:
    for _, operation in document.operations():
        yield operation.get("requestBody")


def _answers(document: Document) -> Iterator[Any]:
    yield document.data.get("components", {}).get("responses")
    for _, operation in document.operations():
        yield operation["responses"]
        yield operation.get("x-websocket", {}).get("server")


def _reachable(document: Document, roots: Iterator[Any]) -> set[str]:
    schemas = document.schemas()
    found: set[str] = set()
    waiting = [name for root in roots for name in references(root)]
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in found:
            found.add(name)
            waiting += references(schemas[name])
    return found


def _is_nullable(schema: dict[str, Any]) -> bool:
    return isinstance(schema.get("type"), list) or {"type": "null"} in schema.get("oneOf", [])
