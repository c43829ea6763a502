from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.reader import EXAMPLES_SERVER
from tests.servers import EXAMPLES, Started, started

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def dev_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """What the guides tell readers to start for the examples, one for all guides."""
    key = EXAMPLES_SERVER.rpartition(" ")[2]
    with started(
        "dev", EXAMPLES / "workflows.py", "--access-key", key, folder=tmp_path_factory.mktemp("docs")
    ) as server:
        yield server
