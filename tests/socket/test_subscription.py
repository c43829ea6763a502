from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync import (
    ConnectionFailed,
    ConnectionLost,
    Ductape,
    ExecutionNotFound,
    InvalidRequest,
    ServerError,
    SubscriptionOverflow,
)
from ductape_sync.realtime import subscription as subscriptions
from tests.loopback import PATIENCE
from tests.socket.peer import Peer, Talk, carry, event, refusal

if TYPE_CHECKING:
    from ductape_sync import WorkflowEvent


class Log:
    """A callback that keeps what it gets."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._changed = threading.Condition()

    def __call__(self, item: Any) -> None:
        with self._changed:
            self.items.append(item)
            self._changed.notify_all()

    @property
    def ids(self) -> list[str]:
        return [item.id for item in self.items]

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.items) >= count, PATIENCE), self.items


def ids(peer: Peer, name: str, after: int = 0) -> list[str]:
    return [each["id"] for each in peer.events[name]][after:]


def test_a_callback_gets_the_past_and_then_what_comes(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    peer.add("order-1", "step_completed", step="Charging", result=7, attempts=2)
    log = Log()
    subscription = client.workflows.subscribe("order-1", log)
    log.wait_for(2)
    peer.add("order-1")
    peer.end("order-1")
    assert subscription.join(PATIENCE)
    assert log.ids == ids(peer, "order-1")
    step = log.items[1]
    assert (step.type, step.data.step, step.data.result) == ("step_completed", "Charging", 7)
    assert subscription.error is None
    assert subscription.last_event_id == "000004"


def test_a_loop_gets_them_too_and_ends_with_the_execution(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    received = []
    with client.workflows.get("order-1").subscribe() as subscription:
        assert repr(subscription) == "<Subscription to 'order-1' live>"
        for each in subscription:
            received.append(each.id)
            if len(received) < 5:
                peer.add("order-1")
            elif len(received) == 5:
                peer.end("order-1")
    assert received == ids(peer, "order-1")
    assert list(subscription) == []
    assert repr(subscription) == "<Subscription to 'order-1' ended>"


@pytest.mark.parametrize("after", [1, 3, 4])
def test_it_goes_on_after_a_given_event(peer: Peer, client: Ductape, after: int) -> None:
    peer.add_many("order-1", 3)
    peer.end("order-1")
    received = [each.id for each in client.workflows.subscribe("order-1", after=f"{after:06}")]
    assert received == ids(peer, "order-1", after)


def test_another_client_can_go_on_where_one_stopped(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 5)
    first = client.workflows.subscribe("order-1")
    received = [next(first).id, next(first).id]
    client.close()
    peer.end("order-1")
    with Ductape("dsk_key", "shop", "dev", base_url=peer.origin) as other:
        received += [each.id for each in other.workflows.subscribe("order-1", after=first.last_event_id)]
    assert received == ids(peer, "order-1")


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(3), KeyboardInterrupt()])
def test_what_a_callback_raises_is_logged_and_the_events_go_on(
    peer: Peer, client: Ductape, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    log, other, errors = Log(), Log(), Log()

    def failing(event: WorkflowEvent) -> None:
        log(event)
        if event.id == "000002":
            raise error

    peer.add_many("order-1", 3)
    peer.add_many("order-2", 3)
    subscription = client.workflows.subscribe("order-1", failing, on_error=errors)
    second = client.workflows.subscribe("order-2", other)
    peer.end("order-1")
    peer.end("order-2")
    assert subscription.join(PATIENCE)
    assert second.join(PATIENCE)
    assert log.ids == ids(peer, "order-1")
    assert other.ids == ids(peer, "order-2")
    assert errors.items == ([error] if isinstance(error, Exception) else [])
    assert subscription.error is None
    assert "the callback for order-1 raised on signal_received" in caplog.text


def test_what_on_error_raises_is_logged_and_the_events_go_on(
    peer: Peer, client: Ductape, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log()

    def failing(event: WorkflowEvent) -> None:
        log(event)
        raise ValueError("mine")

    def failing_too(error: Exception) -> None:
        raise SystemExit from error

    peer.add_many("order-1", 3)
    peer.end("order-1")
    assert client.workflows.subscribe("order-1", failing, on_error=failing_too).join(PATIENCE)
    assert log.ids == ids(peer, "order-1")
    assert "on_error for order-1 raised" in caplog.text


def test_two_subscriptions_to_one_execution_get_what_each_asked_for(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 5)
    late, whole, middle = Log(), Log(), Log()
    all_of_them = [client.workflows.subscribe("order-1", late, after="000004")]
    late.wait_for(1)
    all_of_them.append(client.workflows.subscribe("order-1", whole))
    peer.add_many("order-1", 5)
    whole.wait_for(10)
    all_of_them.append(client.workflows.subscribe("order-1", middle, after="000002"))
    peer.end("order-1")
    for subscription in all_of_them:
        assert subscription.join(PATIENCE)
    assert late.ids == ids(peer, "order-1", 4)
    assert whole.ids == ids(peer, "order-1")
    assert middle.ids == ids(peer, "order-1", 2)


def test_a_subscription_may_join_in_the_middle_of_a_stream(peer: Peer, client: Ductape) -> None:
    logs = [Log() for _ in range(20)]
    joined = [client.workflows.subscribe("order-1", logs[0])]
    peer.start("order-1")
    for log in logs[1:]:
        peer.add_many("order-1", 7)
        joined.append(client.workflows.subscribe("order-1", log))
        peer.add_many("order-1", 7)
    peer.end("order-1")
    for subscription in joined[1:]:
        assert subscription.join(PATIENCE)
    assert [log.ids for log in logs[1:]] == [ids(peer, "order-1")] * 19


def test_after_unsubscribe_no_more_comes_and_the_server_is_told(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    log = Log()
    subscription = client.workflows.subscribe("order-1", log)
    log.wait_for(1)
    subscription.unsubscribe()
    subscription.unsubscribe()
    assert subscription.join(0)
    peer.wait_for(lambda: peer.said[-1]["op"] == "unsubscribe")
    peer.add("order-1")
    client.workflows.get("order-1").refresh()
    assert log.ids == ["000001"]
    assert [message["op"] for message in peer.said] == ["subscribe", "unsubscribe"]


def test_unsubscribe_ends_a_loop_in_another_thread(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    subscription = client.workflows.subscribe("order-1")
    received = Log()
    ended = threading.Thread(target=lambda: [received(each) for each in subscription])
    ended.start()
    received.wait_for(1)
    subscription.unsubscribe()
    ended.join(PATIENCE)
    assert not ended.is_alive()


def test_one_of_two_that_unsubscribes_leaves_the_other(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    stays = client.workflows.subscribe("order-1")
    with client.workflows.subscribe("order-1") as goes:
        next(goes)
    peer.end("order-1")
    assert [each.id for each in stays] == ["000001", "000002"]


def test_a_subscription_can_be_made_again_at_once(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    for _ in range(50):
        with client.workflows.subscribe("order-1") as subscription:
            assert [next(subscription).id for _ in range(3)] == ids(peer, "order-1")
    peer.end("order-1")
    for _ in range(50):
        assert [each.id for each in client.workflows.subscribe("order-1")] == ids(peer, "order-1")
    assert peer.sockets == 1


def test_a_callback_may_do_anything(peer: Peer, client: Ductape) -> None:
    peer.start("order-1", "order-2", "order-3")
    log, more = Log(), Log()
    done = threading.Event()
    other = client.workflows.subscribe("order-2", Log())

    def busy(event: WorkflowEvent) -> None:
        log(client.workflows.get_status(event.execution_id).status)
        client.workflows.subscribe("order-3", more)
        other.unsubscribe()
        log([each.id for each in client.workflows.events("order-3", follow=False)])
        peer.end("order-3")
        log(client.workflows.wait_all(["order-3"], timeout=PATIENCE))
        client.connect()
        subscription.unsubscribe()
        done.set()

    subscription = client.workflows.get("order-1").subscribe(busy)
    assert done.wait(PATIENCE)
    assert log.items == ["running", ["000001"], [{"name": "order-3"}]]
    more.wait_for(2)
    assert more.ids == ids(peer, "order-3")


def test_a_callback_cannot_wait_for_itself(peer: Peer, client: Ductape) -> None:
    errors = Log()
    peer.start("order-1", "order-2")
    other = client.workflows.subscribe("order-2", print)
    client.workflows.subscribe("order-1", lambda _: other.join(), on_error=errors)
    errors.wait_for(1)
    assert "cannot wait" in str(errors.items[0])


def test_a_subscription_with_a_callback_is_not_for_loops(peer: Peer, client: Ductape) -> None:
    subscription = client.workflows.subscribe("order-1", print)
    with pytest.raises(TypeError, match="leave on_change out"):
        iter(subscription)


@pytest.mark.parametrize("timeout", [0, 0.01, timedelta(milliseconds=10)])
def test_join_says_whether_it_has_ended(peer: Peer, client: Ductape, timeout: Any) -> None:
    peer.start("order-1")
    subscription = client.workflows.subscribe("order-1", Log())
    assert not subscription.join(timeout)
    peer.end("order-1")
    assert subscription.join(1e12)


def test_an_execution_that_does_not_exist_ends_its_subscription_alone(peer: Peer, client: Ductape) -> None:
    peer.start("order-1")
    errors = Log()
    missing = client.workflows.subscribe("order-0", print, on_error=errors)
    there = client.workflows.subscribe("order-1")
    assert missing.join(PATIENCE)
    assert isinstance(missing.error, ExecutionNotFound)
    assert errors.items == [missing.error]
    assert missing.error.request_id == "r-1"
    peer.end("order-1")
    assert [each.id for each in there] == ids(peer, "order-1")
    with pytest.raises(ExecutionNotFound):
        next(client.workflows.subscribe("order-0"))


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"execution_id": "../etc"}, "execution_id"),
        ({"execution_id": ""}, "execution_id"),
        ({"execution_id": "x" * 201}, "execution_id"),
        ({"execution_id": "order-1", "after": "x" * 201}, "after"),
        ({"execution_id": "order-1", "after": 7}, "after"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    peer: Peer, client: Ductape, arguments: Any, field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        client.workflows.subscribe(**arguments)
    assert caught.value.field == field
    assert peer.sockets == 0


def test_a_place_that_does_not_exist_ends_that_subscription_alone(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    there = client.workflows.subscribe("order-1")
    assert [next(there).id for _ in range(3)] == ids(peer, "order-1")
    wrong = client.workflows.subscribe("order-1", after="0000000")
    with pytest.raises(InvalidRequest, match="There is no such event"):
        next(wrong)
    peer.add_many("order-1", 2)
    peer.end("order-1")
    assert [each.id for each in there] == ids(peer, "order-1")[3:]


def test_a_place_after_the_end_is_an_error_at_the_end(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    there = client.workflows.subscribe("order-1")
    next(there)
    wrong = client.workflows.subscribe("order-1", after="zzz")
    peer.end("order-1")
    with pytest.raises(InvalidRequest, match="after is not the id of an event of order-1") as caught:
        next(wrong)
    assert caught.value.field == "after"
    assert [each.id for each in there] == ids(peer, "order-1")[1:]


@pytest.mark.parametrize(
    ("last_words", "kind", "reason"),
    [
        (refusal("order-1", 500, "internal", "The log says why."), ServerError, "The log says why"),
        ({"op": "unsubscribed", "executionId": "order-1", "reason": "revoked"}, ConnectionLost, "revoked"),
        (
            {"op": "unsubscribed", "executionId": "order-1", "reason": "requested"},
            ConnectionLost,
            "requested",
        ),
    ],
)
def test_a_subscription_that_the_server_ends_says_why(
    peer: Peer, client: Ductape, last_words: dict[str, Any], kind: type[Exception], reason: str
) -> None:
    def ending(talk: Talk) -> None:
        talk.accept()
        talk.hear()
        talk.say(carry(event("order-1", 1)), last_words)
        talk.wire.wait_until_gone()

    peer.scripts = [ending]
    errors = Log()
    subscription = client.workflows.subscribe("order-1", Log(), on_error=errors)
    assert subscription.join(PATIENCE)
    assert isinstance(subscription.error, kind)
    assert reason in str(subscription.error)
    assert errors.items == [subscription.error]
    assert subscription.last_event_id == "000001"


def test_each_of_several_gets_an_error_of_its_own(peer: Peer, client: Ductape) -> None:
    peer.add_many("order-1", 3)
    peer.add_many("order-2", 2)
    first, second = client.workflows.subscribe("order-1"), client.workflows.subscribe("order-2")
    last = [next(first), next(first), next(first), next(second), next(second)][-1]
    assert last.id == "000002"
    client.close()
    errors = []
    for subscription in (first, second):
        with pytest.raises(ConnectionLost) as caught:
            next(subscription)
        errors.append(caught.value)
    assert [error.execution_id for error in errors] == ["order-1", "order-2"]
    assert [error.last_event_id for error in errors] == ["000003", "000002"]


def test_a_callback_that_is_too_slow_is_told_and_nobody_else(
    peer: Peer, client: Ductape, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(subscriptions, "CAPACITY", 10)
    busy, go_on = threading.Event(), threading.Event()
    log, other, errors = Log(), Log(), Log()

    def slow(event: WorkflowEvent) -> None:
        busy.set()
        go_on.wait(PATIENCE)
        log(event)

    peer.start("order-1", "order-2")
    subscription = client.workflows.subscribe("order-1", slow, on_error=errors)
    second = client.workflows.subscribe("order-2", other)
    assert busy.wait(PATIENCE)
    peer.wait_until_subscribed("order-1", "order-2")
    peer.add_many("order-1", 30)
    peer.wait_for(lambda: peer.said[-1]["op"] == "unsubscribe")
    go_on.set()
    assert subscription.join(PATIENCE)
    assert log.ids == ids(peer, "order-1")[:11]
    (error,) = errors.items
    assert isinstance(error, SubscriptionOverflow)
    assert error.last_event_id == "000011"
    peer.end("order-2")
    assert second.join(PATIENCE)
    assert other.ids == ids(peer, "order-2")
    assert "the subscription to order-1 broke off" in caplog.text


def test_a_subscription_made_while_the_line_is_down_begins_when_it_is_back(
    peer: Peer, client: Ductape
) -> None:
    down = threading.Event()
    peer.scripts = [lambda talk: talk.wire.reset()] * 3 + [
        lambda talk: (down.wait(PATIENCE), peer.serve(talk))
    ]  # type: ignore[func-returns-value]
    peer.start("order-1", "order-2")
    first = client.workflows.subscribe("order-1")
    peer.wait_for(lambda: peer.sockets == 4)
    second = client.workflows.subscribe("order-2")
    third = client.workflows.subscribe("order-1")
    third.unsubscribe()
    down.set()
    assert next(first).execution_id == "order-1"
    assert next(second).execution_id == "order-2"
    assert list(third) == []
    assert sorted(message["executionId"] for message in peer.said) == ["order-1", "order-2"]


def test_what_unsubscribes_while_the_line_is_down_does_not_come_back(peer: Peer, client: Ductape) -> None:
    up = threading.Event()
    peer.start("order-1", "order-2")
    goes, stays = client.workflows.subscribe("order-1"), client.workflows.subscribe("order-2")
    assert [next(goes).id, next(stays).id] == ["000001", "000001"]
    peer.scripts = [lambda talk: (up.wait(PATIENCE), peer.serve(talk))]  # type: ignore[func-returns-value]
    peer.drop()
    peer.wait_for(lambda: peer.sockets == 2)
    goes.unsubscribe()
    del peer.said[:]
    up.set()
    peer.end("order-2")
    assert [each.id for each in stays] == ["000002"]
    assert [message["executionId"] for message in peer.said] == ["order-2"]


def test_subscribing_with_a_closed_client_is_refused(peer: Peer, client: Ductape) -> None:
    client.close()
    with pytest.raises(ConnectionFailed, match="the client is closed"):
        client.workflows.subscribe("order-1")
    with pytest.raises(ConnectionFailed, match="the client is closed"):
        client.connect()
    assert peer.sockets == 0
