"""Who wants which events, what the server knows of that, and who gets what it sends. Does no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .._generated.models import (
    ErrorMessage,
    EventMessage,
    SubscribeMessage,
    UnsubscribedMessage,
    UnsubscribeMessage,
)
from ..errors import ConnectionLost, InvalidRequest
from ..problems import problem_error
from .socket import Lost

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .._generated.models import ServerMessage, WorkflowEvent
    from ..errors import DuctapeError

ENDS = frozenset({"completed", "failed", "cancelled"})
"""The types of an execution's last event."""

_PASSING = frozenset({"engine_unavailable", "rate_limited"})


class Sink(Protocol):
    """A consumer of one execution's events. Its methods run on the thread that reads the socket."""

    execution_id: str
    after: str | None  # the id of the last event that it has; the sink keeps it

    def push(self, event: WorkflowEvent) -> None:
        """Take an event: the next one after `after`."""

    def end(self, error: DuctapeError | None) -> None:
        """There are no more: the execution has ended (None), or the subscription broke off."""

    def drop(self, error: DuctapeError) -> None:
        """There are no more, at once, and nobody needs to be told: on the thread that closes the client."""


class Switchboard:
    """The sinks, and their subscriptions on one connection after the other.

    The server knows one subscription an execution. When a sink joins others, that one is begun anew where
    the sink that is furthest behind goes on, and the others skip what they have. What comes before the
    server has answered the `unsubscribe` is of the subscription before, and is passed over.
    """

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        """Begin without sinks.

        Args:
            lock: Guards `_sinks` and `_news`, which change together; not held while a sink is called. The
                rest is for the receiving thread alone.
        """
        self._lock = lock
        self._sinks: dict[str, tuple[Sink, ...]] = {}  # by execution id; the tuples are replaced, not changed
        self._news: dict[str, None] = {}  # executions whose sinks the server has to be told of
        # Executions of which this connection's server may send something, and after which event.
        self._open: dict[str, str | None] = {}
        self._unanswered: dict[str, int] = {}  # how many `unsubscribe`s of each execution
        self.request_id: str | None = None
        """The id of the handshake of the connection that is there, or was last; None before the first."""

    # On any thread.

    def add(self, sink: Sink) -> None:
        """Let a sink have its execution's events after `sink.after`."""
        name = sink.execution_id
        with self._lock:
            # In this order, since `_event` reads both in the other one, without the lock: it never takes a
            # sink whose past is still to come for one that is up to date.
            self._news[name] = None
            self._sinks[name] = (*self._sinks.get(name, ()), sink)

    def remove(self, sink: Sink) -> None:
        """Let a sink have no more events. One that has none any more is left alone."""
        name = sink.execution_id
        with self._lock:
            before = self._sinks.get(name, ())
            left = tuple(other for other in before if other is not sink)
            if left:
                self._sinks[name] = left
            elif before:
                del self._sinks[name]
                self._news[name] = None

    def remove_all(self) -> list[Sink]:
        """Let no sink have any more events; return them."""
        with self._lock:
            sinks = self.sinks()
            self._sinks.clear()
        return sinks

    def sinks(self) -> list[Sink]:
        """Return all sinks there are. Needs the lock, where there are other threads."""
        return [sink for some in self._sinks.values() for sink in some]

    # On the receiving thread.

    def opened(self, request_id: str) -> None:
        """Begin anew: this connection's server knows of nothing.

        Args:
            request_id: The id of its handshake, for the errors that come over it.
        """
        self.request_id = request_id
        self._open.clear()
        self._unanswered.clear()
        with self._lock:
            self._news = dict.fromkeys(self._sinks)

    def outgoing(self) -> list[SubscribeMessage | UnsubscribeMessage]:
        """Return what the server has to be told, and consider it told."""
        messages: list[SubscribeMessage | UnsubscribeMessage] = []
        if not self._news:
            return messages
        with self._lock:
            afters = {name: [sink.after for sink in self._sinks.get(name, ())] for name in self._news}
            self._news = {}
        for name, known in afters.items():
            if name in self._open:
                del self._open[name]
                self._unanswered[name] = self._unanswered.get(name, 0) + 1
                messages.append(UnsubscribeMessage(execution_id=name))
            if known:
                # Ids sort as the events do, and None, for the whole past, is before them all.
                after = self._open[name] = min(known, key=lambda last: last or "")
                messages.append(SubscribeMessage(execution_id=name, after=after))
        return messages

    def received(self, message: ServerMessage) -> None:
        """Hand an event to its sinks, or act on another message; those that are not known mean nothing.

        Raises:
            Lost: Another connection is needed.
        """
        if isinstance(message, EventMessage):
            self._event(message.event)
        elif isinstance(message, UnsubscribedMessage):
            self._unsubscribed(message.execution_id, message.reason)
        elif isinstance(message, ErrorMessage):
            self._refused(message)

    def _event(self, event: WorkflowEvent) -> None:
        name = event.execution_id
        sinks = self._sinks.get(name, ())
        if name in self._unanswered or name in self._news:
            return
        for sink in sinks:
            if sink.after is None or event.id > sink.after:
                sink.push(event)
        if event.type in ENDS:
            self._end(name, lambda sink: None if (sink.after or "") <= event.id else _no_event(sink))

    def _unsubscribed(self, name: str, reason: str) -> None:
        if name not in self._unanswered:
            self._open.pop(name, None)
            ended = reason == "ended"
            self._end(
                name,
                lambda _: None if ended else ConnectionLost(f"the server says no more of {name}: {reason}"),
            )
        elif reason == "requested":
            self._unanswered[name] -= 1
            if not self._unanswered[name]:
                del self._unanswered[name]

    def _refused(self, message: ErrorMessage) -> None:
        name, problem = message.execution_id, message.problem
        passing = problem.code in _PASSING
        if name is None or passing:
            # One that is about no execution in particular: something was said that the server does not take.
            raise Lost(f"the server reports: {problem.detail}", garbled=not passing)
        if name in self._unanswered:
            return
        after = self._open.pop(name, None)
        # A place that does not exist is the fault of those alone who wanted to go on from there.
        at_fault = after if problem.code == "invalid_request" else None
        self._end(
            name,
            lambda _: problem_error(problem.to_dict(), problem.status, request_id=problem.request_id),
            lambda sink: at_fault in (None, sink.after),
        )

    def _end(
        self,
        name: str,
        make_error: Callable[[Sink], DuctapeError | None],
        concerns: Callable[[Sink], bool] = lambda _: True,
    ) -> None:
        """End those of an execution's sinks that it concerns, each with an error of its own."""
        with self._lock:
            if name in self._news:
                return  # one has joined, and the subscription is begun anew for it
            sinks = self._sinks.pop(name, ())
            others = tuple(sink for sink in sinks if not concerns(sink))
            if others:
                self._sinks[name] = others
                self._news[name] = None
        for sink in sinks:
            if sink not in others:
                error = make_error(sink)
                if error is not None:
                    error.request_id = error.request_id or self.request_id  # a problem may name it itself
                sink.end(error)


def _no_event(sink: Sink) -> DuctapeError:
    return InvalidRequest(
        f"after is not the id of an event of {sink.execution_id}, which has ended before it: leave it out to "
        "begin with the first event",
        field="after",
    )
