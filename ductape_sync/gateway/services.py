"""What the server commands run: a gateway, and for development all that it needs beside it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import json
import logging
import os
import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .app import Gateway
from .config import Limits, Settings
from .engine.client import Engine
from .engine.devserver import DevServer
from .engine.worker import load_definitions, run_worker
from .problems import Problem
from .server import Server, listen, url
from .signals import Stop
from .tenants import Keys, Tenant, hash_key
from .workers import WorkerThread

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from .engine.worker import Definitions

_logger = logging.getLogger("ductape_sync.gateway")

_READY_SECONDS = 30.0


class ServiceError(Exception):
    """A service cannot start, or had to end; the message says which part and why."""


class EngineUnreachable(ServiceError):
    """Temporal does not answer; the message says where it was looked for."""


@frozen(kw_only=True)
class Ready:
    """How to reach a gateway that is ready."""

    url: str
    """The address, without a path."""
    tenant: Tenant | None = None
    """Whom the key belongs to; None when only the configuration knows."""
    access_key: str | None = field(default=None, repr=False)
    """A key that gets in; None when only the configuration knows."""
    workflows: tuple[str, ...] = ()
    """The names of the workflows that can be executed."""

    def write(self, path: Path) -> str:
        """Write it to a file that appears whole, and that only its owner can read.

        Returns:
            what was written.

        Raises:
            ServiceError: the file cannot be written.
        """
        values: dict[str, Any] = {"url": self.url, "wsUrl": f"ws{self.url.removeprefix('http')}/v1/events"}
        if self.tenant is not None:
            values |= {"accessKey": self.access_key, "product": self.tenant.product, "env": self.tenant.env}
        text = json.dumps(values)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            new.touch(mode=0o600)
            new.write_text(text, encoding="utf-8")
            new.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise ServiceError(f"The ready file {path} cannot be written: {error.strerror}.") from error
        return text


@frozen(kw_only=True)
class DevOptions:
    """What `dev` runs."""

    files: Sequence[str]
    """Where the workflows and the activities are."""
    tenant: Tenant
    """Whose everything is."""
    access_key: str = field(repr=False)
    """The key that gets in."""
    host: str
    """The address to listen on."""
    port: int
    """The port to listen on; 0 for a free one."""
    allowed_hosts: Sequence[str]
    """Names that the gateway answers to, beside ``localhost`` and IP addresses."""
    db: Path | None
    """The file that keeps everything; None for a temporary one."""


async def dev(
    options: DevOptions, on_ready: Callable[[Ready], None], on_listening: Callable[[], None] = lambda: None
) -> None:
    """Run a Temporal dev server, a worker and a gateway until a signal comes.

    Args:
        options: what and where.
        on_ready: called once all of it answers.
        on_listening: called once the address is this process's own.

    Raises:
        ServiceError: a part did not start, or died.
        Exception: ``LoadError``, ``ListenError`` or ``DevServerError``, which say what to do.
    """
    with Stop() as stop:
        await stop.run(_dev(options, load_definitions(options.files), on_ready, on_listening))


async def _dev(
    options: DevOptions,
    definitions: Definitions,
    on_ready: Callable[[Ready], None],
    on_listening: Callable[[], None],
) -> None:
    tenant = options.tenant
    settings = Settings(
        keys=Keys({hash_key(options.access_key): tenant}),
        limits=Limits(requests_per_second=0.0),  # there is nobody to protect others from
        allowed_hosts=frozenset(name.lower() for name in options.allowed_hosts),
    )
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen(options.host, options.port)))
        on_listening()
        if not ipaddress.ip_address(listener.getsockname()[0]).is_loopback:
            _logger.warning("Others can connect from outside this machine, and nothing is encrypted.")
        temporal = await stack.enter_async_context(DevServer(options.db, namespaces=[tenant.namespace]))
        engine = Engine(temporal.address)
        stack.push_async_callback(engine.close)
        worker = await stack.enter_async_context(WorkerThread(temporal.address, definitions, tenant, engine))
        server = await stack.enter_async_context(Server(Gateway(engine, settings), settings.limits, listener))
        ended = asyncio.ensure_future(_first(temporal.wait(), worker.wait(), server.wait()))
        stack.callback(ended.cancel)
        answering = asyncio.ensure_future(_answering(engine, tenant))
        stack.callback(answering.cancel)
        await asyncio.wait((ended, answering), return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            _collect_seldom()
            on_ready(
                Ready(
                    url=url(listener),
                    tenant=tenant,
                    access_key=options.access_key,
                    workflows=answering.result(),
                )
            )
        raise ServiceError(await ended)


async def _answering(engine: Engine, tenant: Tenant) -> tuple[str, ...]:
    """Wait until workflows can be executed, and name them."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            while True:
                with contextlib.suppress(Problem):
                    found = await engine.definitions(tenant)
                    if found:
                        return tuple(each["name"] for each in found)
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise ServiceError(f"The worker did not answer within {_READY_SECONDS:g} s.") from error


async def _first(*waits: Coroutine[Any, Any, str]) -> str:
    """The result of whichever is done first."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in tasks:
            task.cancel()


async def serve(
    address: str,
    settings: Settings,
    *,
    host: str,
    port: int,
    on_ready: Callable[[Ready], None],
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Run a gateway in front of an existing Temporal until a signal comes.

    Args:
        address: host and port of Temporal's frontend; it need not answer yet.
        settings: who may use the gateway, and how much.
        host: the address to listen on.
        port: the port to listen on; 0 for a free one.
        on_ready: called once the gateway answers.
        on_listening: called once the address is this process's own.

    Raises:
        ServiceError: the gateway died.
        ListenError: the address cannot be listened on.
    """
    with Stop() as stop:
        listener = listen(host, port)
        on_listening()
        await stop.run(_serve(address, settings, listener, on_ready))


async def _serve(
    address: str, settings: Settings, listener: socket.socket, on_ready: Callable[[Ready], None]
) -> None:
    engine = Engine(address, tls=settings.tls, api_key=settings.api_key)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(contextlib.closing(listener))
        stack.push_async_callback(engine.close)
        server = await stack.enter_async_context(Server(Gateway(engine, settings), settings.limits, listener))
        _collect_seldom()
        on_ready(Ready(url=url(listener)))
        try:
            await engine.health()
        except Problem as problem:
            _logger.warning("%s Until then requests are answered with 503.", problem.detail)
        raise ServiceError(await server.wait())


def _collect_seldom() -> None:
    """Look for garbage less often than Python does, and not among what stays.

    An event for ten thousand sockets makes as many objects at once, none of them garbage. To look through all
    that there is after each few hundred takes as long as to send them.
    """
    gc.freeze()
    gc.set_threshold(50_000)


async def work(
    files: Sequence[str],
    address: str,
    tenant: Tenant,
    settings: Settings | None,
    on_ready: Callable[[], None],
) -> None:
    """Run a worker until a signal comes.

    Args:
        files: where the workflows and the activities are.
        address: host and port of Temporal's frontend.
        tenant: whom it works for.
        settings: says how to reach Temporal; None for plain text without an API key.
        on_ready: called once it takes work.

    Raises:
        EngineUnreachable: Temporal does not answer.
        ServiceError: Temporal refuses the worker.
        LoadError: the files cannot be used.
    """
    definitions = load_definitions(files)
    with Stop() as stop:
        try:
            await run_worker(
                address,
                definitions,
                namespace=tenant.namespace,
                task_queue=tenant.task_queue,
                stop=stop.requested,
                tls=settings.tls if settings is not None else None,
                api_key=settings.api_key if settings is not None else None,
                on_ready=on_ready,
            )
        except RuntimeError as error:
            raise _refused(address, tenant.namespace, str(error)) from error


def _refused(address: str, namespace: str, cause: str) -> ServiceError:
    """The error for a worker that Temporal does not take, in as many of its words as people need."""
    said = re.search(r'(?:message|error): "([^"]+)"', cause)  # the rest is how Rust writes it
    why = said[1] if said else cause
    if "client connect" in cause:
        return EngineUnreachable(f"No Temporal answers at {address} ({why}): see that it runs there.")
    return ServiceError(
        f"The worker cannot use Temporal at {address}: see that it has the namespace {namespace}. "
        f"It says: {why}"
    )
