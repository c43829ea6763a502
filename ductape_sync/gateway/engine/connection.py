"""One connection to Temporal: made when first used, bounded in time, its errors translated here."""

from __future__ import annotations

import asyncio
import functools
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import (
    ConnectConfig,
    PayloadLimitsConfig,
    RetryConfig,
    RPCError,
    RPCStatusCode,
    ServiceClient,
    TLSConfig,
)

from ..problems import Problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..config import TemporalTLS

Answer = TypeVar("Answer")

CALL_SECONDS = 5.0
"""How long an ordinary call may take on a connection that works."""
_CONNECT_SECONDS = 0.9
"""How long a call may take while it is not known whether Temporal answers at all."""

RETRY = RetryConfig(max_elapsed_time_millis=500, max_retries=2)
"""Short: a caller is better served by an error that it can retry than by a request that hangs.

What workers poll and complete is tried for longer by Temporal's client, whatever this says.
"""

_log = logging.getLogger(__name__)


@functools.cache
def runtime() -> Runtime:
    """What Temporal's client runs on in this process.

    It would print a warning for each call that it tries again. Whoever made the call is told in the end.
    """
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    return Runtime(telemetry=TelemetryConfig(logging=quiet))


class Missing(Exception):
    """Temporal has no such workflow, or it has ended; ``str()`` is what Temporal says of it."""


class Exists(Exception):
    """Temporal has a workflow with this id."""


class NoAnswer(Problem):
    """Temporal, or the worker that it asked, did not answer in time."""


class Connection:
    """A connection to Temporal's frontend, shared by every namespace.

    Nothing is sent before the first call, so that a gateway may start before Temporal does; a call
    that fails leaves the connection usable for when Temporal is back.

    Args:
        address: host and port of Temporal's frontend.
        tls: how to use TLS; None for plain text, or for Temporal's own defaults with an api_key.
        api_key: the key to present; None for none.
    """

    def __init__(self, address: str, *, tls: TemporalTLS | None = None, api_key: str | None = None) -> None:
        self.address = address
        self._config = ConnectConfig(
            address,
            tls=tls_config(tls),
            api_key=api_key,
            lazy=True,
            retry_config=RETRY,
            runtime=runtime(),
            # What is too large is answered to whoever sent it; a log line besides would help nobody.
            payload_limits=PayloadLimitsConfig(payloads_warn_size=0, memo_warn_size=0),
        )
        self._client: ServiceClient | None = None
        self._answers = False
        """Whether Temporal is known to answer."""
        self._answered = 0.0
        """When it last did, on the loop's clock."""

    @property
    def identity(self) -> str:
        """Who Temporal's histories say has called."""
        return self._config.identity

    async def call(
        self,
        method: Callable[..., Awaitable[Answer]],
        request: Any,
        *,
        seconds: float = CALL_SECONDS,
        retry: bool = True,
        through: ServiceClient | None = None,
    ) -> Answer:
        """Call Temporal.

        Args:
            method: the method of ``temporalio.service.WorkflowService``, unbound.
            request: its request message.
            seconds: how long the answer may take.
            retry: whether to try a few times when Temporal does not answer.
            through: another connection to the same Temporal to use; None for this one.

        Raises:
            Missing: it has no such workflow.
            Exists: it has such a workflow already.
            NoAnswer: the time is over, or no worker is there to be asked.
            Problem: ``engine_unavailable``, ``payload_too_large``, ``invalid_request`` or ``internal``.
        """
        limit = seconds if self._answers else min(seconds, _CONNECT_SECONDS)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            if self._client is None:
                self._client = await ServiceClient.connect(self._config)
            # Connecting ignores the call's own timeout, so there is one around both.
            async with asyncio.timeout(limit):
                answer = await method(
                    (through or self._client).workflow_service,
                    request,
                    retry=retry,
                    timeout=timedelta(seconds=limit),
                )
        except RPCError as error:
            if error.status not in _SILENT:
                self._answers, self._answered = True, clock()
            elif error.status not in _LATE or self._answered < began:
                self._answers = False  # a busy Temporal, in contrast, has answered others meanwhile
            raise self._translated(error) from error
        except TimeoutError as error:
            self._answers = self._answered > began
            raise self._unavailable(NoAnswer) from error
        except RuntimeError as error:  # it could not be connected
            self._answers = False
            raise self._unavailable() from error
        self._answers, self._answered = True, clock()
        return answer

    def _translated(self, error: RPCError) -> Exception:
        status, message = error.status, error.message
        found: Exception
        if status == RPCStatusCode.NOT_FOUND and message.startswith("Namespace "):
            found = Problem("engine_unavailable", f"Temporal says: {message}", retry_after=5)
        elif status == RPCStatusCode.NOT_FOUND:
            found = Missing(message)
        elif status == RPCStatusCode.ALREADY_EXISTS:
            found = Exists(message)
        elif _is_size(message):
            found = Problem("payload_too_large", f"Temporal does not take it: {message}.")
        elif status == RPCStatusCode.RESOURCE_EXHAUSTED:
            found = Problem("engine_unavailable", f"Temporal is too busy: {message}.", retry_after=1)
        elif status in _SILENT:
            found = self._unavailable(NoAnswer if status in _LATE else Problem)
        elif status == RPCStatusCode.INVALID_ARGUMENT:
            found = Problem("invalid_request", f"Temporal does not take it: {message}.")
        else:
            _log.error("Temporal at %s answered %s: %s", self.address, status.name, message)
            found = Problem("internal", f"Temporal refused the gateway's request ({status.name.lower()}).")
        return found

    def _unavailable(self, kind: type[Problem] = Problem) -> Problem:
        return kind(
            "engine_unavailable",
            f"Temporal does not answer at {self.address}; try again, and see that it runs.",
            retry_after=1,
        )

    async def close(self) -> None:
        """Let the connection go; a later call makes a new one."""
        self._client, self._answers = None, False


def tls_config(tls: TemporalTLS | None) -> TLSConfig | None:
    """Settings of TLS as Temporal's client takes them."""
    if tls is None:
        return None
    return TLSConfig(
        server_root_ca_cert=tls.server_root_ca_cert,
        domain=tls.domain,
        client_cert=tls.client_cert,
        client_private_key=tls.client_private_key,
    )


_LATE = frozenset(
    {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED, RPCStatusCode.FAILED_PRECONDITION}
)
"""What a call says that was not answered in time; the last one, when no worker is there to be asked."""
_SILENT = _LATE | {RPCStatusCode.UNAVAILABLE, RPCStatusCode.UNKNOWN, RPCStatusCode.ABORTED}
"""What a call says that Temporal did not carry out, for no fault of the request's."""


def _is_size(message: str) -> bool:
    text = message.lower()
    return ("exceeds" in text and ("size" in text or "limit" in text)) or "larger than max" in text
