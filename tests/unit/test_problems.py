from __future__ import annotations

from typing import Any

import pytest

from ductape_sync import errors
from ductape_sync.problems import problem_error


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("invalid_request", 400, errors.InvalidRequest),
        ("unauthenticated", 401, errors.Unauthenticated),
        ("forbidden", 403, errors.Forbidden),
        ("workflow_not_found", 404, errors.WorkflowNotFound),
        ("execution_not_found", 404, errors.ExecutionNotFound),
        ("execution_closed", 409, errors.ExecutionClosed),
        ("execution_exists", 409, errors.ExecutionExists),
        ("idempotency_conflict", 409, errors.IdempotencyConflict),
        ("payload_too_large", 413, errors.InvalidRequest),
        ("rate_limited", 429, errors.RateLimited),
        ("internal", 500, errors.ServerError),
        ("engine_unavailable", 503, errors.ServerError),
        ("a_code_of_a_newer_server", 404, errors.NotFound),
        ("a_code_of_a_newer_server", 409, errors.Conflict),
        ("a_code_of_a_newer_server", 418, errors.APIError),
        ("a_code_of_a_newer_server", 599, errors.ServerError),
        ("", 405, errors.InvalidRequest),
        ("", 415, errors.InvalidRequest),
        ("", 422, errors.InvalidRequest),
        ("", 502, errors.ServerError),
    ],
)
def test_each_problem_is_an_error_of_its_own_type(
    code: str, status: int, kind: type[errors.APIError]
) -> None:
    error = problem_error({"code": code, "detail": "Why."}, status)
    assert type(error) is kind
    assert (error.status, error.code, error.detail) == (status, code, "Why.")


def test_what_the_problem_says_is_in_the_error() -> None:
    problem = {
        "code": "workflow_not_found",
        "detail": "No 'proces'.",
        "field": "workflow",
        "suggestions": ["process"],
    }
    error = problem_error(problem, 404, request_id="abc", retry_after=2.0)
    assert (error.field, error.suggestions) == ("workflow", ("process",))
    assert (error.request_id, error.retry_after) == ("abc", 2.0)
    assert str(error) == "No 'proces'. (workflow_not_found, request abc)"


@pytest.mark.parametrize(
    "problem",
    [
        {},
        {"detail": None, "code": None, "field": None, "suggestions": None},
        {"detail": "", "code": 7, "field": ["x"], "suggestions": "names"},
        {"detail": {"a": 1}, "suggestions": [1, None]},
    ],
)
@pytest.mark.parametrize(
    ("status", "text"),
    [(503, "the server answered 503 Service Unavailable"), (599, "the server answered 599")],
)
def test_half_a_problem_is_still_the_right_error(problem: dict[str, Any], status: int, text: str) -> None:
    error = problem_error(problem, status)
    assert isinstance(error, errors.ServerError)
    assert (str(error), error.code, error.field, error.suggestions) == (text, "", None, ())
