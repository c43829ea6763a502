"""Waiting for one execution to end, by long-poll; `gathering` waits for many."""

from __future__ import annotations

import functools
import logging
import math
from typing import TYPE_CHECKING

from . import _generated
from .errors import APIError, ExecutionCancelled, ExecutionFailed, TransportError, WaitTimeout
from .http.api import RETRIED
from .timing import Backoff, Deadline

if TYPE_CHECKING:
    from ._generated.models import ExecutionStatus
    from .errors import DuctapeError
    from .execution import Execution
    from .http.api import Api, Reply

log = logging.getLogger("ductape_sync.waiting")

HOLD = 30  # seconds that the server may hold an answer: proxies commonly cut a silent connection at 60
GRACE = 10.0  # seconds that an answer may take beyond that
LOOK = 5.0  # seconds that the last look may take, at the deadline
_BACKOFF = Backoff(initial=0.1, maximum=5.0)


def wait_for_end(
    api: Api, execution_id: str, *, deadline: Deadline, poll_interval: float
) -> Reply[ExecutionStatus]:
    """Return the answer with the status of an execution once it has ended, however it ended.

    One request is in flight at a time, and its answer is held until the end (`Prefer: wait`, RFC 7240), so
    that this returns within a round trip of it. Faults that may pass (no connection, 429, 5xx) are
    survived until the deadline.

    Args:
        api: Where to ask.
        execution_id: Which execution.
        deadline: When to stop waiting. Then there is one more look, for up to 5 seconds: the end may have
            come while the line was down.
        poll_interval: Seconds between requests to a server that does not hold its answers.

    Raises:
        WaitTimeout: It had not ended in time.
        ExecutionNotFound, Unauthenticated, …: An answer that waiting does not change.
    """
    seen: Reply[ExecutionStatus] | None = None
    delays = _BACKOFF.delays()
    while True:
        asked = api.clock.monotonic()
        hold = math.ceil(min(HOLD, deadline.remaining()))
        try:
            seen = _ask(api, execution_id, hold, deadline)
        except (TransportError, APIError) as error:
            pause = _pause_after(error, next(delays))
            if not hold:
                raise timed_out(execution_id, seen, error) from error
            if not deadline.expired():
                log.warning("waiting for %s goes on in %.1f seconds, after: %s", execution_id, pause, error)
        else:
            if is_end(seen.value.status):
                return seen
            if not hold:
                raise timed_out(execution_id, seen)
            delays = _BACKOFF.delays()
            spent = api.clock.monotonic() - asked
            # An answer let go early, by a server that is shutting down or says that it holds and does not,
            # is polling, too.
            held = "Preference-Applied" in seen.headers
            pause = 0.0 if held and spent >= 0.9 * hold else max(0.0, poll_interval - spent)
        if pause:
            api.pause(min(pause, deadline.remaining()))


def _ask(api: Api, execution_id: str, hold: int, deadline: Deadline) -> Reply[ExecutionStatus]:
    """Ask for the status, held until the end for up to `hold` seconds."""
    prefer = f"wait={hold}" if hold else None
    # `hold` is in whole seconds: the last answer that is held is cut short at the deadline.
    patience = min(hold + GRACE, deadline.remaining()) if hold else LOOK
    make = functools.partial(_generated.operations.get_status, execution_id, prefer=prefer)
    return api.exchange(make, deadline=Deadline(patience, api.clock), retries=0)


def _pause_after(error: TransportError | APIError, backoff: float) -> float:
    """How long to wait after a fault that may pass, in seconds; any other is raised."""
    if isinstance(error, TransportError):
        if not error.retryable:
            raise error
        return backoff
    if error.status not in RETRIED:
        raise error
    return max(backoff, min(error.retry_after or 0.0, HOLD))


def is_end(state: str) -> bool:
    """Whether a status is an end. One that this version does not know is not."""
    return state in {"completed", "failed", "cancelled"}


def timed_out(
    execution_id: str, seen: Reply[ExecutionStatus] | None, fault: DuctapeError | None = None
) -> WaitTimeout:
    """Make the error for a wait whose deadline has passed.

    Args:
        execution_id: Which execution was waited for.
        seen: The last answer about it; None when there was none.
        fault: Why it is not known how it is now; None when it is.
    """
    about = []
    status = seen.value if seen is not None else None
    if status is not None:
        about.append(f"{status.status}{_place(status)}" + (" when last seen" if fault else ""))
    if fault is not None:
        about.append(str(fault))
    late = WaitTimeout(
        f"{execution_id} had not ended in time ({'; '.join(about)}); it goes on", status=status
    )
    source = fault or seen
    late.request_id = None if source is None else source.request_id
    return late


def _place(status: ExecutionStatus) -> str:
    """Where an execution is, and what holds it up there."""
    if not status.current_step:
        return ""
    why = f" after: {status.current_step_error}" if status.current_step_error else ""
    tries = f", try {status.current_step_attempt}{why}" if (status.current_step_attempt or 1) > 1 else ""
    return f" at step {status.current_step!r}{tries}"


def raise_unless_completed(status: ExecutionStatus, execution: Execution, request_id: str) -> None:
    """Raise what an end other than completion stands for.

    Args:
        status: How it ended.
        execution: Its handle.
        request_id: The id of the request that told so.

    Raises:
        ExecutionFailed: It failed.
        ExecutionCancelled: It was cancelled.
    """
    name = f"{status.workflow} {status.execution_id}"
    if status.status == "failed":
        at = ""
        if status.failure and status.failure.step:
            tries = status.failure.attempts or 1
            at = f" at step {status.failure.step!r}" + (f" after {tries} attempts" if tries > 1 else "")
        why = status.error or (status.failure and status.failure.message) or "no reason given"
        failed = ExecutionFailed(f"{name} failed{at}: {why}", execution=execution, status=status)
        failed.request_id = request_id
        raise failed
    if status.status == "cancelled":
        why = f": {status.error}" if status.error else ""
        cancelled = ExecutionCancelled(f"{name} was cancelled{why}", execution=execution, status=status)
        cancelled.request_id = request_id
        raise cancelled
