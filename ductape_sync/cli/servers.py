"""The commands that serve: a whole system for development, a gateway, a worker, an access key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from .group import Command

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from ..gateway.config import Settings
    from ..gateway.tenants import Tenant

_PATH = click.Path()
_KEY = r"[!-~]+"

_files = click.argument("files", metavar="FILE.py…", nargs=-1, required=True, type=_PATH)
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
    from ..gateway.tenants import new_key
    from .serving import ReadyFile, log, run, tell_ready

    log(verbose=options["verbose"], readable=True)
    key = options["access_key"] or new_key()
    if not re.fullmatch(_KEY, key):
        raise click.BadParameter("it has characters other than visible ASCII ones", param_hint="--access-key")
    what = DevOptions(
        files=options["files"],
        tenant=_tenant(options),
        access_key=key,
        host=options["host"],
        port=options["port"],
        allowed_hosts=options["allow_host"],
        db=_path(options["db"]),
    )
    ready_file = ReadyFile(_path(options["ready_file"]))
    run(lambda: dev(what, lambda ready: tell_ready(ready, ready_file), ready_file.clear), ready_file)


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
    from pathlib import Path

    from ..gateway.config import load
    from ..gateway.services import serve
    from .serving import ReadyFile, log, run, tell_ready

    log(verbose=options["verbose"], readable=False)
    config, ready_file = Path(options["config"]), ReadyFile(_path(options["ready_file"]))

    def start() -> Coroutine[Any, Any, None]:
        return serve(
            options["temporal"],
            load(config),
            host=options["host"],
            port=options["port"],
            on_ready=lambda ready: tell_ready(ready, ready_file),
            on_listening=ready_file.clear,
        )

    run(start, ready_file)


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
    from .serving import log, run, tell

    log(verbose=options["verbose"], readable=False)
    config = _path(options["config"])

    def start() -> Coroutine[Any, Any, None]:
        settings = load(config) if config is not None else None
        tenant = _tenant(options, settings)
        ready = f"The worker takes work from {tenant.task_queue} in {tenant.namespace}. Ctrl-C stops it."
        return work(options["files"], options["temporal"], tenant, settings, lambda: tell(ready))

    run(start)


@click.command("key", cls=Command, short_help="Make an access key.", examples=("ductape-sync key",))
def key_command() -> None:
    """Make an access key, and print it with its hash.

    The key is for those who call, and is not kept anywhere; the hash goes into the configuration of
    `ductape-sync serve`.
    """
    from ..gateway.tenants import hash_key, new_key
    from .output import write_text

    key = new_key()
    write_text(f"access key  {key}\nhash        {hash_key(key)}")


def _tenant(options: dict[str, Any], settings: Settings | None = None) -> Tenant:
    """Whom a worker works for: as the configuration has it, unless the options say otherwise."""
    from attrs import evolve

    from ..gateway.tenants import Tenant

    product, env = options["product"], options["env"]
    known = settings.keys.tenants() if settings is not None else ()
    found = next((each for each in known if (each.product, each.env) == (product, env)), None)
    given = {name: options[name] for name in ("namespace", "task_queue") if options.get(name) is not None}
    try:
        return evolve(found or Tenant(product, env), **given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _path(text: str | None) -> Path | None:
    # Not click's: the module would be loaded for help, too.
    from pathlib import Path

    return None if text is None else Path(text)
