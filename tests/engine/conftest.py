from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ductape_sync.gateway.engine.client import Engine
from ductape_sync.gateway.engine.devserver import DevServer
from ductape_sync.gateway.tenants import Tenant
from tests.engine.running import Client, Loop, working

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def address(loop: Loop) -> Iterator[str]:
    """A Temporal server, one for all tests that do not harm it."""
    server = DevServer(namespaces=["other"])
    loop.run(server.start())
    yield server.address
    loop.run(server.stop())


@pytest.fixture(scope="session")
def engine(loop: Loop, address: str) -> Iterator[Engine]:
    engine = Engine(address)
    yield engine
    loop.run(engine.close())


@pytest.fixture(scope="module")
def client(request: pytest.FixtureRequest, loop: Loop, address: str, engine: Engine) -> Iterator[Client]:
    """A tenant with a worker, one for each module: what is in its list is the module's own."""
    queue = request.module.__name__.rpartition(".")[2]
    tenant = Tenant(product="shop", env="test", namespace="default", task_queue=queue)
    stack = contextlib.AsyncExitStack()
    loop.run(stack.enter_async_context(working(address, tenant, engine=engine)))
    yield Client(loop, engine, tenant)
    loop.run(stack.aclose())
