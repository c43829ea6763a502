"""The trace's context in Temporal: in the header where its own interceptors look for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.api.common.v1 import Header

from .. import tracing
from .payloads import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.worker import Interceptor, WorkerConfig

_FIELD = "_tracer-data"


def header() -> Header:
    """The headers of what is started, or sent, on behalf of the request that is served."""
    carrier = tracing.carrier()
    return Header(fields={_FIELD: encode(dict(carrier), "")} if carrier else {})


def interceptors(config: WorkerConfig) -> Sequence[Interceptor]:
    """What traces the workflows and the steps of a worker: nothing, when its author has seen to it.

    Args:
        config: the worker's configuration.
    """
    if not tracing.in_use():
        return []
    try:
        from temporalio.contrib import opentelemetry  # noqa: PLC0415 - only in processes that use it
    except ModuleNotFoundError:  # it wants OpenTelemetry's SDK, without which nothing is recorded anyway
        return []
    client = config.get("client")
    there = [*config.get("interceptors", ()), *(client.config()["interceptors"] if client else ())]
    kinds = (opentelemetry.TracingInterceptor, opentelemetry.OpenTelemetryInterceptor)
    return [] if any(isinstance(each, kinds) for each in there) else [opentelemetry.TracingInterceptor()]
