"""`Ductape`: configuration, composition, lifetimes."""

from __future__ import annotations

import functools
import logging
import sys
from typing import TYPE_CHECKING, Any, Self

from . import __version__
from .config import Config
from .errors import InvalidRequest
from .http.api import Api
from .http.transport import closed_error
from .secret import Secret
from .timing import to_seconds
from .workflows import Workflows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from .realtime.connection import Connection, ConnectionState
    from .timing import Duration


class Ductape:
    """A client of one product and environment.

    Make one and share it: it is thread-safe and safe to fork, keeps its connections open between calls, and
    closes them with `close`, or at the end of a `with` block::

        with Ductape(access_key="…", product="shop", env="dev") as ductape:
            order = ductape.workflows.execute("process-order", {"orderId": "order-123"})
            print(order.wait_for_completion(timeout=60))

    Args:
        access_key: The access key; None for the variable `DUCTAPE_ACCESS_KEY`.
        product: The product; None for `DUCTAPE_PRODUCT`.
        env: The environment; None for `DUCTAPE_ENV`.
        base_url: Where the server is, such as `https://ductape.example.com`; None for `DUCTAPE_BASE_URL`,
            else `http://127.0.0.1:7711`, where `ductape-sync dev` listens.
        ws_url: Where the WebSocket is; None for `DUCTAPE_WS_URL`, else as `base_url` says.
        timeout: Seconds that a call may take, its retries included, or a `timedelta`; None without a limit.
            A wait has its own timeout.
        retry_attempts: How many times a request is tried again after a fault that may pass.
        headers: More headers for every request.
        proxies: Proxies by scheme, as requests takes them; None to go by the environment (`HTTPS_PROXY`,
            `NO_PROXY`, …).
        verify: Whether to check the server's certificate (bool), or the path of a CA bundle; None for
            `REQUESTS_CA_BUNDLE`, else the certificates that certifi brings.
        cert: A client certificate: the path of a file with certificate and key, or a pair of paths.
        debug: Log every request to standard error.

    Raises:
        ConfigurationError: A setting is missing or cannot be; the message names it and the remedy.
    """

    workflows: Workflows
    """Start workflows and work with their executions."""

    def __init__(
        self,
        access_key: str | None = None,
        product: str | None = None,
        env: str | None = None,
        *,
        base_url: str | None = None,
        ws_url: str | None = None,
        timeout: Duration | None = 30.0,
        retry_attempts: int = 3,
        headers: Mapping[str, str] | None = None,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str | None = None,
        cert: str | tuple[str, str] | None = None,
        debug: bool = False,
    ) -> None:
        key = None if access_key is None else Secret(access_key)
        del access_key  # a traceback may show the variables of this call
        self._config = Config(
            key,
            product,
            env,
            base_url=base_url,
            ws_url=ws_url,
            timeout=timeout,
            retry_attempts=retry_attempts,
            headers=headers,
            proxies=proxies,
            verify=verify,
            cert=cert,
        )
        if debug:
            _log_to_stderr()
        self._api = Api(self._config, __version__)
        self._live = _Live(self._config, self._api)
        self.workflows = Workflows(self._api, self._live)

    def connect(self, *, timeout: Duration | None = None) -> None:
        """Open the WebSocket for events now. Otherwise it is opened when it is first needed.

        Args:
            timeout: Seconds to wait for it, or a `timedelta`; None for the client's own timeout.

        Raises:
            ConnectionFailed: The server could not be reached, after as many tries as the client makes.
            RequestTimeout: It was not open in time.
            Unauthenticated, Forbidden: The server does not know the access key, or not for this product.
        """
        seconds = self._config.timeout if timeout is None else to_seconds(timeout, "timeout")
        self._live().connect(seconds, self._config.retry_attempts + 1)

    def on_connection_state_change(self, callback: Callable[[ConnectionState], object]) -> Callable[[], None]:
        """Call `callback` whenever the state of the connection for events changes.

        Args:
            callback: Called with the state (str): `connecting`, `connected`, `reconnecting` or
                `disconnected`, on the thread that all callbacks share.

        Returns:
            A function that ends the calls.

        Raises:
            InvalidRequest: `callback` is no function.
            ConnectionFailed: The client is closed.
        """
        if not callable(callback):
            raise InvalidRequest(f"callback must be a function, not {callback!r:.80}", field="callback")
        connection = self._live()
        return connection.on_state(
            lambda state: connection.dispatcher.post(functools.partial(callback, state))
        )

    def close(self) -> None:
        """Close all connections and end all subscriptions, within two seconds whatever the server does.

        What is under way in other threads ends with `ConnectionFailed` or `ConnectionLost`. May be called
        twice, from any thread and from callbacks.
        """
        self._live.close()
        self._api.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        config = getattr(self, "_config", None)
        if config is None:
            return "<Ductape>"  # __init__ raised, and a traceback shows its variables
        return f"<Ductape product={config.product!r} env={config.env!r} at {config.base_url}>"

    def __reduce__(self) -> Any:
        raise TypeError("a Ductape client is not pickled; make a new one in the other process")


class _Live:
    """The connection for events, made when it is first called for: most programs never need it."""

    def __init__(self, config: Config, api: Api) -> None:
        self._config = config
        self._api = api
        self._closed = False
        self._made: dict[str, Connection] = {}  # one at most

    def __call__(self) -> Connection:
        from .realtime.connection import Connection  # noqa: PLC0415 - loads websocket and the models

        if not self._made:
            made = Connection(self._config.ws_url, self._config.identity, self._api.transport.route)
            # Of two threads one wins. A lock would not do: after a fork it may be held for ever.
            self._made.setdefault("connection", made)
        connection = self._made["connection"]
        if self._closed:
            connection.close()
            raise closed_error()
        return connection

    def close(self) -> None:
        self._closed = True
        for connection in list(self._made.values()):
            connection.close()


def _log_to_stderr() -> None:
    logger = logging.getLogger("ductape_sync")
    logger.setLevel(logging.DEBUG)
    handlers = [*logger.handlers, *logging.getLogger().handlers]
    if not any(getattr(handler, "stream", None) is sys.stderr for handler in handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
