"""Operations over HTTP: requests that the contract allows, tried again while that may help."""

from __future__ import annotations

import functools
import logging
import random
import uuid
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from .. import tracing
from .._generated import ContractError
from ..errors import APIError, InvalidRequest, ResponseDecodeError, TransportError
from ..timing import SYSTEM_CLOCK, Backoff, Clock, Deadline
from .answers import refusal, typed
from .encoding import encode_json
from .transport import Transport, closed_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .._generated import Request
    from ..config import Config

T = TypeVar("T")

log = logging.getLogger("ductape_sync.http")

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_BACKOFF = Backoff(initial=0.1, maximum=5.0)
_MAX_RETRY_AFTER = 60.0  # seconds


class Reply(NamedTuple, Generic[T]):
    """A typed answer, the headers that came with it, and the id of the request, as the server has it."""

    value: T
    headers: Mapping[str, str]
    request_id: str


class Api:
    """Carries operations out. Thread-safe, and safe to fork."""

    def __init__(self, config: Config, version: str, *, clock: Clock = SYSTEM_CLOCK) -> None:
        """Prepare to call the server that `config` names; no connection is made yet."""
        headers = {
            "Accept": "application/json, application/problem+json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"ductape-sync/{version}",
        }
        self.transport = Transport(config, headers)
        self.clock = clock
        self._key = config.access_key
        self._url = config.api_url
        self._timeout = config.timeout
        self._retries = config.retry_attempts

    def call(self, make: Callable[[], Request[T]]) -> T:
        """Carry out an operation and return its answer.

        Args:
            make: Makes the request, such as a `functools.partial` of a generated operation.

        Raises:
            InvalidRequest: The request breaks the contract; nothing was sent.
            APIError: The server answered with a problem.
            TransportError: No usable answer came, after every retry.
            ResponseDecodeError: The answer breaks the contract.
        """
        return self.ask(make).value

    def ask(self, make: Callable[[], Request[T]]) -> Reply[T]:
        """Carry out an operation within the client's timeout; see `call`."""
        return self.exchange(make, deadline=Deadline(self._timeout, self.clock))

    def pages(
        self,
        make: Callable[[str | None], Request[T]],
        following: Callable[[T], str | None],
        cursor: str | None = None,
    ) -> Iterator[T]:
        """Carry an operation out page by page, and yield the answers; see `call`.

        Args:
            make: Makes the request for the page at a cursor.
            following: Takes the next page's cursor from a page; None after the last.
            cursor: Where to begin; None for the first page.
        """
        while True:
            reply = self.ask(functools.partial(make, cursor))
            yield reply.value
            after = following(reply.value)
            if after is None:
                return
            if after == cursor:
                what = f"the answer leads in a circle: {cursor!r:.80} follows itself"
                raise ResponseDecodeError(f"{what} (request {reply.request_id})", request_id=reply.request_id)
            cursor = after

    def exchange(
        self, make: Callable[[], Request[T]], *, deadline: Deadline, retries: int | None = None
    ) -> Reply[T]:
        """Carry out an operation inside a deadline; see `call`.

        Args:
            make: Makes the request.
            deadline: When the answer must be here, every retry included.
            retries: How many times to try again; None for as many as the client is configured with.
        """
        request = build(make)
        if self.transport.closed.is_set():
            raise closed_error()  # here, where there is no request yet that it would name
        with tracing.operation(request, self._url) as span:
            return self._exchange(request, deadline, self._retries if retries is None else retries, span)

    def _exchange(self, request: Request[T], deadline: Deadline, left: int, span: tracing.Span) -> Reply[T]:
        delays = _BACKOFF.delays()
        headers = self._headers(request)
        span.inject(headers)
        path = _target(request)
        body = None if request.body is None else encode_json(request.body)
        while True:
            try:
                reply = self._attempt(request, path, headers, body, deadline)
            except (TransportError, APIError) as error:
                delay = _delay(error, next(delays))
                if left == 0 or delay is None or delay >= deadline.remaining():
                    raise
                log.info("%s is tried again in %.2f seconds: %s", request.operation, delay, error)
                span.retried(error, delay)
            else:
                span.answered(request.success, headers["X-Request-Id"], reply.value)
                return reply
            left -= 1
            self.pause(delay, headers["X-Request-Id"])

    def pause(self, seconds: float, request_id: str | None = None) -> None:
        """Wait between tries; close() ends it with `ConnectionFailed`, which names what is tried."""
        if self.clock.wait(self.transport.closed, seconds):
            raise closed_error(request_id)

    def _headers(self, request: Request[Any]) -> dict[str, str]:
        """What stays the same over all tries: the server tells a repeated start by its key."""
        headers = {**request.headers, "X-Request-Id": f"{random.getrandbits(64):016x}"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        return headers

    def _attempt(
        self,
        request: Request[T],
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        deadline: Deadline,
    ) -> Reply[T]:
        request_id = headers["X-Request-Id"]
        started = self.clock.monotonic()
        try:
            answer = self.transport.exchange(request.method, path, headers, body, deadline=deadline)
        except (TransportError, ResponseDecodeError) as error:
            log.debug("%s %s failed (request %s): %s", request.method, request.path, request_id, error)
            error.request_id = request_id
            raise
        elapsed = (self.clock.monotonic() - started) * 1000
        log.debug("%s %s answered %d in %.1f ms (request %s)", request.method, request.path, answer.status,
                  elapsed, request_id)  # fmt: skip
        if answer.status != request.success:
            raise refusal(answer, request_id, self._key)
        value = typed(request, answer, request_id)
        return Reply(value, answer.headers, answer.headers.get("X-Request-Id", request_id))

    def close(self) -> None:
        """Close all connections and break off what is under way."""
        self.transport.close()


def build(make: Callable[[], Request[T]]) -> Request[T]:
    """Make a request that keeps the contract.

    Raises:
        InvalidRequest: It would not.
    """
    try:
        return make()
    except ContractError as error:
        raise InvalidRequest(error.message, field=error.field) from None


def _target(request: Request[Any]) -> str:
    """The path and the query, encoded."""
    if not request.query:
        return request.path
    try:
        return f"{request.path}?{urlencode(request.query)}"
    except UnicodeEncodeError as error:  # half a surrogate pair; UTF-8 has no place for it
        field = next((name for name, value in request.query.items() if value == error.object), None)
        raise InvalidRequest(f"{field} must be text that UTF-8 can hold, not {error.object!r:.80}",
                             field=field) from None  # fmt: skip


def _delay(error: TransportError | APIError, backoff: float) -> float | None:
    """How long to wait before the next try, in seconds; None when another one is of no use."""
    if isinstance(error, TransportError):
        return backoff if error.retryable else None
    if error.status not in RETRIED:
        return None
    return max(backoff, min(error.retry_after or 0.0, _MAX_RETRY_AFTER))
