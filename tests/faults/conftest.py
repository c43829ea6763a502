from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ductape_sync import Ductape
from tests.loopback import Loopback, loopback

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[Loopback]:
    """A server that does what the test says."""
    with loopback() as server:
        yield server


@pytest.fixture
def client(server: Loopback) -> Iterator[Ductape]:
    """A client of `server` that tries once, for up to half a second."""
    with Ductape("dsk_key", "shop", "dev", base_url=server.origin, timeout=0.5, retry_attempts=0) as client:
        yield client
