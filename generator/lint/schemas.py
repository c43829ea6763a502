"""Rules for schemas, wherever they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from generator.document import Document, Fault, Place, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMITS = {
    "string": {"format", "const", "minLength", "maxLength", "pattern"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "boolean": set[str](),
}
_FORMATS = ("date", "date-time")
_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_INSTEAD = {
    "default": "there are no defaults; say in the description what holds when it is absent",
    "nullable": 'write `type: [T, "null"]`, or `oneOf` of a reference and `type: "null"`',
    "allOf": "write the properties out",
    "anyOf": "write a union under components, with `oneOf` and a discriminator",
    "oneOf": "a union is an object's alternative; give it no type",
    "title": "the component's name is its title",
}


def lint_schemas(document: Document) -> Iterator[Fault]:
    """Check every component schema, and the schemas inside it."""
    schemas = document.schemas()
    for name, node in schemas.items():
        yield from lint_schema(document, ("components", "schemas", name), node, component=True)
    yield from _recursion(document)


def lint_schema(document: Document, place: Place, node: Any, *, component: bool = False) -> Iterator[Fault]:
    """Check a schema and what is inside it; `component` when it has a name of its own."""
    if not isinstance(node, dict):
        yield document.fault(place, "must be a schema, a mapping")
        return
    if "$ref" in node:
        yield from lint_reference(document, place, node, "schemas")
        return
    if not str(node.get("description") or "").strip():
        yield document.fault(place, "needs a description")
    if "oneOf" in node:
        yield from _one_of(document, place, node, component=component)
    elif "enum" in node:
        yield from _enum(document, place, node, component=component)
    elif node.get("type") == "object" or "properties" in node:
        yield from _object(document, place, node, component=component)
    elif node.get("type") == "array":
        yield from _keywords(document, place, node, {"type", "items", "minItems", "maxItems"})
        yield from lint_schema(document, (*place, "items"), node.get("items"))
    else:
        yield from _scalar(document, place, node)


def lint_reference(document: Document, place: Place, node: dict[str, Any], group: str) -> Iterator[Fault]:
    """Check a `$ref` to a component of a group."""
    reference = place_of(str(node["$ref"]))
    if len(node) > 1:
        beside = ", ".join(f"`{key}`" for key in node if key != "$ref")
        yield document.fault(place, f"has {beside} beside `$ref`, where it would be lost")
    if reference[:2] != ("components", group) or len(reference) != 3:
        yield document.fault(place, f"must refer to `#/components/{group}/…`, not `{node['$ref']}`")
    elif document.at(reference) is None:
        yield document.fault(place, f"refers to `{node['$ref']}`, which does not exist")


def _keywords(document: Document, place: Place, node: dict[str, Any], known: set[str]) -> Iterator[Fault]:
    for keyword in node:
        if keyword not in known | {"description"}:
            instead = _INSTEAD.get(keyword, "it would be lost")
            yield document.fault((*place, keyword), f"`{keyword}` is not supported here: {instead}")


def _scalar(document: Document, place: Place, node: dict[str, Any]) -> Iterator[Fault]:
    if "type" not in node:
        yield from _keywords(document, place, node, set())
        return
    kind = node["type"]
    if isinstance(kind, list):
        if len(kind) != 2 or kind[1] != "null":
            yield document.fault(place, 'a list of types must be `[T, "null"]`')
            return
        kind = kind[0]
    if kind not in _LIMITS:
        yield document.fault(place, f"the type `{kind}` is not supported here; {_named(kind)}")
        return
    yield from _keywords(document, place, node, {"type"} | _LIMITS[kind])
    if node.get("format", "date") not in _FORMATS:
        yield document.fault(
            place, f"the format `{node['format']}` is not supported, only {' and '.join(_FORMATS)}"
        )
    if "const" in node and (not isinstance(node["const"], str) or isinstance(node["type"], list)):
        yield document.fault(place, "`const` must be a string, and cannot be nullable")
    if "pattern" in node:
        yield from _pattern(document, (*place, "pattern"), node["pattern"])


def _named(kind: object) -> str:
    return (
        'a nullable object or list is `oneOf` of a reference and `type: "null"`'
        if kind in ("object", "array")
        else (f"write one of {', '.join(_LIMITS)}, array, object")
    )


def _pattern(document: Document, place: Place, pattern: object) -> Iterator[Fault]:
    if not isinstance(pattern, str) or len(pattern) < 2 or pattern[0] != "^" or pattern[-1] != "$":
        yield document.fault(place, "must be a pattern that says the whole value, from `^` to `$`")
        return
    try:
        re.compile(pattern)
    except re.error as error:
        yield document.fault(place, f"is not a pattern that Python knows: {error}")
        return
    depth = 0
    for part in _PART.findall(pattern[1:-1]):
        depth += (part == "(") - (part == ")")
        if part in ("^", "$", "\\") or (part == "|" and depth == 0):
            yield document.fault(place, f"has a `{part}` that lets less than the whole match: use a group")
            return


def _enum(document: Document, place: Place, node: dict[str, Any], *, component: bool) -> Iterator[Fault]:
    if not component:
        yield document.fault(
            place, "an enum must have a name: put it under components/schemas and refer to it"
        )
    yield from _keywords(document, place, node, {"type", "enum"})
    values = node["enum"]
    if node.get("type") != "string" or not values or not all(isinstance(value, str) for value in values):
        yield document.fault(
            place, "an enum must have the type string and at least one value, strings all of them"
        )
    elif len(set(values)) < len(values):
        yield document.fault(place, "an enum must not have a value twice")


def _object(document: Document, place: Place, node: dict[str, Any], *, component: bool) -> Iterator[Fault]:
    if not component:
        yield document.fault(
            place, "an object must have a name: put it under components/schemas and refer to it"
        )
    yield from _keywords(document, place, node, {"type", "properties", "required", "additionalProperties"})
    if node.get("type") != "object":
        yield document.fault(
            place, "what has properties must have the type object, which cannot be nullable here"
        )
    others = node.get("additionalProperties")
    if isinstance(others, dict):
        yield from lint_schema(document, (*place, "additionalProperties"), others)
    if "properties" not in node:
        if others is None or others is False:
            yield document.fault(
                place, "an object without properties must say what it holds in `additionalProperties`"
            )
        return
    if isinstance(others, dict):
        yield document.fault(
            place, "an object has properties or a schema for `additionalProperties`, not both"
        )
    for name, part in node["properties"].items():
        yield from lint_schema(document, (*place, "properties", name), part)
    for name in node.get("required", []):
        if name not in node["properties"]:
            yield document.fault((*place, "required"), f"`{name}` is required and is no property")


def _one_of(document: Document, place: Place, node: dict[str, Any], *, component: bool) -> Iterator[Fault]:
    parts = node["oneOf"]
    if "discriminator" not in node and len(parts) == 2 and {"type": "null"} in parts:
        yield from _keywords(document, place, node, {"oneOf"})
        if "$ref" not in parts[0] or component:
            yield document.fault(
                place, 'a nullable reference is `oneOf: [$ref, type: "null"]`, where it is used'
            )
        else:
            yield from lint_reference(document, (*place, "oneOf", "0"), parts[0], "schemas")
        return
    if not component:
        yield document.fault(
            place, "a union must have a name: put it under components/schemas and refer to it"
        )
        return
    yield from _keywords(document, place, node, {"oneOf", "discriminator"})
    for index, part in enumerate(parts):
        if "$ref" not in part:
            yield document.fault(
                (*place, "oneOf", str(index)), "a union's variant must be a reference to a component"
            )
            return
        yield from lint_reference(document, (*place, "oneOf", str(index)), part, "schemas")
    yield from _discriminator(document, place, node)


def _discriminator(document: Document, place: Place, node: dict[str, Any]) -> Iterator[Fault]:
    discriminator = node.get("discriminator") or {}
    tag, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
    if not tag or not mapping:
        yield document.fault(place, "a union needs a `discriminator` with `propertyName` and `mapping`")
        return
    if sorted(mapping.values()) != sorted(part["$ref"] for part in node["oneOf"]):
        yield document.fault((*place, "discriminator"), "`mapping` must name each variant of `oneOf` once")
    for value, reference in mapping.items():
        variant = document.at(place_of(str(reference))) or {}
        found = variant.get("properties", {}).get(tag, {})
        if found.get("const") != value or tag not in variant.get("required", []):
            yield document.fault(
                (*place, "discriminator", "mapping", value),
                f"`{reference}` must require `{tag}` and give it `const: {value}`",
            )


def _recursion(document: Document) -> Iterator[Fault]:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[Fault]:
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            yield document.fault(("components", "schemas", name), f"recursion is not supported: {circle}")
        elif name not in done and name in document.schemas():
            for inner in references(document.schemas()[name]):
                yield from visit(inner, (*path, name))
            done.add(name)

    for name in document.schemas():
        yield from visit(name, ())


def references(node: Any) -> Iterator[str]:
    """Yield the names of the component schemas that a schema refers to."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield str(value).rpartition("/")[2]
            elif key not in ("mapping", "description"):
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
