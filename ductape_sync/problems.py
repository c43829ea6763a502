"""Problems (RFC 9457) and the errors that they stand for, over HTTP and on the WebSocket."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from . import errors
from .errors import APIError

_BY_CODE: dict[str, type[APIError]] = {
    "workflow_not_found": errors.WorkflowNotFound,
    "execution_not_found": errors.ExecutionNotFound,
    "execution_closed": errors.ExecutionClosed,
    "execution_exists": errors.ExecutionExists,
    "idempotency_conflict": errors.IdempotencyConflict,
}
_BY_STATUS: dict[int, type[APIError]] = {
    400: errors.InvalidRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.InvalidRequest,
    409: errors.Conflict,
    413: errors.InvalidRequest,
    415: errors.InvalidRequest,
    422: errors.InvalidRequest,
    429: errors.RateLimited,
}


def problem_error(problem: dict[str, Any], status: int, **about: Any) -> APIError:
    """Make the error that a problem stands for.

    Lenient, unlike the rest: a proxy's problem, or half of one, must still become the right error.

    Args:
        problem: The decoded problem, whatever it holds.
        status: The HTTP status.
        about: More attributes of the error: `request_id`, `retry_after`.
    """
    code, detail, field, suggestions = (
        problem.get(name) for name in ("code", "detail", "field", "suggestions")
    )
    code = code if isinstance(code, str) else ""
    default = errors.ServerError if status >= 500 else APIError
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status, default)
    if not isinstance(detail, str) or not detail:
        detail = f"the server answered {_named(status)}"
    names = suggestions if isinstance(suggestions, list) else []
    return kind(
        detail,
        status=status,
        code=code,
        field=field if isinstance(field, str) else None,
        suggestions=[name for name in names if isinstance(name, str)],
        **about,
    )


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
