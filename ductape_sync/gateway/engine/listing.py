"""Lists of executions: newest first, by offset or by a cursor that stays true while others come and go.

Temporal lists what runs, the latest started first, and then what has ended, the latest ended first, and
hands out page tokens only: an execution that ends between two pages would change its place. Here its
place is its start, which never changes. Both of Temporal's lists are read as far as needed: nothing that
ended before some moment started after it, so what is yet to be read can be told not to matter.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen
from temporalio.api.workflowservice.v1 import CountWorkflowExecutionsRequest, ListWorkflowExecutionsRequest
from temporalio.service import WorkflowService

from ..problems import Problem
from .catalogue import CATALOGUE
from .history import to_text
from .summaries import STARTED_AT, started_at, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from temporalio.api.workflow.v1 import WorkflowExecutionInfo

    from ..tenants import Tenant
    from .connection import Connection

_SECONDS = 20.0
"""How long a count or a page may take."""
_PAGE = 1000
"""Temporal's limit for a page."""
_SLACK = 100
"""How many executions are rather read than skipped by counting, which takes a number of calls."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_RUNNING = "ExecutionStatus IN ('Running', 'Paused')"
_ENDED = {
    "completed": "ExecutionStatus = 'Completed'",
    "failed": "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')",
    "cancelled": "ExecutionStatus = 'Canceled'",
    None: "ExecutionStatus IN ('Completed', 'Failed', 'Terminated', 'TimedOut', 'Canceled')",
}
"""A run that was continued as another is in none: the last one is the execution's row."""


@frozen(order=True)
class _Rank:
    """An execution's place in a list; lists go from the highest to the lowest."""

    started: str
    """When it started, as RFC 3339 in UTC to the millisecond, so that it sorts as time does."""
    execution_id: str
    """Its id."""


class Listing:
    """Lists executions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(
        self,
        tenant: Tenant,
        *,
        workflow: str | None,
        id_prefix: str | None,
        status: str | None,
        limit: int,
        offset: int,
        cursor: str | None,
    ) -> dict[str, Any]:
        """A page of executions, as the contract's ``ExecutionList``.

        Args:
            tenant: whose.
            workflow: only of this workflow; None for all.
            id_prefix: only those whose id begins with this; None for all.
            status: only with this status; None for all.
            limit: how many at most.
            offset: how many to skip.
            cursor: the ``nextCursor`` of the page before; None for the first page.

        Raises:
            Problem: ``invalid_request`` when the cursor is not one, or comes with an offset.
        """
        query = _Query(self._connection, tenant, workflow, id_prefix, status)
        below = _decode(cursor) if cursor is not None else None
        if below is not None and offset:
            raise Problem("invalid_request", "Give a cursor or an offset, not both.", field="offset")
        count = await query.count()
        if offset >= count:
            return {"executions": [], "count": count, "nextCursor": None}
        high = _after(below.started) if below is not None else datetime.now(UTC) + timedelta(days=1)
        if offset > _SLACK:
            high, skipped = await query.skip(high, offset)
            offset -= skipped
        rows = await query.newest(high, below, offset + limit + 1)
        shown = rows[offset : offset + limit]
        return {
            "executions": [summary(info) for _, info in shown],
            "count": count,
            "nextCursor": _encode(shown[-1][0]) if len(rows) > offset + limit else None,
        }


class _Query:
    """What Temporal is asked for a list: the executions of a tenant that match."""

    def __init__(
        self,
        connection: Connection,
        tenant: Tenant,
        workflow: str | None,
        id_prefix: str | None,
        status: str | None,
    ) -> None:
        self._connection = connection
        self._namespace = tenant.namespace
        self._filter = f"TaskQueue = {_quote(tenant.task_queue)} AND WorkflowType != {_quote(CATALOGUE)}"
        if workflow is not None:
            self._filter += f" AND WorkflowType = {_quote(workflow)}"
        if id_prefix is not None:
            self._filter += f" AND WorkflowId STARTS_WITH {_quote(id_prefix)}"
        self._running = _RUNNING if status in {"running", None} else None
        self._ended = _ENDED.get(status)

    async def count(self, low: datetime = _EPOCH, high: datetime | None = None) -> int:
        """How many match; of those that started in a span of time, when there is an end to it."""
        text = f"{self._filter} AND ({' OR '.join(filter(None, [self._running, self._ended]))})"
        if high is not None:
            text += f" AND {_started(low, high)}"
        answer = await self._connection.call(
            WorkflowService.count_workflow_executions,
            CountWorkflowExecutionsRequest(namespace=self._namespace, query=text),
            seconds=_SECONDS,
        )
        return answer.count

    async def skip(self, high: datetime, wanted: int) -> tuple[datetime, int]:
        """Skip the newest that started before ``high``, ``wanted`` or somewhat fewer.

        Returns:
            the moment since which those that are skipped started, and how many they are.
        """
        low, count = await self._split(high, wanted - _SLACK, wanted)
        return (low, count) if count <= wanted else (high, 0)

    async def newest(
        self, high: datetime, below: _Rank | None, wanted: int
    ) -> list[tuple[_Rank, WorkflowExecutionInfo]]:
        """The newest that started before ``high`` and rank below a place, as many as are wanted."""
        best: dict[_Rank, WorkflowExecutionInfo] = {}
        # First what runs: what ends meanwhile is found again among what has ended, and not lost.
        for states, column, latest in (
            (self._running, "StartTime", _run_started),
            (self._ended, "CloseTime", _run_ended),
        ):
            if states is not None:
                await self._improve(best, high, below, wanted, (states, column, latest))
        return sorted(best.items(), key=lambda item: item[0], reverse=True)

    async def _improve(
        self,
        best: dict[_Rank, WorkflowExecutionInfo],
        high: datetime,
        below: _Rank | None,
        wanted: int,
        order: tuple[str, str, Callable[[WorkflowExecutionInfo], str]],
    ) -> None:
        """Put what one of Temporal's lists has to offer among the best, as far as it matters.

        Each page asks only for what started after the worst of the best so far, which is less and less:
        were the ends in no order at all, each page would halve what is left to read.
        """
        states, column, latest = order
        low, since, size = _EPOCH, "", wanted
        while True:
            conditions = f"{states} AND {_started(low, high)}"
            if since:
                conditions += f" AND {column} <= {_text(datetime.fromisoformat(since) + _MILLISECOND)}"
            infos, more = await self._read(conditions, size)
            for info in infos:
                rank = _Rank(started_at(info), info.execution.workflow_id)
                if below is None or rank < below:
                    best[rank] = max(best.get(rank, info), info, key=_run_started)
            for rank in sorted(best, reverse=True)[wanted:]:
                del best[rank]
            if not more:
                return
            if len(best) == wanted:
                worst = min(best).started
                # Whatever is still to come started no later than this one did, or ended.
                if latest(infos[-1]) < worst:
                    return
                low = datetime.fromisoformat(worst)
            if latest(infos[-1]) == since:
                size *= 2  # more of them at one moment than a page can hold
            since = latest(infos[-1])

    async def _split(self, high: datetime, least: int, most: int) -> tuple[datetime, int]:
        """A moment since which, until ``high``, from ``least`` to ``most`` started, and how many did.

        There are fewer where there are no more at all, and more where they started in one millisecond.
        """
        low = _EPOCH
        count = await self.count(low, high)
        none = high
        while count > most and none - low > _MILLISECOND:
            # Most of what is listed started lately, so look for the width of the span by its magnitude.
            width = max(_MILLISECOND, _geometric_mean(high - none, high - low))
            middle = _floor(max(high - width, low + _MILLISECOND))
            if middle >= none:
                middle = _floor(low + (none - low) / 2)
            here = await self.count(middle, high)
            if here < least:
                none = middle
            else:
                low, count = middle, here
        return low, count

    async def _read(self, conditions: str, size: int) -> tuple[Sequence[WorkflowExecutionInfo], bool]:
        """The first of those that match, in Temporal's order, and whether there are more."""
        request = ListWorkflowExecutionsRequest(
            namespace=self._namespace,
            query=f"{self._filter} AND {conditions}",
            page_size=min(size, _PAGE),
        )
        found: list[WorkflowExecutionInfo] = []
        while True:
            try:
                answer = await self._connection.call(
                    WorkflowService.list_workflow_executions, request, seconds=_SECONDS
                )
            except Problem as problem:
                # What each of them carries along may add up to more than one answer may hold.
                if problem.code != "payload_too_large" or request.page_size == 1:
                    raise
                request.page_size //= 2
                continue
            found += answer.executions
            request.next_page_token = answer.next_page_token
            if not answer.next_page_token or len(found) >= size:
                return found, bool(answer.next_page_token)


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _started(low: datetime, high: datetime) -> str:
    since, until = _text(low), _text(high)
    return (
        f"(({STARTED_AT} IS NULL AND StartTime >= {since} AND StartTime < {until})"
        f" OR ({STARTED_AT} >= {since} AND {STARTED_AT} < {until}))"
    )


def _text(moment: datetime) -> str:
    return f"'{moment.isoformat()}'"


def _floor(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond % 1000)


def _after(started: str) -> datetime:
    """The first millisecond after a moment."""
    return _floor(datetime.fromisoformat(started)) + _MILLISECOND


def _geometric_mean(one: timedelta, other: timedelta) -> timedelta:
    seconds: float = (max(one, _MILLISECOND).total_seconds() * other.total_seconds()) ** 0.5
    return timedelta(seconds=seconds)


def _run_started(info: WorkflowExecutionInfo) -> str:
    return to_text(info.start_time)


def _run_ended(info: WorkflowExecutionInfo) -> str:
    return to_text(info.close_time)


def _encode(rank: _Rank) -> str:
    text = json.dumps([rank.started, rank.execution_id])
    return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def _decode(cursor: str) -> _Rank:
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        started, execution_id = json.loads(data)
        moment = datetime.fromisoformat(started)
        if moment.tzinfo is None or not isinstance(execution_id, str):
            raise ValueError
        _after(started)  # at the end of all time there is none
        return _Rank(moment.astimezone(UTC).isoformat(timespec="milliseconds"), execution_id)
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as error:
        raise Problem(
            "invalid_request",
            "cursor is not one: pass the nextCursor of the page before, unchanged, or leave it out.",
            field="cursor",
        ) from error
