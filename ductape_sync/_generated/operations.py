# Generated from openapi.yaml by `make generate`; do not edit.
"""The contract's operations, one function each: arguments in, a `Request` that keeps the contract out.

Nothing here does I/O. Every function raises `ContractError`, which names the argument, for a value that the
contract does not allow.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from . import ContractError, Request, shown
from .models import (
    CancelRequest,
    ExecuteOptions,
    ExecuteRequest,
    ExecutionList,
    ExecutionState,
    ExecutionStatus,
    ExecutionSummary,
    Health,
    History,
    SignalRequest,
    SubscribeMessage,
    UnsubscribeMessage,
    UnwatchMessage,
    WatchMessage,
    WorkflowList,
)

_Rule: TypeAlias = Callable[[str, Any], None]

_field_value = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?\Z").match


def _string(needs: str, shortest: int | None, longest: int | None, pattern: str | None) -> _Rule:
    search = re.compile(pattern or "", re.ASCII).search

    def check(place: str, value: Any) -> None:
        if not isinstance(value, str):
            raise ContractError(place, f"must be a string, not {shown(value)}")
        length = len(value)
        if (
            (shortest is not None and length < shortest)
            or (longest is not None and length > longest)
            or search(value) is None
        ):
            raise ContractError(place, f"{needs}, not {shown(value)}")

    return check


def _numeric(
    kinds: tuple[type[float], ...], name: str, needs: str, least: float | None, most: float | None
) -> _Rule:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, kinds) or isinstance(value, bool) or not math.isfinite(value):
            raise ContractError(place, f"must be {name}, not {shown(value)}")
        if (least is not None and value < least) or (most is not None and value > most):
            raise ContractError(place, f"{needs}, not {shown(value)}")

    return check


def _integer(needs: str, least: float | None, most: float | None) -> _Rule:
    return _numeric((int,), "an integer", needs, least, most)


def _number(needs: str, least: float | None, most: float | None) -> _Rule:
    return _numeric((int, float), "a number", needs, least, most)


def _boolean(place: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ContractError(place, f"must be True or False, not {shown(value)}")


def _date(place: str, value: Any) -> None:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ContractError(place, f"must be a date, not {shown(value)}")


def _date_time(place: str, value: Any) -> None:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise ContractError(place, f"must be a datetime with a time zone, not {shown(value)}")


def _choice(*values: str) -> _Rule:
    needs = f"must be {'one of ' if len(values) > 1 else ''}{', '.join(values)}"

    def check(place: str, value: Any) -> None:
        if not isinstance(value, str) or value not in values:
            raise ContractError(place, f"{needs}, not {shown(value)}")

    return check


def _nullable(inner: _Rule) -> _Rule:
    def check(place: str, value: Any) -> None:
        if value is not None:
            inner(place, value)

    return check


def _array(needs: str, fewest: int | None, most: int | None, inner: _Rule) -> _Rule:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, list):
            raise ContractError(place, f"must be a list, not {shown(value)}")
        if (fewest is not None and len(value) < fewest) or (most is not None and len(value) > most):
            raise ContractError(place, f"{needs}, not {len(value)}")
        for index, item in enumerate(value):
            inner(f"{place}[{index}]", item)

    return check


def _mapping(inner: _Rule) -> _Rule:
    def check(place: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise ContractError(place, f"must be a dict, not {shown(value)}")
        for name, item in value.items():
            if not isinstance(name, str):
                raise ContractError(place, f"must have only strings as keys, not {shown(name)}")
            inner(f"{place}.{name}", item)

    return check


def _anything(place: str, value: Any) -> None:
    """Leave it to whoever makes JSON of it."""


def _one_line(place: str, value: str) -> None:
    if _field_value(value) is None:
        raise ContractError(place, f"must be one line of ASCII, as it goes into a header, not {shown(value)}")


def _check_execute_request(place: str, value: Any) -> None:
    if not isinstance(value, ExecuteRequest):
        raise ContractError(place or "body", f"must be of the type ExecuteRequest, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _workflow_rule(f"{prefix}workflow", value.workflow)
    if value.execution_id is not None:
        _execution_id_rule(f"{prefix}execution_id", value.execution_id)
    if value.options is not None:
        _check_execute_options(f"{prefix}options", value.options)


def _check_execute_options(place: str, value: Any) -> None:
    if not isinstance(value, ExecuteOptions):
        raise ContractError(place or "body", f"must be of the type ExecuteOptions, not {shown(value)}")
    prefix = f"{place}." if place else ""
    if value.timeout is not None:
        _timeout_rule(f"{prefix}timeout", value.timeout)
    if value.retries is not None:
        _retries_rule(f"{prefix}retries", value.retries)
    if value.metadata is not None:
        _metadata_rule(f"{prefix}metadata", value.metadata)


def _check_signal_request(place: str, value: Any) -> None:
    if not isinstance(value, SignalRequest):
        raise ContractError(place or "body", f"must be of the type SignalRequest, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _signal_rule(f"{prefix}signal", value.signal)


def _check_cancel_request(place: str, value: Any) -> None:
    if not isinstance(value, CancelRequest):
        raise ContractError(place or "body", f"must be of the type CancelRequest, not {shown(value)}")
    prefix = f"{place}." if place else ""
    if value.reason is not None:
        _reason_rule(f"{prefix}reason", value.reason)


def _check_subscribe_message(place: str, value: Any) -> None:
    if not isinstance(value, SubscribeMessage):
        raise ContractError(place or "body", f"must be of the type SubscribeMessage, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _execution_id_rule(f"{prefix}execution_id", value.execution_id)
    _after_rule(f"{prefix}after", value.after)


def _check_unsubscribe_message(place: str, value: Any) -> None:
    if not isinstance(value, UnsubscribeMessage):
        raise ContractError(place or "body", f"must be of the type UnsubscribeMessage, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _execution_id_rule(f"{prefix}execution_id", value.execution_id)


def _check_watch_message(place: str, value: Any) -> None:
    if not isinstance(value, WatchMessage):
        raise ContractError(place or "body", f"must be of the type WatchMessage, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _watch_id_rule(f"{prefix}watch_id", value.watch_id)
    if value.workflow is not None:
        _workflow_rule(f"{prefix}workflow", value.workflow)
    if value.id_prefix is not None:
        _id_prefix_rule(f"{prefix}id_prefix", value.id_prefix)
    if value.status is not None:
        _status_rule(f"{prefix}status", value.status)
    if value.limit is not None:
        _limit_rule(f"{prefix}limit", value.limit)
    if value.cursor is not None:
        _cursor_rule(f"{prefix}cursor", value.cursor)


def _check_unwatch_message(place: str, value: Any) -> None:
    if not isinstance(value, UnwatchMessage):
        raise ContractError(place or "body", f"must be of the type UnwatchMessage, not {shown(value)}")
    prefix = f"{place}." if place else ""
    _watch_id_rule(f"{prefix}watch_id", value.watch_id)


def execute_workflow(
    *, body: ExecuteRequest, idempotency_key: str | None = None
) -> Request[ExecutionSummary]:
    """Start an execution of a workflow.

    Answers as soon as the start is durable, long before the workflow ends. A request whose
    `Idempotency-Key` was used before answers with the first execution again and starts nothing; the
    same key with another body is refused with `idempotency_conflict`.

    Args:
        idempotency_key: Makes the request safe to repeat: 1 to 255 visible ASCII characters, unique to
            this request.
        body: What to send.

    Returns:
        The request. Its answer: The execution, started now or by an earlier request with the same key.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _check_execute_request("", body)
    if idempotency_key is not None:
        _idempotency_key_rule("idempotency_key", idempotency_key)
        _one_line("idempotency_key", idempotency_key)
        _headers["Idempotency-Key"] = idempotency_key
    return Request(
        operation="executeWorkflow",
        method="POST",
        path="/executions",
        query=_query,
        headers=_headers,
        body=body.to_dict(),
        success=201,
        parse=ExecutionSummary.from_dict,
    )


def list_executions(
    *,
    workflow: str | None = None,
    id_prefix: str | None = None,
    status: ExecutionState | str | None = None,
    limit: int | None = None,
    offset: int | None = None,
    cursor: str | None = None,
) -> Request[ExecutionList]:
    """List executions, newest first.

    A page at a time, by `offset` or, for long lists, by the `nextCursor` of the page before. An
    execution appears here within a second of its start.

    Args:
        workflow: Only executions of the workflow of this name: 1 to 200 characters without control
            characters, double quotes and backslashes.
        id_prefix: Only executions whose id begins with this: 1 to 200 characters of which ids may
            consist. Engines may take upper and lower case for the same.
        status: Where an execution is: `running`, or ended as `completed`, `failed` (a timeout included)
            or `cancelled`.
        limit: The most executions in the page, 1 to 1,000; 20 when absent.
        offset: How many matching executions to skip, at most 10,000; 0 when absent.
        cursor: The `nextCursor` of the page before, with the same `workflow`, `idPrefix` and `status`.
            Not together with `offset`.

    Returns:
        The request. Its answer: A page of executions.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    if workflow is not None:
        _workflow_rule("workflow", workflow)
        _query["workflow"] = workflow
    if id_prefix is not None:
        _id_prefix_rule("id_prefix", id_prefix)
        _query["idPrefix"] = id_prefix
    if status is not None:
        _status_rule("status", status)
        _query["status"] = str(status)
    if limit is not None:
        _limit_rule_2("limit", limit)
        _query["limit"] = str(limit)
    if offset is not None:
        _offset_rule("offset", offset)
        _query["offset"] = str(offset)
    if cursor is not None:
        _cursor_rule("cursor", cursor)
        _query["cursor"] = cursor
    return Request(
        operation="listExecutions",
        method="GET",
        path="/executions",
        query=_query,
        headers=_headers,
        body=None,
        success=200,
        parse=ExecutionList.from_dict,
    )


def get_status(execution_id: str, *, prefer: str | None = None) -> Request[ExecutionStatus]:
    """Report the status of an execution, optionally once it has ended.

    With `Prefer: wait=N` (RFC 7240) the answer is held until the execution has ended or N seconds have
    passed, whichever is first, and carries `Preference-Applied`.

    Args:
        execution_id: The id of an execution: 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first
            of them a letter, a digit or `_`.
        prefer: `wait=N` holds the answer for up to N seconds, at most 60. Preferences that are not
            understood are ignored (RFC 7240, section 2).

    Returns:
        The request. Its answer: The execution as it is now.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _execution_id_rule("execution_id", execution_id)
    if prefer is not None:
        _prefer_rule("prefer", prefer)
        _one_line("prefer", prefer)
        _headers["Prefer"] = prefer
    return Request(
        operation="getStatus",
        method="GET",
        path=f"/executions/{quote(execution_id, safe='')}",
        query=_query,
        headers=_headers,
        body=None,
        success=200,
        parse=ExecutionStatus.from_dict,
    )


def get_history(execution_id: str, *, after: str | None = None, limit: int | None = None) -> Request[History]:
    """List what happened in an execution so far, oldest first.

    Args:
        execution_id: The id of an execution: 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first
            of them a letter, a digit or `_`.
        after: Only events after the one with this id; from the first event when absent.
        limit: The most events in the page, 1 to 1,000; 1,000 when absent.

    Returns:
        The request. Its answer: A page of events.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _execution_id_rule("execution_id", execution_id)
    if after is not None:
        _after_rule_2("after", after)
        _query["after"] = after
    if limit is not None:
        _limit_rule_2("limit", limit)
        _query["limit"] = str(limit)
    return Request(
        operation="getHistory",
        method="GET",
        path=f"/executions/{quote(execution_id, safe='')}/history",
        query=_query,
        headers=_headers,
        body=None,
        success=200,
        parse=History.from_dict,
    )


def signal_execution(
    execution_id: str, *, body: SignalRequest, idempotency_key: str | None = None
) -> Request[None]:
    """Send a signal to a running execution.

    The workflow handles the signal when it next can. A signal that it does not define is kept but has
    no effect.

    Args:
        execution_id: The id of an execution: 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first
            of them a letter, a digit or `_`.
        idempotency_key: Makes the request safe to repeat: 1 to 255 visible ASCII characters, unique to
            this request.
        body: What to send.

    Returns:
        The request. Its answer: The signal is stored durably and will be delivered.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _check_signal_request("", body)
    _execution_id_rule("execution_id", execution_id)
    if idempotency_key is not None:
        _idempotency_key_rule("idempotency_key", idempotency_key)
        _one_line("idempotency_key", idempotency_key)
        _headers["Idempotency-Key"] = idempotency_key
    return Request(
        operation="signalExecution",
        method="POST",
        path=f"/executions/{quote(execution_id, safe='')}/signals",
        query=_query,
        headers=_headers,
        body=body.to_dict(),
        success=202,
        parse=_nothing,
    )


def cancel_execution(
    execution_id: str, *, body: CancelRequest, idempotency_key: str | None = None
) -> Request[None]:
    """Ask a running execution to end.

    The workflow may first clean up, or decline and complete. To cancel what is cancelled already is
    accepted and changes nothing.

    Args:
        execution_id: The id of an execution: 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first
            of them a letter, a digit or `_`.
        idempotency_key: Makes the request safe to repeat: 1 to 255 visible ASCII characters, unique to
            this request.
        body: What to send.

    Returns:
        The request. Its answer: The request is stored durably and will be delivered.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    _check_cancel_request("", body)
    _execution_id_rule("execution_id", execution_id)
    if idempotency_key is not None:
        _idempotency_key_rule("idempotency_key", idempotency_key)
        _one_line("idempotency_key", idempotency_key)
        _headers["Idempotency-Key"] = idempotency_key
    return Request(
        operation="cancelExecution",
        method="POST",
        path=f"/executions/{quote(execution_id, safe='')}/cancel",
        query=_query,
        headers=_headers,
        body=body.to_dict(),
        success=202,
        parse=_nothing,
    )


def list_workflows() -> Request[WorkflowList]:
    """List the workflows that can be executed now.

    These are the workflows that the workers alive at this moment say they serve.

    Returns:
        The request. Its answer: The workflows, by name.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    return Request(
        operation="listWorkflows",
        method="GET",
        path="/workflows",
        query=_query,
        headers=_headers,
        body=None,
        success=200,
        parse=WorkflowList.from_dict,
    )


def get_health() -> Request[Health]:
    """Report that the service and the engine behind it are up.

    `engine_unavailable` when the service is up and the engine cannot be reached.

    Returns:
        The request. Its answer: Service and engine are up.
    """
    _query: dict[str, str] = {}
    _headers: dict[str, str] = {}
    return Request(
        operation="getHealth",
        method="GET",
        path="/health",
        query=_query,
        headers=_headers,
        body=None,
        success=200,
        parse=Health.from_dict,
    )


def _nothing(_: Any) -> None:
    return None


def validate(
    message: ExecuteRequest
    | SignalRequest
    | CancelRequest
    | SubscribeMessage
    | UnsubscribeMessage
    | WatchMessage
    | UnwatchMessage,
) -> None:
    """Check what is to be sent against the contract.

    Raises:
        ContractError: It breaks the contract; `field` says where.
    """
    check = _CHECKS.get(type(message))
    if check is None:
        raise ContractError("message", f"must be something that a client sends, not {shown(message)}")
    check("", message)


_CHECKS: Final[dict[type, _Rule]] = {
    ExecuteRequest: _check_execute_request,
    SignalRequest: _check_signal_request,
    CancelRequest: _check_cancel_request,
    SubscribeMessage: _check_subscribe_message,
    UnsubscribeMessage: _check_unsubscribe_message,
    WatchMessage: _check_watch_message,
    UnwatchMessage: _check_unwatch_message,
}

_workflow_rule = _string(
    "must be 1 to 200 characters without control characters, double quotes and backslashes",
    1,
    200,
    '^[^\\u0000-\\u001f\\u007f"\\\\]+\\Z',
)
_execution_id_rule = _string(
    "must be 1 to 200 letters, digits and `_ . : @ = + ~ -`, the first of them a letter, a digit or `_`",
    1,
    200,
    "^[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]*\\Z",
)
_timeout_rule = _integer("must be between 1 and 315360000000", 1, 315360000000)
_retries_rule = _integer("must be between 0 and 1000", 0, 1000)
_metadata_rule = _mapping(_anything)
_signal_rule = _string(
    "must be 1 to 200 characters without control characters", 1, 200, "^[^\\u0000-\\u001f\\u007f]+\\Z"
)
_reason_rule = _string("must be at most 1000 characters long", None, 1000, None)
_after_rule = _nullable(_string("must be at most 200 characters long", None, 200, None))
_watch_id_rule = _string("must be 1 to 64 letters, digits and `_ . -`", 1, 64, "^[A-Za-z0-9_.-]+\\Z")
_id_prefix_rule = _string(
    "must be 1 to 200 characters of which ids may consist", 1, 200, "^[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]*\\Z"
)
_status_rule = _choice("running", "completed", "failed", "cancelled")
_limit_rule = _integer("must be between 1 and 100", 1, 100)
_cursor_rule = _string("must be 1 to 4096 characters long", 1, 4096, None)
_idempotency_key_rule = _string(
    "must be 1 to 255 visible ASCII characters, unique to this request", 1, 255, "^[!-~]+\\Z"
)
_limit_rule_2 = _integer("must be between 1 and 1000", 1, 1000)
_offset_rule = _integer("must be between 0 and 10000", 0, 10000)
_prefer_rule = _string("must be at most 1000 characters long", None, 1000, None)
_after_rule_2 = _string("must be 1 to 200 characters long", 1, 200, None)
