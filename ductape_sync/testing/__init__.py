"""Help for tests: a fake of the API, and a real server with a fresh tenant for each test.

As a pytest plugin it brings the fixtures `ductape_fake`, `ductape`, `ductape_tenant` and `ductape_server`.
`Fake` serves without pytest, too::

    with Fake() as fake:
        fake.workflow("process-order", lambda run: {"total": 12})
        order = fake.client().workflows.execute("process-order")
        assert order.wait_for_completion(timeout=10) == {"total": 12}
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra

if TYPE_CHECKING:
    from .executions import ExecutionEnded, FakeExecution, Signal
    from .fake import Fake
    from .recording import Request
    from .server import Server, ServerError
    from .tenant import Tenant

__all__ = [
    "ExecutionEnded",
    "Fake",
    "FakeExecution",
    "Request",
    "Server",
    "ServerError",
    "Signal",
    "Tenant",
]

_HOMES = {
    "ExecutionEnded": "executions",
    "Fake": "fake",
    "FakeExecution": "executions",
    "Request": "recording",
    "Server": "server",
    "ServerError": "server",
    "Signal": "executions",
    "Tenant": "tenant",
}


def __getattr__(name: str) -> Any:
    # Loaded on first use: pytest imports this package in every project that has it installed.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        raise MissingExtra(
            f"{name} needs {library}: pip install 'ductape-sync[testing]'", extra="testing"
        ) from error
