"""Libraries that only some installations have."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ductape_sync.errors import MissingExtra

if TYPE_CHECKING:
    from types import ModuleType


def load(module: str, extra: str) -> ModuleType:
    """Import a module that an extra brings.

    Args:
        module: The module's full name.
        extra: The extra of this package that installs it.

    Raises:
        MissingExtra: It is not installed, or cannot be imported.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise MissingExtra(
            f"this needs {library} ({error}): pip install 'ductape-sync[{extra}]'", extra=extra
        ) from error
