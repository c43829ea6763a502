"""The workflows and activities that files define."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from temporalio import activity, workflow

from .definitions import check_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType


class LoadError(Exception):
    """Files cannot be used as workers' code; the message says which, where and why."""


class Definitions(NamedTuple):
    """What files define."""

    workflows: list[type]
    """Classes with ``@workflow.defn``."""
    activities: list[Callable[..., Any]]
    """Functions with ``@activity.defn``."""


def load_definitions(paths: Iterable[str | Path]) -> Definitions:
    """Find every ``@workflow.defn`` and ``@activity.defn`` in some files.

    A file is imported as ``python FILE`` would find it: with its folder on the path, so that it can
    import what lies beside it, and so that Temporal's sandbox can import it again.

    Args:
        paths: Python files, or names of modules that can be imported.

    Raises:
        LoadError: one does not exist or fails, there is no workflow in any of them, or one has a name that
            cannot be looked for.
    """
    workflows: dict[str | None, type] = {}
    activities: dict[str | None, Callable[..., Any]] = {}
    names = [str(path) for path in paths]
    for name in names:
        module = _import(name)
        for found in _members(module):
            if inspect.isclass(found):
                called = workflow._Definition.must_from_class(found).name  # noqa: SLF001
                _check_name(called, name)
                _add(workflows, called, found, name)
            else:
                _add(activities, activity._Definition.must_from_callable(found).name, found, name)  # noqa: SLF001
    if not workflows:
        raise LoadError(f"There is no workflow in {', '.join(names)}: no class with @workflow.defn.")
    return Definitions(list(workflows.values()), list(activities.values()))


def _members(module: ModuleType) -> Iterable[Any]:
    for found in vars(module).values():
        if inspect.isclass(found):
            if workflow._Definition.from_class(found) is not None:  # noqa: SLF001
                yield found
        elif callable(found) and activity._Definition.from_callable(found) is not None:  # noqa: SLF001
            yield found


def _add(known: dict[Any, Any], name: str | None, found: Any, source: str) -> None:
    if known.setdefault(name, found) is not found:
        raise LoadError(f"{source}: {name or 'a dynamic one'} is defined twice; give one another name.")


def _check_name(name: str | None, source: str) -> None:
    try:
        check_name("the name of a workflow", name or "")
    except ValueError as error:
        raise LoadError(f"{source}: {error}") from None


def _import(name: str) -> ModuleType:
    path = Path(name)
    if not name.endswith(".py") and not path.exists():
        return _run(name, name)
    if not path.is_file():
        raise LoadError(f"{name}: there is no such file.")
    path = path.resolve()
    if not path.stem.isidentifier():
        raise LoadError(f"{name}: {path.stem!r} is no name for a module; rename the file.")
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    module = _run(path.stem, name)
    if Path(module.__file__ or "").resolve() != path:
        raise LoadError(
            f"{name}: another module is called {path.stem!r} ({module.__file__}); rename the file."
        )
    return module


def _run(module: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name == module:
            raise LoadError(f"{name}: there is no such file, and no such module.") from error
        raise LoadError(f"{name}: {_where(error, name)}") from error
    except (Exception, SystemExit) as error:
        # SystemExit, too: it would end the command without a word.
        raise LoadError(f"{name}: {_where(error, name)}") from error


def _where(error: BaseException, name: str) -> str:
    """What went wrong, with the line of the user's that it went wrong in."""
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return message
    path = str(Path(name).resolve())
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == path] or frames
    return f'{message}\n  File "{own[-1].filename}", line {own[-1].lineno}\n    {own[-1].line}'
