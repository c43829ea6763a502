"""A clock whose time passes only when somebody waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        assert len(self.waits) < 10_000, "it waits for ever"
        self.waits.append(seconds)
        self.now += seconds
        return event.is_set()
