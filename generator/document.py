"""The contract as a YAML document: loading it, following its references, naming places in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Place: TypeAlias = tuple[str, ...]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something in the contract that code cannot be generated from.

    Attributes:
        line: Where it is in the file, from 1.
        place: The same as a JSON Pointer (RFC 6901).
        message: What is wrong and what to write instead.
    """

    line: int
    place: str
    message: str


class SpecError(Exception):
    """The contract has faults; `str()` lists them all, one a line."""

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__(
            "\n".join(f"{source}:{fault.line}: {fault.place}: {fault.message}" for fault in self.faults)
        )


class Document:
    """An OpenAPI document.

    Attributes:
        source: What to call the document in messages.
        data: Its content.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        try:
            root = yaml.compose(text, yaml.SafeLoader)
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise SpecError(
                source, [Fault(line, "#", f"is not YAML: {getattr(error, 'problem', error)}")]
            ) from error
        if not isinstance(data, dict) or root is None:
            raise SpecError(source, [Fault(1, "#", "must be an OpenAPI document, a mapping")])
        self._root = root
        self.data: dict[str, Any] = data

    @classmethod
    def read(cls, path: Path) -> Document:
        """Load a file.

        Raises:
            SpecError: It is not a YAML mapping.
            OSError: It cannot be read.
        """
        return cls(path.read_text(encoding="utf-8"), path.name)

    def fault(self, place: Place, message: str) -> Fault:
        """Describe what is wrong at a place."""
        return Fault(self._line(place), pointer(place), message)

    def error(self, place: Place, message: str) -> SpecError:
        """Describe the one thing that is wrong."""
        return SpecError(self.source, [self.fault(place, message)])

    def schemas(self) -> dict[str, Any]:
        """Return the component schemas by name."""
        schemas: dict[str, Any] = self.data.get("components", {}).get("schemas", {})
        return schemas

    def resolve(self, node: Any) -> Any:
        """Follow `$ref` until there is none; None when it leads nowhere or round in a circle."""
        seen: set[str] = set()
        while isinstance(node, dict) and "$ref" in node:
            reference = str(node["$ref"])
            if reference in seen:
                return None
            seen.add(reference)
            node = self.at(place_of(reference))
        return node

    def at(self, place: Place) -> Any:
        """Return what is at a place; None when there is nothing."""
        node: Any = self.data
        for part in place:
            if isinstance(node, dict) and part in node:
                node = node[part]
            elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
            else:
                return None
        return node

    def operations(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        """Yield every operation and its place, websockets included."""
        for path, item in (self.data.get("paths") or {}).items():
            for method, operation in item.items():
                if method in METHODS:
                    yield ("paths", path, method), operation

    def key_faults(self) -> Iterator[Fault]:
        """Yield the keys that YAML takes for something else, or that it would drop, since they come again."""
        waiting: list[tuple[Place, yaml.Node]] = [((), self._root)]
        while waiting:
            place, node = waiting.pop()
            if isinstance(node, yaml.MappingNode):
                seen: set[str] = set()
                for key, value in node.value:
                    where, line = pointer((*place, str(key.value))), key.start_mark.line + 1
                    if key.tag != "tag:yaml.org,2002:str":
                        yield Fault(line, where, "must be quoted, or YAML takes it for something else")
                    elif key.value in seen:
                        yield Fault(line, where, "is written twice")
                    seen.add(str(key.value))
                    waiting.append(((*place, str(key.value)), value))
            elif isinstance(node, yaml.SequenceNode):
                waiting += [((*place, str(index)), value) for index, value in enumerate(node.value)]

    def _line(self, place: Place) -> int:
        node = self._root
        line = node.start_mark.line
        for part in place:
            if isinstance(node, yaml.MappingNode):
                found = next((pair for pair in node.value if pair[0].value == part), None)
                if found is None:
                    break
                line, node = found[0].start_mark.line, found[1]
            elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
                node = node.value[int(part)]
                line = node.start_mark.line
            else:
                break
        return line + 1


def pointer(place: Place) -> str:
    """Spell a place as a JSON Pointer."""
    return "/".join(["#", *(part.replace("~", "~0").replace("/", "~1") for part in place)])


def place_of(reference: str) -> Place:
    """Split a reference such as `#/components/schemas/Order`; empty when it leaves the document."""
    if not reference.startswith("#/"):
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in reference[2:].split("/"))


def name_of(reference: str) -> str:
    """Return the name of the component that a reference is to."""
    return reference.rpartition("/")[2]
