"""`Execution`: the handle of one execution."""

from __future__ import annotations

import functools
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from . import _generated, tracing
from .errors import InvalidRequest, SubscriptionOverflow, WaitTimeout
from .http.api import Reply, build
from .timing import Deadline, Duration, to_seconds
from .waiting import is_end, raise_unless_completed, wait_for_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from ._generated.models import (
        ExecutionState,
        ExecutionStatus,
        ExecutionSummary,
        Failure,
        History,
        WorkflowEvent,
    )
    from .http.api import Api
    from .realtime.connection import Connection
    from .realtime.subscription import Subscription


class Execution:
    """One execution of a workflow: observe it, wait for it, signal it, cancel it.

    A handle remembers what it was last told. `status` and the other properties show that, and ask the
    server only when nothing is known yet; `refresh()` asks anew::

        while order.refresh().status == "running":
            ...

    Handles are made by `Workflows.execute` and `Workflows.get`. They are thread-safe and can be made by the
    thousand: a handle holds no connection of its own.
    """

    __slots__ = (
        "__weakref__",
        "_api",
        "_connection",
        "_end",
        "_seen",
        "_seen_by",
        "_summary",
        "execution_id",
    )

    execution_id: str
    """The id; store it to `get` the execution again later."""

    def __init__(
        self,
        api: Api,
        connection: Callable[[], Connection],
        execution_id: str,
        summary: ExecutionSummary | None = None,
    ) -> None:
        self._api = api
        self._connection = connection
        self.execution_id = execution_id
        self._summary = summary
        self._seen: ExecutionStatus | None = None
        self._seen_by = ""  # the id of the request that told so
        self._end: WorkflowEvent | None = None  # its last event, where that is all that is known of the end

    # What is known of it.

    def refresh(self) -> Execution:
        """Ask the server how the execution is, and return this handle.

        Raises:
            ExecutionNotFound: There is no such execution.
        """
        self._see(self._api.ask(functools.partial(_generated.operations.get_status, self.execution_id)))
        return self

    def _see(self, reply: Reply[ExecutionStatus]) -> None:
        # In this order: whoever sees the end on another thread finds who told of it.
        self._seen_by = reply.request_id
        self._seen = reply.value

    @property
    def snapshot(self) -> ExecutionStatus:
        """All that was last known of it (`ExecutionStatus`); asks when that is not the whole."""
        if self._seen is None or (self._end is not None and not is_end(self._seen.status)):
            self.refresh()
        assert self._seen is not None  # noqa: S101 - for the type checker: refresh() sets it
        return self._seen

    @property
    def _known(self) -> ExecutionStatus | ExecutionSummary:
        if self._end is not None:
            return self.snapshot
        return self._seen or self._summary or self.snapshot

    @property
    def status(self) -> ExecutionState:
        """`running`, `completed`, `failed` or `cancelled`, as last known (str)."""
        if self._end is not None:
            return _generated.models.ExecutionState(self._end.type)
        return self._known.status

    @property
    def has_ended(self) -> bool:
        """Whether it was last known to have ended, however it did; asks no server."""
        return self._end is not None or (self._seen is not None and is_end(self._seen.status))

    @property
    def workflow(self) -> str:
        """The name of the workflow."""
        return self._known.workflow

    @property
    def started_at(self) -> datetime:
        """When it started, with a time zone."""
        return self._known.started_at

    @property
    def completed_at(self) -> datetime | None:
        """When it ended, however it ended, as last known; None while it runs."""
        return self._known.completed_at

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The values given with its start."""
        return self._known.metadata

    @property
    def input(self) -> Any:
        """What the workflow was given."""
        return self.snapshot.input

    @property
    def result(self) -> Any:
        """What it returned, as last known; None unless it is known to have completed."""
        if isinstance(self._end, _generated.models.CompletedEvent):
            return self._end.data.result
        return self.snapshot.result

    @property
    def error(self) -> str | None:
        """Why it failed or was cancelled, as last known; None otherwise."""
        return self.snapshot.error

    @property
    def failure(self) -> Failure | None:
        """Why it failed (`Failure`: message, type, step, attempts), as last known; None otherwise."""
        return self.snapshot.failure

    @property
    def current_step(self) -> str | None:
        """The step that it was last known to be at; None when at none."""
        return self.snapshot.current_step

    @property
    def current_step_attempt(self) -> int | None:
        """Which try of that step it was last known to be at, 1 for the first; None when at no step."""
        return self.snapshot.current_step_attempt

    @property
    def current_step_error(self) -> str | None:
        """Why the last try of that step failed, as last known; None when none has."""
        return self.snapshot.current_step_error

    @property
    def attempt(self) -> int:
        """Which run of the workflow it was last known to be at, 1 for the first."""
        return self.snapshot.attempt

    # What can be done with it.

    def wait_for_completion(
        self,
        *,
        timeout: Duration | None = None,
        poll_interval: Duration = 1.0,
        progress: bool = False,
    ) -> Any:
        """Wait until the execution has ended, and return its result.

        The request is a long-poll, answered within a round trip of the end. Faults of the network and of
        the server are survived until the timeout. Ctrl-C ends the wait at once; the execution goes on.

        Args:
            timeout: Seconds to wait, or a `timedelta`; None for as long as it takes; 0 to look once.
            poll_interval: Seconds between requests to a server that does not hold its answers.
            progress: Whether to show a bar of the steps meanwhile, in a notebook or on a terminal; elsewhere
                a line for each step, on standard error.

        Returns:
            What the workflow returned: any JSON.

        Raises:
            ExecutionFailed: It failed; the error says why and at which step.
            ExecutionCancelled: It was cancelled.
            WaitTimeout: It had not ended in time. It goes on.
            ExecutionNotFound: There is no such execution.
            MissingExtra: Progress needs the extra `progress`.
        """
        seconds = to_seconds(timeout, "timeout")
        interval = to_seconds(poll_interval, "poll_interval")
        if not interval:
            raise InvalidRequest("poll_interval must be more than 0 seconds", field="poll_interval")
        if self.has_ended:
            return self._outcome()
        deadline = Deadline(seconds, self._api.clock)
        with tracing.wait("wait_for_completion", execution_id=self.execution_id) as span:
            with self._watched(deadline) if progress else nullcontext():
                self._wait(deadline, interval)
            span.ended(self.status)
            return self._outcome()

    def _wait(self, deadline: Deadline, poll_interval: float) -> None:
        """Wait for the end."""
        try:
            reply = wait_for_end(self._api, self.execution_id, deadline=deadline, poll_interval=poll_interval)
        except WaitTimeout as error:
            error.execution = self
            self._seen = error.status or self._seen
            raise
        self._see(reply)

    def _watched(self, deadline: Deadline) -> AbstractContextManager[None]:
        from .display.waits import watch  # noqa: PLC0415 - loads tqdm when it is needed

        known = self._seen or self._summary
        return watch(self, self._api, known.workflow if known else None, deadline)

    def settle(self, end: Reply[ExecutionStatus] | WorkflowEvent) -> None:
        """Remember how it ended (for `Workflows.as_completed`)."""
        if isinstance(end, Reply):
            self._see(end)
        else:
            self._end = end

    def _outcome(self) -> Any:
        """Return the result of an execution that has ended, or raise what its end stands for."""
        if self.status != "completed":
            status = self.snapshot  # which may ask
            raise_unless_completed(status, self, self._seen_by)
        return self.result

    def history(self) -> History:
        """Return all events so far, oldest first, every page of them.

        Returns:
            `History`: `events` has typed events (`StepCompletedEvent`, …), each with `id`, `timestamp`,
            `type` and `data`.

        Raises:
            ExecutionNotFound: There is no such execution.
        """
        first, *pages = self._pages(None)
        if not pages:
            return first
        events = [event for page in (first, *pages) for event in page.events]
        return type(first)(execution_id=self.execution_id, events=events, next_after=None)

    def _pages(self, after: str | None) -> Iterator[History]:
        return self._api.pages(
            lambda cursor: _generated.operations.get_history(self.execution_id, after=cursor),
            lambda page: page.next_after,
            after,
        )

    def events(self, *, after: str | None = None, follow: bool = True) -> Iterator[WorkflowEvent]:
        """Yield what happened, oldest first, and what happens from then on, until the execution has ended.

        However slow the loop, no event is lost; lost connections are made again.

        Args:
            after: Only events after the one with this id; None for all.
            follow: Whether to wait for events to come; False to end with those so far.

        Raises:
            ExecutionNotFound: There is no such execution.
            ConnectionLost: The server refuses the connection for events, or the client was closed.
        """
        for page in self._pages(after):
            for event in page.events:
                yield event
                after = event.id
                if is_end(event.type):
                    return
        while follow:
            with self.subscribe(after=after) as subscription:
                try:
                    for event in subscription:
                        yield event
                        after = event.id
                except SubscriptionOverflow:
                    continue  # the rest is still to be had from the server
                return

    def subscribe(
        self,
        on_change: Callable[[WorkflowEvent], object] | None = None,
        *,
        after: str | None = None,
        on_error: Callable[[Exception], object] | None = None,
    ) -> Subscription:
        """Have the events as they happen, those of the past first.

        Args:
            on_change: Called with each event (`StartedEvent`, `StepCompletedEvent`, …: see `event.type` and
                `event.data`), on a thread that all callbacks of the client share. It may call anything of
                the SDK. What it raises is logged, and the events go on. None to loop over the subscription
                instead.
            after: Only events after the one with this id; None for all.
            on_error: Called with what `on_change` raised, and with what broke the subscription off; None to
                leave that to the log and to `Subscription.error`.

        Returns:
            The subscription: `unsubscribe()` or a `with` block ends it, and the execution's end does.

        Raises:
            InvalidRequest: The execution's id, or `after`, cannot be one.
            ConnectionFailed: The client is closed.
        """
        from .realtime.subscription import Subscription  # noqa: PLC0415 - loads websocket when it is needed

        for name, function in (("on_change", on_change), ("on_error", on_error)):
            if function is not None and not callable(function):
                raise InvalidRequest(f"{name} must be a function, not {function!r:.80}", field=name)
        # What the contract says of them is the same for the history.
        build(functools.partial(_generated.operations.get_history, self.execution_id, after=after))
        connection = self._connection()
        subscription = Subscription(connection, self.execution_id, on_change, on_error, after)
        connection.add(subscription)
        return subscription

    def signal(self, signal: str, data: Any = None, *, idempotency_key: str | None = None) -> None:
        """Send a signal to the workflow.

        Args:
            signal: The signal's name.
            data: What comes with it; any JSON.
            idempotency_key: Makes the call safe to repeat from outside, up to 255 visible ASCII
                characters; None for a new one. Retries within the call always share one.

        Raises:
            ExecutionClosed: The execution has ended.
            ExecutionNotFound: There is no such execution.
            InvalidRequest: The name is empty, or the data is not JSON.
        """
        self._api.call(
            lambda: _generated.operations.signal_execution(
                self.execution_id,
                body=_generated.models.SignalRequest(signal=signal, data=data),
                idempotency_key=idempotency_key,
            )
        )

    def cancel(self, reason: str | None = None) -> None:
        """Ask the workflow to end.

        Returns once the request is stored: wait for the end with `wait_for_completion`, which then raises
        `ExecutionCancelled`. The workflow may clean up first, or decline and complete. What is cancelled
        already stays so, without an error.

        Args:
            reason: Why, for the history; at most 1,000 characters.

        Raises:
            ExecutionClosed: The execution has completed or failed.
            ExecutionNotFound: There is no such execution.
        """
        self._api.call(
            lambda: _generated.operations.cancel_execution(
                self.execution_id, body=_generated.models.CancelRequest(reason=reason)
            )
        )

    def __repr__(self) -> str:
        known = self._seen or self._summary  # a repr asks no server
        about = f" {known.workflow} {self.status}" if known else ""
        return f"<Execution {self.execution_id!r}{about}>"

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows: what is known, since this asks no server either."""
        import attrs  # noqa: PLC0415 - what never shows a handle need not load it here

        known = self._seen or self._summary
        if known and self._end and not is_end(known.status):
            known = attrs.evolve(known, status=self.status, completed_at=self._end.timestamp)  # type: ignore[misc]
        return known._repr_html_() if known else None

    def __reduce__(self) -> Any:
        raise TypeError("an Execution is not pickled: pass its execution_id on and get() it there")
