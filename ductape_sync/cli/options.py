"""What commands share: the options of a client, the id of an execution, JSON."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from .names import execution_ids

if TYPE_CHECKING:
    from collections.abc import Callable


json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
id_argument = click.argument("execution_id", metavar="ID", shell_complete=execution_ids)

_CLIENT = (
    click.option("--base-url", metavar="URL", help="Where the server is.  [DUCTAPE_BASE_URL]"),
    click.option(
        "--access-key",
        metavar="KEY",
        help="The access key; the variable keeps it out of the list of processes.  [DUCTAPE_ACCESS_KEY]",
    ),
    click.option("--product", metavar="NAME", help="The product.  [DUCTAPE_PRODUCT]"),
    click.option("--env", metavar="NAME", help="The environment.  [DUCTAPE_ENV]"),
    click.option("--debug", is_flag=True, help="Log every request on standard error."),
)


def uses_client(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a client, and the client as its first argument."""

    @functools.wraps(command)
    def with_client(
        *args: Any,
        base_url: str | None,
        access_key: str | None,
        product: str | None,
        env: str | None,
        debug: bool,
        **others: Any,
    ) -> Any:
        from ..client import Ductape
        from .warnings import tell_warnings

        if not debug:
            tell_warnings()
        with Ductape(access_key, product, env, base_url=base_url, debug=debug) as ductape:
            return command(ductape, *args, **others)

    for option in reversed(_CLIENT):
        with_client = option(with_client)
    return with_client
