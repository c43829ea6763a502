"""What a worker says of its workflows, from their classes: names, docs, signals, steps and schemas."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_type_hints

from temporalio import workflow

from .schemas import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def describe(classes: Iterable[type]) -> list[dict[str, Any]]:
    """The workflows of a worker, each as the contract's ``WorkflowDefinition``.

    Args:
        classes: classes with ``@workflow.defn``; a dynamic one has no name and is left out.

    Raises:
        ValueError: one has a name that lists could not be filtered by.
    """
    definitions = ((kind, workflow._Definition.must_from_class(kind)) for kind in classes)  # noqa: SLF001
    return [_describe(kind, found) for kind, found in definitions if found.name]


def check_name(what: str, name: str) -> None:
    """See that Temporal can look for a name: no way of writing these is one that it understands.

    Raises:
        ValueError: it cannot; the message begins with ``what``.
    """
    if '"' in name or "\\" in name:
        raise ValueError(f"{what} must have no double quotes and no backslashes, and is {name!r}.")


def _describe(kind: type, found: workflow._Definition) -> dict[str, Any]:
    check_name("The name of a workflow", str(found.name))
    return {
        "name": found.name,
        "description": _doc(kind) or _doc(found.run_fn),
        "signals": [
            {
                "name": name,
                "description": signal.description or _doc(signal.fn),
                "dataSchema": _input(signal.fn),
            }
            for name, signal in sorted(found.signals.items(), key=lambda item: str(item[0]))
            if name
        ],
        "steps": [str(step) for step in getattr(kind, "__steps__", ())],
        "inputSchema": _input(found.run_fn),
        "resultSchema": _result(found.run_fn),
    }


def _doc(thing: Any) -> str | None:
    doc = getattr(thing, "__doc__", None)
    if not doc or (isinstance(thing, type) and doc == getattr(thing.__base__, "__doc__", None)):
        return None
    return inspect.cleandoc(doc)


def parameters(function: Callable[..., Any], *, bound: bool = False) -> list[inspect.Parameter] | None:
    """What a method takes by position; None when it takes any number.

    Args:
        function: the method.
        bound: whether it is bound to an object; one that is not takes the object first, not counted here.
    """
    found = list(inspect.signature(function).parameters.values())[0 if bound else 1 :]
    if any(one.kind is one.VAR_POSITIONAL for one in found):
        return None
    return [one for one in found if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}]


def _input(function: Callable[..., Any]) -> dict[str, Any] | None:
    """The schema of what is passed on: of the only argument; of nothing, when there is none."""
    taken = parameters(function)
    if taken is None or len(taken) > 1:
        return None
    if not taken:
        return {"type": "null"}
    hint = _hints(function).get(taken[0].name, inspect.Parameter.empty)
    return None if hint is inspect.Parameter.empty else schema(hint)


def _result(function: Callable[..., Any]) -> dict[str, Any] | None:
    hints = _hints(function)
    return schema(hints["return"]) if "return" in hints else None


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except (NameError, TypeError, AttributeError):  # a hint names what only a type checker knows
        return {}
