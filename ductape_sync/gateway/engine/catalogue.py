"""The workflows that can be executed: what a worker says of itself, and how the gateway asks it.

A worker with the plugin serves a workflow that ends at once, one a task queue, and answers a query to
it with what it serves. Temporal hands a query to any worker that is alive, also long after the workflow
has ended, and keeps no record of it; without a worker it says so.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from attrs import frozen
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution, WorkflowType
from temporalio.api.enums.v1 import WorkflowIdConflictPolicy, WorkflowIdReusePolicy
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import QueryWorkflowRequest, StartWorkflowExecutionRequest
from temporalio.service import WorkflowService

from ..problems import Problem
from .connection import Missing, NoAnswer
from .payloads import decode_all
from .schemas import misfit

if TYPE_CHECKING:
    from ..tenants import Tenant
    from .connection import Connection

CATALOGUE = "ductape:catalogue"
"""The name of the workflow that is asked; no execution of it is shown."""
QUERY = "definitions"
"""What it is asked."""
_FRESH_SECONDS = 5.0
"""For how long an answer is taken as true."""
_ASK_SECONDS = 2.0
"""How long a worker may take to answer."""
_TENANTS = 1000
"""Of how many tenants the answer is kept."""


@workflow.defn(name=CATALOGUE, sandboxed=False)
class CatalogueWorkflow:
    """What a worker serves; the plugin hands it in."""

    @workflow.run
    async def run(self) -> None:
        """Nothing: it is there to be asked."""

    @workflow.query(name=QUERY)
    def definitions(self) -> str:
        """The workflows of this worker, each as ``WorkflowDefinition``, as JSON.

        Temporal's converter would sort the names in it; so they stay in the order of their authors.
        """
        found: str = workflow.extern_functions()[CATALOGUE]()
        return found


class NoWorker(Problem):
    """No worker answers for a tenant."""

    def __init__(self, tenant: Tenant) -> None:
        super().__init__(
            "engine_unavailable",
            f"No worker answers for {tenant.product}/{tenant.env} (Temporal's namespace {tenant.namespace}, "
            f"task queue {tenant.task_queue}). Start one, with `ductape-sync worker` or with the plugin in "
            "your own.",
            retry_after=1,
        )


@frozen
class _Answer:
    """What a worker said."""

    definitions: list[dict[str, Any]]
    """The workflows, by name."""
    names: frozenset[str]
    """Their names."""
    at: float
    """When, on the monotonic clock."""

    @property
    def fresh(self) -> bool:
        return time.monotonic() - self.at <= _FRESH_SECONDS


class Catalogue:
    """Asks the workers of a tenant what they serve, and remembers it for seconds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._answers: OrderedDict[Tenant, _Answer] = OrderedDict()
        self._asking: dict[Tenant, asyncio.Task[_Answer]] = {}

    async def check(self, tenant: Tenant, name: str) -> None:
        """See that a workflow can be executed.

        A name that was served before still is one when no worker is alive: what is started then waits
        for the next worker.

        Raises:
            Problem: ``workflow_not_found`` with the closest names, or ``engine_unavailable``.
        """
        known = self._answers.get(tenant)
        if known is not None and name in known.names:
            if not known.fresh:
                self._ask(tenant)  # for the next time: what was served lately most likely still is
            return
        try:
            names = list((await self._current(tenant)).names)
        except NoWorker:
            if known is None:
                raise
            names = list(known.names)
        if name not in names:
            raise _unknown(name, names)

    async def definitions(self, tenant: Tenant) -> list[dict[str, Any]]:
        """The workflows that workers serve now, by name, each as the contract's ``WorkflowDefinition``.

        Raises:
            Problem: ``engine_unavailable`` when Temporal does not answer.
        """
        try:
            return (await self._current(tenant)).definitions
        except NoWorker:
            return []

    async def check_signal(self, tenant: Tenant, name: str, signal: str, data: Any) -> None:
        """See that a signal's data are of a kind that the workflow takes: its worker would drop any other.

        Nothing is refused when no worker answers, nor a signal that is not known: what runs may be newer.

        Args:
            tenant: whose the execution is.
            name: the workflow's name.
            signal: the signal's name.
            data: what comes with it.

        Raises:
            Problem: ``invalid_request``, or ``engine_unavailable`` when Temporal does not answer.
        """
        known = self._answers.get(tenant)
        if known is not None and _misfit(known.definitions, name, signal, data) is None:
            return
        wrong = _misfit(await self.definitions(tenant), name, signal, data)
        if wrong is not None:
            raise Problem(
                "invalid_request", f"The signal {signal!r} of {name!r} takes {wrong}.", field="/data"
            )

    async def _current(self, tenant: Tenant) -> _Answer:
        known = self._answers.get(tenant)
        if known is not None and known.fresh:
            return known
        return await asyncio.shield(self._ask(tenant))

    def _ask(self, tenant: Tenant) -> asyncio.Task[_Answer]:
        """Ask once, however many want to know."""
        task = self._asking.get(tenant)
        if task is None:
            task = self._asking[tenant] = asyncio.create_task(self._query(tenant))
            task.add_done_callback(lambda done: self._asked(tenant, done))
        return task

    def _asked(self, tenant: Tenant, task: asyncio.Task[_Answer]) -> None:
        del self._asking[tenant]
        if not task.cancelled() and task.exception() is None:
            self._answers[tenant] = task.result()
            self._answers.move_to_end(tenant)
            if len(self._answers) > _TENANTS:
                self._answers.popitem(last=False)

    async def _query(self, tenant: Tenant) -> _Answer:
        workflow_id = f"{CATALOGUE}:{tenant.task_queue}"
        request = QueryWorkflowRequest(
            namespace=tenant.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id),
            query=WorkflowQuery(query_type=QUERY),
        )
        deadline = time.monotonic() + _ASK_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = await self._connection.call(
                    WorkflowService.query_workflow, request, seconds=left, retry=False
                )
            except Missing:
                await self._start(tenant, workflow_id)
            except NoAnswer as error:
                raise NoWorker(tenant) from error
            else:
                found: list[dict[str, Any]] = json.loads(decode_all(answer.query_result))
                found.sort(key=lambda one: str(one["name"]))
                return _Answer(found, frozenset(one["name"] for one in found), time.monotonic())
        raise NoWorker(tenant)

    async def _start(self, tenant: Tenant, workflow_id: str) -> None:
        await self._connection.call(
            WorkflowService.start_workflow_execution,
            StartWorkflowExecutionRequest(
                namespace=tenant.namespace,
                workflow_id=workflow_id,
                workflow_type=WorkflowType(name=CATALOGUE),
                task_queue=TaskQueue(name=tenant.task_queue),
                identity=self._connection.identity,
                request_id=workflow_id,
                workflow_id_reuse_policy=WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
                workflow_id_conflict_policy=WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
            ),
        )

    async def close(self) -> None:
        """Stop asking."""
        for task in list(self._asking.values()):
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)


def _misfit(definitions: list[dict[str, Any]], name: str, signal: str, data: Any) -> str | None:
    for definition in definitions:
        if definition["name"] == name:
            for one in definition["signals"]:
                if one["name"] == signal:
                    return misfit(one["dataSchema"], data)
    return None


def _unknown(name: str, names: list[str]) -> Problem:
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        hint = f"Did you mean {' or '.join(map(repr, close))}?"
    elif names:
        hint = f"There are: {', '.join(sorted(names)[:20])}."
    else:
        hint = "The workers serve none."
    return Problem(
        "workflow_not_found",
        f"No workflow is called {name!r}. {hint}",
        field="/workflow",
        suggestions=close,
    )
