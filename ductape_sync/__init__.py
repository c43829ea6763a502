"""The blocking Python SDK for Ductape workflows.

    from ductape_sync import Ductape

    with Ductape(access_key="…", product="shop", env="dev") as ductape:
        order = ductape.workflows.execute("process-order", {"orderId": "order-123"})
        print(order.wait_for_completion(timeout=60))

Names are loaded when they are first used, so that the import itself takes next to no time.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, whose import would cost more than all of this
if TYPE_CHECKING:
    from ._generated.models import CancelledEvent as CancelledEvent
    from ._generated.models import CancelRequestedEvent as CancelRequestedEvent
    from ._generated.models import CompletedEvent as CompletedEvent
    from ._generated.models import ExecutionList as ExecutionList
    from ._generated.models import ExecutionState as ExecutionState
    from ._generated.models import ExecutionStatus as ExecutionStatus
    from ._generated.models import ExecutionSummary as ExecutionSummary
    from ._generated.models import FailedEvent as FailedEvent
    from ._generated.models import Failure as Failure
    from ._generated.models import History as History
    from ._generated.models import RetryingEvent as RetryingEvent
    from ._generated.models import SignalDefinition as SignalDefinition
    from ._generated.models import SignalReceivedEvent as SignalReceivedEvent
    from ._generated.models import StartedEvent as StartedEvent
    from ._generated.models import StatusChangedEvent as StatusChangedEvent
    from ._generated.models import StepCompletedEvent as StepCompletedEvent
    from ._generated.models import StepFailedEvent as StepFailedEvent
    from ._generated.models import StepStartedEvent as StepStartedEvent
    from ._generated.models import UnknownWorkflowEvent as UnknownWorkflowEvent
    from ._generated.models import WorkflowDefinition as WorkflowDefinition
    from ._generated.models import WorkflowEvent as WorkflowEvent
    from .client import Ductape as Ductape
    from .errors import APIError as APIError
    from .errors import ConfigurationError as ConfigurationError
    from .errors import Conflict as Conflict
    from .errors import ConnectionFailed as ConnectionFailed
    from .errors import ConnectionLost as ConnectionLost
    from .errors import DuctapeError as DuctapeError
    from .errors import ExecutionCancelled as ExecutionCancelled
    from .errors import ExecutionClosed as ExecutionClosed
    from .errors import ExecutionError as ExecutionError
    from .errors import ExecutionExists as ExecutionExists
    from .errors import ExecutionFailed as ExecutionFailed
    from .errors import ExecutionNotFound as ExecutionNotFound
    from .errors import Forbidden as Forbidden
    from .errors import IdempotencyConflict as IdempotencyConflict
    from .errors import InvalidRequest as InvalidRequest
    from .errors import MissingExtra as MissingExtra
    from .errors import NotFound as NotFound
    from .errors import RateLimited as RateLimited
    from .errors import RequestTimeout as RequestTimeout
    from .errors import ResponseDecodeError as ResponseDecodeError
    from .errors import ServerError as ServerError
    from .errors import SubscriptionError as SubscriptionError
    from .errors import SubscriptionOverflow as SubscriptionOverflow
    from .errors import TransportError as TransportError
    from .errors import Unauthenticated as Unauthenticated
    from .errors import WaitTimeout as WaitTimeout
    from .errors import WorkflowNotFound as WorkflowNotFound
    from .execution import Execution as Execution
    from .realtime.connection import ConnectionState as ConnectionState
    from .realtime.subscription import Subscription as Subscription
    from .workflows import Workflows as Workflows

__version__ = "0.1.0"

_HOMES = {
    "client": ("Ductape",),
    "execution": ("Execution",),
    "workflows": ("Workflows",),
    "realtime.connection": ("ConnectionState",),
    "realtime.subscription": ("Subscription",),
    "errors": (
        "APIError",
        "ConfigurationError",
        "Conflict",
        "ConnectionFailed",
        "ConnectionLost",
        "DuctapeError",
        "ExecutionCancelled",
        "ExecutionClosed",
        "ExecutionError",
        "ExecutionExists",
        "ExecutionFailed",
        "ExecutionNotFound",
        "Forbidden",
        "IdempotencyConflict",
        "InvalidRequest",
        "MissingExtra",
        "NotFound",
        "RateLimited",
        "RequestTimeout",
        "ResponseDecodeError",
        "ServerError",
        "SubscriptionError",
        "SubscriptionOverflow",
        "TransportError",
        "Unauthenticated",
        "WaitTimeout",
        "WorkflowNotFound",
    ),
    "_generated.models": (
        "CancelRequestedEvent",
        "CancelledEvent",
        "CompletedEvent",
        "ExecutionList",
        "ExecutionState",
        "ExecutionStatus",
        "ExecutionSummary",
        "FailedEvent",
        "Failure",
        "History",
        "RetryingEvent",
        "SignalDefinition",
        "SignalReceivedEvent",
        "StartedEvent",
        "StatusChangedEvent",
        "StepCompletedEvent",
        "StepFailedEvent",
        "StepStartedEvent",
        "UnknownWorkflowEvent",
        "WorkflowDefinition",
        "WorkflowEvent",
    ),
}
_home_of = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "APIError",
    "CancelRequestedEvent",
    "CancelledEvent",
    "CompletedEvent",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "ConnectionLost",
    "ConnectionState",
    "Ductape",
    "DuctapeError",
    "Execution",
    "ExecutionCancelled",
    "ExecutionClosed",
    "ExecutionError",
    "ExecutionExists",
    "ExecutionFailed",
    "ExecutionList",
    "ExecutionNotFound",
    "ExecutionState",
    "ExecutionStatus",
    "ExecutionSummary",
    "FailedEvent",
    "Failure",
    "Forbidden",
    "History",
    "IdempotencyConflict",
    "InvalidRequest",
    "MissingExtra",
    "NotFound",
    "RateLimited",
    "RequestTimeout",
    "ResponseDecodeError",
    "RetryingEvent",
    "ServerError",
    "SignalDefinition",
    "SignalReceivedEvent",
    "StartedEvent",
    "StatusChangedEvent",
    "StepCompletedEvent",
    "StepFailedEvent",
    "StepStartedEvent",
    "Subscription",
    "SubscriptionError",
    "SubscriptionOverflow",
    "TransportError",
    "Unauthenticated",
    "UnknownWorkflowEvent",
    "WaitTimeout",
    "WorkflowDefinition",
    "WorkflowEvent",
    "WorkflowNotFound",
    "Workflows",
    "__version__",
]


def __getattr__(name: str) -> object:  # PEP 562
    home = _home_of.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415

    value = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
