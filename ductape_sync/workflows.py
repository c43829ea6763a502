"""The facade: one method an operation."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from . import _generated, tracing
from .errors import InvalidRequest, WaitTimeout
from .execution import Execution
from .gathering import Gathering
from .timing import Deadline, Duration, to_seconds

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterator

    from ._generated.models import (
        ExecutionList,
        ExecutionState,
        ExecutionStatus,
        ExecutionSummary,
        History,
        WorkflowDefinition,
        WorkflowEvent,
    )
    from .display.progress import Batch
    from .http.api import Api
    from .realtime.connection import Connection
    from .realtime.subscription import Subscription

_PAGE = 100  # executions that iterate() asks for at a time


class Workflows:
    """Start workflows and work with their executions; `Ductape.workflows` is one.

    What concerns one execution takes its id first, and is the method of the handle that `get` returns.
    """

    def __init__(self, api: Api, connection: Callable[[], Connection]) -> None:
        self._api = api
        self._connection = connection

    def execute(
        self,
        workflow: str,
        input: Any = None,
        *,
        timeout: Duration | None = None,
        retries: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        execution_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> Execution:
        """Start an execution of a workflow.

        Returns when the start is durable, long before the workflow ends. A start whose answer is lost is
        sent again with the same idempotency key, and never starts a second execution.

        Args:
            workflow: The workflow's name; `definitions` lists them.
            input: What the workflow is given: any JSON (dict, list, str, int, float, bool, None).
            timeout: Seconds that the whole execution may take, its retries included, or a `timedelta`;
                None without a limit. An execution that takes longer fails.
            retries: How many times to run the workflow again after it fails; None for not at all.
            metadata: Values of your own, any JSON by name, kept with the execution.
            execution_id: The id that it shall have; None to let the server choose.
            idempotency_key: Makes the start safe to repeat from outside (after a crash of this program,
                say): a start with a key used before returns the first execution. None for a new key.

        Returns:
            The handle of the execution.

        Raises:
            WorkflowNotFound: No worker serves a workflow of this name; the error names the closest.
            InvalidRequest: An argument cannot be, or the input is not JSON; nothing was sent.
            ExecutionExists: The execution id is in use.
            IdempotencyConflict: The key was used before, for a different start.
        """
        seconds = to_seconds(timeout, "timeout")
        if seconds is not None and seconds < 0.001:
            raise InvalidRequest("timeout must be at least 0.001 seconds; None means without a limit",
                                 field="timeout")  # fmt: skip
        milliseconds = None if seconds is None else round(seconds * 1000)
        options = None
        if milliseconds is not None or retries is not None or metadata is not None:
            options = _generated.models.ExecuteOptions(
                timeout=milliseconds,
                retries=retries,
                metadata=dict(metadata) if isinstance(metadata, Mapping) else metadata,
            )
        summary: ExecutionSummary = self._api.call(
            lambda: _generated.operations.execute_workflow(
                body=_generated.models.ExecuteRequest(
                    workflow=workflow, input=input, execution_id=execution_id, options=options
                ),
                idempotency_key=idempotency_key,
            )
        )
        return Execution(self._api, self._connection, summary.execution_id, summary)

    def get(self, execution_id: str) -> Execution:
        """Return the handle of an execution, without asking the server whether it exists."""
        return Execution(self._api, self._connection, execution_id)

    def get_status(self, execution_id: str) -> ExecutionStatus:
        """Return how an execution is now.

        Returns:
            `ExecutionStatus`: `status` is `running`, `completed`, `failed` or `cancelled`; `result` and
            `error` say how it ended.

        Raises:
            ExecutionNotFound: There is no such execution.
        """
        return self.get(execution_id).snapshot

    def wait_for_completion(
        self,
        execution_id: str,
        *,
        timeout: Duration | None = None,
        poll_interval: Duration = 1.0,
        progress: bool = False,
    ) -> Any:
        """Wait until an execution has ended, and return its result; see `Execution.wait_for_completion`."""
        return self.get(execution_id).wait_for_completion(
            timeout=timeout, poll_interval=poll_interval, progress=progress
        )

    def wait_all(
        self,
        executions: Iterable[Execution | str],
        *,
        timeout: Duration | None = None,
        progress: bool = False,
    ) -> builtins.list[Any]:
        """Wait until all executions have completed, and return their results.

        All share one connection, and none has a thread. Lost connections are made again, and what was
        missed meanwhile is looked up. Ctrl-C ends the wait at once; the executions go on.

        Args:
            executions: Handles or ids.
            timeout: Seconds to wait for all of them together, or a `timedelta`; None for as long as it
                takes.
            progress: Whether to show a bar of how many have ended, in a notebook or on a terminal; elsewhere
                a line for each, on standard error.

        Returns:
            The results, in the order of `executions`.

        Raises:
            ExecutionFailed, ExecutionCancelled: One ended so, the first to; `error.execution` is its handle.
                The others go on, and the handles of those that have ended know their results.
            WaitTimeout: Not all had ended in time. `error.results` has those that had, by id.
            MissingExtra: Progress needs the extra `progress`.
        """
        handles = self._handles(executions)
        results: dict[str, Any] = {}
        deadline = Deadline(to_seconds(timeout, "timeout"), self._api.clock)
        span = tracing.wait("wait_all", count=len(handles))
        with span, _batch(handles) if progress else nullcontext() as batch:
            try:
                for handle in self._gather(handles, deadline):
                    if batch:
                        batch.ended(handle.execution_id, handle.status)
                    results[handle.execution_id] = handle.wait_for_completion()
            except WaitTimeout as error:
                error.results = results
                raise
        return [results[handle.execution_id] for handle in handles]

    def as_completed(
        self, executions: Iterable[Execution | str], *, timeout: Duration | None = None
    ) -> Iterator[Execution]:
        """Yield the handle of each execution when it has ended, however it ended, the first to end first.

        Args:
            executions: Handles or ids.
            timeout: Seconds to wait for all of them together, or a `timedelta`; None for as long as it
                takes.

        Yields:
            Handles (those that were given, for those that were): `wait_for_completion()` returns the result
            or raises at once.

        Raises:
            WaitTimeout: Not all had ended in time; `error.execution` is the first that had not.
            ExecutionNotFound: There is no such execution.
        """
        deadline = Deadline(to_seconds(timeout, "timeout"), self._api.clock)
        handles = self._handles(executions)
        return _traced(self._gather(handles, deadline), len(handles))

    def _gather(self, executions: Iterable[Execution], deadline: Deadline) -> Iterator[Execution]:
        handles = {handle.execution_id: handle for handle in executions}
        waited = [name for name, handle in handles.items() if not handle.has_ended]
        yield from [handle for handle in handles.values() if handle.has_ended]
        if not waited:
            return
        gathering = Gathering(self._api, self._connection(), waited, deadline)
        try:
            for execution_id, end in gathering:
                handles[execution_id].settle(end)
                yield handles[execution_id]
        except WaitTimeout as error:
            error.execution = handles[gathering.pending[0]]
            raise

    def _handles(self, executions: Iterable[Execution | str]) -> builtins.list[Execution]:
        if isinstance(executions, str) or not isinstance(executions, Iterable):
            raise InvalidRequest("executions must be a list of handles or ids", field="executions")
        items = list(executions)
        for at, item in enumerate(items):
            if not isinstance(item, str | Execution):
                raise InvalidRequest(
                    f"executions[{at}] must be an Execution or an id, not {item!r:.80}", field="executions"
                )
        return [self.get(item) if isinstance(item, str) else item for item in items]

    def get_history(self, execution_id: str) -> History:
        """Return all events of an execution so far; see `Execution.history`."""
        return self.get(execution_id).history()

    def events(
        self, execution_id: str, *, after: str | None = None, follow: bool = True
    ) -> Iterator[WorkflowEvent]:
        """Yield what happened in an execution, and what happens from then on; see `Execution.events`."""
        return self.get(execution_id).events(after=after, follow=follow)

    def subscribe(
        self,
        execution_id: str,
        on_change: Callable[[WorkflowEvent], object] | None = None,
        *,
        after: str | None = None,
        on_error: Callable[[Exception], object] | None = None,
    ) -> Subscription:
        """Have the events of an execution as they happen; see `Execution.subscribe`."""
        return self.get(execution_id).subscribe(on_change, after=after, on_error=on_error)

    def signal(
        self, execution_id: str, signal: str, data: Any = None, *, idempotency_key: str | None = None
    ) -> None:
        """Send a signal to an execution; see `Execution.signal`."""
        self.get(execution_id).signal(signal, data, idempotency_key=idempotency_key)

    def cancel(self, execution_id: str, reason: str | None = None) -> None:
        """Ask an execution to end; see `Execution.cancel`."""
        self.get(execution_id).cancel(reason)

    def list(
        self,
        *,
        workflow: str | None = None,
        status: ExecutionState | str | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> ExecutionList:
        """Return a page of executions, newest first.

        Args:
            workflow: Only executions of the workflow of this name; None for all.
            status: Only executions with this status; None for all.
            limit: The most executions to return, 1 to 1,000.
            offset: How many to skip, at most 10,000; `iterate` goes further.

        Returns:
            `ExecutionList`: `executions` has this page's, `count` says how many match in all.

        Raises:
            InvalidRequest: An argument is out of range.
        """
        operation = _generated.operations.list_executions
        return self._api.call(
            functools.partial(operation, workflow=workflow, status=status, limit=limit, offset=offset)
        )

    def iterate(
        self, *, workflow: str | None = None, status: ExecutionState | str | None = None
    ) -> Iterator[ExecutionSummary]:
        """Yield every execution that matches, newest first, fetching a page at a time.

        Executions that start meanwhile do not shift the rest: none is yielded twice.

        Args:
            workflow: Only executions of the workflow of this name; None for all.
            status: Only executions with this status; None for all.
        """
        pages: Iterator[ExecutionList] = self._api.pages(
            lambda cursor: _generated.operations.list_executions(
                workflow=workflow, status=status, limit=_PAGE, cursor=cursor
            ),
            lambda page: page.next_cursor,
        )
        for page in pages:
            yield from page.executions

    def definitions(self) -> builtins.list[WorkflowDefinition]:
        """Return the workflows that can be executed now.

        Returns:
            A list of `WorkflowDefinition`: name, description, signals, steps, and JSON Schemas of input and
            result where the author wrote type hints.
        """
        return self._api.call(_generated.operations.list_workflows).workflows


def _traced(ended: Iterator[Execution], count: int) -> Iterator[Execution]:
    with tracing.wait("as_completed", count=count, current=False):
        yield from ended


def _batch(handles: Iterable[Execution]) -> Batch:
    from .display.progress import Batch  # noqa: PLC0415 - loads tqdm when it is needed

    return Batch(len({handle.execution_id for handle in handles}))
