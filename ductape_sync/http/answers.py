"""What the server answered, as what the contract makes of it: a typed answer, or an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import urllib3

from .. import strictjson
from .._generated import DecodeError
from ..errors import APIError, ResponseDecodeError
from ..problems import problem_error
from ..secret import without

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._generated import Request
    from ..secret import Secret

T = TypeVar("T")

_retry = urllib3.Retry()


class Answer(NamedTuple):
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer {self.status}>"  # without the body: it may be anything, and tracebacks show it


def typed(request: Request[T], answer: Answer, request_id: str) -> T:
    """Return what a request that succeeded was answered with.

    Raises:
        ResponseDecodeError: It is not what the contract says.
    """
    try:
        return request.parse(_decoded(answer, request_id) if answer.body else None)
    except DecodeError as error:
        path, what = error.path, error.message
    # Raised out here, without a cause: its frames have the answer among their variables.
    message = (
        f"the answer to {request.operation} is not what the contract says: {what} (request {request_id})"
    )
    raise ResponseDecodeError(message, path=path, request_id=request_id)


def refusal(answer: Answer, request_id: str, key: Secret) -> APIError | ResponseDecodeError:
    """Make the error for a request that did not succeed.

    Args:
        answer: The answer.
        request_id: The request's id.
        key: The access key, which a server may repeat with all that it was sent.
    """
    if 300 <= answer.status < 400:
        # Followed, a redirect would take the access key to wherever it points.
        return APIError(
            f"the server answered {answer.status}, a redirect, which is not followed: set base_url (or "
            "DUCTAPE_BASE_URL) to where it leads, if that is right",
            status=answer.status, code="redirect", request_id=request_id)  # fmt: skip
    if answer.status < 300:
        message = f"the server answered {answer.status}, which the contract does not know"
        return ResponseDecodeError(f"{message} (request {request_id})", request_id=request_id)
    # Bytes as characters one for one, whatever they are.
    answer = answer._replace(body=without(answer.body.decode("latin-1"), key.reveal()).encode("latin-1"))
    try:
        problem = _decoded(answer, request_id)
    except ResponseDecodeError:
        problem = None  # a proxy's HTML page, most often: the status says what there is to say
    return problem_error(
        problem if isinstance(problem, dict) else {},
        answer.status,
        request_id=answer.headers.get("X-Request-Id", request_id),
        retry_after=_retry_after(answer.headers.get("Retry-After")),
    )


def _decoded(answer: Answer, request_id: str) -> Any:
    """Decode the body, strictly (RFC 8259)."""
    try:
        return strictjson.decode(answer.body)
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        reason = str(error).split("\n", 1)[0][:200]
    kind = answer.headers.get("Content-Type")
    said = f"it says {kind!r:.80}" if kind else "it does not say what it is"
    message = f"the answer is not JSON ({said}): {reason} (request {request_id})"
    raise ResponseDecodeError(message, request_id=request_id)


def _retry_after(value: str | None) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds or a date."""
    if value is None:
        return None
    try:
        return float(_retry.parse_retry_after(value))
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return None  # what cannot be read was not said
