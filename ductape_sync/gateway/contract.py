"""The contract, openapi.yaml, as the gateway uses it: what there is, and what a valid request is.

No rule of the contract is written here a second time: the schemas are compiled from the document.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote_to_bytes

import jsonschema_rs
import yaml
from attrs import field, frozen

from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_URI: Final = "urn:openapi"
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}")
_HERE: Final = Path(__file__).parent


def read_document() -> bytes:
    """The text of openapi.yaml: packaged beside this module, in a checkout at the root."""
    packaged = _HERE / "openapi.yaml"
    return (packaged if packaged.exists() else _HERE.parents[1] / "openapi.yaml").read_bytes()


class Schema:
    """A schema of the document, compiled.

    Args:
        document: the whole document.
        registry: the document, as references in it are resolved.
        pointer: where in the document the schema is (RFC 6901).
    """

    def __init__(self, document: dict[str, Any], registry: jsonschema_rs.Registry, pointer: str) -> None:
        self._document = document
        reference = f"{_URI}#{quote(pointer)}"
        self._validator = jsonschema_rs.Draft202012Validator({"$ref": reference}, registry=registry)

    def check(self, value: Any, name: str | None = None) -> None:
        """Check a value.

        Args:
            value: decoded JSON.
            name: the parameter that the value is of; None for a body or a message.

        Raises:
            Problem: ``invalid_request``, about the first thing that is wrong.
        """
        error = next(self._validator.iter_errors(value), None)
        if error is None:
            return
        path = [*error.instance_path]
        kind, about = error.kind.name, error.kind.as_dict()
        schema = self._schema_at([*error.schema_path][:-1])
        what, suggestions = _explain(kind, about, schema)
        if kind == "required":
            path.append(about["property"])
            schema = schema["properties"][about["property"]]
        elif kind == "additionalProperties":
            path.append(about["unexpected"][0][:100])
        label = name or ".".join(map(str, path)) or "the body"
        remedy = self._schema_at([], schema).get("description", "")
        raise Problem(
            "invalid_request",
            " ".join(f"{label} {what}. {remedy}".split()),
            field=name or "".join("/" + _escape(str(part)) for part in path) or None,
            suggestions=suggestions,
        )

    def _schema_at(self, path: Iterable[str | int], within: Any = None) -> dict[str, Any]:
        schema: Any = self._document if within is None else within
        for part in path:
            schema = schema[part]
        while "$ref" in schema:
            schema = _resolve(self._document, schema["$ref"])
        return schema  # type: ignore[no-any-return]


def _explain(kind: str, about: dict[str, Any], schema: dict[str, Any]) -> tuple[str, list[str]]:
    """Say what is wrong in words, and what may have been meant.

    Never shows the value: it may be large, and it may be a secret.
    """
    if kind == "required":
        return "is missing", []
    if kind == "additionalProperties":
        known = list(schema["properties"])
        close = difflib.get_close_matches(about["unexpected"][0][:100], known)
        return f"is not known here; known are {', '.join(known)}", close
    if kind == "enum":
        return f"must be one of {', '.join(map(str, about['options']))}", []
    limit = about.get("limit")
    words = {
        "type": f"must be of the type {' or '.join(about.get('types', []))}",
        "const": f"must be {about.get('expected_value')}",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "minLength": "must not be empty" if limit == 1 else f"must have at least {limit} characters",
        "maxLength": f"must have at most {limit} characters",
        "pattern": "has a character that is not allowed there",
    }
    return words.get(kind, "is not valid"), []


@frozen
class Parameter:
    """A parameter of an operation."""

    name: str
    """Its name on the wire."""
    place: str
    """Where it is: ``path``, ``query`` or ``header``."""
    integer: bool
    """Whether its text is the digits of a number."""
    schema: Schema
    """What is valid."""

    def parse(self, text: str) -> Any:
        """The value of the parameter's text.

        Raises:
            Problem: ``invalid_request``, when it is not valid.
        """
        value: Any = int(text) if self.integer and _INTEGER.fullmatch(text) else text
        self.schema.check(value, self.name)
        return value


@frozen
class Operation:
    """An operation of the contract."""

    id: str
    """Its ``operationId``."""
    method: str
    """In upper case."""
    path: str
    """The whole path, the base path included, with ``{names}`` in it."""
    public: bool
    """Whether it needs no access key."""
    parameters: tuple[Parameter, ...]
    body: Schema | None
    """What its JSON body must be; None when it takes none."""
    success: int
    """The status of its answer."""
    _known: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        names = frozenset(each.name for each in self.parameters if each.place == "query")
        object.__setattr__(self, "_known", names)

    def parse(self, path: Mapping[str, str], query: str, headers: Mapping[str, str]) -> dict[str, Any]:
        """The values of the parameters that a request gives, by their name on the wire.

        Args:
            path: the path's parameters, decoded.
            query: the query, as it is in the URL.
            headers: the headers, looked up without regard to case.

        Raises:
            Problem: ``invalid_request``, about the first parameter that is not valid.
        """
        given = {"path": path, "query": self._parse_query(query) if query else {}, "header": headers}
        return {
            parameter.name: parameter.parse(given[parameter.place][parameter.name])
            for parameter in self.parameters
            if parameter.name in given[parameter.place]
        }

    def _parse_query(self, query: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for pair in query.split("&"):
            name, _, value = (_unquote(part) for part in pair.partition("="))
            if name not in self._known:
                known = ", ".join(sorted(self._known)) or "none"
                raise Problem(
                    "invalid_request",
                    f"There is no such query parameter; known are: {known}.",
                    field=name[:100],
                    suggestions=difflib.get_close_matches(name[:100], self._known),
                )
            if name in found:
                raise Problem("invalid_request", f"{name} is given twice; give it once.", field=name)
            found[name] = value
        return found


def _unquote(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise Problem("invalid_request", "The query is not UTF-8; encode it so (RFC 3986).") from error


class Contract:
    """The document, read once.

    Args:
        text: the text of openapi.yaml.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._document: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        self._registry = jsonschema_rs.Registry([(_URI, self._document)], draft=jsonschema_rs.Draft202012)
        self.base_path: str = self._document["servers"][0]["url"]
        self.operations = tuple(self._operations())
        union = self._document["components"]["schemas"]["ClientMessage"]
        mapping: dict[str, str] = union["discriminator"]["mapping"]
        self._messages = {op: self._schema(pointer.removeprefix("#")) for op, pointer in mapping.items()}

    def check_message(self, message: Any) -> None:
        """Check a message that a client sent on the WebSocket.

        Raises:
            Problem: ``invalid_request``, about the first thing that is wrong.
        """
        op = message.get("op") if isinstance(message, dict) else None
        schema = self._messages.get(op) if isinstance(op, str) else None
        if schema is None:
            known = ", ".join(self._messages)
            raise Problem(
                "invalid_request", f"A message is an object with an op, one of {known}.", field="/op"
            )
        schema.check(message)

    def _operations(self) -> Iterable[Operation]:
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, item, method)

    def _operation(self, path: str, item: dict[str, Any], method: str) -> Operation:
        spec = item[method]
        here = f"/paths/{_escape(path)}"
        parameters = [
            *self._parameters(item, here),
            *self._parameters(spec, f"{here}/{method}"),
        ]
        body = f"{here}/{method}/requestBody/content/{_escape('application/json')}/schema"
        return Operation(
            id=spec["operationId"],
            method=method.upper(),
            path=self.base_path + path,
            public=spec.get("security", self._document["security"]) == [],
            parameters=tuple(parameters),
            body=self._schema(body) if "requestBody" in spec else None,
            success=next(int(status) for status in spec["responses"] if status != "default"),
        )

    def _parameters(self, holder: dict[str, Any], pointer: str) -> Iterable[Parameter]:
        for index, spec in enumerate(holder.get("parameters", ())):
            at = spec["$ref"].removeprefix("#") if "$ref" in spec else f"{pointer}/parameters/{index}"
            parameter = _resolve(self._document, "#" + at)
            yield Parameter(
                name=parameter["name"],
                place=parameter["in"],
                integer=parameter["schema"].get("type") == "integer",
                schema=self._schema(at + "/schema"),
            )

    def _schema(self, pointer: str) -> Schema:
        return Schema(self._document, self._registry, pointer)


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _resolve(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        document = document[int(name) if isinstance(document, list) else name]
    return document
