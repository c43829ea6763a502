"""The worker's side of executions: run again what fails, and give handlers what they can take.

An execution whose workflow fails goes on as a new run of it, after a pause that Temporal keeps. So it
stays one execution: one row, one history, one timeout. Temporal's own workflow retries would show each
attempt as an execution of its own.
"""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    RetryState,
    is_cancelled_exception,
)
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

from . import memo
from .definitions import parameters
from .heartbeats import HEADER, TIMEOUT
from .summaries import STARTED_AT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=1)
_ERROR_CHARACTERS = 2000
_STARTED_AT = SearchAttributeKey.for_datetime(STARTED_AT)
_NOT_SETTABLE = {"BuildIds"}
"""Search attributes that Temporal sets, and refuses to be set."""


class ExecutionInbound(WorkflowInboundInterceptor):
    """Around a workflow's run method and its signal handlers."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Put the other half in place."""
        self._outbound = _Outbound(outbound)
        self._arguments: Sequence[Any] | None = None
        self.next.init(self._outbound)

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        """Run the workflow; when it fails and may be tried again, go on as a new run."""
        if workflow.cancellation_reason() is not None:
            raise asyncio.CancelledError  # before it began, such as in the pause before this attempt
        if _noted().get(memo.RETRIES):
            self._arguments = _as_they_came(input.args)
        input.args = _fitting(input.run_fn, input.args, bound=False)
        return await self._attempt(self.next.execute_workflow(input))

    async def handle_signal(self, input: HandleSignalInput) -> None:
        """Handle a signal; a handler that fails, fails the workflow."""
        handler = workflow.get_signal_handler(input.signal)
        if handler is not None:
            input.args = _fitting(handler, input.args, bound=True)
        await self._attempt(self.next.handle_signal(input))

    async def _attempt(self, trial: Awaitable[Any]) -> Any:
        try:
            return await trial
        except Exception as error:
            if not isinstance(error, FailureError):  # not meant to be raised: its author wants the traceback
                workflow.logger.warning("The workflow failed", exc_info=True)
            noted = _noted()
            attempt = noted.get(memo.ATTEMPT, 1)
            if attempt > noted.get(memo.RETRIES, 0) or not _worth_retrying(error):
                raise
            # A handler may fail before the workflow has begun.
            await workflow.wait_condition(lambda: self._arguments is not None)
            self._outbound.error = _message(error)
            workflow.continue_as_new(
                args=self._arguments or (), backoff_start_interval=_pause(error, attempt)
            )


class _Outbound(WorkflowOutboundInterceptor):
    """Around what a workflow asks for."""

    def __init__(self, next: WorkflowOutboundInterceptor) -> None:
        super().__init__(next)
        self.error: str | None = None
        """Why this attempt failed, when it did; the next one begins with the next run."""
        self._info: workflow.Info | None = None

    def info(self) -> workflow.Info:
        """What the workflow may know of itself: ``attempt`` is that of the execution."""
        if self._info is None:
            info = super().info()
            attempt = _noted().get(memo.ATTEMPT, info.attempt)
            self._info = dataclasses.replace(info, attempt=attempt)
        return self._info

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:
        """Tell the next run which one it is, of which execution."""
        noted = _noted()
        noted[memo.RUN] = noted.get(memo.RUN, 0) + 1
        noted.pop(memo.ERROR, None)
        if self.error is not None:
            noted[memo.ATTEMPT] = noted.get(memo.ATTEMPT, 1) + 1
            noted[memo.ERROR] = self.error
        input.memo = {**workflow.memo(), **(input.memo or {}), memo.FIELD: noted}
        input.search_attributes = _with_start(input)
        super().continue_as_new(input)
        raise AssertionError  # it does not return

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        """Have a step noticed that its worker lost, unless the author arranged for it."""
        here = input.task_queue in {None, workflow.info().task_queue}
        if input.heartbeat_timeout is None and here:
            input.heartbeat_timeout = TIMEOUT
            input.headers = {**input.headers, HEADER: workflow.payload_converter().to_payload(True)}
        return super().start_activity(input)


def _noted() -> dict[str, Any]:
    """What the gateway and runs before this one noted in the memo."""
    noted = workflow.memo().get(memo.FIELD)
    return dict(noted) if isinstance(noted, dict) else {}


def _as_they_came(args: Sequence[Any]) -> Sequence[Any]:
    """Arguments to pass on: the workflow may change the values that it is given."""
    if len(args) == 1 and isinstance(args[0], list) and args[0] and isinstance(args[0][0], RawValue):
        return args[0]  # of a dynamic workflow
    return [RawValue(one) for one in workflow.payload_converter().to_payloads(args)]


def _with_start(input: ContinueAsNewInput) -> Any:
    """The search attributes of the next run, with the start of the execution's first."""
    info = workflow.info()
    started = info.typed_search_attributes.get(_STARTED_AT) or info.workflow_start_time
    # To the millisecond, as Temporal compares it: rounded up, it would not be found where it belongs.
    started = started.replace(microsecond=started.microsecond // 1000 * 1000)
    given = input.search_attributes
    if given is not None and not isinstance(given, TypedSearchAttributes):
        return {**given, STARTED_AT: [started]}
    kept = given if given is not None else info.typed_search_attributes
    pairs = [pair for pair in kept if pair.key.name not in {STARTED_AT, *_NOT_SETTABLE}]
    return TypedSearchAttributes([*pairs, SearchAttributePair(_STARTED_AT, started)])


def _fitting(function: Any, args: Sequence[Any], *, bound: bool) -> Sequence[Any]:
    """Arguments that a method can take: none if it takes none, None if it wants one and there is none."""
    taken = parameters(function, bound=bound)
    if taken is None:
        return args
    if not taken and len(args) == 1:
        return []
    if len(taken) == 1 and not args and taken[0].default is taken[0].empty:
        return [None]
    return args


def _worth_retrying(error: BaseException | None) -> bool:
    if workflow.cancellation_reason() is not None:
        return False
    while error is not None:
        if is_cancelled_exception(error) or (isinstance(error, ApplicationError) and error.non_retryable):
            return False
        if isinstance(error, ActivityError) and error.retry_state == RetryState.NON_RETRYABLE_FAILURE:
            return False
        error = error.__cause__
    return True


def _pause(error: Exception, attempt: int) -> timedelta:
    """How long to wait before the next attempt: what the error asks for, else twice as long each time."""
    if isinstance(error, ApplicationError) and error.next_retry_delay is not None:
        return error.next_retry_delay
    return min(_FIRST_PAUSE * (1 << min(attempt - 1, 10)), _LONGEST_PAUSE)


def _message(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    text = error.message if isinstance(error, FailureError) else str(error)
    return (" ".join(text.split()) or type(error).__name__)[:_ERROR_CHARACTERS]
