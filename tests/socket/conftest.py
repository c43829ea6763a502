from __future__ import annotations

import gc
import os
import stat
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ductape_sync import Ductape
from ductape_sync.realtime import receiver
from ductape_sync.timing import Backoff
from tests.loopback import PATIENCE
from tests.socket.peer import Peer, peer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def _quick_collections() -> Iterator[None]:
    """What is there before the tests need not be looked through after each of them."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """No test leaves a thread of the client's or a socket behind."""
    before = _sockets()
    yield
    gc.collect()
    end = time.monotonic() + PATIENCE
    while (threads := _threads()) or _sockets() > before:
        assert time.monotonic() < end, f"left behind: {threads}, {_sockets() - before} sockets"
        time.sleep(0.002)


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ductape-sync")]


def _sockets() -> int:
    count = 0
    for path in Path("/dev/fd").iterdir():
        try:
            count += stat.S_ISSOCK(os.fstat(int(path.name)).st_mode)
        except OSError:
            continue  # the descriptor of the listing itself
    return count


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect again, and give up saying goodbye, within hundredths of a second."""
    monkeypatch.setattr(receiver, "_BACKOFF", Backoff(initial=0.01, maximum=0.05))
    monkeypatch.setattr(receiver, "_GOODBYE", 0.05)


@pytest.fixture(name="peer")
def _peer() -> Iterator[Peer]:
    with peer() as running:
        yield running


@pytest.fixture
def client(peer: Peer) -> Iterator[Ductape]:
    """A client of `peer` that tries once."""
    with Ductape("dsk_key", "shop", "dev", base_url=peer.origin, timeout=5, retry_attempts=0) as client:
        yield client
