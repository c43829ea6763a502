from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from ductape_sync import ExecutionNotFound, Unauthenticated
from ductape_sync.testing import Server, ServerError
from tests.servers import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOWS = Path(__file__).parent / "workflows.py"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server([WORKFLOWS]) as server:
        yield server


def test_workflows_run_for_real(server: Server) -> None:
    with server.new_tenant().client() as client:
        greeting = client.workflows.execute("greet", "Ada")
        assert greeting.wait_for_completion(timeout=30) == "Hello Ada"
        assert [event.data.step for event in greeting.history().events if event.type == "step_completed"] == [
            "Greeting"
        ]
    assert "the step greets Ada" in server.log


def test_tenants_do_not_see_each_other(server: Server) -> None:
    with server.new_tenant().client() as one, server.new_tenant().client() as other:
        for client in (one, other):
            client.workflows.execute("greet", "Ada", execution_id="greeting")  # no id is in use twice
        mine = one.workflows.execute("wait")
        with pytest.raises(ExecutionNotFound):
            other.workflows.get_status(mine.execution_id)
        assert other.workflows.list().count == 1


def test_a_tenant_that_is_let_go_is_not_let_in_any_more(server: Server) -> None:
    tenant = server.new_tenant()
    with tenant.client() as client:
        client.workflows.execute("wait")
        server.remove(tenant)
        with pytest.raises(Unauthenticated):
            client.workflows.list()


def test_a_tenant_keeps_its_key_to_itself(server: Server) -> None:
    tenant = server.new_tenant()
    assert tenant.access_key not in repr(tenant)
    assert tenant.variables["DUCTAPE_ACCESS_KEY"] == tenant.access_key


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module\n")
    with pytest.raises(ServerError, match="no_such_module"):
        Server(["broken.py"], str(tmp_path))


def test_a_server_that_has_ended_says_so() -> None:
    server = Server([WORKFLOWS])
    server.close()
    with pytest.raises(ServerError, match="the server is closed"):
        server.new_tenant()


def test_a_server_ends_with_the_tests_however_they_end() -> None:
    code = f"""
from ductape_sync.testing import Server
print(Server([{str(WORKFLOWS)!r}]).url, flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        port = urlsplit(tests.stdout.readline().strip()).port
        assert port is not None
        assert _listens(port)
        tests.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _listens(port):
        assert time.monotonic() < deadline, "the server outlives the tests"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
