"""Everything that the SDK raises.

::

    DuctapeError
    ├── ConfigurationError            the client cannot be made from these settings
    ├── MissingExtra                  a library that an extra installs is not there (also an ImportError)
    ├── TransportError                no usable answer came
    │   ├── ConnectionFailed          the server could not be reached, or the connection broke
    │   └── RequestTimeout            no answer within the deadline
    ├── APIError                      the server answered with a problem (RFC 9457)
    │   ├── InvalidRequest            400, 405, 413, 415, 422; or found before anything was sent
    │   ├── Unauthenticated           401
    │   ├── Forbidden                 403
    │   ├── NotFound                  404
    │   │   ├── WorkflowNotFound
    │   │   └── ExecutionNotFound
    │   ├── Conflict                  409
    │   │   ├── ExecutionClosed       a signal or a cancellation after the end
    │   │   ├── ExecutionExists       the execution id is in use
    │   │   └── IdempotencyConflict   the idempotency key was used with another body
    │   ├── RateLimited               429
    │   └── ServerError               5xx
    ├── ResponseDecodeError           an answer that is not what the contract says
    ├── ExecutionError                an execution ended without a result
    │   ├── ExecutionFailed
    │   └── ExecutionCancelled
    ├── WaitTimeout                   the execution had not ended in time (also a TimeoutError)
    └── SubscriptionError             a subscription broke off
        ├── SubscriptionOverflow      its consumer was too slow
        └── ConnectionLost            the events can no longer be had
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._generated.models import ExecutionStatus, Failure
    from .execution import Execution


def _rebuild(kind: type[DuctapeError], args: tuple[Any, ...], state: dict[str, Any]) -> DuctapeError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class DuctapeError(Exception):
    """The base of every error that the SDK raises.

    Errors can be pickled, so that they cross processes (multiprocessing, Celery). What holds connections
    (`execution`) does not: it is None in the copy.

    Attributes:
        request_id: The id of the request that it is about (str), as in the server's log; None when it is
            about none that was sent.
    """

    request_id: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: None if name == "execution" else value for name, value in self.__dict__.items()}
        return _rebuild, (type(self), self.args, state)


class ConfigurationError(DuctapeError):
    """The client cannot be made from these settings; the message names the setting and the remedy."""


class MissingExtra(DuctapeError, ImportError):
    """A library that only an extra installs is not there; the message says how to install it.

    Attributes:
        extra: The name of the extra (str), such as ``notebook``.
    """

    def __init__(self, message: str, *, extra: str) -> None:
        super().__init__(message)
        self.extra = extra


class TransportError(DuctapeError):
    """No usable answer came: whether the request was carried out is not known.

    Attributes:
        retryable: Whether the same request may succeed later (bool). A certificate that is not trusted,
            for one, does not become so.
    """

    def __init__(self, message: str, *, request_id: str | None = None, retryable: bool = True) -> None:
        super().__init__(message)
        self.request_id = request_id
        self.retryable = retryable

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} (request {self.request_id})" if self.request_id else message


class ConnectionFailed(TransportError):
    """The server could not be reached, or the connection broke before the whole answer was here."""


class RequestTimeout(TransportError):
    """No answer within the deadline."""


class APIError(DuctapeError):
    """The server answered that it did not carry the request out.

    Attributes:
        status: The HTTP status (int); None when the fault was found before anything was sent.
        code: What went wrong, for programs (str), such as ``execution_not_found``; see `openapi.yaml`.
        detail: What went wrong, for people (str).
        field: What it is about (str), such as ``input.lines[2]``; None when about the request as a whole.
        suggestions: What may have been meant instead (tuple of str), closest first.
        retry_after: After how many seconds the server wants to be asked again (float); None when it did
            not say.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int | None = None,
        code: str = "",
        field: str | None = None,
        suggestions: Sequence[str] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.suggestions = tuple(suggestions)
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        about = [part for part in (self.code, self.request_id and f"request {self.request_id}") if part]
        return f"{self.detail} ({', '.join(about)})" if about and self.status else self.detail


class InvalidRequest(APIError):
    """The request breaks the contract; `field` names what is wrong with it.

    Most such faults are found before anything is sent; `status` is None then.
    """

    def __init__(self, detail: str, *, code: str = "invalid_request", **about: Any) -> None:
        super().__init__(detail, code=code, **about)


class Unauthenticated(APIError):
    """The access key is not known to the server."""


class Forbidden(APIError):
    """The access key does not give access to this: see the product and the environment."""


class NotFound(APIError):
    """There is no such thing."""


class WorkflowNotFound(NotFound):
    """No worker serves a workflow of this name; `suggestions` has the closest ones."""


class ExecutionNotFound(NotFound):
    """There is no execution with this id in this product and environment."""


class Conflict(APIError):
    """The request does not fit the state that things are in."""


class ExecutionClosed(Conflict):
    """The execution has ended: it takes no signal and no cancellation."""


class ExecutionExists(Conflict):
    """The execution id is in use."""


class IdempotencyConflict(Conflict):
    """The idempotency key was used before, with another request."""


class RateLimited(APIError):
    """Too many requests; `retry_after` says when to go on."""


class ServerError(APIError):
    """The server failed, or the engine behind it cannot be reached."""


class ResponseDecodeError(DuctapeError):
    """The answer is not what the contract says.

    Attributes:
        path: Where in the answer (str, a JSON Pointer); None when it is not JSON at all.
    """

    def __init__(self, message: str, *, path: str | None = None, request_id: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.request_id = request_id


class ExecutionError(DuctapeError):
    """An execution ended without a result.

    Attributes:
        execution: The handle of the execution (`Execution`).
        status: How it ended, whole (`ExecutionStatus`).
    """

    def __init__(self, message: str, *, execution: Execution | None, status: ExecutionStatus) -> None:
        super().__init__(message)
        self.execution = execution
        self.status = status


class ExecutionFailed(ExecutionError):
    """The execution failed; `failure` says why, at which step and after how many attempts."""

    @property
    def failure(self) -> Failure | None:
        """Why it failed (`Failure`: message, type, step, attempts); None when the server did not say."""
        return self.status.failure


class ExecutionCancelled(ExecutionError):
    """The execution was cancelled."""


class WaitTimeout(DuctapeError, TimeoutError):
    """The execution had not ended when the time for waiting was up. It goes on: wait again, or cancel it.

    Attributes:
        execution: The handle of the execution (`Execution`); of the first unfinished one after a wait for
            several.
        status: What was last known of it (`ExecutionStatus`); None when the server was never reached.
        results: After a wait for several, the results that were in (dict, by execution id); else empty.
    """

    def __init__(
        self,
        message: str,
        *,
        execution: Execution | None = None,
        status: ExecutionStatus | None = None,
        results: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.execution = execution
        self.status = status
        self.results = results or {}

    @property
    def current_step(self) -> str | None:
        """The name of the step that the execution was last seen at; None when at none."""
        return self.status.current_step if self.status else None


class SubscriptionError(DuctapeError):
    """A subscription broke off.

    Attributes:
        execution_id: The execution that was subscribed to (str); None when it concerns the connection.
        last_event_id: The id of the last event that was delivered (str): subscribe with it as `after` to
            go on; None when none was delivered.
    """

    def __init__(
        self, message: str, *, execution_id: str | None = None, last_event_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.execution_id = execution_id
        self.last_event_id = last_event_id


class SubscriptionOverflow(SubscriptionError):
    """The consumer was so slow that its queue of events was full."""


class ConnectionLost(SubscriptionError):
    """The events can no longer be had: the server refuses the connection, or the client was closed."""
