"""Checks what the gateway answers against openapi.yaml, with none of the gateway's own code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import yaml

if TYPE_CHECKING:
    import requests

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())
_REGISTRY = jsonschema_rs.Registry([("urn:openapi", DOCUMENT)], draft=jsonschema_rs.Draft202012)
_PATHS = {
    re.compile("/v1" + re.sub(r"{\w+}", "[^/]+", path)): item for path, item in DOCUMENT["paths"].items()
}


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a component."""
    reference = f"urn:openapi#/components/schemas/{name}"
    return jsonschema_rs.Draft202012Validator({"$ref": reference}, registry=_REGISTRY, validate_formats=True)


_PROBLEM = validator("Problem")
_MESSAGE = validator("ServerMessage")


def check_answer(response: requests.Response) -> None:
    """See that an answer is what the contract promises for its operation."""
    assert response.headers["X-Request-Id"]
    path = response.request.path_url.partition("?")[0]
    method = response.request.method.lower()
    operation = next((item.get(method) for regex, item in _PATHS.items() if regex.fullmatch(path)), None)
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
        if response.request.method != "HEAD":
            _PROBLEM.validate(response.json())
            assert response.json()["requestId"] == response.headers["X-Request-Id"]
            assert response.json()["status"] == response.status_code
    elif operation is not None:
        content = operation["responses"][str(response.status_code)].get("content")
        if content is None:
            assert response.content == b""
        else:
            assert response.headers["Content-Type"] == "application/json"
            reference = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
            validator(reference).validate(response.json())


def check_message(text: str | bytes) -> dict[str, Any]:
    """See that a message is what the contract promises, and decode it."""
    assert isinstance(text, str)
    message: dict[str, Any] = json.loads(text)
    _MESSAGE.validate(message)
    return message


def check_problem(response: Any) -> tuple[int, str, str | None]:
    """See that the refusal of a WebSocket is what the contract promises: its status, code and field."""
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.body)
    _PROBLEM.validate(problem)
    assert problem["requestId"] == response.headers["X-Request-Id"]
    return response.status_code, problem["code"], problem["field"]
