from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ductape_sync import Ductape
from ductape_sync.config import Config
from ductape_sync.http.api import Api
from ductape_sync.secret import Secret
from ductape_sync.workflows import Workflows
from tests.clock import FakeClock
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
    """A client of `server` that tries once."""
    with Ductape("dsk_key", "shop", "dev", base_url=server.origin, timeout=5, retry_attempts=0) as client:
        yield client


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def api(server: Loopback, clock: FakeClock) -> Iterator[Api]:
    """The operations of `server`, with the usual retries, on a clock that stands still."""
    api = Api(Config(Secret("dsk_key"), "shop", "dev", base_url=server.origin), "1.2.3", clock=clock)
    yield api
    api.close()


@pytest.fixture
def workflows(api: Api) -> Workflows:
    """The facade over `api`."""

    def no_connection() -> None:
        raise AssertionError("no events are needed here")

    return Workflows(api, no_connection)  # type: ignore[arg-type]
