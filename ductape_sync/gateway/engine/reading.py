"""An execution's events, read over the whole chain of its runs, from any place on, and live."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import OrderedDict
from contextlib import aclosing
from copy import copy
from typing import TYPE_CHECKING, Any

from attrs import frozen
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import HistoryEventFilterType
from temporalio.api.workflowservice.v1 import (
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
)
from temporalio.service import WorkflowService

from ..problems import Problem
from . import memo
from .connection import CALL_SECONDS, Connection, Missing
from .history import Place, Translator, next_run

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from temporalio.api.history.v1 import HistoryEvent
    from temporalio.api.workflow.v1 import WorkflowExecutionInfo

_PAGE = 1000
"""How many of Temporal's events are asked for at once; it may answer with fewer."""
_ANSWER_BYTES = 16 * 1024 * 1024
"""How large a page of the contract's events may be, as JSON; but one event is always in it."""
_POLL_SECONDS = 60.0
"""How long a long poll may take; Temporal answers after about 20 seconds by itself."""
_BOOKMARK_EVERY = 400
"""After how many of Temporal's events a bookmark is worth its memory."""
_BOOKED_RUNS = 64
"""Of how many runs bookmarks are kept. Temporal ends a run at 51,200 events, so 128 for each."""


@frozen
class _Bookmark:
    """Where reading a run can go on without reading it again from its start."""

    event: int
    """The id of the last of Temporal's events before it."""
    token: bytes
    """Temporal's token for the page that follows."""
    translator: Translator
    """As it was there."""


class Reader:
    """Reads histories.

    Temporal has no way to ask for a history from some event on: it hands out pages and tokens. So that
    a long history read in many requests is not read from its start by each of them, the tokens of some
    pages are kept, in a bounded cache that can be lost at any time.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._bookmarks: OrderedDict[str, list[_Bookmark]] = OrderedDict()

    async def batches(
        self, namespace: str, info: WorkflowExecutionInfo, after: Place | None, *, live: bool
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Read an execution's events.

        Args:
            namespace: the namespace that it is in.
            info: how Temporal described it just now.
            after: the place of an event; what comes after it is read. None to read all.
            live: whether to go on with what is yet to come, until the execution ends.

        Yields:
            the events, in order, some at a time.

        Raises:
            Missing: the execution is not kept any more.
            Problem: ``invalid_request`` when there is no event at ``after``.
        """
        workflow_id = info.execution.workflow_id
        run: str | None
        index, run = await self._first_run(namespace, info)
        while run is not None:
            if after is not None and index < after.run:
                # Of a run that goes on, Temporal would keep its last event waiting for seconds.
                last = run == info.execution.run_id
                run = None if last else await self._next_run(namespace, workflow_id, run)
            else:
                here = after if after is not None and index == after.run else None
                if here and run == info.execution.run_id and here.event > info.history_length:
                    break
                reading = _Run(self, namespace, workflow_id, run, here)
                async with aclosing(reading.batches(index, live=live)) as batches:
                    async for events in batches:
                        yield events
                if here and not reading.met:
                    break
                run = reading.next
            index += 1
        if after is not None and index <= after.run:
            raise unknown_place()

    async def _first_run(self, namespace: str, info: WorkflowExecutionInfo) -> tuple[int, str]:
        """The first run of an execution that Temporal still keeps, and which one that is."""
        first, last = info.first_run_id, info.execution.run_id
        if not first or first == last:
            return memo.read(info.memo).get(memo.RUN, 0), last
        workflow_id = info.execution.workflow_id
        try:
            await self.page(namespace, workflow_id, first, size=1)
        except Missing:
            pass
        else:
            return 0, first
        # Runs are deleted when their retention ends, the first ones first: look back from the last.
        index, earliest, run = 0, last, last
        while run:
            try:
                page = await self.page(namespace, workflow_id, run, size=1)
            except Missing:
                break
            started = page.history.events[0].workflow_execution_started_event_attributes
            index, earliest = memo.read(started.memo).get(memo.RUN, 0), run
            run = started.continued_execution_run_id
        return index, earliest

    async def _next_run(self, namespace: str, workflow_id: str, run: str) -> str | None:
        event = await self.last_event(namespace, workflow_id, run)
        return next_run(event) if event is not None else None

    async def last_event(self, namespace: str, workflow_id: str, run: str) -> HistoryEvent | None:
        """The event that ended a run; None when it has not ended."""
        page = await self.page(namespace, workflow_id, run, last_only=True)
        return page.history.events[-1] if page.history.events else None

    async def page(
        self,
        namespace: str,
        workflow_id: str,
        run: str,
        *,
        token: bytes = b"",
        size: int = _PAGE,
        wait: bool = False,
        last_only: bool = False,
    ) -> GetWorkflowExecutionHistoryResponse:
        """Read a page of a run's history.

        Args:
            namespace: the namespace.
            workflow_id: the workflow's id.
            run: the run's id.
            token: the token of the page; empty for the first.
            size: how many events at most.
            wait: whether to wait for events when there are none.
            last_only: only the event that ended the run; none when it has not ended.

        Raises:
            Missing: the run is not kept any more.
        """
        kind = (
            HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
            if last_only
            else HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT
        )
        return await self._connection.call(
            WorkflowService.get_workflow_execution_history,
            GetWorkflowExecutionHistoryRequest(
                namespace=namespace,
                execution=WorkflowExecution(workflow_id=workflow_id, run_id=run),
                maximum_page_size=size,
                next_page_token=token,
                wait_new_event=wait,
                history_event_filter_type=kind,
            ),
            seconds=_POLL_SECONDS if wait else CALL_SECONDS,
            retry=not wait,
        )

    def mark(self, run: str, bookmark: _Bookmark) -> None:
        """Keep a bookmark, when it is worth it."""
        kept = self._bookmarks.setdefault(run, [])
        if bookmark.event < (kept[-1].event if kept else 0) + _BOOKMARK_EVERY:
            if not kept:
                del self._bookmarks[run]
            return
        kept.append(bookmark)
        self._bookmarks.move_to_end(run)
        if len(self._bookmarks) > _BOOKED_RUNS:
            self._bookmarks.popitem(last=False)

    def nearest(self, run: str, event: int) -> _Bookmark | None:
        """The last bookmark before an event of a run; None when there is none."""
        kept = self._bookmarks.get(run)
        if kept is None:
            return None
        self._bookmarks.move_to_end(run)
        index = bisect_left(kept, event, key=lambda bookmark: bookmark.event)
        return kept[index - 1] if index else None


class _Run:
    """Reads the events of one run.

    Args:
        reader: the reader that it belongs to.
        namespace: the namespace.
        workflow_id: the workflow's id.
        run: the run's id.
        after: the place in this run after which to read; None to read all of it.
    """

    def __init__(
        self, reader: Reader, namespace: str, workflow_id: str, run: str, after: Place | None
    ) -> None:
        self._reader = reader
        self._namespace = namespace
        self._workflow_id = workflow_id
        self._run = run
        self._after = after
        self.met = after is None
        self.next: str | None = None

    async def batches(self, index: int, *, live: bool) -> AsyncGenerator[list[dict[str, Any]], None]:
        mark = self._reader.nearest(self._run, self._after.event) if self._after else None
        translator = copy(mark.translator) if mark else Translator(self._workflow_id, index)
        token = mark.token if mark else b""
        while True:
            page = await self._reader.page(
                self._namespace, self._workflow_id, self._run, token=token, wait=live
            )
            found = page.history.events
            events = [made for event in found for made in self._translate(translator, event)]
            token = page.next_page_token
            if found:
                self.next = next_run(found[-1])
                if token:
                    self._reader.mark(self._run, _Bookmark(found[-1].event_id, token, copy(translator)))
            if events:
                yield events
            if not token:
                return

    def _translate(self, translator: Translator, event: HistoryEvent) -> list[dict[str, Any]]:
        if self._after is None or event.event_id > self._after.event:
            return translator.events(event)
        if event.event_id < self._after.event:
            translator.skip(event)
            return []
        events = translator.events(event)
        if self._after.part >= len(events):
            raise unknown_place()
        self.met = True
        return events[self._after.part + 1 :]


async def first_page(
    batches: AsyncIterator[list[dict[str, Any]]], limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """The first events, at most so many and not too large together, and whether there are more."""
    events: list[dict[str, Any]] = []
    size = 0
    async for batch in batches:
        for event in batch:
            size += len(json.dumps(event))
            if len(events) == limit or (events and size > _ANSWER_BYTES):
                return events, True
            events.append(event)
    return events, False


def unknown_place() -> Problem:
    """There is no event with the id that was given as ``after``."""
    return Problem(
        "invalid_request",
        "after is not the id of an event of this execution; leave it out to read from the first event.",
        field="after",
    )
