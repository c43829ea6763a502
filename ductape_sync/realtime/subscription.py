"""`Subscription`: the events of one execution, for a callback or a loop."""

from __future__ import annotations

import logging
import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from ..errors import DuctapeError, SubscriptionError, SubscriptionOverflow
from ..timing import SLICE, Deadline, slices, to_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from .._generated.models import WorkflowEvent
    from ..timing import Duration
    from .connection import Connection

log = logging.getLogger("ductape_sync.realtime")

CAPACITY = 10_000  # events that wait for a slow consumer
_BATCH = 100  # events that one callback gets before another has its turn


class _End(NamedTuple):
    error: DuctapeError | None


class Subscription:
    """The events of one execution, from the past or from now on, until it ends.

    With a callback, the callback gets them, on a thread that all callbacks of the client share. Without
    one, loop over the subscription::

        with ductape.workflows.subscribe("order-123") as events:
            for event in events:
                print(event.type)

    Lost connections are made again, and the events go on after the last one that came: none is lost, none
    comes twice. The loop ends after the execution's last event, or when `unsubscribe` is called.

    Attributes:
        execution_id: The execution that is subscribed to (str).
        last_event_id: The id of the last event that was delivered (str): a callback has returned from it, or
            a loop has got it. None before the first. Pass it as `after` to go on in another process.
        error: What broke the subscription off (`DuctapeError`); None while all is well.
    """

    def __init__(
        self,
        connection: Connection,
        execution_id: str,
        on_change: Callable[[WorkflowEvent], object] | None,
        on_error: Callable[[Exception], object] | None,
        after: str | None,
    ) -> None:
        self.execution_id = execution_id
        self.last_event_id = after
        self.error: DuctapeError | None = None
        self.after = after  # the last event that was queued: where to go on after a lost connection
        self._connection = connection
        self._on_change = on_change
        self._on_error = on_error
        self._queue: SimpleQueue[WorkflowEvent | _End] = SimpleQueue()
        self._scheduled = False
        self._over = False  # nothing more is delivered
        self._done = threading.Event()

    # Called by the connection, on the thread that reads the socket.

    def push(self, event: WorkflowEvent) -> None:
        """Queue an event; a full queue ends the subscription, and no other."""
        if self._queue.qsize() < CAPACITY:
            self.after = event.id
            self._put(event)
        else:
            self._connection.remove(self)
            overflow = SubscriptionOverflow(
                f"the consumer of {self.execution_id}'s events is {CAPACITY:,} events behind"
            )
            overflow.request_id = self._connection.request_id
            self.end(overflow)

    def end(self, error: DuctapeError | None) -> None:
        """Queue the end: after the last event (None), or broken off."""
        self._put(_End(error))

    def drop(self, error: DuctapeError) -> None:
        """End at once: whoever closed the client is not told by a callback that it is closed."""
        if self._on_change is not None and not self._done.is_set():
            self._over = True
            self._settle(error)
            self._done.set()
        self._queue.put(_End(error))

    def _put(self, item: WorkflowEvent | _End) -> None:
        self._queue.put(item)
        # Both this thread and the dispatcher's may find that a run is due; a run too many does nothing.
        if self._on_change is not None and not self._scheduled:
            self._scheduled = True
            self._connection.dispatcher.post(self._drain)

    # Called on the dispatcher's thread.

    def _drain(self) -> None:
        """Deliver what is queued, and let other subscriptions have their turn now and then."""
        for _ in range(_BATCH):
            try:
                item = self._queue.get_nowait()
            except Empty:
                self._scheduled = False
                if self._queue.empty():
                    return
                self._scheduled = True  # something came in between
                continue
            if self._over:
                continue
            if isinstance(item, _End):
                self._finish(item.error)
            else:
                self._deliver(item)
        self._connection.dispatcher.post(self._drain)

    def _deliver(self, event: WorkflowEvent) -> None:
        assert self._on_change is not None  # noqa: S101 - for the type checker
        try:
            self._on_change(event)
        except BaseException as error:
            # SystemExit, too, is a matter between the callback and this subscription.
            log.exception("the callback for %s raised on %s", self.execution_id, event.type)
            self._report(error)
        self.last_event_id = event.id

    def _finish(self, error: DuctapeError | None) -> None:
        self._over = True
        self._settle(error)
        if error is not None:
            log.warning("the subscription to %s broke off: %s", self.execution_id, error)
            self._report(error)
        self._done.set()

    def _report(self, error: BaseException) -> None:
        if self._on_error is None or not isinstance(error, Exception):
            return
        try:
            self._on_error(error)
        except BaseException:
            log.exception("on_error for %s raised", self.execution_id)

    def _settle(self, error: DuctapeError | None) -> None:
        self.error = error
        if isinstance(error, SubscriptionError):
            error.execution_id = self.execution_id
            error.last_event_id = self.last_event_id

    # Called by the user, on any thread.

    def unsubscribe(self) -> None:
        """End the subscription: no more events are delivered, and loops over it end.

        A callback that runs at this moment, on its thread, is not waited for. May be called twice, and from
        the callback itself.
        """
        self._over = True
        self._connection.remove(self)
        self._queue.put(_End(None))
        self._done.set()

    def join(self, timeout: Duration | None = None) -> bool:
        """Wait until the callback has had the last event, or the subscription has ended otherwise.

        Args:
            timeout: Seconds to wait, or a `timedelta`; None for as long as it takes.

        Returns:
            Whether it has ended.

        Raises:
            RuntimeError: This is called from a callback, and would wait for itself.
        """
        if self._connection.dispatcher.is_current and not self._done.is_set():
            raise RuntimeError("a callback cannot wait for callbacks: all run on this thread")
        return any(map(self._done.wait, slices(Deadline(to_seconds(timeout, "timeout")))))

    def __iter__(self) -> Iterator[WorkflowEvent]:
        if self._on_change is not None:
            raise TypeError(
                "this subscription has a callback, which gets the events; leave on_change out to loop"
            )
        return self

    def __next__(self) -> WorkflowEvent:
        """Return the next event, however long it takes.

        Raises:
            SubscriptionOverflow: The loop was too slow. The events up to then have come.
            ConnectionLost: The server refuses the connection, or the client was closed.
            ExecutionNotFound: There is no such execution.
        """
        item = self._get()
        if isinstance(item, _End):
            self._queue.put(item)  # for the next call, and for other loops
            if not self._done.is_set():
                self._settle(item.error)
                self._done.set()
            if item.error is not None and not self._over:
                raise item.error.with_traceback(None)
        if isinstance(item, _End) or self._over:
            raise StopIteration
        self.last_event_id = item.id
        return item

    def _get(self) -> WorkflowEvent | _End:
        while True:
            try:
                return self._queue.get(timeout=SLICE)
            except Empty:
                continue  # a signal, if one came, has been seen to

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unsubscribe()

    def __repr__(self) -> str:
        state = "ended" if self._done.is_set() else "live"
        return f"<Subscription to {self.execution_id!r} {state}>"
