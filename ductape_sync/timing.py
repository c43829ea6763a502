"""Time: a clock that tests can replace, deadlines and backoff."""

from __future__ import annotations

import math
import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from .errors import InvalidRequest

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

Duration = float | timedelta
"""A length of time: seconds, or a `timedelta`."""

SLICE = 0.1
"""Seconds that a wait for a lock takes at a time; see `slices`."""


class Clock(Protocol):
    """What the SDK asks of time."""

    def monotonic(self) -> float:
        """Seconds on a clock that the wall clock's changes do not move."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return after so many seconds, or once the event is set; say whether it is."""
        ...


class _SystemClock:
    monotonic = staticmethod(time.monotonic)

    @staticmethod
    def wait(event: threading.Event, seconds: float) -> bool:
        return any(map(event.wait, slices(Deadline(seconds))))


SYSTEM_CLOCK: Clock = _SystemClock()


def to_seconds(value: Duration | None, name: str) -> float | None:
    """Read a length of time that a caller gave.

    Args:
        value: Seconds or a `timedelta`; None means without a limit.
        name: The argument's name, for the error.

    Raises:
        InvalidRequest: It is negative, not finite, or no length of time at all.
    """
    if value is None:
        return None
    given = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(given, bool) or not isinstance(given, int | float) or not _is_finite(given):
        raise InvalidRequest(f"{name} must be seconds (a number or a timedelta) or None, not {value!r:.80}",
                             field=name)  # fmt: skip
    if given < 0:
        raise InvalidRequest(f"{name} must not be negative, and is {value!r:.80}", field=name)
    return float(given)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int that no float can hold
        return False


class Deadline:
    """A moment on the monotonic clock, or never."""

    __slots__ = ("_at", "_clock")

    def __init__(self, seconds: float | None, clock: Clock = SYSTEM_CLOCK) -> None:
        """Set a deadline so many seconds from now; None means never."""
        self._clock = clock
        self._at = math.inf if seconds is None else clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds until the deadline, 0.0 when it has passed, `math.inf` when there is none."""
        return max(0.0, self._at - self._clock.monotonic())

    def expired(self) -> bool:
        """Whether the deadline has passed."""
        return self._clock.monotonic() >= self._at


def slices(deadline: Deadline) -> Iterator[float]:
    """Yield for how many seconds to wait at a time until a deadline; at least once.

    A signal that comes just before a thread blocks on a lock does not wake it. A wait that is begun again ten
    times a second lets Ctrl-C end it nevertheless.
    """
    while True:
        remaining = deadline.remaining()
        yield min(remaining, SLICE)
        if remaining <= SLICE:
            return


class Backoff:
    """A policy for the delays between tries: exponential, jittered.

    Jitter keeps many clients that failed together from coming back together.
    """

    __slots__ = ("initial", "maximum")

    def __init__(self, initial: float, maximum: float) -> None:
        """The first delay is up to `initial` seconds, each later one up to twice that, up to `maximum`."""
        self.initial = initial
        self.maximum = maximum

    def delays(self) -> Iterator[float]:
        """Yield delays in seconds, without end."""
        ceiling = self.initial
        while True:
            yield random.uniform(ceiling / 2, ceiling)
            ceiling = min(self.maximum, ceiling * 2)
