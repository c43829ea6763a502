"""Rules for names: what they become in Python must be possible there, and different."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from generator.names import constant, snake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from generator.document import Document, Fault, Place

# Names that the generated code has other uses for.
_CLASSES = {
    *dir(builtins),
    *("Any", "Callable", "ClassVar", "ContractError", "DecodeError", "Final", "Literal", "Mapping"),
    *("MappingProxyType", "Request", "Result", "StrEnum", "TypeAlias", "TypeVar"),
}
_FIELDS = {"additional_properties", "builtins", "dt", "from_dict", "self", "to_dict"}
_ARGUMENTS = {"body", "quote", "str"}
_FUNCTIONS = {"dt", "math", "quote", "re", "shown", "validate"}


def lint_names(document: Document) -> Iterator[Fault]:
    """Check the names of components, properties, enums' values, operations and parameters."""
    schemas = document.schemas()
    components: Place = ("components", "schemas")
    unknown = {f"Unknown{name}" for name, node in schemas.items() if "discriminator" in node}
    yield from _distinct(document, [((*components, name), name) for name in schemas], set(), snake)
    for name, node in schemas.items():
        place = (*components, name)
        if name in _CLASSES | unknown:
            yield document.fault(place, f"`{name}` is a name that the generated code needs")
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            yield document.fault(place, f"`{name}` must be written LikeThis, as the class that it becomes")
        fields = [((*place, "properties", field), field) for field in node.get("properties", {})]
        yield from _distinct(document, fields, _FIELDS, snake)
        values = [((*place, "enum", str(index)), value) for index, value in enumerate(node.get("enum", []))]
        yield from _distinct(document, values, set(), constant)
    operations = [((*place, "operationId"), node["operationId"]) for place, node in document.operations()]
    yield from _distinct(document, operations, _FUNCTIONS, snake)
    for place, _ in document.operations():
        yield from _distinct(document, list(_parameters(document, place)), _ARGUMENTS, snake)


def _parameters(document: Document, place: Place) -> Iterator[tuple[Place, str]]:
    seen: set[tuple[str, str]] = set()
    for holder in (place, place[:2]):
        for index, node in enumerate(document.at(holder).get("parameters", [])):
            parameter = document.resolve(node)
            if (parameter["in"], parameter["name"]) not in seen:  # an operation's own replaces the path's
                seen.add((parameter["in"], parameter["name"]))
                yield (*holder, "parameters", str(index)), parameter["name"]


def _distinct(
    document: Document, named: Iterable[tuple[Place, str]], taken: set[str], spell: Callable[[str], str]
) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for place, name in named:
        python = spell(name)
        if not python.isidentifier():
            yield document.fault(place, f"`{name}` cannot be a name in Python")
        elif python in taken:
            yield document.fault(place, f"`{name}` would be `{python}`, a name that the generated code needs")
        elif python in seen:
            yield document.fault(place, f"`{name}` and `{seen[python]}` would both be `{python}`")
        seen[python] = name
