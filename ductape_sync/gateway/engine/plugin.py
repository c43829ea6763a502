"""What a worker needs to serve the gateway, as one plugin for Temporal's worker."""

from __future__ import annotations

import json
from collections.abc import Sequence  # noqa: TC003 - Temporal reads the run method's hints
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RawValue  # noqa: TC002 - likewise
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    Interceptor,
    Plugin,
    Replayer,
    ReplayerConfig,
    Worker,
    WorkerConfig,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from . import definitions, traces
from .catalogue import CATALOGUE, CatalogueWorkflow
from .heartbeats import INTERVAL, HeartbeatInbound
from .oversize import ResultInbound, SizedExecutionInbound, is_known
from .retries import ExecutionInbound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from temporalio.client import WorkflowHistory
    from temporalio.worker import WorkflowReplayResult

_STICKY = timedelta(seconds=1)
"""How long a workflow waits for the worker that has it in memory: for longer, when that one is dead."""


@workflow.defn(dynamic=True, sandboxed=False)
class UnknownWorkflow:
    """Fails what no workflow of the worker is there for; without it, it would hang for ever."""

    @workflow.run
    async def run(self, _args: Sequence[RawValue]) -> None:
        """Fail, and say why."""
        name = workflow.info().workflow_type
        raise ApplicationError(
            f"The worker has no workflow {name!r}.", type="UnknownWorkflow", non_retryable=True
        )


class DuctapePlugin(Plugin):
    """Makes a Temporal worker one that the gateway works with.

    Give it to your own worker: ``Worker(client, task_queue=..., plugins=[DuctapePlugin()], ...)``. It

    * runs a workflow that fails again, as often as the execution's ``retries`` say;
    * tells the gateway which workflows there are;
    * fails an execution on any exception of its workflow, and one whose workflow the worker does not have,
      where Temporal would go on trying for ever;
    * fails what hands Temporal more than the 2 MiB that it keeps of a value, likewise;
    * sends heartbeats for steps that were started without a heartbeat timeout, so that the work of a dead
      worker is taken over in seconds and a cancellation reaches a step. A step that blocks the event loop,
      or completes asynchronously, needs a heartbeat timeout of its own;
    * traces workflows and steps, in a process that uses OpenTelemetry and does not do so already.

    All workers of a task queue need it.
    """

    def configure_worker(self, config: WorkerConfig) -> WorkerConfig:
        """Add what is needed to a worker's configuration."""
        workflows = list(config.get("workflows", ()))
        client = config.get("client")  # a worker always has one; its type does not say so
        check_results = client is not None and is_known(client.data_converter)
        # What traces is around the rest, so that the run that follows a failure is in the same trace.
        config["interceptors"] = [
            *config.get("interceptors", ()),
            *traces.interceptors(config),
            _Interceptor(workflows, check_results=check_results),
        ]
        if "disable_payload_error_limit" in config:
            # The server's own limit ends the execution; the worker's would have it try for ever.
            config["disable_payload_error_limit"] = True
        config["max_heartbeat_throttle_interval"] = INTERVAL
        config["workflow_failure_exception_types"] = [
            *config.get("workflow_failure_exception_types", ()),
            Exception,
        ]
        config["sticky_queue_schedule_to_start_timeout"] = _STICKY
        if workflows:
            config["workflows"] = [*workflows, *_additional(workflows)]
        return config

    async def run_worker(self, worker: Worker, next: Callable[[Worker], Awaitable[None]]) -> None:
        """Run the worker."""
        await next(worker)

    def configure_replayer(self, config: ReplayerConfig) -> ReplayerConfig:
        """Add what is needed to replay the histories of such a worker."""
        workflows = list(config.get("workflows", ()))
        config["interceptors"] = [*config.get("interceptors", ()), _Interceptor(workflows)]
        config["workflow_failure_exception_types"] = [
            *config.get("workflow_failure_exception_types", ()),
            Exception,
        ]
        config["workflows"] = [*workflows, *_additional(workflows)]
        return config

    def run_replayer(
        self,
        replayer: Replayer,
        histories: AsyncIterator[WorkflowHistory],
        next: Callable[
            [Replayer, AsyncIterator[WorkflowHistory]],
            AbstractAsyncContextManager[AsyncIterator[WorkflowReplayResult]],
        ],
    ) -> AbstractAsyncContextManager[AsyncIterator[WorkflowReplayResult]]:
        """Run the replayer."""
        return next(replayer, histories)


class _Interceptor(Interceptor):
    def __init__(self, workflows: Sequence[type], *, check_results: bool = False) -> None:
        self._definitions = json.dumps(definitions.describe(workflows))
        self._check_results = check_results

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return HeartbeatInbound(ResultInbound(next) if self._check_results else next)

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        input.unsafe_extern_functions[CATALOGUE] = self._serve
        return SizedExecutionInbound if self._check_results else ExecutionInbound

    def _serve(self) -> str:
        return self._definitions


def _additional(workflows: Sequence[type]) -> list[type]:
    names = [workflow._Definition.must_from_class(kind).name for kind in workflows]  # noqa: SLF001
    return [CatalogueWorkflow] if None in names else [CatalogueWorkflow, UnknownWorkflow]
