"""The commands that serve: a whole system for development, a gateway, a worker, an access key."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ..display.text import printable
from .failures import ExitCode, fail
from .group import Command

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ..gateway.config import Settings
    from ..gateway.services import Ready
    from ..gateway.tenants import Tenant

_PATH = click.Path(path_type=Path)
_KEY = re.compile(r"[!-~]+")

_files = click.argument("files", metavar="FILE.py…", nargs=-1, required=True)
_host = click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 lets others in."
)
_port = click.option(
    "--port",
    default=7711,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to listen on; 0 takes a free one.",
)
_ready_file = click.option(
    "--ready-file",
    metavar="FILE",
    type=_PATH,
    help="Write the address there, as JSON, once all of it answers.",
)
_temporal = click.option(
    "--temporal",
    metavar="HOST:PORT",
    required=True,
    envvar="TEMPORAL_ADDRESS",
    show_envvar=True,
    help="Temporal's frontend.",
)
_product = click.option(
    "--product",
    default="dev",
    show_default=True,
    envvar="DUCTAPE_PRODUCT",
    show_envvar=True,
    metavar="NAME",
    help="The product.",
)
_env = click.option(
    "--env",
    default="local",
    show_default=True,
    envvar="DUCTAPE_ENV",
    show_envvar=True,
    metavar="NAME",
    help="The environment.",
)
_verbose = click.option("--verbose", "-v", is_flag=True, help="Log every request on standard error.")


@click.command(
    "dev",
    cls=Command,
    short_help="Run everything on this machine: Temporal, a worker, the server.",
    examples=(
        "ductape-sync dev workflows.py",
        "ductape-sync dev workflows.py --db orders.db --port 8000",
    ),
)
@_files
@_host
@_port
@click.option(
    "--db", metavar="FILE", type=_PATH, help="Keep everything in this file; without it nothing is kept."
)
@_product
@_env
@click.option(
    "--access-key",
    metavar="KEY",
    envvar="DUCTAPE_ACCESS_KEY",
    show_envvar=True,
    help="The access key; made up when absent.",
)
@click.option(
    "--allow-host",
    metavar="NAME",
    multiple=True,
    help="A name that the server is called by, besides localhost.",
)
@_ready_file
@_verbose
def dev_command(**options: Any) -> None:
    """Run everything that workflows need, in one command, on this machine.

    It starts a Temporal server, a worker with every workflow and activity in the files, and the server
    that programs and the dashboard talk to. Ctrl-C stops all of it.
    """
    from ..gateway.services import DevOptions, dev
    from ..gateway.tenants import Tenant, new_key

    _log(verbose=options["verbose"], readable=True)
    key = options["access_key"] or new_key()
    if not _KEY.fullmatch(key):
        raise click.BadParameter("it has characters other than visible ASCII ones", param_hint="--access-key")
    what = DevOptions(
        files=options["files"],
        tenant=Tenant(options["product"], options["env"]),
        access_key=key,
        host=options["host"],
        port=options["port"],
        allowed_hosts=options["allow_host"],
        db=options["db"],
    )
    ready_file = options["ready_file"]
    _run(lambda: dev(what, lambda ready: _ready(ready, ready_file)), ready_file)


@click.command(
    "serve",
    cls=Command,
    short_help="Run the server in front of an existing Temporal.",
    examples=("ductape-sync serve --temporal temporal:7233 --config gateway.toml --host 0.0.0.0",),
)
@_temporal
@click.option(
    "--config", metavar="FILE", type=_PATH, required=True, help="Who may use it, and how much, as TOML."
)
@_host
@_port
@_ready_file
@_verbose
def serve_command(**options: Any) -> None:
    """Run the server in front of an existing Temporal.

    It keeps nothing itself: run as many as you like. A configuration is at least a product with the hash
    of its access key, which `ductape-sync key` makes:

    \b
        [[tenants]]
        product = "shop"
        env = "prod"
        keys = ["sha256:..."]
    """  # noqa: D301 - click wants the backspace itself
    from ..gateway.config import load
    from ..gateway.services import serve

    _log(verbose=options["verbose"], readable=False)
    ready_file = options["ready_file"]

    def run() -> Coroutine[Any, Any, None]:
        return serve(
            options["temporal"],
            load(options["config"]),
            host=options["host"],
            port=options["port"],
            on_ready=lambda ready: _ready(ready, ready_file),
        )

    _run(run, ready_file)


@click.command(
    "worker",
    cls=Command,
    short_help="Run workflows for an existing Temporal.",
    examples=("ductape-sync worker workflows.py --temporal temporal:7233 --product shop --env prod",),
)
@_files
@_temporal
@_product
@_env
@click.option("--namespace", metavar="NAME", help="Temporal's namespace; `default` when absent.")
@click.option("--task-queue", metavar="NAME", help="The task queue; `<product>-<env>` when absent.")
@click.option(
    "--config",
    metavar="FILE",
    type=_PATH,
    help="The server's configuration: how to reach Temporal, and where the tenant is in it.",
)
@_verbose
def worker_command(**options: Any) -> None:
    """Run every workflow and activity in the files, for an existing Temporal."""
    from ..gateway.config import load
    from ..gateway.services import work

    _log(verbose=options["verbose"], readable=False)

    def run() -> Coroutine[Any, Any, None]:
        settings = load(options["config"]) if options["config"] is not None else None
        tenant = _tenant(options, settings)
        ready = f"The worker takes work from {tenant.task_queue} in {tenant.namespace}. Ctrl-C stops it."
        return work(options["files"], options["temporal"], tenant, settings, lambda: print(ready, flush=True))

    _run(run)


@click.command("key", cls=Command, short_help="Make an access key.", examples=("ductape-sync key",))
def key_command() -> None:
    """Make an access key, and print it with its hash.

    The key is for those who call, and is not kept anywhere; the hash goes into the configuration of
    `ductape-sync serve`.
    """
    from ..gateway.tenants import hash_key, new_key

    key = new_key()
    print(f"access key  {key}\nhash        {hash_key(key)}")


def _tenant(options: dict[str, Any], settings: Settings | None) -> Tenant:
    """Whom a worker works for: as the configuration has it, unless the options say otherwise."""
    from attrs import evolve

    from ..gateway.tenants import Tenant

    product, env = options["product"], options["env"]
    known = settings.keys.tenants() if settings is not None else ()
    found = next((each for each in known if (each.product, each.env) == (product, env)), Tenant(product, env))
    given = {name: options[name] for name in ("namespace", "task_queue") if options[name] is not None}
    return evolve(found, **given)


def _ready(ready: Ready, ready_file: Path | None) -> None:
    """Tell people, and programs, that all of it answers."""
    if ready_file is not None:
        ready.write(ready_file)
    print(f"Ductape is ready at {ready.url}", end="")
    if ready.tenant is not None:
        product, env = ready.tenant.product, ready.tenant.env
        print(f" with the access key {ready.access_key} (product {product}, env {env}).")
        print(f"  Dashboard: {ready.url}/?token={ready.access_key}")
        print(f"  Workflows: {', '.join(ready.workflows)}")
    else:
        print(".")
    print("  Ctrl-C stops it.", flush=True)


def _log(*, verbose: bool, readable: bool) -> None:
    import logging

    from ..gateway.logs import set_up

    set_up(logging.INFO if verbose or not readable else logging.WARNING, readable=readable)


def _run(start: Callable[[], Coroutine[Any, Any, None]], ready_file: Path | None = None) -> NoReturn:
    """Run a service until it ends, tell the user what went wrong, and end the process."""
    import asyncio

    from ..gateway.config import ConfigError
    from ..gateway.engine.devserver import DevServerError
    from ..gateway.engine.loading import LoadError
    from ..gateway.server import ListenError
    from ..gateway.services import ServiceError

    code = ExitCode.OK
    try:
        _remove(ready_file)
        asyncio.run(start())
    except (ConfigError, DevServerError, ListenError, LoadError, ServiceError) as error:
        _fail(str(error))
        code = ExitCode.ERROR
    finally:
        _remove(ready_file)
    _end(code)


def _end(code: ExitCode) -> NoReturn:
    """End the process at once: everything in it is closed.

    Python's own end would wait for the thread of a step that goes on for ever, and now and then it
    crashes with the threads of Temporal's client, which may be about to call Python.
    """
    from ..gateway.tracing import flush

    flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _fail(message: str) -> None:
    first, *rest = message.splitlines()
    fail(first)
    for line in rest:
        print(printable(line), file=sys.stderr)


def _remove(ready_file: Path | None) -> None:
    if ready_file is not None:
        with contextlib.suppress(OSError):
            ready_file.unlink()
