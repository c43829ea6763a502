"""The options that say where the server is and who calls, and the client made from them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import click

from .failures import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client import Ductape

_OPTIONS = (
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

        if not debug:
            tell_warnings()
        with Ductape(access_key, product, env, base_url=base_url, debug=debug) as ductape:
            return command(ductape, *args, **others)

    for option in reversed(_OPTIONS):
        with_client = option(with_client)
    return with_client


def completing_client(context: click.Context, **settings: Any) -> Ductape:
    """Make the client of a command line that is still being written."""
    from ..client import Ductape

    given: dict[str, Any] = {
        name: context.params.get(name) for name in ("access_key", "product", "env", "base_url")
    }
    return Ductape(**given, **settings)


def tell_warnings() -> None:
    """Tell what the SDK warns of, in one line each."""
    import logging

    class Teller(logging.Handler):
        told: tuple[str, float] = ("", 0.0)

        def emit(self, record: logging.LogRecord) -> None:
            # A server that stays away is a warning every few seconds, of which one a minute will do.
            before, when = self.told
            if record.msg != before or record.created > when + 60:
                self.told = (record.msg, record.created)
                say(record.getMessage())

    logger = logging.getLogger("ductape_sync")
    if not logger.handlers:
        logger.addHandler(Teller(logging.WARNING))
