"""The engine: Temporal, spoken to in the contract's words."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    GetSystemInfoRequest,
    RequestCancelWorkflowExecutionRequest,
    SignalWorkflowExecutionRequest,
    StartWorkflowExecutionRequest,
)
from temporalio.service import WorkflowService

from ..problems import Problem
from . import traces
from .catalogue import Catalogue
from .connection import Connection, Exists, Missing
from .finding import Finder, not_found
from .history import Place
from .listing import Listing
from .payloads import argument
from .reading import Reader, first_page, unknown_place
from .starting import Start
from .states import States
from .summaries import state, summary

if TYPE_CHECKING:
    import builtins
    from collections.abc import AsyncGenerator, Iterator

    from temporalio.client import Client
    from temporalio.service import ServiceClient

    from ..config import TemporalTLS
    from ..tenants import Tenant

_KEPT = 1000
"""Of how many ended executions the status is kept."""
_KEPT_BYTES = 32 * 1024
"""How large the history of such an execution may be: its status holds input and result."""


class Engine:
    """What the gateway can do with executions. Answers are as openapi.yaml has them.

    Any method may raise `Problem` with ``engine_unavailable``, within a second when Temporal cannot be
    reached, and works again once it can. One that takes an ``execution_id`` raises ``execution_not_found``
    when the tenant has none of this id.

    Args:
        address: host and port of Temporal's frontend; it need not run yet.
        tls: how to use TLS; None for plain text, or for Temporal's own defaults with an api_key.
        api_key: the key to present to Temporal; None for none.
    """

    def __init__(self, address: str, *, tls: TemporalTLS | None = None, api_key: str | None = None) -> None:
        self._connection = Connection(address, tls=tls, api_key=api_key)
        self._finder = Finder(self._connection)
        self._catalogue = Catalogue(self._connection)
        self._listing = Listing(self._connection)
        self._reader = Reader(self._connection)
        self._states = States(self._connection, self._reader)
        self._workers: dict[tuple[str, str], ServiceClient] = {}
        self._ended: OrderedDict[tuple[Tenant, str], dict[str, Any]] = OrderedDict()

    @contextlib.contextmanager
    def beside_worker(self, namespace: str, task_queue: str, client: Client) -> Iterator[None]:
        """Have a worker in this process begin what is started here at once, while the block runs.

        Temporal hands it the first task with the answer to the start, if both come over one connection.

        Args:
            namespace: the namespace that the worker works in.
            task_queue: the task queue that it works for.
            client: its client.
        """
        self._workers[namespace, task_queue] = client.service_client
        try:
            yield
        finally:
            del self._workers[namespace, task_queue]

    async def start(
        self, tenant: Tenant, body: dict[str, Any], *, idempotency_key: str | None
    ) -> tuple[dict[str, Any], bool]:
        """Start an execution, or find the one that the same request started before.

        Args:
            tenant: whose it is.
            body: the contract's ``ExecuteRequest``.
            idempotency_key: the request's key; None for a request that is not to be repeated.

        Returns:
            its ``ExecutionSummary``, and whether an earlier request started it.

        Raises:
            Problem: ``workflow_not_found``, ``execution_exists``, ``idempotency_conflict`` or
                ``payload_too_large``.
        """
        start = Start.of(tenant, body, idempotency_key)
        request = start.request(self._connection.identity)
        await self._catalogue.check(tenant, body["workflow"])
        try:
            await self._start(tenant, request)
            replayed = False
        except Exists:
            replayed = True
        try:
            found = await self._finder.describe(tenant.namespace, start.execution_id)
        except Missing as error:  # it was deleted in between
            raise not_found(start.execution_id) from error
        if replayed:
            start.check_same(found.workflow_execution_info)
        return summary(found.workflow_execution_info), replayed

    async def list(
        self,
        tenant: Tenant,
        *,
        workflow: str | None = None,
        id_prefix: str | None = None,
        status: str | None = None,
        limit: int = 20,
        offset: int = 0,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """A page of executions, newest first, as the contract's ``ExecutionList``.

        Args:
            tenant: whose.
            workflow: only of this workflow; None for all.
            id_prefix: only those whose id begins with this; None for all.
            status: only with this ``ExecutionState``; None for all.
            limit: how many at most, 1 to 1,000.
            offset: how many to skip, at most 10,000.
            cursor: the ``nextCursor`` of the page before; None for the first page.

        Raises:
            Problem: ``invalid_request`` when the cursor is not one, or comes with an offset.
        """
        return await self._listing.page(
            tenant,
            workflow=workflow,
            id_prefix=id_prefix,
            status=status,
            limit=limit,
            offset=offset,
            cursor=cursor,
        )

    async def status(self, tenant: Tenant, execution_id: str) -> dict[str, Any]:
        """An execution as it is now, as the contract's ``ExecutionStatus``."""
        kept = self._ended.get((tenant, execution_id))
        if kept is not None:
            self._ended.move_to_end((tenant, execution_id))
            return kept
        found = await self._finder.find(tenant, execution_id)
        try:
            status = await self._states.read(tenant.namespace, found)
        except Missing as error:
            raise not_found(execution_id) from error
        small = found.workflow_execution_info.history_size_bytes <= _KEPT_BYTES
        if status["status"] != "running" and small:
            self._ended[tenant, execution_id] = status
            if len(self._ended) > _KEPT:
                self._ended.popitem(last=False)
        return status

    async def history(
        self, tenant: Tenant, execution_id: str, *, after: str | None = None, limit: int = 1000
    ) -> dict[str, Any]:
        """A page of an execution's events so far, as the contract's ``History``.

        Args:
            tenant: whose.
            execution_id: its id.
            after: the id of the event to go on after; None for the first page.
            limit: how many events at most; there are fewer in a page that would be too large otherwise.

        Raises:
            Problem: ``invalid_request`` when there is no event with the id ``after``.
        """
        place = _place(after)
        found = await self._finder.find(tenant, execution_id)
        reading = self._reader.batches(tenant.namespace, found.workflow_execution_info, place, live=False)
        try:
            async with contextlib.aclosing(reading) as batches:
                events, more = await first_page(batches, limit)
        except Missing as error:
            raise not_found(execution_id) from error
        return {
            "executionId": execution_id,
            "events": events,
            "nextAfter": events[-1]["id"] if more else None,
        }

    async def follow(
        self, tenant: Tenant, execution_id: str, *, after: str | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """An execution's events, those of the past first, then those to come, until it has ended.

        When Temporal goes away in between, this waits until it is back, and goes on without a gap or a
        repeat; only when it cannot be reached at the very start that is an error.

        Args:
            tenant: whose.
            execution_id: its id.
            after: the id of the event to go on after; None for all events.

        Raises:
            Problem: ``invalid_request`` when there is no event with the id ``after``.
        """
        place = _place(after)
        found = await self._finder.find(tenant, execution_id)
        while True:
            reading = self._reader.batches(tenant.namespace, found.workflow_execution_info, place, live=True)
            try:
                async with contextlib.aclosing(reading) as batches:
                    async for batch in batches:
                        for event in batch:
                            yield event
                        place = Place.parse(batch[-1]["id"])
            except Missing as error:
                raise not_found(execution_id) from error
            except Problem as problem:
                if problem.code != "engine_unavailable":
                    raise
                found = await self._finder.find_again(tenant, execution_id)
            else:
                return  # it has ended

    async def signal(
        self, tenant: Tenant, execution_id: str, body: dict[str, Any], *, idempotency_key: str | None = None
    ) -> None:
        """Send a signal.

        Args:
            tenant: whose.
            execution_id: the id of the execution.
            body: the contract's ``SignalRequest``.
            idempotency_key: the request's key: repeated with it, the signal is delivered once.

        Raises:
            Problem: ``execution_closed``, ``payload_too_large``, or ``invalid_request`` when the workflow
                takes no data of that kind.
        """
        data = argument(body, "data")
        found = await self._finder.find(tenant, execution_id)
        if state(found.workflow_execution_info) != "running":
            raise _closed(execution_id, state(found.workflow_execution_info))
        if "data" in body:
            name = found.workflow_execution_info.type.name
            await self._catalogue.check_signal(tenant, name, body["signal"], body["data"])
        request = SignalWorkflowExecutionRequest(
            namespace=tenant.namespace,
            workflow_execution=WorkflowExecution(workflow_id=execution_id),
            signal_name=body["signal"],
            input=data,
            identity=self._connection.identity,
            request_id=_request_id("signal", idempotency_key),
            header=traces.header(),
        )
        try:
            await self._connection.call(WorkflowService.signal_workflow_execution, request)
        except Missing as error:  # it ended in between
            raise _closed(execution_id, "ended") from error

    async def cancel(
        self, tenant: Tenant, execution_id: str, body: dict[str, Any], *, idempotency_key: str | None = None
    ) -> None:
        """Ask an execution to end. What is cancelled already stays so.

        Args:
            tenant: whose.
            execution_id: the id of the execution.
            body: the contract's ``CancelRequest``.
            idempotency_key: the request's key; None for none.

        Raises:
            Problem: ``execution_closed`` when it has ended otherwise.
        """
        found = await self._finder.find(tenant, execution_id)
        ended = state(found.workflow_execution_info)
        if ended == "cancelled":
            return
        if ended != "running":
            raise _closed(execution_id, ended)
        request = RequestCancelWorkflowExecutionRequest(
            namespace=tenant.namespace,
            workflow_execution=WorkflowExecution(workflow_id=execution_id),
            identity=self._connection.identity,
            request_id=_request_id("cancel", idempotency_key),
            reason=body.get("reason", ""),
        )
        try:
            await self._connection.call(WorkflowService.request_cancel_workflow_execution, request)
        except Missing as error:  # it ended in between
            raise _closed(execution_id, "ended") from error

    async def definitions(self, tenant: Tenant) -> builtins.list[dict[str, Any]]:
        """The workflows that can be executed now, by name, each as ``WorkflowDefinition``."""
        return await self._catalogue.definitions(tenant)

    async def health(self) -> str:
        """The engine and its version, such as ``temporal 1.32.0``."""
        answer = await self._connection.call(WorkflowService.get_system_info, GetSystemInfoRequest())
        return f"temporal {answer.server_version}"

    async def close(self) -> None:
        """Stop what goes on in the background and let the connection go."""
        await self._catalogue.close()
        await self._connection.close()

    async def _start(self, tenant: Tenant, request: StartWorkflowExecutionRequest) -> None:
        worker = self._workers.get((tenant.namespace, tenant.task_queue))
        if worker is not None:
            request.request_eager_execution = True
            with contextlib.suppress(Problem):  # such as when that worker stops: so without it
                await self._connection.call(WorkflowService.start_workflow_execution, request, through=worker)
                return
            request.request_eager_execution = False
        await self._connection.call(WorkflowService.start_workflow_execution, request)


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    place = Place.parse(after)
    if place is None:
        raise unknown_place()
    return place


def _request_id(what: str, key: str | None) -> str:
    if key is None:
        return str(uuid.uuid4())
    return hashlib.sha256(f"{what} {key}".encode()).hexdigest()


def _closed(execution_id: str, how: str) -> Problem:
    return Problem("execution_closed", f"The execution {execution_id} is {how}: nothing can be sent to it.")
