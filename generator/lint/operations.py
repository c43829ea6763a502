"""Rules for operations: their parameters, bodies and answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from generator.document import METHODS, Document, Fault, Place, place_of
from generator.lint.schemas import lint_reference, lint_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

_JSON, _PROBLEM = "application/json", "application/problem+json"


def lint_operations(document: Document) -> Iterator[Fault]:
    """Check every path, and the components that only operations use."""
    components = document.data.get("components", {})
    for name, node in components.get("parameters", {}).items():
        yield from _parameter(document, ("components", "parameters", name), node)
    for name, node in components.get("responses", {}).items():
        yield from _headers(document, ("components", "responses", name), node)
    for path, item in document.data.get("paths", {}).items():
        yield from _parameters(document, ("paths", path), item)
        for key in item:
            if key not in METHODS and key != "parameters":
                yield document.fault(("paths", path, key), f"`{key}` is not supported here")
    identifiers: set[str] = set()
    for place, operation in document.operations():
        yield from _operation(document, place, operation)
        identifier = operation.get("operationId", "")
        if identifier in identifiers:
            yield document.fault(
                (*place, "operationId"), f"`{identifier}` is the id of another operation too"
            )
        identifiers.add(identifier)


def _operation(document: Document, place: Place, operation: dict[str, Any]) -> Iterator[Fault]:
    for key in ("operationId", "summary"):
        if not operation.get(key):
            yield document.fault(place, f"an operation needs `{key}`")
    known = [tag["name"] for tag in document.data.get("tags", [])]
    tags = operation.get("tags", [])
    if len(tags) != 1:
        yield document.fault(place, "an operation needs exactly one tag")
    elif tags[0] not in known:
        yield document.fault((*place, "tags"), f"the tag `{tags[0]}` is not among the document's `tags`")
    yield from _parameters(document, place, operation)
    if "requestBody" in operation:
        yield from _body(document, (*place, "requestBody"), operation["requestBody"])
    if "x-websocket" in operation:
        yield from _websocket(document, (*place, "x-websocket"), operation["x-websocket"])
    yield from _responses(document, place, operation)


def _parameters(document: Document, place: Place, node: dict[str, Any]) -> Iterator[Fault]:
    for index, parameter in enumerate(node.get("parameters", [])):
        where = (*place, "parameters", str(index))
        if "$ref" in parameter:
            yield from lint_reference(document, where, parameter, "parameters")
        else:
            yield from _parameter(document, where, parameter)


def _parameter(document: Document, place: Place, node: dict[str, Any]) -> Iterator[Fault]:
    for key in node:
        if key == "description":
            yield document.fault((*place, key), "a parameter's description belongs inside its `schema`")
        elif key not in ("name", "in", "required", "schema"):
            yield document.fault((*place, key), f"`{key}` is not supported for a parameter")
    yield from lint_schema(document, (*place, "schema"), node.get("schema"))
    schema = document.resolve(node.get("schema"))
    if not isinstance(schema, dict):
        return
    where, kind = node.get("in"), schema.get("type")
    if where not in ("path", "query", "header"):
        yield document.fault(place, "a parameter must be in the path, the query or a header")
    if kind not in ("string", "integer", "number", "boolean") or "format" in schema or "const" in schema:
        yield document.fault(
            (*place, "schema"), "a parameter must be a plain string, number, boolean or enum"
        )
    elif where != "query" and kind != "string":
        yield document.fault((*place, "schema"), "a parameter in the path or a header must be a string")
    if where == "path" and not _is_segment(schema):
        yield document.fault(
            (*place, "schema"),
            "a parameter in the path needs a pattern that matches neither '' nor '.' nor '..'",
        )


def _is_segment(schema: dict[str, Any]) -> bool:
    try:
        pattern = re.compile(schema["pattern"])
    except (KeyError, TypeError, re.error):
        return False
    return not any(pattern.search(text) for text in ("", ".", ".."))


def _body(document: Document, place: Place, body: dict[str, Any]) -> Iterator[Fault]:
    if body.get("required") is not True:
        yield document.fault(place, "a request's body must be required")
    yield from _content(document, place, body, _JSON, ("properties",))


def _content(
    document: Document, place: Place, node: dict[str, Any], media: str, kinds: tuple[str, ...]
) -> Iterator[Fault]:
    content = node.get("content", {})
    if list(content) != [media]:
        yield document.fault(place, f"the content must be `{media}` and nothing else")
        return
    where = (*place, "content", media, "schema")
    schema = content[media].get("schema", {})
    if "$ref" not in schema:
        yield document.fault(where, "must refer to an object under components/schemas")
        return
    yield from lint_reference(document, where, schema, "schemas")
    found = document.resolve(schema)
    if isinstance(found, dict) and not any(kind in found for kind in kinds):
        yield document.fault(
            where, f"must refer to a component with {' or '.join(f'`{kind}`' for kind in kinds)}"
        )


def _responses(document: Document, place: Place, operation: dict[str, Any]) -> Iterator[Fault]:
    responses = operation.get("responses", {})
    codes = [code for code in responses if code != "default"]
    if "x-websocket" in operation and codes != ["101"]:
        yield document.fault(
            (*place, "responses"), "a WebSocket needs the response 101 and no other but `default`"
        )
    elif "x-websocket" not in operation and (len(codes) != 1 or not re.fullmatch(r"2\d\d", codes[0])):
        yield document.fault(
            (*place, "responses"), "an operation needs exactly one 2xx response beside `default`"
        )
    for code, response in responses.items():
        where = (*place, "responses", code)
        if code == "default":
            yield from _default(document, where, response)
        elif "$ref" in response:
            yield document.fault(where, "write the response out where it is used")
        else:
            yield from _headers(document, where, response)
            if "content" in response:
                yield from _content(document, where, response, _JSON, ("properties", "oneOf"))
    if "default" not in responses:
        yield document.fault((*place, "responses"), "an operation needs `default: Problem`")


def _default(document: Document, place: Place, response: dict[str, Any]) -> Iterator[Fault]:
    reference = response.get("$ref", "")
    if reference != "#/components/responses/Problem":
        yield document.fault(place, "`default` must refer to `#/components/responses/Problem`")
        return
    yield from lint_reference(document, place, response, "responses")
    problem = document.at(place_of(reference))
    if isinstance(problem, dict):
        yield from _content(document, place_of(reference), problem, _PROBLEM, ("properties",))


def _headers(document: Document, place: Place, response: dict[str, Any]) -> Iterator[Fault]:
    for name, header in response.get("headers", {}).items():
        yield from lint_schema(document, (*place, "headers", name, "schema"), header.get("schema"))


def _websocket(document: Document, place: Place, socket: Any) -> Iterator[Fault]:
    if not isinstance(socket, dict):
        yield document.fault(place, "must be a mapping")
        return
    if not socket.get("subprotocol"):
        yield document.fault(place, "a WebSocket needs a `subprotocol`")
    for side in ("client", "server"):
        node = socket.get(side, {})
        if "oneOf" not in (document.resolve(node) or {}):
            yield document.fault(
                (*place, side), "must refer to the union of the messages that this side sends"
            )
