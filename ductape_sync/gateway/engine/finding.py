"""Finding a tenant's executions in Temporal: what is another tenant's is not there."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    DescribeWorkflowExecutionResponse,
)
from temporalio.service import WorkflowService

from ..problems import Problem
from .catalogue import CATALOGUE
from .connection import Missing

if TYPE_CHECKING:
    from ..tenants import Tenant
    from .connection import Connection

_PAUSE_SECONDS = (0.1, 2.0)
"""How long to wait for Temporal to come back: at first, and at most."""


class Finder:
    """Finds executions, and says how Temporal describes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, tenant: Tenant, execution_id: str) -> DescribeWorkflowExecutionResponse:
        """How Temporal describes an execution of the tenant's.

        Raises:
            Problem: ``execution_not_found``, also when there is one and it is another tenant's.
        """
        try:
            found = await self.describe(tenant.namespace, execution_id)
        except Missing as error:
            raise not_found(execution_id) from error
        info = found.workflow_execution_info
        if info.task_queue != tenant.task_queue or info.type.name == CATALOGUE:
            raise not_found(execution_id)
        return found

    async def find_again(self, tenant: Tenant, execution_id: str) -> DescribeWorkflowExecutionResponse:
        """The same, as soon as Temporal is back."""
        pause, longest = _PAUSE_SECONDS
        while True:
            # All who follow something notice at the same time; they shall not come back so.
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            try:
                return await self.find(tenant, execution_id)
            except Problem as problem:
                if problem.code != "engine_unavailable":
                    raise
            pause = min(2 * pause, longest)

    async def describe(self, namespace: str, execution_id: str) -> DescribeWorkflowExecutionResponse:
        """How Temporal describes an execution, whoever's it is.

        Raises:
            Missing: there is none.
        """
        return await self._connection.call(
            WorkflowService.describe_workflow_execution,
            DescribeWorkflowExecutionRequest(
                namespace=namespace, execution=WorkflowExecution(workflow_id=execution_id)
            ),
        )


def not_found(execution_id: str) -> Problem:
    """There is no execution with this id."""
    return Problem("execution_not_found", f"There is no execution with the id {execution_id}.")
