"""Whatever happens to connections: every event once, in order."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ductape_sync import Ductape
from tests.loopback import PATIENCE
from tests.socket.peer import Peer, Talk, carry, frame, peer

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("order-1", "order-2")
COUNT = 30  # events of each

names = st.sampled_from(NAMES)
numbers = st.integers(0, COUNT - 1)  # all but the last event, with which there is nothing more to follow
new = st.tuples(st.just("new"), names, st.integers(1, 10))  # the next few
old = st.tuples(st.just("old"), names, st.lists(numbers, min_size=1, max_size=8))  # some again, in any order
control = st.tuples(st.just("control"), names, st.sampled_from(["subscribed", "unknown"]))
steps = st.lists(new | old | control, max_size=12)
ends = st.sampled_from(["end", "reset", "half", "close"])
connections = st.lists(st.tuples(steps, ends), max_size=5)
afters = st.lists(numbers, min_size=1, max_size=3)  # of one subscription each


class Unreliable:
    """Does the steps of one connection, then ends it."""

    def __init__(self, peer: Peer, begin: threading.Event, steps: list[Any], end: str) -> None:
        self._peer = peer
        self._begin = begin
        self._steps = steps
        self._end = end

    def __call__(self, talk: Talk) -> None:
        assert self._begin.wait(PATIENCE)
        talk.accept()
        heard = talk.heard()
        places: dict[str, int] = {}  # how many events of each the client has, on this connection and before
        while len(places) < len(NAMES):
            message = next(heard)
            places[message["executionId"]] = int(message["after"] or 0)
        for kind, name, what in self._steps:
            self._do(talk, places, kind, name, what)
        if self._end == "close":
            talk.close(1012)
        elif self._end == "reset":
            talk.wire.reset()
        elif self._end == "half":
            talk.send(frame(b'{"op":"event"')[:-3])

    def _do(self, talk: Talk, places: dict[str, int], kind: str, name: str, what: Any) -> None:
        events = self._peer.events[name]
        if kind == "control":
            talk.say({"op": what, "executionId": name})
        elif kind == "new":
            until = min(places[name] + what, len(events) - 1)
            talk.say(*(carry(each) for each in events[places[name] : until]))
            places[name] = max(places[name], until)
        else:
            talk.say(*(carry(events[number - 1]) for number in what if 0 < number <= places[name]))


@pytest.fixture(scope="module")
def unreliable() -> Iterator[Peer]:
    with peer() as running:
        for name in NAMES:
            running.add_many(name, COUNT - 1)
            running.end(name)
        yield running


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(connections=connections, first=afters, second=afters)
def test_every_event_comes_once_and_in_order(
    unreliable: Peer, connections: list[Any], first: list[int], second: list[int]
) -> None:
    begin = threading.Event()
    unreliable.scripts = [Unreliable(unreliable, begin, *connection) for connection in connections]
    ids = {name: [each["id"] for each in unreliable.events[name]] for name in NAMES}
    with Ductape("dsk_key", "shop", "dev", base_url=unreliable.origin) as client:
        wanted = [(NAMES[0], after) for after in first] + [(NAMES[1], after) for after in second]
        subscriptions = [
            client.workflows.subscribe(name, after=f"{after:06}" if after else None) for name, after in wanted
        ]
        begin.set()
        for (name, after), subscription in zip(wanted, subscriptions, strict=True):
            assert [each.id for each in subscription] == ids[name][after:]


class Followers:
    """Threads that subscribe to something, look whether it comes, and unsubscribe."""

    def __init__(self, peer: Peer, client: Ductape, names: list[str], seed: int) -> None:
        self._peer = peer
        self._client = client
        self._names = names
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._follow, args=(f"{seed} {n}",)) for n in range(4)]
        self.faults: list[object] = []
        for thread in self._threads:
            thread.start()

    def _follow(self, seed: str) -> None:
        chance = random.Random(seed)
        while not self._done.is_set():
            name = chance.choice(self._names)
            start = chance.randrange(1, len(self._peer.events[name]) + 1)
            wanted = [f"{start + number:06}" for number in range(1, chance.randrange(2, 20))]
            with self._client.workflows.subscribe(name, after=f"{start:06}") as subscription:
                received = [next(subscription).id for _ in wanted]
            if received != wanted:
                self.faults.append((name, start, received))

    def stop(self) -> None:
        """End them, with as many events as that takes."""
        self._done.set()
        end = time.monotonic() + PATIENCE
        while any(thread.is_alive() for thread in self._threads):
            assert time.monotonic() < end, "an event is missing"
            for name in self._names:
                self._peer.add(name)


@pytest.mark.parametrize("seed", range(3))
def test_threads_that_come_and_go_get_what_they_asked_for(peer: Peer, client: Ductape, seed: int) -> None:
    names = [f"order-{number}" for number in range(5)]
    peer.start(*names)
    followers = Followers(peer, client, names, seed)
    chance = random.Random(seed)
    for _ in range(300):
        for name in names:
            peer.add(name)
        if chance.random() < 0.05:
            peer.drop()
    followers.stop()
    assert not followers.faults
