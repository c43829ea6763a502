from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import APIError, ConnectionLost, ExecutionNotFound
from ductape_sync._generated.models import server_message_from_dict
from ductape_sync.realtime.socket import Lost
from ductape_sync.realtime.switchboard import Switchboard
from tests.socket.peer import carry, event, refusal

if TYPE_CHECKING:
    from ductape_sync import WorkflowEvent
    from ductape_sync.errors import DuctapeError


class Sink:
    def __init__(self, after: int = 0, name: str = "order-1") -> None:
        self.execution_id = name
        self.after = f"{after:06}" if after else None
        self.got: list[int] = []
        self.ended: list[DuctapeError | None] = []

    def push(self, event: WorkflowEvent) -> None:
        self.after = event.id
        self.got.append(int(event.id))

    def end(self, error: DuctapeError | None) -> None:
        self.ended.append(error)

    def drop(self, error: DuctapeError) -> None:
        self.ended.append(error)


class Server:
    """The server's side, and the switchboard that talks to it."""

    def __init__(self) -> None:
        self.board = Switchboard(threading.RLock())
        self.board.opened("handshake-1")

    def told(self) -> list[str]:
        """What the server is told now."""
        said = [message.to_dict() for message in self.board.outgoing()]
        return [f"{each['op']} {each['executionId']} {each.get('after', '')}".rstrip() for each in said]

    def sends(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            self.board.received(server_message_from_dict(message))

    def sends_events(self, *numbers: int, name: str = "order-1") -> None:
        self.sends(*(carry(event(name, number)) for number in numbers))


SUBSCRIBED = {"op": "subscribed", "executionId": "order-1"}
REQUESTED = {"op": "unsubscribed", "executionId": "order-1", "reason": "requested"}
ENDED = REQUESTED | {"reason": "ended"}


@pytest.fixture
def server() -> Server:
    return Server()


def joined(server: Server, *sinks: Sink) -> None:
    for sink in sinks:
        server.board.add(sink)


def test_a_sink_gets_its_execution_and_no_other(server: Server) -> None:
    one, two = Sink(), Sink(name="order-2", after=3)
    joined(server, one, two)
    assert server.told() == ["subscribe order-1 None", "subscribe order-2 000003"]
    assert server.told() == []
    server.sends_events(1, 2)
    server.sends_events(4, name="order-2")
    server.sends_events(9, name="order-3")
    assert (one.got, two.got) == ([1, 2], [4])


def test_what_comes_twice_is_passed_on_once(server: Server) -> None:
    sink = Sink(after=2)
    joined(server, sink)
    server.told()
    server.sends_events(1, 2, 3, 2, 1, 3, 4, 4, 3, 5)
    assert sink.got == [3, 4, 5]


def test_the_last_event_ends(server: Server) -> None:
    sink = Sink()
    joined(server, sink)
    server.told()
    server.sends(carry(event("order-1", 1, "completed", result=1)), ENDED)
    assert (sink.got, sink.ended) == ([1], [None])
    assert server.told() == []


def test_one_that_comes_after_the_end_is_told_of_it(server: Server) -> None:
    sink = Sink(after=9)
    joined(server, sink)
    server.told()
    server.sends(SUBSCRIBED, ENDED)
    assert sink.ended == [None]


def test_a_second_sink_begins_the_subscription_anew(server: Server) -> None:
    first, second = Sink(), Sink(after=1)
    joined(server, first)
    server.told()
    server.sends_events(1, 2, 3)
    joined(server, second)
    server.sends_events(4)  # of the subscription before: the second has not had 2 and 3
    assert server.told() == ["unsubscribe order-1", "subscribe order-1 000001"]
    server.sends_events(5)
    server.sends(REQUESTED, SUBSCRIBED)
    server.sends_events(2, 3, 4, 5, 6)
    assert first.got == [1, 2, 3, 4, 5, 6]
    assert second.got == [2, 3, 4, 5, 6]


def test_answers_that_are_still_under_way_are_waited_for(server: Server) -> None:
    first, second, third = Sink(), Sink(), Sink()
    joined(server, first)
    server.told()
    joined(server, second)
    server.told()
    joined(server, third)
    server.told()
    server.sends(SUBSCRIBED)
    server.sends_events(1)
    server.sends(REQUESTED)
    server.sends_events(1, 2)
    server.sends(REQUESTED)
    server.sends_events(1, 2, 3)
    assert first.got == second.got == third.got == [1, 2, 3]


def test_the_end_of_the_subscription_before_is_not_the_end(server: Server) -> None:
    first, second = Sink(after=5), Sink()
    joined(server, first)
    server.told()
    server.sends(carry(event("order-1", 6, "completed", result=1)))
    joined(server, second)
    server.sends(ENDED)
    assert server.told() == ["subscribe order-1 None"]
    server.sends_events(1, 2)
    assert (first.ended, second.ended) == ([None], [])
    assert second.got == [1, 2]


def test_nor_is_it_when_it_comes_after_the_new_one_was_asked_for(server: Server) -> None:
    first, second = Sink(after=5), Sink()
    joined(server, first)
    server.told()
    server.sends(carry(event("order-1", 6, "completed", result=1)))
    joined(server, second)
    assert server.told() == ["unsubscribe order-1", "subscribe order-1 None"]
    server.sends(ENDED, refusal("order-1", 500, "internal", "of the one before"), REQUESTED)
    server.sends_events(1, 2)
    assert second.ended == []
    assert second.got == [1, 2]


def test_a_sink_that_joins_with_the_last_event_gets_it_too(server: Server) -> None:
    first, second = Sink(), Sink()
    joined(server, first)
    server.told()
    joined(server, second)
    server.sends(carry(event("order-1", 1, "completed", result=1)), ENDED)
    assert (first.ended, second.ended) == ([], [])
    assert server.told() == ["subscribe order-1 None"]
    server.sends(SUBSCRIBED, carry(event("order-1", 1, "completed", result=1)), ENDED)
    assert first.got == second.got == [1]
    assert first.ended == second.ended == [None]


def test_the_last_sink_to_go_unsubscribes(server: Server) -> None:
    first, second = Sink(), Sink()
    joined(server, first, second)
    assert server.told() == ["subscribe order-1 None"]
    server.board.remove(first)
    assert server.told() == []
    server.board.remove(second)
    server.board.remove(second)
    assert server.told() == ["unsubscribe order-1"]
    server.sends_events(1)
    assert second.got == []


def test_who_comes_and_goes_unseen_is_not_mentioned(server: Server) -> None:
    sink = Sink()
    joined(server, sink)
    server.board.remove(sink)
    assert server.told() == []


def test_a_new_connection_begins_with_all_there_are_where_they_were(server: Server) -> None:
    one, two, gone = Sink(), Sink(name="order-2", after=7), Sink(name="order-3")
    joined(server, one, two, gone)
    server.told()
    server.sends_events(1, 2)
    server.board.remove(one)
    joined(server, one)
    server.told()  # and the answers do not come
    server.board.remove(gone)
    server.board.opened("handshake-2")
    assert sorted(server.told()) == ["subscribe order-1 000002", "subscribe order-2 000007"]
    server.sends_events(3)
    assert one.got == [1, 2, 3]


def test_a_refusal_ends_its_execution_alone(server: Server) -> None:
    one, same, other = Sink(), Sink(), Sink(name="order-2")
    joined(server, one, same, other)
    server.told()
    server.sends(refusal("order-1", 404, "execution_not_found", "There is none."))
    for sink in (one, same):
        (error,) = sink.ended
        assert isinstance(error, ExecutionNotFound)
        assert (error.status, error.detail, error.request_id) == (404, "There is none.", "r-1")
    assert one.ended[0] is not same.ended[0]
    assert other.ended == []
    assert server.told() == []


@pytest.mark.parametrize(
    ("name", "code", "garbled"),
    [
        ("order-1", "engine_unavailable", False),
        ("order-1", "rate_limited", False),
        (None, "engine_unavailable", False),
        (None, "invalid_request", True),
    ],
)
def test_what_may_pass_is_a_matter_for_another_connection(
    server: Server, name: str | None, code: str, *, garbled: bool
) -> None:
    sink = Sink()
    joined(server, sink)
    server.told()
    with pytest.raises(Lost, match="the server reports: Not now") as caught:
        server.sends(refusal(name, 503, code, "Not now."))
    assert caught.value.garbled is garbled
    assert sink.ended == []


def test_a_subscription_that_the_server_ends_for_a_reason_of_its_own_broke_off(server: Server) -> None:
    sink = Sink()
    joined(server, sink)
    server.told()
    server.sends(ENDED | {"reason": "revoked"})
    (error,) = sink.ended
    assert isinstance(error, ConnectionLost)
    assert "revoked" in str(error)
    assert not isinstance(error, APIError)


def test_what_comes_over_a_connection_names_its_handshake(server: Server) -> None:
    sinks = [Sink(name=name) for name in ("order-1", "order-2", "order-3")]
    joined(server, *sinks)
    server.told()
    server.sends(ENDED | {"reason": "revoked"})
    server.board.opened("handshake-2")
    server.told()
    unnamed = refusal("order-2", 404, "execution_not_found", "There is none.")
    unnamed["problem"]["requestId"] = None
    server.sends(unnamed, refusal("order-3", 404, "execution_not_found", "There is none."))
    assert [error and error.request_id for sink in sinks for error in sink.ended] == [
        "handshake-1",
        "handshake-2",
        "r-1",  # the server knows better
    ]


def test_all_can_be_taken_out_at_once(server: Server) -> None:
    one, same, other = Sink(), Sink(), Sink(name="order-2")
    joined(server, one, same, other)
    assert server.board.remove_all() == [one, same, other]
    server.board.opened("handshake-2")
    assert server.told() == []
