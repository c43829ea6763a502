# Generated from openapi.yaml by `make generate`; do not edit.
"""The contract's JSON as classes: frozen, with an attribute for each property.

`from_dict` refuses what breaks the contract with a `DecodeError`. What a newer server may add survives it and
comes back from `to_dict`: properties (`additional_properties`), values of enums, kinds of events and messages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import (
    Any,
    ClassVar,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    dataclass_transform,
)

import attrs

from ductape_sync import results

from . import DecodeError, shown

_T = TypeVar("_T")
_Decoder: TypeAlias = Callable[[Any], Any]
_Table: TypeAlias = Mapping[str, tuple[_Decoder, bool]]

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_fromisoformat = dt.datetime.fromisoformat


class _Model(results.Result):
    __slots__: tuple[str, ...] = ()

    @staticmethod
    def from_dict(data: Any) -> _Model:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __hash__(self) -> int:
        held = (getattr(self, name) for name in self.__slots__ if name != "additional_properties")
        return hash((self.__class__, *held))

    def __reduce__(self) -> tuple[Callable[[Any], _Model], tuple[dict[str, Any]]]:
        return self.from_dict, (self.to_dict(),)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def _model(cls: type[_T]) -> type[_T]:
    # What `_Model` has already is not made again: it would be most of what importing this module takes.
    return attrs.define(
        cls,
        frozen=True,
        kw_only=True,
        eq=False,
        repr=False,
        match_args=False,
        weakref_slot=False,
        getstate_setstate=False,
        auto_attribs=True,
    )


def _draft_of(cls: type[_Model]) -> Any:
    """Return a class of the same layout that is not frozen.

    A frozen instance is filled through descriptors, which takes twice as long as plain assignment. Decoders
    fill a draft instead and then make it an instance of its class.
    """
    return type(f"{cls.__name__}Draft", (_Model,), {"__slots__": cls.__slots__})


class _OpenEnum(StrEnum):
    @classmethod
    def _missing_(cls, value: object) -> _OpenEnum | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = "UNKNOWN"
        unknown._value_ = value
        return unknown


class _Variants(dict[str, Callable[[Any], _T]]):
    """The decoders of a union's variants by their tags; every other tag gets the one for unknown ones."""

    __slots__ = ("unknown",)

    def __init__(self, known: dict[str, Callable[[Any], _T]], unknown: Callable[[Any], _T]) -> None:
        super().__init__(known)
        self.unknown = unknown

    def __missing__(self, tag: str) -> Callable[[Any], _T]:
        return self.unknown


def _fault(data: Any, table: _Table, *, closed: bool = False) -> DecodeError:
    """Find out what is wrong with an object that was refused."""
    if not isinstance(data, dict):
        return DecodeError("", f"must be an object, not {shown(data)}")
    for name, (decode, required) in table.items():
        if name in data:
            try:
                decode(data[name])
            except DecodeError as error:
                return error.under(name)
        elif required:
            return DecodeError("", "is missing").under(name)
    unknown = next((name for name in data if name not in table), None)
    if closed and unknown is not None:
        return DecodeError("", "is not a property of this object").under(unknown)
    return DecodeError("", "is not what the contract says")


def _others(data: dict[str, Any], table: _Table) -> Mapping[str, Any]:
    return {name: value for name, value in data.items() if name not in table} or _NOTHING


def _of_type(kind: type[Any], name: str) -> _Decoder:
    def decode(value: Any) -> Any:
        if type(value) is not kind:
            raise DecodeError("", f"must be {name}, not {shown(value)}")
        return value

    return decode


def _any(value: Any) -> Any:
    return value


_string = _of_type(str, "a string")
_integer = _of_type(int, "an integer")
_boolean = _of_type(bool, "true or false")
_object = _of_type(dict, "an object")
_list = _of_type(list, "a list")


def _number(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise DecodeError("", f"must be a number, not {shown(value)}")
    return value


def _date(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise DecodeError("", f"must be a date such as 2026-01-31, not {shown(value)}") from None


def _date_time(value: Any) -> dt.datetime:
    try:
        time = _fromisoformat(value)
    except (TypeError, ValueError):
        time = None
    if time is None or time.tzinfo is None:
        raise DecodeError("", f"must be a time with an offset (RFC 3339), not {shown(value)}")
    return time


def _constant(constant: str) -> _Decoder:
    def decode(value: Any) -> str:
        if value != constant:
            raise DecodeError("", f"must be {constant!r}, not {shown(value)}")
        return constant

    return decode


def _nullable(inner: _Decoder) -> _Decoder:
    def decode(value: Any) -> Any:
        return None if value is None else inner(value)

    return decode


def _array(inner: _Decoder) -> _Decoder:
    def decode(value: Any) -> list[Any]:
        items: list[Any] = []
        for item in _list(value):
            try:
                items.append(inner(item))
            except DecodeError as error:
                raise error.under(len(items)) from None
        return items

    return decode


def _mapping(inner: _Decoder) -> _Decoder:
    def decode(value: Any) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for name, item in _object(value).items():
            try:
                items[name] = inner(item)
            except DecodeError as error:
                raise error.under(name) from None
        return items

    return decode


class ExecutionState(_OpenEnum):
    """Where an execution is: `running`, or ended as `completed`, `failed` (a timeout included) or
    `cancelled`.
    """

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_EXECUTION_STATE_MEMBERS: Final[dict[str, ExecutionState]] = {
    member.value: member for member in ExecutionState
}


def _decode_execution_state(value: Any) -> ExecutionState:
    return ExecutionState(_string(value))


class HealthState(_OpenEnum):
    """`ok`: service and engine are up."""

    OK = "ok"


_HEALTH_STATE_MEMBERS: Final[dict[str, HealthState]] = {member.value: member for member in HealthState}


def _decode_health_state(value: Any) -> HealthState:
    return HealthState(_string(value))


class ProblemCode(_OpenEnum):
    """What went wrong, for programs. 400 `invalid_request`; 401 `unauthenticated`; 403 `forbidden`; 404
    `workflow_not_found` (with the closest names as suggestions), `execution_not_found`, `not_found` (no
    such path); 405 `method_not_allowed`; 409 `execution_closed` (a signal or a cancellation after the
    end), `execution_exists` (the id is in use), `idempotency_conflict` (the key was used with another
    body); 413 `payload_too_large`; 415 `unsupported_media_type`; 426 `upgrade_required` (this path is a
    WebSocket); 429 `rate_limited`, `too_many_subscriptions`; 500 `internal`; 503 `engine_unavailable`.
    """

    INVALID_REQUEST = "invalid_request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    WORKFLOW_NOT_FOUND = "workflow_not_found"
    EXECUTION_NOT_FOUND = "execution_not_found"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    EXECUTION_CLOSED = "execution_closed"
    EXECUTION_EXISTS = "execution_exists"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UPGRADE_REQUIRED = "upgrade_required"
    RATE_LIMITED = "rate_limited"
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions"
    INTERNAL = "internal"
    ENGINE_UNAVAILABLE = "engine_unavailable"


_PROBLEM_CODE_MEMBERS: Final[dict[str, ProblemCode]] = {member.value: member for member in ProblemCode}


def _decode_problem_code(value: Any) -> ProblemCode:
    return ProblemCode(_string(value))


class UnsubscribedReason(_OpenEnum):
    """Why a subscription ended: it was `requested`, or the execution `ended`."""

    REQUESTED = "requested"
    ENDED = "ended"


_UNSUBSCRIBED_REASON_MEMBERS: Final[dict[str, UnsubscribedReason]] = {
    member.value: member for member in UnsubscribedReason
}


def _decode_unsubscribed_reason(value: Any) -> UnsubscribedReason:
    return UnsubscribedReason(_string(value))


@_model
class ExecuteRequest(_Model):
    """What to start."""

    workflow: str
    """The name of the workflow, 1 to 200 characters without control characters, double quotes and
    backslashes.
    """
    input: Any = None
    """What the workflow is given; any JSON, null when absent."""
    execution_id: str | None = None
    """The id that the execution shall have; chosen by the server when absent. 1 to 200 letters, digits and
    `_ . : @ = + ~ -`, the first of them a letter, a digit or `_`. An id that is in use is refused with
    `execution_exists`.
    """
    options: ExecuteOptions | None = None
    """How to run an execution."""

    @staticmethod
    def from_dict(data: Any) -> ExecuteRequest:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_execute_request(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "workflow": self.workflow,
        }
        if self.input is not None:
            data["input"] = self.input
        if self.execution_id is not None:
            data["executionId"] = self.execution_id
        if self.options is not None:
            data["options"] = self.options.to_dict()
        return data


_ExecuteRequestDraft = _draft_of(ExecuteRequest)


def _decode_execute_request(data: Any) -> ExecuteRequest:
    try:
        draft = _ExecuteRequestDraft()
        draft.workflow = value = data["workflow"]
        if type(value) is not str:
            raise TypeError
        if "input" in data:
            draft.input = data["input"]
        else:
            draft.input = None
        if "executionId" in data:
            draft.execution_id = value = data["executionId"]
            if type(value) is not str:
                raise TypeError
        else:
            draft.execution_id = None
        if "options" in data:
            draft.options = _decode_execute_options(data["options"])
        else:
            draft.options = None
        if not data.keys() <= _EXECUTE_REQUEST_FIELDS.keys():
            raise ValueError
        draft.__class__ = ExecuteRequest
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _EXECUTE_REQUEST_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class ExecuteOptions(_Model):
    """How to run an execution."""

    timeout: int | None = None
    """Milliseconds that the whole execution may take, its retries included, at most ten years; without a
    limit when absent. An execution that takes longer fails with the failure type `timeout`.
    """
    retries: int | None = None
    """How many times to run the workflow again after it fails, at most 1,000; 0 when absent."""
    metadata: Metadata | None = None
    """Values of your own, any JSON by name, at most 32 KiB together, kept with the execution and returned
    with it.
    """

    @staticmethod
    def from_dict(data: Any) -> ExecuteOptions:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_execute_options(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {}
        if self.timeout is not None:
            data["timeout"] = self.timeout
        if self.retries is not None:
            data["retries"] = self.retries
        if self.metadata is not None:
            data["metadata"] = self.metadata
        return data


_ExecuteOptionsDraft = _draft_of(ExecuteOptions)


def _decode_execute_options(data: Any) -> ExecuteOptions:
    try:
        draft = _ExecuteOptionsDraft()
        if "timeout" in data:
            draft.timeout = value = data["timeout"]
            if type(value) is not int:
                raise TypeError
        else:
            draft.timeout = None
        if "retries" in data:
            draft.retries = value = data["retries"]
            if type(value) is not int:
                raise TypeError
        else:
            draft.retries = None
        if "metadata" in data:
            draft.metadata = _decode_metadata(data["metadata"])
        else:
            draft.metadata = None
        if not data.keys() <= _EXECUTE_OPTIONS_FIELDS.keys():
            raise ValueError
        draft.__class__ = ExecuteOptions
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _EXECUTE_OPTIONS_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class ExecutionSummary(_Model):
    """An execution as lists show it."""

    execution_id: str
    """The execution's id."""
    workflow: str
    """The name of the workflow."""
    status: ExecutionState
    """Where an execution is: `running`, or ended as `completed`, `failed` (a timeout included) or
    `cancelled`.
    """
    started_at: dt.datetime
    """When it started."""
    completed_at: dt.datetime | None
    """When it ended, however it ended; null while it runs."""
    metadata: Metadata
    """Values of your own, any JSON by name, at most 32 KiB together, kept with the execution and returned
    with it.
    """
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> ExecutionSummary:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_execution_summary(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "executionId": self.execution_id,
            "workflow": self.workflow,
            "status": str(self.status),
            "startedAt": self.started_at.isoformat(),
            "completedAt": None if self.completed_at is None else self.completed_at.isoformat(),
            "metadata": self.metadata,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_ExecutionSummaryDraft = _draft_of(ExecutionSummary)


def _decode_execution_summary(data: Any) -> ExecutionSummary:
    try:
        draft = _ExecutionSummaryDraft()
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.workflow = value = data["workflow"]
        if type(value) is not str:
            raise TypeError
        value = data["status"]
        draft.status = _EXECUTION_STATE_MEMBERS.get(value) or _decode_execution_state(value)
        draft.started_at = value = _fromisoformat(data["startedAt"])
        if value.tzinfo is None:
            raise ValueError
        value = data["completedAt"]
        if value is None:
            draft.completed_at = None
        else:
            draft.completed_at = value = _fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
        draft.metadata = _decode_metadata(data["metadata"])
        draft.additional_properties = _NOTHING if len(data) == 6 else _others(data, _EXECUTION_SUMMARY_FIELDS)
        draft.__class__ = ExecutionSummary
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _EXECUTION_SUMMARY_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class ExecutionStatus(_Model):
    """An execution, whole."""

    execution_id: str
    """The execution's id."""
    workflow: str
    """The name of the workflow."""
    status: ExecutionState
    """Where an execution is: `running`, or ended as `completed`, `failed` (a timeout included) or
    `cancelled`.
    """
    started_at: dt.datetime
    """When it started."""
    completed_at: dt.datetime | None
    """When it ended, however it ended; null while it runs."""
    metadata: Metadata
    """Values of your own, any JSON by name, at most 32 KiB together, kept with the execution and returned
    with it.
    """
    input: Any
    """What it was given; any JSON."""
    result: Any
    """What it returned; any JSON, null unless it completed."""
    error: str | None
    """Why it failed or was cancelled, in one line; null otherwise."""
    failure: Failure | None
    """Why it failed, in parts; null unless it failed."""
    current_step: str | None
    """The name of the step that it is at; null when it is at none."""
    current_step_attempt: int | None
    """Which try of that step this is, or the next one is, 1 for the first; null when it is at none."""
    current_step_error: str | None
    """Why the last try of that step failed, in one line; null when none has failed."""
    attempt: int
    """Which run of the workflow this is, 1 for the first; higher after retries."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> ExecutionStatus:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_execution_status(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "executionId": self.execution_id,
            "workflow": self.workflow,
            "status": str(self.status),
            "startedAt": self.started_at.isoformat(),
            "completedAt": None if self.completed_at is None else self.completed_at.isoformat(),
            "metadata": self.metadata,
            "input": self.input,
            "result": self.result,
            "error": self.error,
            "failure": None if self.failure is None else self.failure.to_dict(),
            "currentStep": self.current_step,
            "currentStepAttempt": self.current_step_attempt,
            "currentStepError": self.current_step_error,
            "attempt": self.attempt,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_ExecutionStatusDraft = _draft_of(ExecutionStatus)


def _decode_execution_status(data: Any) -> ExecutionStatus:
    try:
        draft = _ExecutionStatusDraft()
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.workflow = value = data["workflow"]
        if type(value) is not str:
            raise TypeError
        value = data["status"]
        draft.status = _EXECUTION_STATE_MEMBERS.get(value) or _decode_execution_state(value)
        draft.started_at = value = _fromisoformat(data["startedAt"])
        if value.tzinfo is None:
            raise ValueError
        value = data["completedAt"]
        if value is None:
            draft.completed_at = None
        else:
            draft.completed_at = value = _fromisoformat(value)
            if value.tzinfo is None:
                raise ValueError
        draft.metadata = _decode_metadata(data["metadata"])
        draft.input = data["input"]
        draft.result = data["result"]
        value = data["error"]
        if value is None:
            draft.error = None
        else:
            draft.error = value
            if type(value) is not str:
                raise TypeError
        value = data["failure"]
        if value is None:
            draft.failure = None
        else:
            draft.failure = _decode_failure(value)
        value = data["currentStep"]
        if value is None:
            draft.current_step = None
        else:
            draft.current_step = value
            if type(value) is not str:
                raise TypeError
        value = data["currentStepAttempt"]
        if value is None:
            draft.current_step_attempt = None
        else:
            draft.current_step_attempt = value
            if type(value) is not int:
                raise TypeError
        value = data["currentStepError"]
        if value is None:
            draft.current_step_error = None
        else:
            draft.current_step_error = value
            if type(value) is not str:
                raise TypeError
        draft.attempt = value = data["attempt"]
        if type(value) is not int:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 14 else _others(data, _EXECUTION_STATUS_FIELDS)
        draft.__class__ = ExecutionStatus
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _EXECUTION_STATUS_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Failure(_Model):
    """Why an execution failed."""

    message: str
    """What the innermost error says."""
    type: str
    """The kind of error, such as the name of its class; `timeout` when time ran out."""
    step: str | None
    """The name of the step that failed; null when the workflow itself failed."""
    attempts: int | None
    """How many times the step was tried; null when the workflow itself failed."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Failure:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_failure(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "message": self.message,
            "type": self.type,
            "step": self.step,
            "attempts": self.attempts,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_FailureDraft = _draft_of(Failure)


def _decode_failure(data: Any) -> Failure:
    try:
        draft = _FailureDraft()
        draft.message = value = data["message"]
        if type(value) is not str:
            raise TypeError
        draft.type = value = data["type"]
        if type(value) is not str:
            raise TypeError
        value = data["step"]
        if value is None:
            draft.step = None
        else:
            draft.step = value
            if type(value) is not str:
                raise TypeError
        value = data["attempts"]
        if value is None:
            draft.attempts = None
        else:
            draft.attempts = value
            if type(value) is not int:
                raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 4 else _others(data, _FAILURE_FIELDS)
        draft.__class__ = Failure
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _FAILURE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class ExecutionList(_Model, results.ExecutionListResult):
    """A page of executions, newest first."""

    executions: list[ExecutionSummary]
    """The executions of this page."""
    count: int
    """How many executions match in all, this page and every other."""
    next_cursor: str | None
    """The `cursor` of the next page; null when this is the last."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> ExecutionList:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_execution_list(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "executions": [item.to_dict() for item in self.executions],
            "count": self.count,
            "nextCursor": self.next_cursor,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_ExecutionListDraft = _draft_of(ExecutionList)


def _decode_execution_list(data: Any) -> ExecutionList:
    try:
        draft = _ExecutionListDraft()
        value = data["executions"]
        if type(value) is not list:
            raise TypeError
        draft.executions = [_decode_execution_summary(item) for item in value]
        draft.count = value = data["count"]
        if type(value) is not int:
            raise TypeError
        value = data["nextCursor"]
        if value is None:
            draft.next_cursor = None
        else:
            draft.next_cursor = value
            if type(value) is not str:
                raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _EXECUTION_LIST_FIELDS)
        draft.__class__ = ExecutionList
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _EXECUTION_LIST_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class History(_Model, results.HistoryResult):
    """A page of an execution's events, oldest first."""

    execution_id: str
    """The execution's id."""
    events: list[WorkflowEvent]
    """The events of this page."""
    next_after: str | None
    """The `after` of the next page; null when there is nothing more so far."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> History:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_history(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "executionId": self.execution_id,
            "events": [item.to_dict() for item in self.events],
            "nextAfter": self.next_after,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_HistoryDraft = _draft_of(History)


def _decode_history(data: Any) -> History:
    try:
        draft = _HistoryDraft()
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        value = data["events"]
        if type(value) is not list:
            raise TypeError
        draft.events = [_WORKFLOW_EVENT_VARIANTS[item["type"]](item) for item in value]
        value = data["nextAfter"]
        if value is None:
            draft.next_after = None
        else:
            draft.next_after = value
            if type(value) is not str:
                raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _HISTORY_FIELDS)
        draft.__class__ = History
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _HISTORY_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class SignalRequest(_Model):
    """A signal to send."""

    signal: str
    """The name of the signal, 1 to 200 characters without control characters."""
    data: Any = None
    """What comes with the signal; any JSON, null when absent."""

    @staticmethod
    def from_dict(data: Any) -> SignalRequest:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_signal_request(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "signal": self.signal,
        }
        if self.data is not None:
            data["data"] = self.data
        return data


_SignalRequestDraft = _draft_of(SignalRequest)


def _decode_signal_request(data: Any) -> SignalRequest:
    try:
        draft = _SignalRequestDraft()
        draft.signal = value = data["signal"]
        if type(value) is not str:
            raise TypeError
        if "data" in data:
            draft.data = data["data"]
        else:
            draft.data = None
        if not data.keys() <= _SIGNAL_REQUEST_FIELDS.keys():
            raise ValueError
        draft.__class__ = SignalRequest
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _SIGNAL_REQUEST_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class CancelRequest(_Model):
    """A request to cancel."""

    reason: str | None = None
    """Why, for the history; at most 1,000 characters."""

    @staticmethod
    def from_dict(data: Any) -> CancelRequest:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_cancel_request(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {}
        if self.reason is not None:
            data["reason"] = self.reason
        return data


_CancelRequestDraft = _draft_of(CancelRequest)


def _decode_cancel_request(data: Any) -> CancelRequest:
    try:
        draft = _CancelRequestDraft()
        if "reason" in data:
            draft.reason = value = data["reason"]
            if type(value) is not str:
                raise TypeError
        else:
            draft.reason = None
        if not data.keys() <= _CANCEL_REQUEST_FIELDS.keys():
            raise ValueError
        draft.__class__ = CancelRequest
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _CANCEL_REQUEST_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class WorkflowList(_Model):
    """The workflows that can be executed now."""

    workflows: list[WorkflowDefinition]
    """The workflows, by name."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> WorkflowList:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_workflow_list(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "workflows": [item.to_dict() for item in self.workflows],
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_WorkflowListDraft = _draft_of(WorkflowList)


def _decode_workflow_list(data: Any) -> WorkflowList:
    try:
        draft = _WorkflowListDraft()
        value = data["workflows"]
        if type(value) is not list:
            raise TypeError
        draft.workflows = [_decode_workflow_definition(item) for item in value]
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _WORKFLOW_LIST_FIELDS)
        draft.__class__ = WorkflowList
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _WORKFLOW_LIST_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class WorkflowDefinition(_Model):
    """A workflow that can be executed."""

    name: str
    """The name to execute it by."""
    description: str | None
    """What it does, as its author wrote it; null when not written."""
    signals: list[SignalDefinition]
    """The signals that it handles."""
    steps: list[str]
    """The names of the steps that it goes through, in order; empty when not declared."""
    input_schema: JsonSchema | None
    """What the workflow takes as its input; null when its author's type hints do not say."""
    result_schema: JsonSchema | None
    """What the workflow returns; null when its author's type hints do not say."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> WorkflowDefinition:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_workflow_definition(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "signals": [item.to_dict() for item in self.signals],
            "steps": self.steps,
            "inputSchema": self.input_schema,
            "resultSchema": self.result_schema,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_WorkflowDefinitionDraft = _draft_of(WorkflowDefinition)


def _decode_workflow_definition(data: Any) -> WorkflowDefinition:
    try:
        draft = _WorkflowDefinitionDraft()
        draft.name = value = data["name"]
        if type(value) is not str:
            raise TypeError
        value = data["description"]
        if value is None:
            draft.description = None
        else:
            draft.description = value
            if type(value) is not str:
                raise TypeError
        value = data["signals"]
        if type(value) is not list:
            raise TypeError
        draft.signals = [_decode_signal_definition(item) for item in value]
        draft.steps = _WORKFLOW_DEFINITION_FIELDS["steps"][0](data["steps"])
        value = data["inputSchema"]
        if value is None:
            draft.input_schema = None
        else:
            draft.input_schema = _decode_json_schema(value)
        value = data["resultSchema"]
        if value is None:
            draft.result_schema = None
        else:
            draft.result_schema = _decode_json_schema(value)
        draft.additional_properties = (
            _NOTHING if len(data) == 6 else _others(data, _WORKFLOW_DEFINITION_FIELDS)
        )
        draft.__class__ = WorkflowDefinition
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _WORKFLOW_DEFINITION_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class SignalDefinition(_Model):
    """A signal that a workflow handles."""

    name: str
    """The name to send it by."""
    description: str | None
    """What it does, as its author wrote it; null when not written."""
    data_schema: JsonSchema | None
    """What comes with the signal; null when its author's type hints do not say."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> SignalDefinition:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_signal_definition(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "dataSchema": self.data_schema,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_SignalDefinitionDraft = _draft_of(SignalDefinition)


def _decode_signal_definition(data: Any) -> SignalDefinition:
    try:
        draft = _SignalDefinitionDraft()
        draft.name = value = data["name"]
        if type(value) is not str:
            raise TypeError
        value = data["description"]
        if value is None:
            draft.description = None
        else:
            draft.description = value
            if type(value) is not str:
                raise TypeError
        value = data["dataSchema"]
        if value is None:
            draft.data_schema = None
        else:
            draft.data_schema = _decode_json_schema(value)
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _SIGNAL_DEFINITION_FIELDS)
        draft.__class__ = SignalDefinition
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _SIGNAL_DEFINITION_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Health(_Model):
    """The state of the service."""

    status: HealthState
    """`ok`: service and engine are up."""
    version: str
    """The version of the service."""
    engine: str
    """The engine behind it and its version, such as `temporal 1.32.0`."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Health:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_health(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "status": str(self.status),
            "version": self.version,
            "engine": self.engine,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_HealthDraft = _draft_of(Health)


def _decode_health(data: Any) -> Health:
    try:
        draft = _HealthDraft()
        value = data["status"]
        draft.status = _HEALTH_STATE_MEMBERS.get(value) or _decode_health_state(value)
        draft.version = value = data["version"]
        if type(value) is not str:
            raise TypeError
        draft.engine = value = data["engine"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _HEALTH_FIELDS)
        draft.__class__ = Health
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _HEALTH_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class Problem(_Model):
    """Why a request was not carried out (RFC 9457)."""

    type: str
    """The kind of problem as a URI; `about:blank`, since `code` tells it."""
    title: str
    """The kind of problem in a few words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong with this request, and what to do about it."""
    code: ProblemCode
    """What went wrong, for programs. 400 `invalid_request`; 401 `unauthenticated`; 403 `forbidden`; 404
    `workflow_not_found` (with the closest names as suggestions), `execution_not_found`, `not_found` (no
    such path); 405 `method_not_allowed`; 409 `execution_closed` (a signal or a cancellation after the
    end), `execution_exists` (the id is in use), `idempotency_conflict` (the key was used with another
    body); 413 `payload_too_large`; 415 `unsupported_media_type`; 426 `upgrade_required` (this path is a
    WebSocket); 429 `rate_limited`, `too_many_subscriptions`; 500 `internal`; 503 `engine_unavailable`.
    """
    field: str | None
    """What the problem is about: a JSON Pointer (RFC 6901) into the body, or the name of a parameter or a
    header; null when it is about the request as a whole.
    """
    suggestions: list[str]
    """What may have been meant instead, closest first; empty when nothing is close."""
    request_id: str | None
    """The request's id, as in the header `X-Request-Id`; find it in the server's log."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> Problem:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_problem(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": str(self.code),
            "field": self.field,
            "suggestions": self.suggestions,
            "requestId": self.request_id,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_ProblemDraft = _draft_of(Problem)


def _decode_problem(data: Any) -> Problem:
    try:
        draft = _ProblemDraft()
        draft.type = value = data["type"]
        if type(value) is not str:
            raise TypeError
        draft.title = value = data["title"]
        if type(value) is not str:
            raise TypeError
        draft.status = value = data["status"]
        if type(value) is not int:
            raise TypeError
        draft.detail = value = data["detail"]
        if type(value) is not str:
            raise TypeError
        value = data["code"]
        draft.code = _PROBLEM_CODE_MEMBERS.get(value) or _decode_problem_code(value)
        value = data["field"]
        if value is None:
            draft.field = None
        else:
            draft.field = value
            if type(value) is not str:
                raise TypeError
        draft.suggestions = _PROBLEM_FIELDS["suggestions"][0](data["suggestions"])
        value = data["requestId"]
        if value is None:
            draft.request_id = None
        else:
            draft.request_id = value
            if type(value) is not str:
                raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 8 else _others(data, _PROBLEM_FIELDS)
        draft.__class__ = Problem
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _PROBLEM_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StartedEvent(_Model):
    """The execution started."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["started"]] = "started"
    """The kind of event."""
    data: StartedData
    """What a `started` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StartedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_started_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StartedEventDraft = _draft_of(StartedEvent)


def _decode_started_event(data: Any) -> StartedEvent:
    try:
        draft = _StartedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "started":
            raise ValueError
        draft.data = _decode_started_data(data["data"])
        draft.additional_properties = _NOTHING if len(data) == 5 else _others(data, _STARTED_EVENT_FIELDS)
        draft.__class__ = StartedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STARTED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StartedData(_Model):
    """What a `started` event says."""

    workflow: str
    """The name of the workflow."""
    input: Any
    """What it was given; any JSON."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StartedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_started_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "workflow": self.workflow,
            "input": self.input,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StartedDataDraft = _draft_of(StartedData)


def _decode_started_data(data: Any) -> StartedData:
    try:
        draft = _StartedDataDraft()
        draft.workflow = value = data["workflow"]
        if type(value) is not str:
            raise TypeError
        draft.input = data["input"]
        draft.additional_properties = _NOTHING if len(data) == 2 else _others(data, _STARTED_DATA_FIELDS)
        draft.__class__ = StartedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STARTED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StatusChangedEvent(_Model):
    """The execution's status changed."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["status_changed"]] = "status_changed"
    """The kind of event."""
    data: StatusChangedData
    """What a `status_changed` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StatusChangedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_status_changed_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StatusChangedEventDraft = _draft_of(StatusChangedEvent)


def _decode_status_changed_event(data: Any) -> StatusChangedEvent:
    try:
        draft = _StatusChangedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "status_changed":
            raise ValueError
        draft.data = _decode_status_changed_data(data["data"])
        draft.additional_properties = (
            _NOTHING if len(data) == 5 else _others(data, _STATUS_CHANGED_EVENT_FIELDS)
        )
        draft.__class__ = StatusChangedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STATUS_CHANGED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StatusChangedData(_Model):
    """What a `status_changed` event says."""

    status: ExecutionState
    """Where an execution is: `running`, or ended as `completed`, `failed` (a timeout included) or
    `cancelled`.
    """
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StatusChangedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_status_changed_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "status": str(self.status),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StatusChangedDataDraft = _draft_of(StatusChangedData)


def _decode_status_changed_data(data: Any) -> StatusChangedData:
    try:
        draft = _StatusChangedDataDraft()
        value = data["status"]
        draft.status = _EXECUTION_STATE_MEMBERS.get(value) or _decode_execution_state(value)
        draft.additional_properties = (
            _NOTHING if len(data) == 1 else _others(data, _STATUS_CHANGED_DATA_FIELDS)
        )
        draft.__class__ = StatusChangedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STATUS_CHANGED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StepStartedEvent(_Model):
    """A step was scheduled."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["step_started"]] = "step_started"
    """The kind of event."""
    data: StepStartedData
    """What a `step_started` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StepStartedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_step_started_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StepStartedEventDraft = _draft_of(StepStartedEvent)


def _decode_step_started_event(data: Any) -> StepStartedEvent:
    try:
        draft = _StepStartedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "step_started":
            raise ValueError
        draft.data = _decode_step_started_data(data["data"])
        draft.additional_properties = (
            _NOTHING if len(data) == 5 else _others(data, _STEP_STARTED_EVENT_FIELDS)
        )
        draft.__class__ = StepStartedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STEP_STARTED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StepStartedData(_Model):
    """What a `step_started` event says."""

    step: str
    """The name of the step."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StepStartedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_step_started_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "step": self.step,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StepStartedDataDraft = _draft_of(StepStartedData)


def _decode_step_started_data(data: Any) -> StepStartedData:
    try:
        draft = _StepStartedDataDraft()
        draft.step = value = data["step"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _STEP_STARTED_DATA_FIELDS)
        draft.__class__ = StepStartedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STEP_STARTED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StepCompletedEvent(_Model):
    """A step completed."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["step_completed"]] = "step_completed"
    """The kind of event."""
    data: StepCompletedData
    """What a `step_completed` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StepCompletedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_step_completed_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StepCompletedEventDraft = _draft_of(StepCompletedEvent)


def _decode_step_completed_event(data: Any) -> StepCompletedEvent:
    try:
        draft = _StepCompletedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "step_completed":
            raise ValueError
        draft.data = _decode_step_completed_data(data["data"])
        draft.additional_properties = (
            _NOTHING if len(data) == 5 else _others(data, _STEP_COMPLETED_EVENT_FIELDS)
        )
        draft.__class__ = StepCompletedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STEP_COMPLETED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StepCompletedData(_Model):
    """What a `step_completed` event says."""

    step: str
    """The name of the step."""
    result: Any
    """What the step returned; any JSON."""
    attempts: int
    """How many times the step was tried, 1 when it succeeded at once."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StepCompletedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_step_completed_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "step": self.step,
            "result": self.result,
            "attempts": self.attempts,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StepCompletedDataDraft = _draft_of(StepCompletedData)


def _decode_step_completed_data(data: Any) -> StepCompletedData:
    try:
        draft = _StepCompletedDataDraft()
        draft.step = value = data["step"]
        if type(value) is not str:
            raise TypeError
        draft.result = data["result"]
        draft.attempts = value = data["attempts"]
        if type(value) is not int:
            raise TypeError
        draft.additional_properties = (
            _NOTHING if len(data) == 3 else _others(data, _STEP_COMPLETED_DATA_FIELDS)
        )
        draft.__class__ = StepCompletedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STEP_COMPLETED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StepFailedEvent(_Model):
    """A step failed for the last time."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["step_failed"]] = "step_failed"
    """The kind of event."""
    data: StepFailedData
    """What a `step_failed` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StepFailedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_step_failed_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StepFailedEventDraft = _draft_of(StepFailedEvent)


def _decode_step_failed_event(data: Any) -> StepFailedEvent:
    try:
        draft = _StepFailedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "step_failed":
            raise ValueError
        draft.data = _decode_step_failed_data(data["data"])
        draft.additional_properties = _NOTHING if len(data) == 5 else _others(data, _STEP_FAILED_EVENT_FIELDS)
        draft.__class__ = StepFailedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STEP_FAILED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class StepFailedData(_Model):
    """What a `step_failed` event says."""

    step: str
    """The name of the step."""
    error: str
    """Why its last attempt failed, in one line."""
    attempts: int
    """How many times the step was tried."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> StepFailedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_step_failed_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "step": self.step,
            "error": self.error,
            "attempts": self.attempts,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_StepFailedDataDraft = _draft_of(StepFailedData)


def _decode_step_failed_data(data: Any) -> StepFailedData:
    try:
        draft = _StepFailedDataDraft()
        draft.step = value = data["step"]
        if type(value) is not str:
            raise TypeError
        draft.error = value = data["error"]
        if type(value) is not str:
            raise TypeError
        draft.attempts = value = data["attempts"]
        if type(value) is not int:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _STEP_FAILED_DATA_FIELDS)
        draft.__class__ = StepFailedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _STEP_FAILED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class SignalReceivedEvent(_Model):
    """The execution received a signal."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["signal_received"]] = "signal_received"
    """The kind of event."""
    data: SignalReceivedData
    """What a `signal_received` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> SignalReceivedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_signal_received_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_SignalReceivedEventDraft = _draft_of(SignalReceivedEvent)


def _decode_signal_received_event(data: Any) -> SignalReceivedEvent:
    try:
        draft = _SignalReceivedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "signal_received":
            raise ValueError
        draft.data = _decode_signal_received_data(data["data"])
        draft.additional_properties = (
            _NOTHING if len(data) == 5 else _others(data, _SIGNAL_RECEIVED_EVENT_FIELDS)
        )
        draft.__class__ = SignalReceivedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _SIGNAL_RECEIVED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class SignalReceivedData(_Model):
    """What a `signal_received` event says."""

    signal: str
    """The name of the signal."""
    data: Any
    """What came with it; any JSON."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> SignalReceivedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_signal_received_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "signal": self.signal,
            "data": self.data,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_SignalReceivedDataDraft = _draft_of(SignalReceivedData)


def _decode_signal_received_data(data: Any) -> SignalReceivedData:
    try:
        draft = _SignalReceivedDataDraft()
        draft.signal = value = data["signal"]
        if type(value) is not str:
            raise TypeError
        draft.data = data["data"]
        draft.additional_properties = (
            _NOTHING if len(data) == 2 else _others(data, _SIGNAL_RECEIVED_DATA_FIELDS)
        )
        draft.__class__ = SignalReceivedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _SIGNAL_RECEIVED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class CancelRequestedEvent(_Model):
    """Someone asked the execution to end."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["cancel_requested"]] = "cancel_requested"
    """The kind of event."""
    data: CancelRequestedData
    """What a `cancel_requested` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> CancelRequestedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_cancel_requested_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_CancelRequestedEventDraft = _draft_of(CancelRequestedEvent)


def _decode_cancel_requested_event(data: Any) -> CancelRequestedEvent:
    try:
        draft = _CancelRequestedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "cancel_requested":
            raise ValueError
        draft.data = _decode_cancel_requested_data(data["data"])
        draft.additional_properties = (
            _NOTHING if len(data) == 5 else _others(data, _CANCEL_REQUESTED_EVENT_FIELDS)
        )
        draft.__class__ = CancelRequestedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _CANCEL_REQUESTED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class CancelRequestedData(_Model):
    """What a `cancel_requested` event says."""

    reason: str | None
    """Why; null when not said."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> CancelRequestedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_cancel_requested_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "reason": self.reason,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_CancelRequestedDataDraft = _draft_of(CancelRequestedData)


def _decode_cancel_requested_data(data: Any) -> CancelRequestedData:
    try:
        draft = _CancelRequestedDataDraft()
        value = data["reason"]
        if value is None:
            draft.reason = None
        else:
            draft.reason = value
            if type(value) is not str:
                raise TypeError
        draft.additional_properties = (
            _NOTHING if len(data) == 1 else _others(data, _CANCEL_REQUESTED_DATA_FIELDS)
        )
        draft.__class__ = CancelRequestedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _CANCEL_REQUESTED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class RetryingEvent(_Model):
    """The workflow failed and is run again."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["retrying"]] = "retrying"
    """The kind of event."""
    data: RetryingData
    """What a `retrying` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> RetryingEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_retrying_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_RetryingEventDraft = _draft_of(RetryingEvent)


def _decode_retrying_event(data: Any) -> RetryingEvent:
    try:
        draft = _RetryingEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "retrying":
            raise ValueError
        draft.data = _decode_retrying_data(data["data"])
        draft.additional_properties = _NOTHING if len(data) == 5 else _others(data, _RETRYING_EVENT_FIELDS)
        draft.__class__ = RetryingEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _RETRYING_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class RetryingData(_Model):
    """What a `retrying` event says."""

    attempt: int
    """Which run of the workflow starts now, 2 for the first retry."""
    error: str
    """Why the run before failed, in one line."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> RetryingData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_retrying_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "attempt": self.attempt,
            "error": self.error,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_RetryingDataDraft = _draft_of(RetryingData)


def _decode_retrying_data(data: Any) -> RetryingData:
    try:
        draft = _RetryingDataDraft()
        draft.attempt = value = data["attempt"]
        if type(value) is not int:
            raise TypeError
        draft.error = value = data["error"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 2 else _others(data, _RETRYING_DATA_FIELDS)
        draft.__class__ = RetryingData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _RETRYING_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class CompletedEvent(_Model):
    """The execution completed. Its last event."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["completed"]] = "completed"
    """The kind of event."""
    data: CompletedData
    """What a `completed` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> CompletedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_completed_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_CompletedEventDraft = _draft_of(CompletedEvent)


def _decode_completed_event(data: Any) -> CompletedEvent:
    try:
        draft = _CompletedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "completed":
            raise ValueError
        draft.data = _decode_completed_data(data["data"])
        draft.additional_properties = _NOTHING if len(data) == 5 else _others(data, _COMPLETED_EVENT_FIELDS)
        draft.__class__ = CompletedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _COMPLETED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class CompletedData(_Model):
    """What a `completed` event says."""

    result: Any
    """What the workflow returned; any JSON."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> CompletedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_completed_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "result": self.result,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_CompletedDataDraft = _draft_of(CompletedData)


def _decode_completed_data(data: Any) -> CompletedData:
    try:
        draft = _CompletedDataDraft()
        draft.result = data["result"]
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _COMPLETED_DATA_FIELDS)
        draft.__class__ = CompletedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _COMPLETED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class FailedEvent(_Model):
    """The execution failed. Its last event."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["failed"]] = "failed"
    """The kind of event."""
    data: FailedData
    """What a `failed` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> FailedEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_failed_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_FailedEventDraft = _draft_of(FailedEvent)


def _decode_failed_event(data: Any) -> FailedEvent:
    try:
        draft = _FailedEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "failed":
            raise ValueError
        draft.data = _decode_failed_data(data["data"])
        draft.additional_properties = _NOTHING if len(data) == 5 else _others(data, _FAILED_EVENT_FIELDS)
        draft.__class__ = FailedEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _FAILED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class FailedData(_Model):
    """What a `failed` event says."""

    error: str
    """Why, in one line."""
    failure: Failure
    """Why an execution failed."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> FailedData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_failed_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "error": self.error,
            "failure": self.failure.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_FailedDataDraft = _draft_of(FailedData)


def _decode_failed_data(data: Any) -> FailedData:
    try:
        draft = _FailedDataDraft()
        draft.error = value = data["error"]
        if type(value) is not str:
            raise TypeError
        draft.failure = _decode_failure(data["failure"])
        draft.additional_properties = _NOTHING if len(data) == 2 else _others(data, _FAILED_DATA_FIELDS)
        draft.__class__ = FailedData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _FAILED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class CancelledEvent(_Model):
    """The execution was cancelled. Its last event."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: ClassVar[Literal["cancelled"]] = "cancelled"
    """The kind of event."""
    data: CancelledData
    """What a `cancelled` event says."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> CancelledEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_cancelled_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_CancelledEventDraft = _draft_of(CancelledEvent)


def _decode_cancelled_event(data: Any) -> CancelledEvent:
    try:
        draft = _CancelledEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        if data["type"] != "cancelled":
            raise ValueError
        draft.data = _decode_cancelled_data(data["data"])
        draft.additional_properties = _NOTHING if len(data) == 5 else _others(data, _CANCELLED_EVENT_FIELDS)
        draft.__class__ = CancelledEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _CANCELLED_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class CancelledData(_Model):
    """What a `cancelled` event says."""

    reason: str | None
    """Why; null when not said."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> CancelledData:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_cancelled_data(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "reason": self.reason,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_CancelledDataDraft = _draft_of(CancelledData)


def _decode_cancelled_data(data: Any) -> CancelledData:
    try:
        draft = _CancelledDataDraft()
        value = data["reason"]
        if value is None:
            draft.reason = None
        else:
            draft.reason = value
            if type(value) is not str:
                raise TypeError
        draft.additional_properties = _NOTHING if len(data) == 1 else _others(data, _CANCELLED_DATA_FIELDS)
        draft.__class__ = CancelledData
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _CANCELLED_DATA_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class SubscribeMessage(_Model):
    """Asks for the events of an execution; answered with `subscribed`, or with `error`. A second one for
    the same execution takes the place of the first.
    """

    op: ClassVar[Literal["subscribe"]] = "subscribe"
    """The kind of message."""
    execution_id: str
    """The execution's id: 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first of them a letter, a
    digit or `_`.
    """
    after: str | None
    """Go on after the event with this id; null for the execution's past first."""

    @staticmethod
    def from_dict(data: Any) -> SubscribeMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_subscribe_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "executionId": self.execution_id,
            "after": self.after,
        }
        return data


_SubscribeMessageDraft = _draft_of(SubscribeMessage)


def _decode_subscribe_message(data: Any) -> SubscribeMessage:
    try:
        draft = _SubscribeMessageDraft()
        if data["op"] != "subscribe":
            raise ValueError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        value = data["after"]
        if value is None:
            draft.after = None
        else:
            draft.after = value
            if type(value) is not str:
                raise TypeError
        if not data.keys() <= _SUBSCRIBE_MESSAGE_FIELDS.keys():
            raise ValueError
        draft.__class__ = SubscribeMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _SUBSCRIBE_MESSAGE_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnsubscribeMessage(_Model):
    """Ends a subscription, if there is one; always answered with one `unsubscribed`."""

    op: ClassVar[Literal["unsubscribe"]] = "unsubscribe"
    """The kind of message."""
    execution_id: str
    """The execution's id: 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first of them a letter, a
    digit or `_`.
    """

    @staticmethod
    def from_dict(data: Any) -> UnsubscribeMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unsubscribe_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "executionId": self.execution_id,
        }
        return data


_UnsubscribeMessageDraft = _draft_of(UnsubscribeMessage)


def _decode_unsubscribe_message(data: Any) -> UnsubscribeMessage:
    try:
        draft = _UnsubscribeMessageDraft()
        if data["op"] != "unsubscribe":
            raise ValueError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        if not data.keys() <= _UNSUBSCRIBE_MESSAGE_FIELDS.keys():
            raise ValueError
        draft.__class__ = UnsubscribeMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNSUBSCRIBE_MESSAGE_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class WatchMessage(_Model):
    """Asks for a page of executions, newest first, now and whenever it changes; answered with `page`, or
    with `unwatched` that says why not. A second one with the same `watchId` takes the place of the
    first.
    """

    op: ClassVar[Literal["watch"]] = "watch"
    """The kind of message."""
    watch_id: str
    """The client's own name for it on this socket: 1 to 64 letters, digits and `_ . -`."""
    workflow: str | None = None
    """Only executions of the workflow of this name: 1 to 200 characters without control characters, double
    quotes and backslashes.
    """
    id_prefix: str | None = None
    """Only executions whose id begins with this: 1 to 200 characters of which ids may consist. Engines may
    take upper and lower case for the same.
    """
    status: ExecutionState | None = None
    """Where an execution is: `running`, or ended as `completed`, `failed` (a timeout included) or
    `cancelled`.
    """
    limit: int | None = None
    """The most executions in the page, 1 to 100; 20 when absent."""
    cursor: str | None = None
    """The `nextCursor` of the page before, with the same `workflow`, `idPrefix` and `status`; the first
    page when absent.
    """

    @staticmethod
    def from_dict(data: Any) -> WatchMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_watch_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "watchId": self.watch_id,
        }
        if self.workflow is not None:
            data["workflow"] = self.workflow
        if self.id_prefix is not None:
            data["idPrefix"] = self.id_prefix
        if self.status is not None:
            data["status"] = str(self.status)
        if self.limit is not None:
            data["limit"] = self.limit
        if self.cursor is not None:
            data["cursor"] = self.cursor
        return data


_WatchMessageDraft = _draft_of(WatchMessage)


def _decode_watch_message(data: Any) -> WatchMessage:
    try:
        draft = _WatchMessageDraft()
        if data["op"] != "watch":
            raise ValueError
        draft.watch_id = value = data["watchId"]
        if type(value) is not str:
            raise TypeError
        if "workflow" in data:
            draft.workflow = value = data["workflow"]
            if type(value) is not str:
                raise TypeError
        else:
            draft.workflow = None
        if "idPrefix" in data:
            draft.id_prefix = value = data["idPrefix"]
            if type(value) is not str:
                raise TypeError
        else:
            draft.id_prefix = None
        if "status" in data:
            value = data["status"]
            draft.status = _EXECUTION_STATE_MEMBERS.get(value) or _decode_execution_state(value)
        else:
            draft.status = None
        if "limit" in data:
            draft.limit = value = data["limit"]
            if type(value) is not int:
                raise TypeError
        else:
            draft.limit = None
        if "cursor" in data:
            draft.cursor = value = data["cursor"]
            if type(value) is not str:
                raise TypeError
        else:
            draft.cursor = None
        if not data.keys() <= _WATCH_MESSAGE_FIELDS.keys():
            raise ValueError
        draft.__class__ = WatchMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _WATCH_MESSAGE_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnwatchMessage(_Model):
    """Ends the watching of a page, if it is watched; always answered with one `unwatched`."""

    op: ClassVar[Literal["unwatch"]] = "unwatch"
    """The kind of message."""
    watch_id: str
    """The name that it was given: 1 to 64 letters, digits and `_ . -`."""

    @staticmethod
    def from_dict(data: Any) -> UnwatchMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unwatch_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "watchId": self.watch_id,
        }
        return data


_UnwatchMessageDraft = _draft_of(UnwatchMessage)


def _decode_unwatch_message(data: Any) -> UnwatchMessage:
    try:
        draft = _UnwatchMessageDraft()
        if data["op"] != "unwatch":
            raise ValueError
        draft.watch_id = value = data["watchId"]
        if type(value) is not str:
            raise TypeError
        if not data.keys() <= _UNWATCH_MESSAGE_FIELDS.keys():
            raise ValueError
        draft.__class__ = UnwatchMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNWATCH_MESSAGE_FIELDS, closed=True) from None
    return draft  # type: ignore[no-any-return]


@_model
class SubscribedMessage(_Model):
    """A subscription is in place; its events follow."""

    op: ClassVar[Literal["subscribed"]] = "subscribed"
    """The kind of message."""
    execution_id: str
    """The execution's id."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> SubscribedMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_subscribed_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "executionId": self.execution_id,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_SubscribedMessageDraft = _draft_of(SubscribedMessage)


def _decode_subscribed_message(data: Any) -> SubscribedMessage:
    try:
        draft = _SubscribedMessageDraft()
        if data["op"] != "subscribed":
            raise ValueError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = (
            _NOTHING if len(data) == 2 else _others(data, _SUBSCRIBED_MESSAGE_FIELDS)
        )
        draft.__class__ = SubscribedMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _SUBSCRIBED_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class EventMessage(_Model):
    """An event of an execution that is subscribed to."""

    op: ClassVar[Literal["event"]] = "event"
    """The kind of message."""
    event: WorkflowEvent
    """Something that happened in an execution. History is the stream's past: the same events, whether
    fetched or pushed.
    """
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> EventMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_event_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "event": self.event.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_EventMessageDraft = _draft_of(EventMessage)


def _decode_event_message(data: Any) -> EventMessage:
    try:
        draft = _EventMessageDraft()
        if data["op"] != "event":
            raise ValueError
        draft.event = workflow_event_from_dict(data["event"])
        draft.additional_properties = _NOTHING if len(data) == 2 else _others(data, _EVENT_MESSAGE_FIELDS)
        draft.__class__ = EventMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _EVENT_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnsubscribedMessage(_Model):
    """A subscription is over; no more of its events follow."""

    op: ClassVar[Literal["unsubscribed"]] = "unsubscribed"
    """The kind of message."""
    execution_id: str
    """The execution's id."""
    reason: UnsubscribedReason
    """Why a subscription ended: it was `requested`, or the execution `ended`."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnsubscribedMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unsubscribed_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "executionId": self.execution_id,
            "reason": str(self.reason),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnsubscribedMessageDraft = _draft_of(UnsubscribedMessage)


def _decode_unsubscribed_message(data: Any) -> UnsubscribedMessage:
    try:
        draft = _UnsubscribedMessageDraft()
        if data["op"] != "unsubscribed":
            raise ValueError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        value = data["reason"]
        draft.reason = _UNSUBSCRIBED_REASON_MEMBERS.get(value) or _decode_unsubscribed_reason(value)
        draft.additional_properties = (
            _NOTHING if len(data) == 3 else _others(data, _UNSUBSCRIBED_MESSAGE_FIELDS)
        )
        draft.__class__ = UnsubscribedMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNSUBSCRIBED_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class PageMessage(_Model):
    """A watched page as it is now."""

    op: ClassVar[Literal["page"]] = "page"
    """The kind of message."""
    watch_id: str
    """The client's name for it."""
    page: ExecutionList
    """A page of executions, newest first."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> PageMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_page_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "watchId": self.watch_id,
            "page": self.page.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_PageMessageDraft = _draft_of(PageMessage)


def _decode_page_message(data: Any) -> PageMessage:
    try:
        draft = _PageMessageDraft()
        if data["op"] != "page":
            raise ValueError
        draft.watch_id = value = data["watchId"]
        if type(value) is not str:
            raise TypeError
        draft.page = _decode_execution_list(data["page"])
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _PAGE_MESSAGE_FIELDS)
        draft.__class__ = PageMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _PAGE_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnwatchedMessage(_Model):
    """A page is watched no more; no more messages about it follow."""

    op: ClassVar[Literal["unwatched"]] = "unwatched"
    """The kind of message."""
    watch_id: str
    """The client's name for it."""
    problem: Problem | None
    """Why it is not, such as `engine_unavailable`; null when that was asked for."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnwatchedMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unwatched_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "watchId": self.watch_id,
            "problem": None if self.problem is None else self.problem.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnwatchedMessageDraft = _draft_of(UnwatchedMessage)


def _decode_unwatched_message(data: Any) -> UnwatchedMessage:
    try:
        draft = _UnwatchedMessageDraft()
        if data["op"] != "unwatched":
            raise ValueError
        draft.watch_id = value = data["watchId"]
        if type(value) is not str:
            raise TypeError
        value = data["problem"]
        if value is None:
            draft.problem = None
        else:
            draft.problem = _decode_problem(value)
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _UNWATCHED_MESSAGE_FIELDS)
        draft.__class__ = UnwatchedMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNWATCHED_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class ErrorMessage(_Model):
    """A message was not carried out, or a subscription broke off."""

    op: ClassVar[Literal["error"]] = "error"
    """The kind of message."""
    execution_id: str | None
    """The execution that it is about; null when about none."""
    problem: Problem
    """Why a request was not carried out (RFC 9457)."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> ErrorMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_error_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
            "executionId": self.execution_id,
            "problem": self.problem.to_dict(),
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_ErrorMessageDraft = _draft_of(ErrorMessage)


def _decode_error_message(data: Any) -> ErrorMessage:
    try:
        draft = _ErrorMessageDraft()
        if data["op"] != "error":
            raise ValueError
        value = data["executionId"]
        if value is None:
            draft.execution_id = None
        else:
            draft.execution_id = value
            if type(value) is not str:
                raise TypeError
        draft.problem = _decode_problem(data["problem"])
        draft.additional_properties = _NOTHING if len(data) == 3 else _others(data, _ERROR_MESSAGE_FIELDS)
        draft.__class__ = ErrorMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _ERROR_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnknownWorkflowEvent(_Model):
    """A `WorkflowEvent` of a kind that this version does not know: `type` says which."""

    id: str
    """The event's place in the execution: unique there, and later events have ids that sort later.
    Otherwise opaque.
    """
    execution_id: str
    """The execution's id."""
    timestamp: dt.datetime
    """When it happened."""
    type: str
    """The kind of event."""
    data: Any
    """What it says; any JSON."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnknownWorkflowEvent:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unknown_workflow_event(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "id": self.id,
            "executionId": self.execution_id,
            "timestamp": self.timestamp.isoformat(),
            "type": self.type,
            "data": self.data,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnknownWorkflowEventDraft = _draft_of(UnknownWorkflowEvent)


def _decode_unknown_workflow_event(data: Any) -> UnknownWorkflowEvent:
    try:
        draft = _UnknownWorkflowEventDraft()
        draft.id = value = data["id"]
        if type(value) is not str:
            raise TypeError
        draft.execution_id = value = data["executionId"]
        if type(value) is not str:
            raise TypeError
        draft.timestamp = value = _fromisoformat(data["timestamp"])
        if value.tzinfo is None:
            raise ValueError
        draft.type = value = data["type"]
        if type(value) is not str:
            raise TypeError
        draft.data = data["data"]
        draft.additional_properties = (
            _NOTHING if len(data) == 5 else _others(data, _UNKNOWN_WORKFLOW_EVENT_FIELDS)
        )
        draft.__class__ = UnknownWorkflowEvent
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNKNOWN_WORKFLOW_EVENT_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnknownClientMessage(_Model):
    """A `ClientMessage` of a kind that this version does not know: `op` says which."""

    op: str
    """The kind of message."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnknownClientMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unknown_client_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnknownClientMessageDraft = _draft_of(UnknownClientMessage)


def _decode_unknown_client_message(data: Any) -> UnknownClientMessage:
    try:
        draft = _UnknownClientMessageDraft()
        draft.op = value = data["op"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = (
            _NOTHING if len(data) == 1 else _others(data, _UNKNOWN_CLIENT_MESSAGE_FIELDS)
        )
        draft.__class__ = UnknownClientMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNKNOWN_CLIENT_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


@_model
class UnknownServerMessage(_Model):
    """A `ServerMessage` of a kind that this version does not know: `op` says which."""

    op: str
    """The kind of message."""
    additional_properties: Mapping[str, Any] = _NOTHING
    """What else the server sent, by its name in the JSON."""

    @staticmethod
    def from_dict(data: Any) -> UnknownServerMessage:
        """Make one from decoded JSON; `DecodeError` when that breaks the contract."""
        return _decode_unknown_server_message(data)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON to send or to store, everything that was received included."""
        data: dict[str, Any] = {
            "op": self.op,
        }
        return {**self.additional_properties, **data} if self.additional_properties else data


_UnknownServerMessageDraft = _draft_of(UnknownServerMessage)


def _decode_unknown_server_message(data: Any) -> UnknownServerMessage:
    try:
        draft = _UnknownServerMessageDraft()
        draft.op = value = data["op"]
        if type(value) is not str:
            raise TypeError
        draft.additional_properties = (
            _NOTHING if len(data) == 1 else _others(data, _UNKNOWN_SERVER_MESSAGE_FIELDS)
        )
        draft.__class__ = UnknownServerMessage
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _fault(data, _UNKNOWN_SERVER_MESSAGE_FIELDS) from None
    return draft  # type: ignore[no-any-return]


WorkflowEvent: TypeAlias = (
    StartedEvent
    | StatusChangedEvent
    | StepStartedEvent
    | StepCompletedEvent
    | StepFailedEvent
    | SignalReceivedEvent
    | CancelRequestedEvent
    | RetryingEvent
    | CompletedEvent
    | FailedEvent
    | CancelledEvent
    | UnknownWorkflowEvent
)
"""Something that happened in an execution. History is the stream's past: the same events, whether fetched
or pushed.
"""

_WORKFLOW_EVENT_VARIANTS: Final = _Variants[WorkflowEvent](
    {
        "started": _decode_started_event,
        "status_changed": _decode_status_changed_event,
        "step_started": _decode_step_started_event,
        "step_completed": _decode_step_completed_event,
        "step_failed": _decode_step_failed_event,
        "signal_received": _decode_signal_received_event,
        "cancel_requested": _decode_cancel_requested_event,
        "retrying": _decode_retrying_event,
        "completed": _decode_completed_event,
        "failed": _decode_failed_event,
        "cancelled": _decode_cancelled_event,
    },
    _decode_unknown_workflow_event,
)


def workflow_event_from_dict(data: Any) -> WorkflowEvent:
    """Make what `type` says from decoded JSON; `DecodeError` when that breaks the contract."""
    try:
        decode = _WORKFLOW_EVENT_VARIANTS[data["type"]]
    except (KeyError, TypeError):
        decode = _decode_unknown_workflow_event
    return decode(data)


ClientMessage: TypeAlias = (
    SubscribeMessage | UnsubscribeMessage | WatchMessage | UnwatchMessage | UnknownClientMessage
)
"""What a client sends on the WebSocket."""

_CLIENT_MESSAGE_VARIANTS: Final = _Variants[ClientMessage](
    {
        "subscribe": _decode_subscribe_message,
        "unsubscribe": _decode_unsubscribe_message,
        "watch": _decode_watch_message,
        "unwatch": _decode_unwatch_message,
    },
    _decode_unknown_client_message,
)


def client_message_from_dict(data: Any) -> ClientMessage:
    """Make what `op` says from decoded JSON; `DecodeError` when that breaks the contract."""
    try:
        decode = _CLIENT_MESSAGE_VARIANTS[data["op"]]
    except (KeyError, TypeError):
        decode = _decode_unknown_client_message
    return decode(data)


ServerMessage: TypeAlias = (
    SubscribedMessage
    | EventMessage
    | UnsubscribedMessage
    | PageMessage
    | UnwatchedMessage
    | ErrorMessage
    | UnknownServerMessage
)
"""What the server sends on the WebSocket."""

_SERVER_MESSAGE_VARIANTS: Final = _Variants[ServerMessage](
    {
        "subscribed": _decode_subscribed_message,
        "event": _decode_event_message,
        "unsubscribed": _decode_unsubscribed_message,
        "page": _decode_page_message,
        "unwatched": _decode_unwatched_message,
        "error": _decode_error_message,
    },
    _decode_unknown_server_message,
)


def server_message_from_dict(data: Any) -> ServerMessage:
    """Make what `op` says from decoded JSON; `DecodeError` when that breaks the contract."""
    try:
        decode = _SERVER_MESSAGE_VARIANTS[data["op"]]
    except (KeyError, TypeError):
        decode = _decode_unknown_server_message
    return decode(data)


Metadata: TypeAlias = dict[str, Any]
"""Values of your own, any JSON by name, at most 32 KiB together, kept with the execution and returned with
it.
"""

_decode_metadata = _object


JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema (2020-12), derived from the author's type hints."""

_decode_json_schema = _object


_EXECUTE_REQUEST_FIELDS: Final[_Table] = {
    "workflow": (_string, True),
    "input": (_any, False),
    "executionId": (_string, False),
    "options": (_decode_execute_options, False),
}

_EXECUTE_OPTIONS_FIELDS: Final[_Table] = {
    "timeout": (_integer, False),
    "retries": (_integer, False),
    "metadata": (_decode_metadata, False),
}

_EXECUTION_SUMMARY_FIELDS: Final[_Table] = {
    "executionId": (_string, True),
    "workflow": (_string, True),
    "status": (_decode_execution_state, True),
    "startedAt": (_date_time, True),
    "completedAt": (_nullable(_date_time), True),
    "metadata": (_decode_metadata, True),
}

_EXECUTION_STATUS_FIELDS: Final[_Table] = {
    "executionId": (_string, True),
    "workflow": (_string, True),
    "status": (_decode_execution_state, True),
    "startedAt": (_date_time, True),
    "completedAt": (_nullable(_date_time), True),
    "metadata": (_decode_metadata, True),
    "input": (_any, True),
    "result": (_any, True),
    "error": (_nullable(_string), True),
    "failure": (_nullable(_decode_failure), True),
    "currentStep": (_nullable(_string), True),
    "currentStepAttempt": (_nullable(_integer), True),
    "currentStepError": (_nullable(_string), True),
    "attempt": (_integer, True),
}

_FAILURE_FIELDS: Final[_Table] = {
    "message": (_string, True),
    "type": (_string, True),
    "step": (_nullable(_string), True),
    "attempts": (_nullable(_integer), True),
}

_EXECUTION_LIST_FIELDS: Final[_Table] = {
    "executions": (_array(_decode_execution_summary), True),
    "count": (_integer, True),
    "nextCursor": (_nullable(_string), True),
}

_HISTORY_FIELDS: Final[_Table] = {
    "executionId": (_string, True),
    "events": (_array(workflow_event_from_dict), True),
    "nextAfter": (_nullable(_string), True),
}

_SIGNAL_REQUEST_FIELDS: Final[_Table] = {
    "signal": (_string, True),
    "data": (_any, False),
}

_CANCEL_REQUEST_FIELDS: Final[_Table] = {
    "reason": (_string, False),
}

_WORKFLOW_LIST_FIELDS: Final[_Table] = {
    "workflows": (_array(_decode_workflow_definition), True),
}

_WORKFLOW_DEFINITION_FIELDS: Final[_Table] = {
    "name": (_string, True),
    "description": (_nullable(_string), True),
    "signals": (_array(_decode_signal_definition), True),
    "steps": (_array(_string), True),
    "inputSchema": (_nullable(_decode_json_schema), True),
    "resultSchema": (_nullable(_decode_json_schema), True),
}

_SIGNAL_DEFINITION_FIELDS: Final[_Table] = {
    "name": (_string, True),
    "description": (_nullable(_string), True),
    "dataSchema": (_nullable(_decode_json_schema), True),
}

_HEALTH_FIELDS: Final[_Table] = {
    "status": (_decode_health_state, True),
    "version": (_string, True),
    "engine": (_string, True),
}

_PROBLEM_FIELDS: Final[_Table] = {
    "type": (_string, True),
    "title": (_string, True),
    "status": (_integer, True),
    "detail": (_string, True),
    "code": (_decode_problem_code, True),
    "field": (_nullable(_string), True),
    "suggestions": (_array(_string), True),
    "requestId": (_nullable(_string), True),
}

_STARTED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("started"), True),
    "data": (_decode_started_data, True),
}

_STARTED_DATA_FIELDS: Final[_Table] = {
    "workflow": (_string, True),
    "input": (_any, True),
}

_STATUS_CHANGED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("status_changed"), True),
    "data": (_decode_status_changed_data, True),
}

_STATUS_CHANGED_DATA_FIELDS: Final[_Table] = {
    "status": (_decode_execution_state, True),
}

_STEP_STARTED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("step_started"), True),
    "data": (_decode_step_started_data, True),
}

_STEP_STARTED_DATA_FIELDS: Final[_Table] = {
    "step": (_string, True),
}

_STEP_COMPLETED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("step_completed"), True),
    "data": (_decode_step_completed_data, True),
}

_STEP_COMPLETED_DATA_FIELDS: Final[_Table] = {
    "step": (_string, True),
    "result": (_any, True),
    "attempts": (_integer, True),
}

_STEP_FAILED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("step_failed"), True),
    "data": (_decode_step_failed_data, True),
}

_STEP_FAILED_DATA_FIELDS: Final[_Table] = {
    "step": (_string, True),
    "error": (_string, True),
    "attempts": (_integer, True),
}

_SIGNAL_RECEIVED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("signal_received"), True),
    "data": (_decode_signal_received_data, True),
}

_SIGNAL_RECEIVED_DATA_FIELDS: Final[_Table] = {
    "signal": (_string, True),
    "data": (_any, True),
}

_CANCEL_REQUESTED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("cancel_requested"), True),
    "data": (_decode_cancel_requested_data, True),
}

_CANCEL_REQUESTED_DATA_FIELDS: Final[_Table] = {
    "reason": (_nullable(_string), True),
}

_RETRYING_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("retrying"), True),
    "data": (_decode_retrying_data, True),
}

_RETRYING_DATA_FIELDS: Final[_Table] = {
    "attempt": (_integer, True),
    "error": (_string, True),
}

_COMPLETED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("completed"), True),
    "data": (_decode_completed_data, True),
}

_COMPLETED_DATA_FIELDS: Final[_Table] = {
    "result": (_any, True),
}

_FAILED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("failed"), True),
    "data": (_decode_failed_data, True),
}

_FAILED_DATA_FIELDS: Final[_Table] = {
    "error": (_string, True),
    "failure": (_decode_failure, True),
}

_CANCELLED_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_constant("cancelled"), True),
    "data": (_decode_cancelled_data, True),
}

_CANCELLED_DATA_FIELDS: Final[_Table] = {
    "reason": (_nullable(_string), True),
}

_SUBSCRIBE_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("subscribe"), True),
    "executionId": (_string, True),
    "after": (_nullable(_string), True),
}

_UNSUBSCRIBE_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("unsubscribe"), True),
    "executionId": (_string, True),
}

_WATCH_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("watch"), True),
    "watchId": (_string, True),
    "workflow": (_string, False),
    "idPrefix": (_string, False),
    "status": (_decode_execution_state, False),
    "limit": (_integer, False),
    "cursor": (_string, False),
}

_UNWATCH_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("unwatch"), True),
    "watchId": (_string, True),
}

_SUBSCRIBED_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("subscribed"), True),
    "executionId": (_string, True),
}

_EVENT_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("event"), True),
    "event": (workflow_event_from_dict, True),
}

_UNSUBSCRIBED_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("unsubscribed"), True),
    "executionId": (_string, True),
    "reason": (_decode_unsubscribed_reason, True),
}

_PAGE_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("page"), True),
    "watchId": (_string, True),
    "page": (_decode_execution_list, True),
}

_UNWATCHED_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("unwatched"), True),
    "watchId": (_string, True),
    "problem": (_nullable(_decode_problem), True),
}

_ERROR_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_constant("error"), True),
    "executionId": (_nullable(_string), True),
    "problem": (_decode_problem, True),
}

_UNKNOWN_WORKFLOW_EVENT_FIELDS: Final[_Table] = {
    "id": (_string, True),
    "executionId": (_string, True),
    "timestamp": (_date_time, True),
    "type": (_string, True),
    "data": (_any, True),
}

_UNKNOWN_CLIENT_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_string, True),
}

_UNKNOWN_SERVER_MESSAGE_FIELDS: Final[_Table] = {
    "op": (_string, True),
}
