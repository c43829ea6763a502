from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ductape_sync.gateway.tenants import hash_key
from tests.gateway.commands import command, dev, temporal
from tests.gateway.running import read_all

if TYPE_CHECKING:
    from tests.gateway.commands import Command

WORKFLOWS = Path(__file__).parent / "workflows.py"


def start(running: Command, workflow: str, **body: Any) -> str:
    answer = running.request("POST", "/v1/executions", json={"workflow": workflow, **body})
    assert answer.status_code == 201, answer.text
    execution_id: str = answer.json()["executionId"]
    return execution_id


def wait(running: Command, execution_id: str, key: str | None = None) -> dict[str, Any]:
    answer = running.request("GET", f"/v1/executions/{execution_id}", key, headers={"Prefer": "wait=30"})
    status: dict[str, Any] = answer.json()
    return status


class TestDev:
    def test_runs_workflows_and_stops_with_ctrl_c(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running:
            ready = running.ready
            assert set(ready) == {"url", "wsUrl", "accessKey", "product", "env"}
            assert (ready["product"], ready["env"]) == ("dev", "local")
            assert ready["wsUrl"] == ready["url"].replace("http", "ws") + "/v1/events"
            assert stat.S_IMODE(running.ready_file.stat().st_mode) == 0o600
            assert wait(running, start(running, "echo", input=7))["result"] == 7
            running.signal(signal.SIGINT)
            assert running.end() == 0
            first = running.out.splitlines()[0]
            assert ready["url"] in first
            assert ready["accessKey"] in first
            assert f"{ready['url']}/?token={ready['accessKey']}" in running.out
            assert not running.ready_file.exists()
            assert running.err == ""

    def test_keeps_what_it_did_in_the_file(self, tmp_path: Path) -> None:
        options = ("--db", tmp_path / "kept.db", "--access-key", "mine", "--product", "shop", "--env", "test")
        with dev(tmp_path, WORKFLOWS, *options) as running:
            execution_id = start(running, "echo", input=7)
            assert wait(running, execution_id)["status"] == "completed"
        with dev(tmp_path, WORKFLOWS, *options) as running:
            ready = running.ready
            assert (ready["accessKey"], ready["product"], ready["env"]) == ("mine", "shop", "test")
            assert wait(running, execution_id)["result"] == 7

    def test_finishes_what_is_in_flight_on_sigterm(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running, contextlib.ExitStack() as stack:
            execution_id, ready = start(running, "waiting"), running.ready
            bearer = {"Authorization": f"Bearer {ready['accessKey']}"}
            events = stack.enter_context(
                connect(ready["wsUrl"], subprotocols=["ductape.v1"], additional_headers=bearer, proxy=None)
            )
            events.send(f'{{"op":"subscribe","executionId":"{execution_id}","after":null}}')
            assert "subscribed" in str(events.recv(timeout=10))
            waiting = stack.enter_context(
                socket.create_connection(("127.0.0.1", int(ready["url"].rpartition(":")[2])), timeout=20)
            )
            waiting.sendall(
                f"GET /v1/executions/{execution_id} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n"
                f"Authorization: {bearer['Authorization']}\r\n\r\n".encode()
            )
            # What is asked later is answered later, so that the wait is in flight after this.
            assert running.request("GET", f"/v1/executions/{execution_id}/history").ok
            running.signal(signal.SIGTERM)
            assert b'"status":"running"' in read_all(waiting)
            assert _close_code(events) == 1012
            assert running.end() == 0

    def test_tells_who_waits_the_same_as_who_asks_later(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running, ThreadPoolExecutor() as pool:
            ids = {
                "completed": start(running, "echo", input={"a": [1.5, None]}, options={"metadata": {"b": 1}}),
                "failed": start(running, "failing", options={"retries": 1}),
                "cancelled": start(running, "waiting"),
                "cancelled for a reason": start(running, "waiting"),
            }
            waits = {name: pool.submit(wait, running, id) for name, id in ids.items()}
            for name, body in (("cancelled", {}), ("cancelled for a reason", {"reason": "no\nneed"})):
                assert running.request("POST", f"/v1/executions/{ids[name]}/cancel", json=body).ok
            for name, waiting in waits.items():
                status = waiting.result(30)
                assert status["status"] == name.partition(" ")[0]
                assert status == running.request("GET", f"/v1/executions/{ids[name]}").json()
            assert waits["failed"].result()["attempt"] == 2

    def test_a_second_ctrl_c_does_not_wait(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running:
            start(running, "stubborn", input=str(tmp_path / "begun"))
            running.wait_until((tmp_path / "begun").exists)
            url = running.ready["url"]
            running.signal(signal.SIGINT)
            running.wait_until(lambda: _refuses(url))
            running.signal(signal.SIGINT)
            assert running.end(5) == 130

    def test_a_step_that_goes_on_does_not_keep_it(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running:
            start(running, "stubborn", input=str(tmp_path / "begun"))
            running.wait_until((tmp_path / "begun").exists)
            running.signal(signal.SIGINT)
            assert running.end(30) == 0
            assert "a step does not end, and is left" in running.err

    def test_a_step_that_blocks_its_loop_does_not_block_the_gateway(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running:
            start(running, "blocking", input=str(tmp_path / "begun"))
            running.wait_until((tmp_path / "begun").exists)
            assert running.request("GET", "/v1/executions").status_code == 200
            (tmp_path / "begun").unlink()  # the step waits for that

    def test_says_so_when_temporal_dies(self, tmp_path: Path) -> None:
        with dev(tmp_path, WORKFLOWS) as running:
            assert running.ready
            for pid in running.children():
                with contextlib.suppress(OSError):
                    if "start-dev" in Path(f"/proc/{pid}/cmdline").read_text():
                        os.kill(pid, signal.SIGKILL)
            assert running.end() == 1
            assert "error: The Temporal dev server ended" in running.err
            assert not running.ready_file.exists()

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
    def test_leaves_no_process_behind(self, tmp_path: Path, number: int) -> None:
        with dev(tmp_path, WORKFLOWS) as running:
            assert running.ready
            assert len(running.children()) > 1
            running.signal(number)
            running.end()

    @pytest.mark.parametrize(
        "half",
        [
            "GET /v1/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
            "POST /v1/executions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer KEY\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        ],
        ids=["head", "body"],
    )
    def test_serves_others_with_few_files_and_many_that_never_get_to_the_end_of_a_request(
        self, tmp_path: Path, half: str
    ) -> None:
        def few() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))

        with dev(tmp_path, WORKFLOWS, preexec_fn=few) as running, contextlib.ExitStack() as stack:
            port = int(running.ready["url"].rpartition(":")[2])
            for _ in range(300):
                idle = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
                idle.sendall(half.replace("KEY", running.ready["accessKey"]).encode())
            for _ in range(20):
                assert running.request("GET", "/v1/health").status_code == 200
            assert wait(running, start(running, "echo", input=7))["result"] == 7


def _close_code(events: ClientConnection) -> int | None:
    try:
        while True:
            events.recv(timeout=20)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else None


def _refuses(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except ConnectionRefusedError:
        return True
    return False


class TestDevRefuses:
    def refused(self, tmp_path: Path, *arguments: str | Path, **options: Any) -> tuple[int, str]:
        with command(tmp_path, "dev", "dev", *arguments, **options) as running:
            code = running.end(30)
            assert running.out == ""
            return code, running.err

    def test_a_port_in_use(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, error = self.refused(tmp_path, WORKFLOWS, "--port", str(port))
        assert code == 1
        assert f"Port {port} of 127.0.0.1 cannot be used" in error
        assert "--port" in error

    def test_a_port_in_use_without_touching_the_ready_file_of_who_uses_it(self, tmp_path: Path) -> None:
        ready = tmp_path / "ready.json"
        ready.write_text("of the other one")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert self.refused(tmp_path, WORKFLOWS, "--port", port, "--ready-file", ready)[0] == 1
        assert ready.read_text() == "of the other one"

    def test_a_host_that_is_not_of_this_machine(self, tmp_path: Path) -> None:
        code, error = self.refused(tmp_path, WORKFLOWS, "--host", "192.0.2.1", "--port", "0")
        assert code == 1
        assert "192.0.2.1" in error

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        code, error = self.refused(tmp_path, tmp_path / "none.py")
        assert code == 2
        assert "none.py" in error

    def test_a_file_without_workflows(self, tmp_path: Path) -> None:
        (tmp_path / "empty.py").write_text("")
        code, error = self.refused(tmp_path, tmp_path / "empty.py")
        assert code == 2
        assert "no workflow" in error

    def test_a_key_that_cannot_be_sent_without_showing_it(self, tmp_path: Path) -> None:
        code, error = self.refused(tmp_path, WORKFLOWS, env={"DUCTAPE_ACCESS_KEY": "se\ncret"})
        assert code == 2
        assert "--access-key" in error
        assert "cret" not in error

    def test_a_ready_file_that_cannot_be_written(self, tmp_path: Path) -> None:
        code, error = self.refused(
            tmp_path, WORKFLOWS, "--port", "0", "--ready-file", tmp_path / "none" / "ready.json"
        )
        assert code == 1
        assert "ready file" in error

    @pytest.mark.parametrize("module", ["uvicorn", "temporalio", "starlette", "jsonschema_rs"])
    def test_a_missing_extra_and_says_how_to_get_it(self, tmp_path: Path, module: str) -> None:
        (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{module!r}] = None\n")
        code, error = self.refused(tmp_path, WORKFLOWS, env={"PYTHONPATH": str(tmp_path)})
        assert code == 2
        assert "pip install 'ductape-sync[gateway]'" in error


class TestServe:
    KEY = "dsk_key-of-the-shop"

    def config(self, folder: Path) -> Path:
        path = folder / "gateway.toml"
        path.write_text(
            '[[tenants]]\nproduct = "shop"\nenv = "prod"\ntask_queue = "orders"\n'
            f'keys = ["{hash_key(self.KEY)}"]\n'
        )
        return path

    def serve(self, folder: Path, address: str, name: str = "serve", *more: str) -> Any:
        return command(
            folder, name, "serve", "--temporal", address, "--config", self.config(folder), "--port", "0",
            "--ready-file", folder / f"{name}.json", *more,
        )  # fmt: skip

    def test_two_gateways_and_two_workers_work_as_one(self, tmp_path: Path) -> None:
        tenant = ("--product", "shop", "--env", "prod", "--config", self.config(tmp_path))
        with temporal() as address, contextlib.ExitStack() as stack:
            workers = [
                stack.enter_context(
                    command(tmp_path, f"worker{n}", "worker", WORKFLOWS, "--temporal", address, *tenant)
                )
                for n in range(2)
            ]
            first, second = (
                stack.enter_context(self.serve(tmp_path, address, f"serve{n}")) for n in range(2)
            )
            for worker in workers:
                worker.wait_until(lambda worker=worker: "orders" in worker.out)
            body = {"workflow": "echo", "input": 7}
            headers = {"Idempotency-Key": "once"}
            started = [
                each.request("POST", "/v1/executions", self.KEY, json=body, headers=headers)
                for each in (first, second)
            ]
            assert [answer.status_code for answer in started] == [201, 201]
            (execution_id,) = {answer.json()["executionId"] for answer in started}
            assert wait(second, execution_id, self.KEY)["result"] == 7
            assert set(first.ready) == {"url", "wsUrl"}
            for running in (*workers, first, second):
                running.signal(signal.SIGTERM)
            for running in (*workers, first, second):
                assert running.end() == 0

    def test_answers_503_until_temporal_is_there(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with self.serve(tmp_path, f"127.0.0.1:{port}") as running:
            assert running.ready
            for path in ("/v1/health", "/v1/executions", "/v1/workflows"):
                began = time.monotonic()
                answer = running.request("GET", path, self.KEY)
                assert (answer.status_code, answer.json()["code"]) == (503, "engine_unavailable")
                assert int(answer.headers["Retry-After"]) >= 1
                assert time.monotonic() - began < 3  # a second is promised; the machine may be busy
            with temporal(port):
                running.wait_until(lambda: running.request("GET", "/v1/executions", self.KEY).ok)
            running.wait_until(lambda: running.request("GET", "/v1/executions", self.KEY).status_code == 503)
            running.signal(signal.SIGTERM)
            assert running.end() == 0

    def test_a_configuration_that_cannot_be_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "bad.toml").write_text("[[tenants]]\nproduct = 3\n")
        with command(
            tmp_path, "bad", "serve", "--temporal", "127.0.0.1:1", "--config", tmp_path / "bad.toml"
        ) as running:
            assert running.end() == 2
            assert "tenants[0].product must be a text" in running.err

    def test_logs_lines_for_programs(self, tmp_path: Path) -> None:
        with self.serve(tmp_path, "127.0.0.1:1") as running:
            running.request("GET", "/v1/executions/a%0ab?secret=1", "wrong")
            running.wait_until(lambda: "status=401" in running.err)
            line = next(line for line in running.err.splitlines() if "status=401" in line)
            assert r'path="/v1/executions/a\nb"' in line
            assert "secret" not in line

    def test_a_worker_without_temporal_is_told(self, tmp_path: Path) -> None:
        with command(tmp_path, "worker", "worker", WORKFLOWS, "--temporal", "127.0.0.1:1") as running:
            assert running.end() == 7
            assert "127.0.0.1:1" in running.err
            assert "Traceback" not in running.err


def test_a_key_is_made_with_its_hash(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        with command(tmp_path, name, "key") as running:
            assert running.end() == 0
            words = running.out.split()
        assert hash_key(words[2]) == words[4]
        keys.add(words[2])
    assert len(keys) == 2


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["dev", "--help"], ["serve", "--help"]])
def test_help_loads_neither_the_sdk_nor_temporal(tmp_path: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom ductape_sync.cli.main import main\nmain()\n"
        "loaded = {'requests', 'temporalio', 'uvicorn', 'websocket'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
