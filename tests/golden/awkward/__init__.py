# Generated from openapi.yaml by `make generate`; do not edit.
"""The contract in Python: the models of its JSON and its operations as functions that do no I/O.

`models` and `operations` are imported when they are first needed, since their classes take a while to load.
"""

from __future__ import annotations

import importlib
import reprlib
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from . import models as models
    from . import operations as operations

T_co = TypeVar("T_co", covariant=True)

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 80


class ContractError(ValueError):
    """A request breaks the contract; found before anything is sent.

    Attributes:
        field: The argument, and the place in it, in Python's names, such as `options.timeout`.
        message: What is wrong and what the value must be; starts with `field`.
    """

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field, problem)
        self.field = field
        self.message = f"{field} {problem}"

    def __str__(self) -> str:
        return self.message


class DecodeError(ValueError):
    """An answer breaks the contract.

    Attributes:
        path: Where, as a JSON Pointer (RFC 6901) such as `/executions/3/status`; empty for the whole.
        message: What is wrong there; starts with the path.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.message = f"{path or 'the answer'} {problem}"

    def __str__(self) -> str:
        return self.message

    def under(self, key: str | int) -> DecodeError:
        """Return the same error as seen from the value that has this one under `key`."""
        step = str(key).replace("~", "~0").replace("/", "~1")
        return DecodeError(f"/{step}{self.path}", self.args[1])


class Request(NamedTuple, Generic[T_co]):
    """A request that keeps the contract, for a transport to send.

    Attributes:
        operation: The operation's id in the contract.
        method: The HTTP method.
        path: The path below the API's base path, percent-encoded, without a query.
        query: The query's parameters; those that were not given are left out.
        headers: The headers that the operation adds.
        body: The JSON to send; None when there is none.
        success: The one status that means success.
        parse: Makes the typed answer from the decoded JSON (None when there is no content); raises
            `DecodeError`.
    """

    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any] | None
    success: int
    parse: Callable[[Any], T_co]


def shown(value: object) -> str:
    """Return a value as a message shows it: never long, whatever it is."""
    text = _short.repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def __getattr__(name: str) -> ModuleType:
    # PEP 562: `_generated.models` works without an import, and costs nothing until it is used.
    if name not in {"models", "operations"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")
