"""The gateway: the contract of openapi.yaml over HTTP and WebSocket, in front of Temporal.

`DuctapePlugin` is for workers of your own; everything else is for `ductape-sync`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine.plugin import DuctapePlugin

__all__ = ["DuctapePlugin"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: most of the gateway, and every command, does without Temporal's library.
    if name != "DuctapePlugin":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .engine.plugin import DuctapePlugin  # noqa: PLC0415

    return DuctapePlugin
