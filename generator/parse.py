"""From an OpenAPI document to a `Contract`, with openapi-python-client's parser.

The parser checks the document, follows its references and says what each thing is. What it drops is read
from the document beside it: constraints, the names of unions, and names in Python that hide a builtin.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import PythonIdentifier

from generator import contract, names
from generator.document import Document, Place, SpecError, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openapi_python_client.parser.properties.protocol import PropertyProtocol

_SCALARS: dict[type[Any], Literal["any", "string", "integer", "number", "boolean", "date", "date-time"]] = {
    AnyProperty: "any",
    StringProperty: "string",
    IntProperty: "integer",
    FloatProperty: "number",
    BooleanProperty: "boolean",
    DateProperty: "date",
    DateTimeProperty: "date-time",
}


def parse(document: Document) -> contract.Contract:
    """Read a document that has passed the lint.

    Raises:
        SpecError: openapi-python-client refuses the document.
    """
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, Path(document.source), "utf-8", overwrite=False, output_path=None
    )
    data = GeneratorData.from_dict(document.data, config=config)
    if isinstance(data, GeneratorError):
        raise document.error((), _explain(data))
    refused = [
        *data.errors,
        *(e for tag in data.endpoint_collections_by_tag.values() for e in tag.parse_errors),
    ]
    if refused:
        raise SpecError(document.source, [document.fault((), _explain(error)) for error in refused])
    return _Reader(document, data).read()


def _explain(error: GeneratorError) -> str:
    return " ".join(f"{error.header} {error.detail or ''}".split())


class _Reader:
    def __init__(self, document: Document, data: GeneratorData) -> None:
        self._document = document
        self._schemas = document.schemas()
        self._models = {str(model.class_info.name): model for model in data.models}
        tags = data.endpoint_collections_by_tag.values()
        self._endpoints = {endpoint.name: endpoint for tag in tags for endpoint in tag.endpoints}

    def read(self) -> contract.Contract:
        """Read every component and operation, in the document's order."""
        models = {name: self._model(name) for name in self._of_kind("model")}
        return contract.Contract(
            models=tuple(models.values()),
            enums=tuple(self._enum(name) for name in self._of_kind("enum")),
            maps=tuple(sorted((self._map(name) for name in self._of_kind("map")), key=contract.depth)),
            unions=tuple(self._union(name, models) for name in self._of_kind("union")),
            operations=tuple(
                self._operation(place, node)
                for place, node in self._document.operations()
                if "x-websocket" not in node
            ),
            messages=tuple(self._messages()),
        )

    def _messages(self) -> Iterable[str]:
        for _, node in self._document.operations():
            if "x-websocket" in node:
                union = self._schemas[name_of(node["x-websocket"]["client"]["$ref"])]
                yield from map(name_of, union["discriminator"]["mapping"].values())

    def _of_kind(self, kind: str) -> Iterable[str]:
        return (name for name in self._schemas if self._kind(name) == kind)

    def _kind(self, name: str) -> Literal["model", "enum", "union", "map", "scalar"]:
        schema = self._schemas[name]
        if "oneOf" in schema:
            return "union"
        if "enum" in schema:
            return "enum"
        if schema.get("type") != "object":
            return "scalar"
        return "model" if "properties" in schema else "map"

    def _model(self, name: str) -> contract.Model:
        model, schema = self._models[name], self._schemas[name]
        found = [*(model.required_properties or []), *(model.optional_properties or [])]
        by_wire = {prop.name.get_untrusted_value(): prop for prop in found}
        return contract.Model(
            name=name,
            description=_text(schema),
            fields=tuple(
                contract.Field(
                    wire=wire,
                    name=names.snake(wire),
                    type=self._type(by_wire[wire], node),
                    required=by_wire[wire].required,
                    description=self._description(node),
                )
                for wire, node in schema["properties"].items()
            ),
            closed=model.additional_properties is None,
        )

    def _enum(self, name: str) -> contract.Enum:
        values = self._schemas[name]["enum"]
        members = tuple((names.constant(value), value) for value in values)
        return contract.Enum(name, _text(self._schemas[name]), members)

    def _map(self, name: str) -> contract.Map:
        return contract.Map(name, _text(self._schemas[name]), self._values(name))

    def _values(self, name: str) -> contract.Type:
        node, inner = self._schemas[name]["additionalProperties"], self._models[name].additional_properties
        return self._type(inner, node) if inner and isinstance(node, dict) else contract.Scalar("any")

    def _union(self, name: str, models: dict[str, contract.Model]) -> contract.Union:
        schema = self._schemas[name]
        tag = schema["discriminator"]["propertyName"]
        mapping = schema["discriminator"]["mapping"]
        variants = tuple((value, name_of(reference)) for value, reference in mapping.items())
        unknown = contract.unknown_variant(
            name, names.snake(tag), tag, [models[variant] for _, variant in variants]
        )
        return contract.Union(name, _text(schema), tag, variants, unknown)

    def _operation(self, place: Place, node: dict[str, Any]) -> contract.Operation:
        endpoint = self._endpoints[PythonIdentifier(node["operationId"], prefix="field_")]
        body = node.get("requestBody")
        success, response = next(
            (int(code), self._document.resolve(response))
            for code, response in node["responses"].items()
            if code.startswith("2")
        )
        return contract.Operation(
            id=node["operationId"],
            name=names.snake(node["operationId"]),
            method=place[2].upper(),
            path=place[1],
            summary=" ".join(node["summary"].split()),
            description=_text(node),
            parameters=tuple(self._parameters(place, endpoint)),
            body=self._reference(_json_schema(self._document.resolve(body))) if body else None,
            success=success,
            answer=self._reference(_json_schema(response)) if "content" in response else None,
            answer_description=_text(response),
        )

    def _parameters(self, place: Place, endpoint: Endpoint) -> Iterable[contract.Parameter]:
        item = self._document.at(place[:2])
        listed = [*item.get("parameters", []), *item[place[2]].get("parameters", [])]
        nodes = [self._document.resolve(node) for node in listed]
        by_place = {
            "path": endpoint.path_parameters,
            "query": endpoint.query_parameters,
            "header": endpoint.header_parameters,
        }
        for where, props in by_place.items():
            for prop in props:
                wire = prop.name.get_untrusted_value()
                node = next(node for node in reversed(nodes) if (node["in"], node["name"]) == (where, wire))
                yield contract.Parameter(
                    wire=wire,
                    name=names.snake(wire),
                    place=cast("Literal['path', 'query', 'header']", where),
                    type=self._type(prop, node["schema"]),
                    required=prop.required,
                    description=self._description(node["schema"]),
                )

    def _type(self, prop: PropertyProtocol, node: dict[str, Any]) -> contract.Type:
        """Say what a property is: its kind by the parser, names and limits by the document."""
        if "$ref" in node:
            name = name_of(node["$ref"])
            if self._kind(name) == "scalar":
                return self._type(prop, self._schemas[name])
            return self._reference(node)
        if isinstance(prop, UnionProperty):
            inner = next(p for p in prop.inner_properties if not isinstance(p, NoneProperty))
            return contract.Nullable(self._type(inner, _without_null(node)))
        if isinstance(prop, ListProperty):
            return contract.Array(self._type(prop.inner_property, node["items"]), _rules(node))
        if isinstance(prop, ConstProperty):
            return contract.Const(node["const"])
        return contract.Scalar(_SCALARS[type(prop)], _rules(node))

    def _reference(self, node: dict[str, Any]) -> contract.Reference:
        name = name_of(node["$ref"])
        kind = self._kind(name)
        assert kind != "scalar"  # noqa: S101 -- the lint refuses bodies and answers that are no object
        return contract.Reference(
            name,
            kind,
            values=self._values(name) if kind == "map" else None,
            members=tuple(self._schemas[name]["enum"]) if kind == "enum" else (),
            tag=self._schemas[name]["discriminator"]["propertyName"] if kind == "union" else "",
        )

    def _description(self, node: dict[str, Any]) -> str:
        return _text(node if "description" in node else self._document.resolve(node))


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    if "oneOf" in node:
        return cast("dict[str, Any]", node["oneOf"][0])
    return {**node, "type": node["type"][0]}


def _json_schema(node: dict[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", node["content"]["application/json"]["schema"])


def _rules(node: dict[str, Any]) -> contract.Rules:
    return contract.Rules(
        minimum=node.get("minimum"),
        maximum=node.get("maximum"),
        min_length=node.get("minLength"),
        max_length=node.get("maxLength"),
        pattern=node.get("pattern"),
        min_items=node.get("minItems"),
        max_items=node.get("maxItems"),
        description=_text(node),
    )


def _text(node: dict[str, Any]) -> str:
    return str(node.get("description", "")).strip()
