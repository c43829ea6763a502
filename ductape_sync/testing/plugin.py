"""The pytest plugin. Nothing heavy is loaded before a test asks for one of the fixtures."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ductape_sync.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ductape_sync import Ductape

    from .fake import Fake
    from .server import Server
    from .tenant import Tenant

_INI = "ductape_workflows"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's option to those of the configuration file."""
    parser.addini(
        _INI,
        "The files with the workflows that the fixture `ductape` runs, relative to the root folder.",
        type="args",
        default=[],
    )


@pytest.fixture(scope="session")
def ductape_workflows(pytestconfig: pytest.Config) -> list[str]:
    """The files with the workflows, from the option `ductape_workflows`; override it to name others."""
    files: list[str] = pytestconfig.getini(_INI)
    if not files:
        pytest.fail(
            f"no workflows: set `{_INI} = workflows.py` in pytest's configuration, or override the fixture "
            f"`{_INI}`",
            pytrace=False,
        )
    return files


@pytest.fixture(scope="session")
def ductape_server(ductape_workflows: list[str], pytestconfig: pytest.Config) -> Iterator[Server]:
    """A real server with the workflows, one for all tests: Temporal, workers, gateway and dashboard."""
    from .server import Server, ServerError  # noqa: PLC0415 - see the module's docstring

    try:
        server = Server(ductape_workflows, str(pytestconfig.rootpath))
    except (MissingExtra, ServerError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with server:
        yield server


@pytest.fixture
def ductape_tenant(ductape_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """A product and an environment of the real server that only this test uses.

    Until the end of the test the environment variables `DUCTAPE_*` lead there.
    """
    written = len(ductape_server.log)
    tenant = ductape_server.new_tenant()
    _lead(tenant, monkeypatch)
    yield tenant
    ductape_server.remove(tenant)
    sys.stderr.write(ductape_server.log[written:])  # pytest shows it when the test has failed


@pytest.fixture
def ductape(ductape_tenant: Tenant) -> Iterator[Ductape]:
    """A client of the test's own tenant on the real server."""
    with ductape_tenant.client() as client:
        yield client


@pytest.fixture
def ductape_fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    """A fake of the API whose executions do what the test says.

    Until the end of the test the environment variables `DUCTAPE_*` lead there.
    """
    try:
        from . import Fake  # noqa: PLC0415 - see the module's docstring
    except MissingExtra as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    with Fake() as fake:
        _lead(fake.tenant, monkeypatch)
        yield fake


def _lead(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUCTAPE_WS_URL", raising=False)
    for name, value in tenant.variables.items():
        monkeypatch.setenv(name, value)
