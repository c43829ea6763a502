"""A shop as users run it: a client that is used before its process forks workers, and the server it calls."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tests.loopback import PATIENCE, SUMMARY, answer
from tests.socket.peer import Peer

if TYPE_CHECKING:
    from tests.loopback import Received, Wire
    from tests.socket.peer import Talk

WORKERS = 2
WATCHED = "watched"
_EXECUTION = re.compile(r"/v1/executions/([^/?]+)(/signals)?")

# What the modules of the tests begin with. It is run once, in the process that forks: a call and a
# subscription leave connections and threads there. The callback answers each event by a signal, which shows
# the server that it was called, and in which process.
MODULE = f"""
import json
import os
import socket

from ductape_sync import Ductape


def seen(event):
    ductape.workflows.signal("{WATCHED}", "seen", {{"event": event.id, "process": os.getpid()}})


ductape = Ductape()
ductape.workflows.get_status("{WATCHED}")
watching = ductape.workflows.subscribe("{WATCHED}", seen)
ductape.connect(timeout={PATIENCE})


def process_order(order_id):
    given = {{"orderId": order_id, "process": os.getpid()}}
    order = ductape.workflows.execute("process-order", given)
    with order.subscribe() as events:
        result = order.wait_for_completion(timeout={PATIENCE})
        followed = [[event.execution_id, event.type] for event in events]
    return {{"id": order.execution_id, "process": os.getpid(), "result": result, "events": followed,
            "ports": sorted(ports())}}


def ports():
    server = int(os.environ["DUCTAPE_BASE_URL"].rpartition(":")[2])
    for name in os.listdir("/dev/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as held:
                if held.family == socket.AF_INET and held.getpeername()[1] == server:
                    yield held.getsockname()[1]
        except OSError:
            continue  # no socket, or not connected
"""


class Shop(Peer):
    """The server. Orders complete once every worker is at one, so that none can do the work of all.

    Who sends what is known from what is sent: an order carries the process that started it.
    """

    def __init__(self) -> None:
        self.processes: dict[str, int] = {}
        """The process that started an order, by its execution."""
        self.seen: list[tuple[str, int]] = []
        """The events of what the first process watches, and where the callback was called with each."""
        self._keys: dict[str, str] = {}  # the executions by idempotency key
        self._spoken: dict[int, set[str]] = defaultdict(set)  # by connection, the executions spoken of
        self._waiting: set[str] = set()  # the orders whose end is waited for
        super().__init__()
        self.status = self._held
        self.start(WATCHED)

    def happen(self) -> None:
        """Have something happen to what the first process watches, and return once it was seen."""
        event = self.add(WATCHED)["id"]
        self.wait_for(lambda: event in dict(self.seen))

    def users(self, first: int) -> dict[int, set[int]]:
        """By connection, the processes that used it.

        Args:
            first: the process that watches.
        """
        processes = self.processes | {WATCHED: first}
        used: dict[int, set[int]] = defaultdict(set)
        for connection, names in self._spoken.items():
            used[connection] |= {processes[name] for name in names}
        for request in self.server.received:
            process = _process(request)
            if process is not None:
                used[request.connection].add(process)
        return used

    def answer(self, talk: Talk, message: dict[str, Any]) -> None:
        self._spoken[talk.request.connection].add(message["executionId"])
        super().answer(talk, message)
        self._complete_orders()

    def _act(self, wire: Wire, request: Received) -> None:
        found = _EXECUTION.match(request.target)
        if found is not None:
            self._spoken[request.connection].add(found[1])
        if request.method == "GET":
            super()._act(wire, request)
        elif found is None:
            answer(SUMMARY | {"executionId": self._execute(request)}, 201)(wire, request)
        else:
            answer(status=202)(wire, request)
            with self.changed:
                self.seen.append((request.json["data"]["event"], request.json["data"]["process"]))
                self.changed.notify_all()

    def _execute(self, request: Received) -> str:
        with self.changed:
            name = self._keys.setdefault(request.headers["idempotency-key"], f"order-{len(self._keys) + 1}")
            if name not in self.events:
                self.processes[name] = request.json["input"]["process"]
                self.add(name, "started", workflow="process-order", input=request.json["input"])
        return name

    def _held(self, name: str) -> Any:
        """Answer a wait when the execution has ended."""
        if name != WATCHED:
            with self.changed:
                self._waiting.add(name)
                self._complete_orders()
            self.wait_for(lambda: self._ended(name))
        return self._status(name)

    def _complete_orders(self) -> None:
        """Complete the orders that are waited for and followed, if all workers have one. Needs the lock."""
        followed = {name for talk in self.talks for name in talk.subscribed}
        ready = self._waiting & followed
        if len({self.processes[name] for name in ready}) == WORKERS:
            for name in ready:
                self._waiting.discard(name)
                self.add(name, "step_started", step="Charging")
                self.end(name, result=self.events[name][0]["data"]["input"])


def _process(request: Received) -> int | None:
    """Return the process that has sent a request, if its body says so."""
    if not request.body:
        return None
    body = request.json
    process: int = (body.get("input") or body["data"])["process"]
    return process
