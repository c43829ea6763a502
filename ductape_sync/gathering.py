"""Waiting for many executions: one socket, no thread each, and HTTP wherever the socket cannot be trusted."""

from __future__ import annotations

import functools
import logging
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from . import _generated
from .errors import APIError, Forbidden, NotFound, TransportError, Unauthenticated, WaitTimeout
from .http.api import RETRIED, build
from .timing import SLICE, Deadline
from .waiting import LOOK, is_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ._generated.models import ExecutionStatus, WorkflowEvent
    from .errors import DuctapeError
    from .http.api import Api, Reply
    from .realtime.connection import Connection, ConnectionState

log = logging.getLogger("ductape_sync.waiting")

HEARTBEAT = 30.0  # seconds after which an execution is looked at over HTTP, should an event not have come
WITHOUT_EVENTS = 1.0  # the same, while no events can be had of it
GLANCE = 1.0  # seconds that a look may take at first while events can come, which wait for it to end
PROBE = 1.0  # seconds that the server may take to show that it has no more events, at the deadline
# Of very many executions not all are looked at that often: these are the seconds for each of them.
_HEARTBEAT_EACH = 0.1
_WITHOUT_EVENTS_EACH = 0.02


class _Watch:
    """Waits for one execution's last event. Small, since there may be thousands."""

    __slots__ = ("_found", "after", "execution_id")

    def __init__(self, execution_id: str, found: SimpleQueue[Any]) -> None:
        self.execution_id = execution_id
        self.after: str | None = None
        self._found = found

    def push(self, event: WorkflowEvent) -> None:
        self.after = event.id
        if is_end(event.type):
            self._found.put((self.execution_id, event))

    def end(self, error: DuctapeError | None) -> None:
        # Without an error the last event has come, or this watch began after it: HTTP tells.
        self._found.put((self.execution_id, error))

    drop = end


class Gathering:
    """Waits for a set of executions, in the order in which they end.

    Events say when one has ended. They are not relied on: all that is unfinished is looked at over HTTP after
    every lost connection, in turn every 30 seconds (of more than 300 one each tenth of a second), and every
    second while no events can be had of it.
    """

    def __init__(
        self, api: Api, connection: Connection, execution_ids: Iterable[str], deadline: Deadline
    ) -> None:
        """Prepare to wait.

        Args:
            api: Where to look.
            connection: Where events come from.
            execution_ids: Which executions; each is waited for once.
            deadline: When to stop waiting for them.

        Raises:
            InvalidRequest: One is no id.
        """
        self._api = api
        self._connection = connection
        self._deadline = deadline
        # By execution id, what its watch has found; by None, a new state of the connection.
        self._found: SimpleQueue[tuple[str | None, Any]] = SimpleQueue()
        self._pending = {name: _Watch(name, self._found) for name in execution_ids}
        for name in self._pending:
            build(functools.partial(_generated.operations.get_status, name))
        self._deaf: set[str] = set()  # those that the server sends no events of; it is asked again at times
        self._revival = Deadline(HEARTBEAT, api.clock)
        self._connected = False
        self._missed = False  # whether the connection was lost since all were looked at
        self._fault: TransportError | APIError | None = None  # why the last look was of no use
        self._faults = 0  # how many were of none since the last that was
        self._suspects: deque[str] = deque()  # to be looked at one after the other, once the pause is over
        self._pause = Deadline(0, api.clock)
        self._turns = deque(self._pending)  # one of these is looked at besides, at each beat
        self._beat = Deadline(HEARTBEAT, api.clock)

    @property
    def pending(self) -> list[str]:
        """The ids of those that are not known to have ended."""
        return list(self._pending)

    def __iter__(self) -> Iterator[tuple[str, Reply[ExecutionStatus] | WorkflowEvent]]:
        """Yield each id and how it ended: its last event, or the answer with its status.

        Raises:
            WaitTimeout: The rest had not ended in time.
            ExecutionNotFound: There is no such execution.
        """
        stop = self._connection.on_state(lambda state: self._found.put((None, state)))
        self._connected = self._connection.state == "connected"
        try:
            for watch in list(self._pending.values()):
                self._connection.add(watch)
            while self._pending:
                yield from self._next()
        finally:
            stop()
            for watch in self._pending.values():
                self._connection.remove(watch)

    def _next(self) -> Iterator[tuple[str, Reply[ExecutionStatus] | WorkflowEvent]]:
        """Wait for one thing to happen; yield what has ended by it."""
        if not self._suspects and (self._deaf or not self._connected):
            self._suspect()
        looks = [self._pause.remaining()] if self._suspects else []
        try:
            name, found = self._found.get(
                timeout=min(SLICE, self._deadline.remaining(), self._beat.remaining(), *looks)
            )
        except Empty:
            yield from self._waited()
            return
        if name is None:
            self._enter(found)
        elif name in self._pending:  # or else HTTP was first
            yield from self._settle(name, found)

    def _settle(self, name: str, found: Any) -> Iterator[tuple[str, Reply[ExecutionStatus] | WorkflowEvent]]:
        if found is None:
            yield from self._look(name)
        elif not isinstance(found, Exception):
            del self._pending[name]
            yield name, found
        elif isinstance(found, NotFound | Unauthenticated | Forbidden):
            raise found
        else:
            log.info("%s is looked at over HTTP, since no events can be had: %s", name, found)
            self._deaf.add(name)
            self._suspects.appendleft(name)

    def _enter(self, state: ConnectionState) -> None:
        self._connected = state == "connected"
        if self._connected:
            # Of the first connection nothing was missed.
            self._suspects = deque(self._pending if self._missed else self._deaf)
            self._pause = Deadline(0, self._api.clock)
        self._missed = state == "reconnecting"

    def _suspect(self) -> None:
        """Find out who is to be looked at for want of events, and from when on."""
        names = self._deaf if self._connected else self._pending
        self._suspects.extend(names)
        self._pause = Deadline(max(WITHOUT_EVENTS, _WITHOUT_EVENTS_EACH * len(names)), self._api.clock)

    def _waited(self) -> Iterator[tuple[str, Reply[ExecutionStatus] | WorkflowEvent]]:
        """Do what it is time for."""
        if self._deadline.expired():
            yield from self._look_once_more()
        elif self._suspects and self._pause.expired():
            yield from self._look(self._suspects.popleft())
        elif self._beat.expired():
            while self._turns[0] not in self._pending:
                self._turns.popleft()
            self._turns.rotate(-1)
            each = max(HEARTBEAT / len(self._turns), _HEARTBEAT_EACH)
            self._beat = Deadline(each, self._api.clock)
            self._revive()
            yield from self._look(self._turns[-1])

    def _revive(self) -> None:
        """Ask for the events of those that the server sent none of: it may be another one by now."""
        if self._deaf and self._revival.expired():
            self._revival = Deadline(HEARTBEAT, self._api.clock)
            deaf, self._deaf = self._deaf, set()
            for name in deaf & self._pending.keys():
                self._connection.add(self._pending[name])

    def _look(self, name: str) -> Iterator[tuple[str, Reply[ExecutionStatus] | WorkflowEvent]]:
        """Look at an execution over HTTP; yield it if it has ended."""
        if name not in self._pending:
            return
        # Events that come meanwhile have to wait, so that a server that hangs gets little time at first.
        backoff = 2.0 ** min(self._faults, 10)
        patience = min(GLANCE * backoff, LOOK) if self._connected else LOOK
        reply = self._ask(name, min(patience, self._deadline.remaining()))
        if reply is None:
            self._suspects.appendleft(name)
            pause = min(WITHOUT_EVENTS * backoff, HEARTBEAT) if self._connected else WITHOUT_EVENTS
            self._pause = Deadline(pause, self._api.clock)
        elif is_end(reply.value.status):
            self._connection.remove(self._pending.pop(name))
            yield name, reply

    def _ask(self, name: str, patience: float) -> Reply[ExecutionStatus] | None:
        """Ask for the status; return None after a fault that may pass."""
        make = functools.partial(_generated.operations.get_status, name)
        try:
            reply = self._api.exchange(make, deadline=Deadline(patience, self._api.clock), retries=0)
        except (TransportError, APIError) as error:
            if not (error.retryable if isinstance(error, TransportError) else error.status in RETRIED):
                raise
            log.warning("waiting for %d executions goes on, after: %s", len(self._pending), error)
            self._fault = error
            self._faults += 1
            return None
        self._fault, self._faults = None, 0
        return reply

    def _look_once_more(self) -> Iterator[tuple[str, Reply[ExecutionStatus] | WorkflowEvent]]:
        """At the deadline, look at those whose end may have come without an event, until the first fault."""
        # A line that was cut without a word looks as if nothing happened.
        told = self._connected and self._connection.probe(PROBE)
        while not self._found.empty():
            name, found = self._found.get()
            if name in self._pending and found is not None and not isinstance(found, Exception):
                yield from self._settle(name, found)
        until = Deadline(LOOK, self._api.clock)
        first: Reply[ExecutionStatus] | None = None  # of those that go on
        for name, watch in list(self._pending.items()):
            if first and told and watch.after is not None and name not in self._deaf:
                continue
            reply = self._ask(name, until.remaining())
            if reply is None:
                break
            if is_end(reply.value.status):
                self._connection.remove(self._pending.pop(name))
                yield name, reply
            else:
                first = first or reply
        if self._pending:
            late = WaitTimeout(self._late(), status=first.value if first else None)
            source = self._fault or first
            late.request_id = None if source is None else source.request_id
            raise late from self._fault

    def _late(self) -> str:
        names = ", ".join(self.pending[:3]) + (", …" if len(self._pending) > 3 else "")
        verb = "goes" if len(self._pending) == 1 else "go"
        why = f" ({self._fault})" if self._fault else ""
        return f"{len(self._pending)} had not ended in time and {verb} on: {names}{why}"
