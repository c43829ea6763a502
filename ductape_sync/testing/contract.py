"""What openapi.yaml allows to be sent, checked with none of the gateway's own code but the reading of it."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs
import yaml

from ..gateway.contract import read_document

if TYPE_CHECKING:
    from collections.abc import Mapping

_URI: Final = "urn:openapi"


class ContractBroken(AssertionError):
    """What is to be sent is not what openapi.yaml says."""


class Contract:
    """The document, as far as it says what a server sends."""

    def __init__(self, text: bytes) -> None:
        self._document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        self._registry = jsonschema_rs.Registry([(_URI, self._document)], draft=jsonschema_rs.Draft202012)
        base = self._document["servers"][0]["url"]
        self._paths = [
            (re.compile(re.escape(base) + re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), item)
            for path, item in self._document["paths"].items()
        ]
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    @property
    def operations(self) -> list[str]:
        """Every `operationId`, in the order of the document."""
        return [
            each["operationId"]
            for _, item in self._paths
            for each in item.values()
            if isinstance(each, dict) and "operationId" in each
        ]

    @property
    def codes(self) -> list[str]:
        """The codes of problems."""
        return list(self._document["components"]["schemas"]["ProblemCode"]["enum"])

    def operation(self, method: str, path: str) -> str | None:
        """The `operationId` of a request; None when the contract has no such operation."""
        found = self._find(method, path)
        return None if found is None else str(found["operationId"])

    def check(self, component: str, value: Any) -> None:
        """See that a value is what a component of the document says.

        Args:
            component: The name of a schema under components.
            value: Decoded JSON.

        Raises:
            ContractBroken: It is not.
        """
        if component not in self._validators:
            self._validators[component] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"{_URI}#/components/schemas/{component}"},
                registry=self._registry,
                validate_formats=True,
            )
        try:
            self._validators[component].validate(value)
        except jsonschema_rs.ValidationError as error:
            at = "".join(f"/{part}" for part in error.instance_path) or "all of it"
            raise ContractBroken(f"it is no {component}, at {at}: {error.message}") from None

    def check_answer(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """See that an answer is what the document says of its operation.

        Raises:
            ContractBroken: It is not.
        """
        operation = self._find(method, path)
        if operation is None and status < 400:
            return  # the dashboard's pages, which are no part of the contract
        answers = operation["responses"] if operation is not None else {}
        answer = answers.get(str(status))
        if status >= 400 and answer is None:
            answer = self._document["components"]["responses"]["Problem"]
        if answer is None:
            raise ContractBroken(f"{method} {path} is not answered with {status}")
        content = answer.get("content")
        if content is None:
            if body:
                raise ContractBroken(f"{method} {path} is answered without a body")
            return
        ((media_type, media),) = content.items()
        if headers.get("content-type") != media_type:
            raise ContractBroken(f"{method} {path} is answered with {media_type}")
        self.check(media["schema"]["$ref"].rpartition("/")[2], json.loads(body))

    def _find(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, item in self._paths:
            if pattern.fullmatch(path):
                found: dict[str, Any] | None = item.get(method.lower())
                return found
        return None


@functools.cache
def contract() -> Contract:
    """The contract of this version, read once."""
    return Contract(read_document())
