"""How many requests an access key may make."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from .problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable


class Rate:
    """Token buckets, one a key: a key that was quiet may make a burst, then it goes at the rate.

    Args:
        per_second: requests each second; 0 for no limit.
        burst: requests at once after a pause.
        clock: seconds that only ever grow.
    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = max(1, burst)
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # as many as there are keys

    def take(self, key: str) -> None:
        """Count a request.

        Raises:
            Problem: ``rate_limited``, when the key made too many.
        """
        missing = self._take(key)
        if missing > 0:
            raise Problem(
                "rate_limited",
                f"The access key makes more than {self._per_second:g} requests a second; wait and try again.",
                retry_after=math.ceil(missing),
            )

    async def wait(self, key: str) -> None:
        """Count a request as soon as the key may make one."""
        while (missing := self._take(key)) > 0:
            await asyncio.sleep(missing)

    def _take(self, key: str) -> float:
        """Take a token; the result is for how many seconds there is none, 0 when one was taken."""
        if not self._per_second:
            return 0.0
        now = self._clock()
        tokens, then = self._buckets.get(key, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - then) * self._per_second)
        taken = tokens >= 1
        self._buckets[key] = (tokens - 1 if taken else tokens, now)
        return 0.0 if taken else (1 - tokens) / self._per_second
