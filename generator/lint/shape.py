"""The shape that OpenAPI gives to a document, as openapi-python-client reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi_python_client.schema import OpenAPI
from pydantic import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.document import Document, Fault, Place

_CONTAINERS = {"dict_type", "list_type", "model_type", "missing"}


def lint_containers(document: Document) -> Iterator[Fault]:
    """Check that mappings and lists are where the other rules look for them."""
    yield from _faults(document, _CONTAINERS)


def lint_values(document: Document) -> Iterator[Fault]:
    """Check everything else that OpenAPI says of the shape."""
    yield from _faults(document, None)


def _faults(document: Document, kinds: set[str] | None) -> Iterator[Fault]:
    try:
        OpenAPI.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors():
            place, is_choice = _place(document, detail["loc"])
            if kinds is None or (detail["type"] in kinds and not is_choice):
                missing = detail["type"] == "missing"
                message = (
                    f"needs `{detail['loc'][-1]}`" if missing else detail["msg"].partition(" or instance")[0]
                )
                yield document.fault(place, message)


def _place(document: Document, location: tuple[int | str, ...]) -> tuple[Place, bool]:
    """Drop the parts of a location that name a choice of the parser's and no place in the document."""
    place: Place = ()
    for part in map(str, location):
        if document.at((*place, part)) is not None:
            place = (*place, part)
    return place, "[" in str(location[-1])
