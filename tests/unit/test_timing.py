from __future__ import annotations

import datetime as dt
import itertools
import math
import threading
from typing import Any

import pytest

from ductape_sync import InvalidRequest
from ductape_sync.timing import SLICE, SYSTEM_CLOCK, Backoff, Deadline, slices, to_seconds
from tests.clock import FakeClock


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, None), (0, 0.0), (1, 1.0), (0.25, 0.25), (dt.timedelta(minutes=2), 120.0), (dt.timedelta(), 0.0)],
)
def test_seconds_and_timedeltas_are_lengths_of_time(given: Any, seconds: float | None) -> None:
    assert to_seconds(given, "timeout") == seconds


@pytest.mark.parametrize("given", ["1", True, math.nan, math.inf, -math.inf, 10**400, [], b"1", 1j])
def test_what_is_no_length_of_time_is_refused_with_the_arguments_name(given: Any) -> None:
    with pytest.raises(
        InvalidRequest, match=r"timeout must be seconds \(a number or a timedelta\) or None, not"
    ) as caught:
        to_seconds(given, "timeout")
    assert caught.value.field == "timeout"
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("given", [-1, -0.001, dt.timedelta(seconds=-1)])
def test_a_negative_length_of_time_is_refused(given: Any) -> None:
    with pytest.raises(InvalidRequest, match="poll_interval must not be negative"):
        to_seconds(given, "poll_interval")


def test_a_deadline_counts_down_and_stays_at_nothing() -> None:
    clock = FakeClock()
    deadline = Deadline(2.0, clock)
    assert deadline.remaining() == 2.0
    clock.now += 1.5
    assert deadline.remaining() == 0.5
    assert not deadline.expired()
    clock.now += 0.5
    assert deadline.expired()
    clock.now += 10
    assert deadline.remaining() == 0.0


def test_without_a_limit_a_deadline_never_comes() -> None:
    clock = FakeClock()
    deadline = Deadline(None, clock)
    clock.now += 1e9
    assert deadline.remaining() == math.inf
    assert not deadline.expired()


def test_backoff_doubles_up_to_its_maximum_and_is_jittered() -> None:
    policy = Backoff(initial=0.1, maximum=5.0)
    ceilings = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    for _ in range(50):
        for delay, ceiling in zip(policy.delays(), ceilings, strict=False):
            assert ceiling / 2 <= delay <= ceiling
    firsts = {next(policy.delays()) for _ in range(20)}
    assert len(firsts) > 1, "clients that failed together would come back together"
    assert len(list(itertools.islice(policy.delays(), 100))) == 100


def test_a_set_event_ends_a_wait_however_long() -> None:
    event = threading.Event()
    event.set()
    assert SYSTEM_CLOCK.wait(event, 1e30)


def test_a_long_wait_is_many_short_ones() -> None:
    clock = FakeClock()
    waits = []
    for seconds in slices(Deadline(0.25, clock)):
        waits.append(seconds)
        clock.now += seconds
    assert waits == [pytest.approx(0.1), pytest.approx(0.1), pytest.approx(0.05)]
    assert list(slices(Deadline(0, clock))) == [0]
    assert next(slices(Deadline(None, clock))) == SLICE
