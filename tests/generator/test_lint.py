"""Every rule for the contract, broken once: each fault is told with its place and what to do."""

from __future__ import annotations

import copy
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from generator.__main__ import main
from generator.document import Document, SpecError
from generator.lint import lint

if TYPE_CHECKING:
    from pathlib import Path

SOUND = """
openapi: 3.1.0
info: {title: Things, version: "1"}
tags: [{name: things}]
paths:
  /things/{thingId}:
    parameters:
      - $ref: "#/components/parameters/ThingId"
    post:
      operationId: changeThing
      tags: [things]
      summary: Change a thing.
      parameters:
        - {name: limit, in: query, required: false, schema: {description: How many., type: integer}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Change"}}}
      responses:
        "200":
          description: The thing.
          headers: {X-Thing: {schema: {description: Something., type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}
        default: {$ref: "#/components/responses/Problem"}
  /socket:
    get:
      operationId: openSocket
      tags: [things]
      summary: Open a WebSocket.
      x-websocket:
        subprotocol: things.v1
        client: {$ref: "#/components/schemas/Message"}
        server: {$ref: "#/components/schemas/Message"}
      responses:
        "101": {description: A WebSocket.}
        default: {$ref: "#/components/responses/Problem"}
components:
  parameters:
    ThingId:
      name: thingId
      in: path
      required: true
      schema: {description: An id., type: string, pattern: "^[a-z]+$"}
  responses:
    Problem:
      description: What went wrong.
      content: {application/problem+json: {schema: {$ref: "#/components/schemas/Thing"}}}
  schemas:
    Change:
      description: What to change.
      type: object
      additionalProperties: false
      properties:
        name: {description: A name., type: string}
        tags: {description: Some tags., type: array, items: {description: A tag., type: string}}
    Thing:
      description: A thing.
      type: object
      required: [name, color, size]
      properties:
        name: {description: A name., type: [string, "null"]}
        color: {$ref: "#/components/schemas/Color"}
        size: {description: A size or null., oneOf: [{$ref: "#/components/schemas/Size"}, {type: "null"}]}
    Color: {description: A color., type: string, enum: [red, dark-red]}
    Size: {description: Sizes by name., type: object, additionalProperties: true}
    Message:
      description: A message.
      oneOf: [{$ref: "#/components/schemas/Ping"}, {$ref: "#/components/schemas/Pong"}]
      discriminator:
        propertyName: op
        mapping: {ping: "#/components/schemas/Ping", pong: "#/components/schemas/Pong"}
    Ping:
      description: A message.
      type: object
      required: [op]
      properties: {op: {description: A tag., type: string, const: ping}}
    Pong:
      description: A message.
      type: object
      required: [op]
      properties: {op: {description: A tag., type: string, const: pong}}
"""
REMOVED = object()

S = "components/schemas"
THING = f"{S}/Thing/properties"
OPERATION = "paths|/things/{thingId}|post"
NAME = f"{THING}/name"


def faults(contract: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump(contract, sort_keys=False)
    try:
        lint(Document(text, "openapi.yaml"))
    except SpecError as error:
        return [f"{fault.place}: {fault.message}" for fault in error.faults]
    return []


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    contract = copy.deepcopy(yaml.safe_load(SOUND))
    for place, value in changes:
        *parents, last = place.split("|") if "|" in place else place.split("/")
        node = contract
        for part in parents:
            node = node[int(part) if isinstance(node, list) else part]
        if value is REMOVED:
            del node[last]
        else:
            node[int(last) if isinstance(node, list) else last] = value
    return contract


def test_a_contract_that_keeps_the_rules_has_no_faults() -> None:
    assert faults(changed()) == []


RULES: dict[str, tuple[list[tuple[str, Any]], str]] = {
    # schemas
    "a description on every schema": ([(f"{NAME}/description", REMOVED)], "name: needs a description"),
    "also inside a list": (
        [(f"{S}/Change/properties/tags/items/description", REMOVED)],
        "tags/items: needs a description",
    ),
    "also in a parameter": (
        [("components/parameters/ThingId/schema/description", REMOVED)],
        "needs a description",
    ),
    "also in a header": (
        [(f"{OPERATION}|responses|200|headers|X-Thing|schema|description", REMOVED)],
        "X-Thing/schema: needs a description",
    ),
    "a list says what it holds": (
        [(f"{S}/Change/properties/tags/items", REMOVED)],
        "tags/items: must be a schema",
    ),
    "nothing beside a reference": (
        [(f"{THING}/color/description", "A color.")],
        "color: has `description` beside `$ref`",
    ),
    "references lead somewhere": (
        [(f"{THING}/color/$ref", f"#/{S}/Colour")],
        f"color: refers to `#/{S}/Colour`, which does not exist",
    ),
    "references stay in the document": (
        [(f"{THING}/color/$ref", "other.yaml#/Color")],
        "color: must refer to `#/components/schemas/…`, not `other.yaml#/Color`",
    ),
    "objects have names": (
        [(NAME, {"description": "A.", "type": "object", "additionalProperties": True})],
        "name: an object must have a name",
    ),
    "enums have names": (
        [(NAME, {"description": "A.", "type": "string", "enum": ["a"]})],
        "name: an enum must have a name",
    ),
    "unions have names": (
        [(NAME, {"description": "A.", "oneOf": [{"$ref": f"#/{S}/Ping"}, {"$ref": f"#/{S}/Pong"}]})],
        "name: a union must have a name",
    ),
    "no defaults": (
        [(f"{NAME}/default", "x")],
        "name/default: `default` is not supported here: there are no defaults",
    ),
    "no `nullable`": ([(f"{NAME}/nullable", True)], "`nullable` is not supported here: write `type: [T,"),
    "no `allOf`": ([(f"{S}/Thing/allOf", [])], "`allOf` is not supported here: write the properties out"),
    "no `anyOf`": ([(f"{NAME}/anyOf", [])], "`anyOf` is not supported here: write a union under components"),
    "no `title`": (
        [(f"{S}/Thing/title", "T")],
        "`title` is not supported here: the component's name is its title",
    ),
    "no keyword that would be lost": ([(f"{NAME}/uniqueItems", True)], "`uniqueItems` is not supported here"),
    "no limit of another type": ([(f"{NAME}/minimum", 1)], "`minimum` is not supported here"),
    "no unknown type": (
        [(f"{NAME}/type", "float")],
        "the type `float` is not supported here; write one of string",
    ),
    "no list of types but with null": (
        [(f"{NAME}/type", ["string", "integer"])],
        'name: a list of types must be `[T, "null"]`',
    ),
    "no nullable list": (
        [(NAME, {"description": "A.", "type": ["array", "null"]})],
        "the type `array` is not supported here; a nullable object or list is `oneOf`",
    ),
    "no nullable object": (
        [(f"{S}/Size/type", ["object", "null"])],
        "the type `object` is not supported here",
    ),
    "no unknown format": (
        [(f"{NAME}/format", "uuid")],
        "the format `uuid` is not supported, only date and date-time",
    ),
    "constants are strings": (
        [
            (f"{S}/Ping/properties/op/const", 1),
            (f"{S}/Message/discriminator/mapping", {"pong": f"#/{S}/Pong"}),
        ],
        "`const` must be a string",
    ),
    "patterns say the whole value": (
        [(f"{NAME}/pattern", "[a-z]+")],
        "must be a pattern that says the whole value",
    ),
    "patterns are understood": ([(f"{NAME}/pattern", "^(a$")], "is not a pattern that Python knows"),
    "no half pattern": ([(f"{NAME}/pattern", "^a|b$")], "has a `|` that lets less than the whole match"),
    "no anchor inside of a pattern": ([(f"{NAME}/pattern", "^(a$|b)$")], "has a `$` that lets less"),
    "no pattern that ends with a dollar sign": ([(f"{NAME}/pattern", r"^a\$")], "has a `\\` that lets less"),
    "enums are of strings": ([(f"{S}/Color/enum", ["red", 5])], "Color: an enum must have the type string"),
    "enums have values": (
        [(f"{S}/Color/enum", [])],
        "Color: an enum must have the type string and at least one",
    ),
    "enums have a value once": (
        [(f"{S}/Color/enum", ["red", "red"])],
        "Color: an enum must not have a value twice",
    ),
    "objects have a type": (
        [(f"{S}/Thing/type", REMOVED)],
        "Thing: what has properties must have the type object",
    ),
    "objects say what they hold": (
        [(f"{S}/Size/additionalProperties", REMOVED)],
        "Size: an object without properties must say what it holds",
    ),
    "maps have no properties": (
        [(f"{S}/Thing/additionalProperties", {"description": "A.", "type": "string"})],
        "Thing: an object has properties or a schema for `additionalProperties`, not both",
    ),
    "what is required exists": (
        [(f"{S}/Change/required", ["nme"])],
        "required: `nme` is required and is no property",
    ),
    "nullable references are written one way": (
        [(f"{THING}/size/oneOf", [{"type": "null"}, {"$ref": f"#/{S}/Size"}])],
        'size: a nullable reference is `oneOf: [$ref, type: "null"]`',
    ),
    "a nullable has no name": (
        [(f"{S}/MaybeSize", {"description": "A.", "oneOf": [{"$ref": f"#/{S}/Size"}, {"type": "null"}]})],
        "MaybeSize: a nullable reference is",
    ),
    "unions are of references": (
        [(f"{S}/Message/oneOf", [{"type": "string"}])],
        "oneOf/0: a union's variant must be a reference",
    ),
    "unions have a discriminator": (
        [(f"{S}/Message/discriminator", REMOVED)],
        "Message: a union needs a `discriminator`",
    ),
    "a discriminator maps every variant": (
        [(f"{S}/Message/discriminator/mapping", {"ping": f"#/{S}/Ping"})],
        "`mapping` must name each variant of `oneOf` once",
    ),
    "variants have their tag": (
        [(f"{S}/Ping/properties/op/const", "pings")],
        f"mapping/ping: `#/{S}/Ping` must require `op` and give it `const: ping`",
    ),
    "no recursion": (
        [(f"{S}/Size/additionalProperties", {"$ref": f"#/{S}/Thing"})],
        "Thing: recursion is not supported: Thing → Size → Thing",
    ),
    # what is sent and what is received
    "answers have all their fields": (
        [(f"{S}/Thing/required", ["color", "size"])],
        "name: an answer has all its fields: require this one",
    ),
    "requests have no null": (
        [(f"{S}/Change/properties/name/type", ["string", "null"])],
        "name: a request's field cannot be null",
    ),
    "nothing is optional and nullable": (
        [
            ("paths|/socket|get|x-websocket|server", {"$ref": f"#/{S}/Answer"}),
            (f"{S}/Answer", {**yaml.safe_load(SOUND)["components"]["schemas"]["Message"]}),
            (f"{S}/Ping/properties/after", {"description": "A.", "type": ["string", "null"]}),
            (f"{S}/Answer/oneOf", [{"$ref": f"#/{S}/Pong"}]),
            (f"{S}/Answer/discriminator", {"propertyName": "op", "mapping": {"pong": f"#/{S}/Pong"}}),
        ],
        "after: cannot be optional and nullable",
    ),
    # operations
    "operations have an id": (
        [(f"{OPERATION}|operationId", REMOVED)],
        "post: an operation needs `operationId`",
    ),
    "operations have an id of their own": (
        [("paths|/socket|get|operationId", "changeThing")],
        "operationId: `changeThing` is the id of another operation too",
    ),
    "operations have a summary": ([(f"{OPERATION}|summary", REMOVED)], "post: an operation needs `summary`"),
    "operations have one tag": (
        [(f"{OPERATION}|tags", ["things", "x"])],
        "post: an operation needs exactly one tag",
    ),
    "tags are declared": (
        [(f"{OPERATION}|tags", ["x"])],
        "tags: the tag `x` is not among the document's `tags`",
    ),
    "one success": (
        [(f"{OPERATION}|responses|202", {"description": "Later."})],
        "responses: an operation needs exactly one 2xx response",
    ),
    "no other answers": (
        [(f"{OPERATION}|responses|404", {"description": "Gone."})],
        "responses: an operation needs exactly one 2xx response",
    ),
    "a default answer": (
        [(f"{OPERATION}|responses|default", REMOVED)],
        "an operation needs `default: Problem`",
    ),
    "the default is a problem": (
        [(f"{OPERATION}|responses|default", {"description": "A."})],
        "default: `default` must refer to `#/components/responses/Problem`",
    ),
    "problems are problems": (
        [("components|responses|Problem|content", {"application/json": {}})],
        "Problem: the content must be `application/problem+json` and nothing else",
    ),
    "answers are described": (
        [(f"{OPERATION}|responses|200|description", REMOVED)],
        "responses/200: needs `description`",
    ),
    "answers are JSON": (
        [(f"{OPERATION}|responses|200|content", {"text/plain": {}})],
        "200: the content must be `application/json` and nothing else",
    ),
    "answers are components": (
        [
            (
                f"{OPERATION}|responses|200|content|application/json|schema",
                {"description": "A.", "type": "string"},
            )
        ],
        "must refer to an object under components/schemas",
    ),
    "answers are objects or unions": (
        [(f"{OPERATION}|responses|200|content|application/json|schema", {"$ref": f"#/{S}/Color"})],
        "must refer to a component with `properties` or `oneOf`",
    ),
    "answers are written out": (
        [(f"{OPERATION}|responses|200", {"$ref": "#/components/responses/Problem"})],
        "200: write the response out where it is used",
    ),
    "bodies are required": (
        [(f"{OPERATION}|requestBody|required", False)],
        "requestBody: a request's body must be required",
    ),
    "no unknown key of a path": (
        [("paths|/socket|summary", "A.")],
        "summary: `summary` is not supported here",
    ),
    "a parameter's description is in its schema": (
        [("components/parameters/ThingId/description", "A.")],
        "a parameter's description belongs inside its `schema`",
    ),
    "no unknown key of a parameter": (
        [("components/parameters/ThingId/style", "simple")],
        "`style` is not supported for a parameter",
    ),
    "parameters are in known places": (
        [(f"{OPERATION}|parameters|0|in", "cookie")],
        "a parameter must be in the path, the query or a header",
    ),
    "parameters are plain": (
        [(f"{OPERATION}|parameters|0|schema", {"$ref": f"#/{S}/Size"})],
        "schema: a parameter must be a plain string, number, boolean or enum",
    ),
    "headers are strings": (
        [(f"{OPERATION}|parameters|0|in", "header")],
        "schema: a parameter in the path or a header must be a string",
    ),
    "a path cannot be left": (
        [("components/parameters/ThingId/schema/pattern", "^[a-z.]+$")],
        "a parameter in the path needs a pattern that matches neither '' nor '.' nor '..'",
    ),
    "101 only for a WebSocket": (
        [("paths|/socket|get|x-websocket", REMOVED)],
        "responses: an operation needs exactly one 2xx response",
    ),
    "a WebSocket answers 101": (
        [("paths|/socket|get|responses|200", {"description": "A."})],
        "responses: a WebSocket needs the response 101",
    ),
    "a WebSocket has a subprotocol": (
        [("paths|/socket|get|x-websocket|subprotocol", REMOVED)],
        "x-websocket: a WebSocket needs a `subprotocol`",
    ),
    "a WebSocket has messages": (
        [("paths|/socket|get|x-websocket|client", {"$ref": f"#/{S}/Ping"})],
        "client: must refer to the union of the messages",
    ),
    # shape
    "mappings are mappings": (
        [("paths|/socket|get|responses", [])],
        "#/paths/~1socket/get/responses: Input should be a valid dictionary",
    ),
    "lists are lists": (
        [(f"{S}/Thing/required", "name")],
        "#/components/schemas/Thing/required: Input should be a valid list",
    ),
    "limits are numbers": (
        [(f"{NAME}/minLength", "few")],
        "name/minLength: Input should be a valid integer",
    ),
    "a websocket is a mapping": ([("paths|/socket|get|x-websocket", 5)], "x-websocket: must be a mapping"),
    "an OpenAPI document has paths": ([("paths", REMOVED)], "#: needs `paths`"),
    # names
    "components are named as classes": (
        [(f"{S}/thing_2", {"description": "A.", "type": "string"})],
        "thing_2: `thing_2` must be written LikeThis",
    ),
    "components differ in Python": (
        [(f"{S}/SIZE", {"description": "A.", "type": "string"})],
        "SIZE: `SIZE` and `Size` would both be `size`",
    ),
    "components leave the generated names alone": (
        [(f"{S}/Mapping", {"description": "A.", "type": "string"})],
        "Mapping: `Mapping` is a name that the generated code needs",
    ),
    "components leave the builtins alone": (
        [(f"{S}/ValueError", {"description": "A.", "type": "string"})],
        "ValueError: `ValueError` is a name that the generated code needs",
    ),
    "no component takes the place of unknown variants": (
        [(f"{S}/UnknownMessage", {"description": "A.", "type": "string"})],
        "UnknownMessage: `UnknownMessage` is a name that the generated code needs",
    ),
    "fields can be named in Python": (
        [(f"{S}/Change/properties/2nd", {"description": "A.", "type": "string"})],
        "2nd: `2nd` cannot be a name in Python",
    ),
    "fields differ in Python": (
        [(f"{S}/Change/properties/Name", {"description": "A.", "type": "string"})],
        "Name: `Name` and `name` would both be `name`",
    ),
    "fields leave the generated names alone": (
        [(f"{S}/Change/properties/toDict", {"description": "A.", "type": "string"})],
        "toDict: `toDict` would be `to_dict`, a name that the generated code needs",
    ),
    "enum values differ in Python": (
        [(f"{S}/Color/enum", ["red", "RED"])],
        "enum/1: `RED` and `red` would both be `RED`",
    ),
    "operations leave the generated names alone": (
        [(f"{OPERATION}|operationId", "validate")],
        "operationId: `validate` would be `validate`, a name that the generated code needs",
    ),
    "arguments differ in Python": (
        [(f"{OPERATION}|parameters|0|name", "thing-id")],
        "`thingId` and `thing-id` would both be `thing_id`",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_told(rule: str) -> None:
    changes, message = RULES[rule]
    found = faults(changed(*changes))
    assert [fault for fault in found if message in fault], found


def test_every_fault_is_told_and_not_only_the_first() -> None:
    assert len(faults(changed((f"{NAME}/default", "x"), (f"{OPERATION}|tags", [])))) == 2


def test_a_fault_names_the_line_and_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "things.yaml"
    spec.write_text(SOUND.replace("summary: Change a thing.", "x: y"))
    assert main(["--spec", str(spec), "--out", str(tmp_path / "out")]) == 1
    line = 1 + SOUND.splitlines().index("    post:")
    assert capsys.readouterr().err == (
        f"things.yaml:{line}: #/paths/~1things~1{{thingId}}/post: an operation needs `summary`\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1", "openapi.yaml:1: #: is not YAML: "),
        ("- a", "openapi.yaml:1: #: must be an OpenAPI document, a mapping"),
        ("", "openapi.yaml:1: #: must be an OpenAPI document, a mapping"),
        ("openapi: 3.1.0\nopenapi: 3.1.0", "openapi.yaml:2: #/openapi: is written twice"),
        ("responses:\n  200: {}", "openapi.yaml:2: #/responses/200: must be quoted"),
        ("properties:\n  - on: {}", "openapi.yaml:2: #/properties/0/on: must be quoted"),
    ],
)
def test_yaml_that_is_broken_or_means_something_else_is_told(text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        lint(Document(text, "openapi.yaml"))
    assert str(caught.value).startswith(message)


def test_what_the_parser_refuses_is_told_and_not_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "things.yaml"
    spec.write_text(SOUND.replace("/things/{thingId}", "/things/{id}"))
    assert main(["--spec", str(spec), "--out", str(tmp_path)]) == 1
    assert "Incorrect path templating for /things/{id}" in capsys.readouterr().err


def test_a_contract_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--spec", str(tmp_path / "none.yaml"), "--out", str(tmp_path)]) == 1
    assert "none.yaml" in capsys.readouterr().err


def test_a_document_that_is_no_openapi_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "things.yaml"
    spec.write_text(textwrap.dedent(SOUND.replace("openapi: 3.1.0", 'swagger: "2.0"')))
    assert main(["--spec", str(spec), "--out", str(tmp_path)]) == 1
    assert "openapi" in capsys.readouterr().err.lower()
