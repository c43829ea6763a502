from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gateway.running import Running, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def _shared() -> Iterator[Running]:
    with gateway(ScriptedEngine()) as running:
        yield running


@pytest.fixture
def served(_shared: Running) -> Iterator[Running]:
    """A gateway with the usual limits, which must not be stopped, and an engine that is like new."""
    _shared.engine.on_loop(_shared.engine.reset)
    yield _shared
    _shared.engine.down = False
    _shared.engine.fault = None


@pytest.fixture
def engine(served: Running) -> ScriptedEngine:
    """The engine of the gateway."""
    engine: ScriptedEngine = served.engine
    return engine
