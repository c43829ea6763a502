from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ductape_sync import Ductape
from tests.servers import EXAMPLES, Started, started

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", action="store_true", help="try more, other things each time, and for long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--fuzz"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("fuzz")])
        items[:] = [item for item in items if not item.get_closest_marker("fuzz")]


@pytest.fixture(scope="session", autouse=True)
def _scrubbed_environment() -> Iterator[None]:
    """What configures a client on this machine must not reach a test."""
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
    names = ("DUCTAPE_", "TEMPORAL_", *proxies, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    taken = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith(names)}
    yield
    os.environ.update(taken)


@pytest.fixture(scope="session")
def dev_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """`ductape-sync dev` with the workflows of the examples, one for all tests."""
    folder = tmp_path_factory.mktemp("dev")
    with started("dev", EXAMPLES / "workflows.py", folder=folder) as server:
        yield server


@pytest.fixture
def ductape(dev_server: Started) -> Iterator[Ductape]:
    """A client of `dev_server`."""
    with Ductape(
        dev_server.access_key, dev_server.product, dev_server.env, base_url=dev_server.url
    ) as client:
        yield client
