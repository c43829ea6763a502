"""What the gateway answers when it does not carry a request out (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KINDS: Final[dict[str, tuple[int, str]]] = {
    "invalid_request": (400, "The request is invalid"),
    "unauthenticated": (401, "The access key is missing or wrong"),
    "forbidden": (403, "The request is not allowed"),
    "workflow_not_found": (404, "There is no such workflow"),
    "execution_not_found": (404, "There is no such execution"),
    "not_found": (404, "There is nothing at this path"),
    "method_not_allowed": (405, "This path does not know the method"),
    "execution_closed": (409, "The execution has ended"),
    "execution_exists": (409, "The execution id is in use"),
    "idempotency_conflict": (409, "The idempotency key was used with another request"),
    "payload_too_large": (413, "The request is too large"),
    "unsupported_media_type": (415, "The body is not JSON"),
    "upgrade_required": (426, "This path is a WebSocket"),
    "rate_limited": (429, "Too many requests"),
    "too_many_subscriptions": (429, "Too many subscriptions"),
    "internal": (500, "The server failed"),
    "engine_unavailable": (503, "The engine cannot be reached"),
}
"""HTTP status and title by code: the codes are those of ``ProblemCode`` in openapi.yaml."""


class Problem(Exception):
    """A request was not carried out.

    Args:
        code: what went wrong, one of the contract's ``ProblemCode``.
        detail: what is wrong with this request and what to do about it, for people.
        field: what it is about: a JSON Pointer into the body, or the name of a parameter or a
            header; None when it is about the request as a whole.
        suggestions: what may have been meant instead, closest first.
        retry_after: after how many seconds to try again; None when trying again is of no use.
        headers: headers that its answer must have, such as ``Allow``.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        suggestions: Sequence[str] = (),
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code, detail)
        self.status, self.title = _KINDS[code]
        self.code = code
        self.detail = detail
        self.field = field
        self.suggestions = tuple(suggestions)
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"

    def to_dict(self, request_id: str | None) -> dict[str, Any]:
        """The problem as the contract's ``Problem``.

        Args:
            request_id: the id of the request that it answers; None when there is none.
        """
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "field": self.field,
            "suggestions": list(self.suggestions),
            "requestId": request_id,
        }
