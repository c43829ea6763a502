from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.cluster.cluster import Cluster, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ductape_sync import Ductape


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster that every test leaves whole."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(cluster.stop)
        cluster.start("engine")
        cluster.start("worker", "bank-worker", "gateway")
        for product in ("shop", "bank"):
            with cluster.client(product) as client:
                eventually(client.workflows.definitions)
        yield cluster


@pytest.fixture
def shop(cluster: Cluster) -> Iterator[Ductape]:
    """A client of the shop's."""
    with cluster.client("shop") as client:
        yield client


@pytest.fixture
def bank(cluster: Cluster) -> Iterator[Ductape]:
    """A client of the bank's."""
    with cluster.client("bank") as client:
        yield client
