"""`wait_all` and `as_completed`: never early, and never hanging on an event that does not come."""

from __future__ import annotations

import itertools
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import (
    ConnectionFailed,
    Ductape,
    DuctapeError,
    ExecutionCancelled,
    ExecutionFailed,
    ExecutionNotFound,
    InvalidRequest,
    WaitTimeout,
    gathering,
)
from tests.loopback import PATIENCE, problem, reset, stall
from tests.socket.peer import carry

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.socket.peer import Peer, Talk

NAMES = ["order-1", "order-2", "order-3"]


class Waiting:
    """Something that waits on a thread of its own, and what came of it."""

    def __init__(self, wait: Callable[[], Any]) -> None:
        self._wait = wait
        self._outcome: Any = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome = self._wait()
        except DuctapeError as error:
            self._outcome = error

    def outcome(self) -> Any:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self._outcome


def results(names: list[str]) -> list[Any]:
    return [{"name": name} for name in names]


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without events, look every few hundredths of a second."""
    monkeypatch.setattr(gathering, "WITHOUT_EVENTS", 0.03)


@pytest.fixture
def _quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "HEARTBEAT", 0.05)
    monkeypatch.setattr(gathering, "_HEARTBEAT_EACH", 0.01)


def no_websocket(talk: Talk) -> None:
    problem(404, "not_found")(talk.wire, talk.request)


def test_results_come_in_the_order_of_the_executions(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE))
    peer.wait_until_subscribed(*NAMES)
    for name in reversed(NAMES):
        peer.end(name)
    assert waiting.outcome() == results(NAMES)
    assert peer.sockets == 1
    assert peer.looks == []


def test_handles_ids_repeats_and_what_has_ended_already(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.end("order-1")
    peer.end("order-2")
    handle = client.workflows.get("order-1")
    handle.refresh()
    wanted = [handle, "order-2", "order-3", "order-2", client.workflows.get("order-3"), "order-1"]
    waiting = Waiting(lambda: client.workflows.wait_all(wanted, timeout=PATIENCE))
    peer.wait_until_subscribed("order-3")
    peer.end("order-3", result=None)
    assert waiting.outcome() == [*results(["order-1", "order-2"]), None, *results(["order-2"]), None,
                                 *results(["order-1"])]  # fmt: skip


def test_nothing_to_wait_for(peer: Peer, client: Ductape) -> None:
    assert client.workflows.wait_all([]) == []
    peer.end("order-1")
    assert client.workflows.wait_all([client.workflows.get("order-1").refresh()]) == results(["order-1"])
    assert peer.sockets == 0


def test_as_completed_yields_the_given_handles_as_they_end(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    handles = [client.workflows.get(name) for name in NAMES]
    peer.end("order-2", "cancelled")
    ended = []
    for handle in client.workflows.as_completed(handles, timeout=PATIENCE):
        ended.append(handle)
        if handle is handles[1]:
            peer.end("order-3", "failed")
        elif handle is handles[2]:
            peer.end("order-1")
    assert ended == [handles[1], handles[2], handles[0]]
    assert [handle.status for handle in ended] == ["cancelled", "failed", "completed"]
    assert all(handle.has_ended for handle in ended)
    assert ended[2].wait_for_completion() == {"name": "order-1"}
    assert peer.looks == []


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [
        ("failed", ExecutionFailed, "failed at step 'Charging' after 3 attempts: It broke."),
        ("cancelled", ExecutionCancelled, "was cancelled: Changed my mind."),
    ],
)
def test_the_first_failure_carries_its_execution(
    peer: Peer, client: Ductape, kind: str, error: type[ExecutionFailed], reason: str
) -> None:
    peer.start(*NAMES)
    handles = [client.workflows.get(name) for name in NAMES]
    waiting = Waiting(lambda: client.workflows.wait_all(handles, timeout=PATIENCE))
    peer.wait_until_subscribed(*NAMES)
    peer.end("order-3")
    peer.end("order-2", kind)
    raised = waiting.outcome()
    assert type(raised) is error
    assert raised.execution is handles[1]
    assert reason in str(raised)
    assert handles[2].result == {"name": "order-3"}
    peer.wait_for(lambda: peer.said[-1] == {"op": "unsubscribe", "executionId": "order-1"})


def test_results_that_are_in_are_not_lost_on_a_timeout(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.end("order-1")
    peer.end("order-3")
    with pytest.raises(WaitTimeout, match="1 had not ended in time and goes on: order-2") as caught:
        client.workflows.wait_all(NAMES, timeout=0.2)
    error = caught.value
    assert error.results == {"order-1": {"name": "order-1"}, "order-3": {"name": "order-3"}}
    assert error.execution is not None
    assert error.execution.execution_id == "order-2"
    assert error.current_step == "Charging"
    assert peer.looks == ["order-2"]
    peer.end("order-2")
    assert client.workflows.wait_all(NAMES, timeout=PATIENCE) == results(NAMES)


def test_a_timeout_of_nothing_looks_once(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.end("order-1")
    with pytest.raises(WaitTimeout, match="2 had not ended in time and go on: order-2, order-3") as caught:
        client.workflows.wait_all(NAMES, timeout=0)
    assert caught.value.results == {"order-1": {"name": "order-1"}}
    peer.end("order-2")
    peer.end("order-3")
    assert client.workflows.wait_all(NAMES, timeout=0) == results(NAMES)


def test_a_timeout_is_kept_though_nothing_answers(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LOOK", 0.05)
    peer.start(*NAMES)
    peer.status = lambda name: stall
    peer.scripts = [lambda talk: talk.wire.wait_until_gone()] * 10
    with pytest.raises(WaitTimeout, match=r"3 had not ended in time .* did not answer in time") as caught:
        client.workflows.wait_all(NAMES, timeout=0.1)
    assert caught.value.status is None
    assert caught.value.request_id


def test_a_timeout_leaves_a_server_that_hangs_one_look_more(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "LOOK", 2.0)
    peer.start(*NAMES)
    peer.status = lambda name: stall
    peer.scripts = [no_websocket]
    began = time.monotonic()
    with pytest.raises(WaitTimeout):
        client.workflows.wait_all(NAMES, timeout=1.2)  # the first look begins after a second
    assert time.monotonic() - began < 4.2  # 1.2 and 2, and 1 for a busy machine


@pytest.mark.usefixtures("_quick_heart")
def test_a_lost_event_is_found_by_the_heartbeat(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.muted.add("order-2")
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES))  # no timeout, at which it would be found, too
    peer.wait_until_subscribed(*NAMES)
    for name in NAMES:
        peer.end(name)
    assert waiting.outcome() == results(NAMES)


@pytest.mark.usefixtures("_quick_heart")
def test_the_heart_beats_for_those_alone_that_go_on(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES))
    peer.wait_until_subscribed(*NAMES)
    peer.end("order-1")
    peer.end("order-2")
    peer.wait_for(lambda: peer.looks[-4:] == ["order-3"] * 4)
    peer.end("order-3")
    assert waiting.outcome() == results(NAMES)


def test_what_ended_behind_a_line_that_was_cut_without_a_word_is_found_at_the_deadline(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "PROBE", 0.1)
    peer.start(*NAMES)
    told, over = threading.Event(), threading.Event()

    def until_deaf(talk: Talk) -> None:
        """Say what has happened, and then nothing, not to pings either."""
        talk.accept()
        for message in itertools.islice(talk.heard(), len(NAMES)):
            name = message["executionId"]
            talk.say({"op": "subscribed", "executionId": name}, carry(peer.events[name][0]))
        told.set()
        over.wait(PATIENCE)

    peer.scripts = [until_deaf]
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=1))
    assert told.wait(PATIENCE)
    for name in NAMES[1:]:
        peer.end(name)
    raised = waiting.outcome()
    over.set()
    assert isinstance(raised, WaitTimeout)
    assert list(raised.results) == NAMES[1:]
    assert peer.looks == NAMES


def test_a_lost_event_is_found_after_a_reconnect(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.muted.update(NAMES)
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE))
    peer.wait_until_subscribed(*NAMES)
    for name in NAMES:
        peer.end(name)
    peer.drop()
    assert waiting.outcome() == results(NAMES)


def test_the_first_connection_is_no_reason_to_look(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    for _ in range(3):
        waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=0.1))
        assert isinstance(waiting.outcome(), WaitTimeout)
    assert len(peer.looks) == 3


@pytest.mark.usefixtures("_hasty")
def test_a_server_without_websockets_is_asked_over_http(peer: Peer, client: Ductape) -> None:
    peer.scripts = [no_websocket]
    peer.start(*NAMES)
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE))
    peer.wait_for(lambda: len(peer.looks) > 5)
    for name in NAMES:
        peer.end(name)
    assert waiting.outcome() == results(NAMES)
    assert peer.sockets <= 1


@pytest.mark.usefixtures("_hasty")
def test_while_the_websocket_is_down_http_tells(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.scripts = [lambda talk: problem(503)(talk.wire, talk.request)] * 1000
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE))
    peer.wait_for(lambda: len(peer.looks) > 5)
    for name in NAMES:
        peer.end(name)
    assert waiting.outcome() == results(NAMES)


@pytest.mark.usefixtures("_hasty", "_quick_heart")
def test_those_that_the_server_has_no_room_for_are_asked_for_over_http(peer: Peer, client: Ductape) -> None:
    peer.limit = 1
    peer.start(*NAMES)
    client.connect()
    peer.muted.add("order-1")  # and the one that there is room for is not forgotten
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE))
    peer.wait_for(lambda: {"order-2", "order-3"} <= set(peer.looks))
    for name in NAMES:
        peer.end(name)
    assert waiting.outcome() == results(NAMES)
    assert peer.sockets == 1


@pytest.mark.usefixtures("_hasty")
@pytest.mark.parametrize("fault", [reset, problem(500), problem(503), problem(429)])
def test_faults_of_http_are_survived(peer: Peer, client: Ductape, fault: Any) -> None:
    answers = [fault] * 4
    status = peer.status
    peer.status = lambda name: answers.pop() if answers else status(name)
    peer.scripts = [no_websocket]
    for name in NAMES:
        peer.end(name)
    assert client.workflows.wait_all(NAMES, timeout=PATIENCE) == results(NAMES)


def test_http_that_hangs_does_not_hold_up_events(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.status = lambda name: stall
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE))
    peer.wait_until_subscribed(*NAMES)
    peer.drop()
    peer.wait_until_subscribed(*NAMES)
    began = time.monotonic()
    for name in NAMES:
        peer.end(name)
    assert waiting.outcome() == results(NAMES)
    assert time.monotonic() - began < 3  # the look that is under way may take one


@pytest.mark.usefixtures("_quick_heart")
def test_a_server_that_would_send_no_events_is_asked_for_them_again(peer: Peer, client: Ductape) -> None:
    peer.scripts = [no_websocket]
    peer.start(*NAMES)
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES))
    peer.wait_until_subscribed(*NAMES)
    peer.status = lambda name: stall  # from now on events alone can tell
    for name in NAMES:
        peer.end(name)
    assert waiting.outcome() == results(NAMES)


def test_a_line_that_is_lost_again_and_again(peer: Peer, client: Ductape) -> None:
    names = [f"order-{number}" for number in range(20)]
    peer.start(*names)
    waiting = Waiting(lambda: client.workflows.wait_all(names, timeout=PATIENCE))
    for number, name in enumerate(names):
        peer.wait_for(lambda: peer.talks)
        peer.end(name)
        if number % 3 == 0:
            peer.drop()
    assert waiting.outcome() == results(names)


def test_an_execution_that_does_not_exist_ends_the_wait(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    with pytest.raises(ExecutionNotFound):
        client.workflows.wait_all(["order-1", "order-0"], timeout=PATIENCE)


@pytest.mark.usefixtures("_hasty")
def test_so_it_does_without_a_websocket(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    peer.scripts = [no_websocket]
    with pytest.raises(ExecutionNotFound):
        client.workflows.wait_all(["order-1", "order-0"], timeout=PATIENCE)


def test_what_is_no_id_is_refused(peer: Peer, client: Ductape) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client.workflows.wait_all(["order-1", "../order-2"])
    assert caught.value.field == "execution_id"
    with pytest.raises(InvalidRequest) as caught:
        client.workflows.as_completed(["order-1"], timeout=-1)
    assert caught.value.field == "timeout"
    assert peer.sockets == 0


def test_closing_the_client_ends_a_wait(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    waiting = Waiting(lambda: client.workflows.wait_all(NAMES))
    peer.wait_until_subscribed(*NAMES)
    client.close()
    assert isinstance(waiting.outcome(), ConnectionFailed)


def test_a_loop_that_is_left_leaves_nothing_behind(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    peer.end("order-1")
    for handle in client.workflows.as_completed(NAMES):
        assert handle.execution_id == "order-1"
        break
    peer.wait_for(lambda: not peer.talks[0].subscribed)


def test_two_waits_for_the_same_executions(peer: Peer, client: Ductape) -> None:
    peer.start(*NAMES)
    waits = [Waiting(lambda: client.workflows.wait_all(NAMES, timeout=PATIENCE)) for _ in range(4)]
    peer.wait_until_subscribed(*NAMES)
    for name in NAMES:
        peer.end(name)
    assert [waiting.outcome() for waiting in waits] == [results(NAMES)] * 4


def test_a_thousand_waits_take_one_socket_one_thread_and_little_memory(peer: Peer, client: Ductape) -> None:
    names = [f"order-{number:04}" for number in range(1000)]
    peer.start(*names)
    client.connect()
    ended = client.workflows.as_completed(names, timeout=PATIENCE)
    peer.end(names[0])
    tracemalloc.start()
    try:
        next(ended)
        peer.wait_until_subscribed(*names[1:])
        traces = (
            tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*ductape_sync*")]).traces
        )
    finally:
        tracemalloc.stop()
    assert sum(trace.size for trace in traces) / 1000 < 1024
    threads = [thread.name for thread in threading.enumerate() if "ductape" in thread.name]
    assert threads == ["ductape-sync events"]
    for name in names[1:]:
        peer.end(name)
    assert len(list(ended)) == 999
    assert peer.sockets == 1
    assert peer.looks == []
