"""The client commands, run as processes against a server."""

from __future__ import annotations

import json
import signal
import socket
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync.cli.failures import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from ductape_sync import Ductape
    from tests.cli.conftest import Shell

ORDER = '{"orderId": "order-123"}'


def new_id() -> str:
    return f"shell-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def waiting(ductape: Ductape) -> str:
    """The id of an execution that waits for a decision."""
    return ductape.workflows.execute("approval-process", {}, execution_id=new_id()).execution_id


@pytest.fixture
def done(ductape: Ductape) -> str:
    """The id of an execution that has completed."""
    order = ductape.workflows.execute("process-order", {"orderId": "order-123"}, execution_id=new_id())
    order.wait_for_completion(timeout=30)
    return order.execution_id


@pytest.fixture
def failed(ductape: Ductape) -> str:
    """The id of an execution that has failed."""
    execution = ductape.workflows.execute("failing-process", execution_id=new_id())
    next(ductape.workflows.as_completed([execution], timeout=30))
    return execution.execution_id


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


class TestExecute:
    def test_writes_nothing_but_the_id_so_that_a_script_can_keep_it(
        self, shell: Shell, ductape: Ductape
    ) -> None:
        done = shell("execute", "process-order", "--input", ORDER)
        assert done.returncode == ExitCode.OK
        execution_id = done.stdout.removesuffix("\n")
        assert ductape.workflows.get(execution_id).workflow == "process-order"
        assert execution_id in done.stderr

    def test_passes_its_options_on(self, shell: Shell, ductape: Ductape) -> None:
        name = new_id()
        done = shell(
            "execute", "retrying-process", "-i", '{"failures": 1}', "--id", name, "--retries", "2",
            "--timeout", "5m", "-m", "source=cron", "-m", "formula=a=b", "--json",
        )  # fmt: skip
        assert done.returncode == ExitCode.OK
        summary = json.loads(done.stdout)
        assert summary["executionId"] == name
        assert summary["metadata"] == {"source": "cron", "formula": "a=b"}
        assert ductape.workflows.wait_for_completion(name, timeout=30) == {"attempts": [1, 2]}

    def test_wait_writes_the_result(self, shell: Shell) -> None:
        done = shell("execute", "process-order", "--input", ORDER, "--wait")
        assert done.returncode == ExitCode.OK
        assert json.loads(done.stdout)["orderId"] == "order-123"
        assert "completed in" in done.stderr

    def test_follow_writes_every_event_until_the_end(self, shell: Shell) -> None:
        done = shell("execute", "process-order", "--input", ORDER, "--wait", "--follow")
        assert done.returncode == ExitCode.OK
        first, *_, last = done.stdout.splitlines()
        assert "started" in first
        assert "completed" in last
        assert "step completed    Charging payment" in done.stdout

    def test_reads_its_input_from_a_file_or_from_standard_input(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "order.json").write_text(ORDER)
        from_file = shell("execute", "process-order", "-i", f"@{tmp_path}/order.json", "-w", "--json")
        from_stdin = shell("execute", "process-order", "-i", "-", "-w", "--json", input=ORDER)
        assert json.loads(from_file.stdout)["input"] == json.loads(ORDER)
        assert json.loads(from_stdin.stdout)["input"] == json.loads(ORDER)

    def test_the_same_idempotency_key_starts_nothing_twice(self, shell: Shell) -> None:
        key = new_id()
        first = shell("execute", "process-order", "-i", ORDER, "--idempotency-key", key)
        again = shell("execute", "process-order", "-i", ORDER, "--idempotency-key", key)
        other = shell("execute", "process-order", "-i", '{"orderId": "order-124"}', "--idempotency-key", key)
        assert first.stdout == again.stdout
        assert other.returncode == ExitCode.CONFLICT

    def test_an_unknown_workflow_is_not_found_and_the_closest_is_named(self, shell: Shell) -> None:
        done = shell("execute", "proces-order")
        assert done.returncode == ExitCode.NOT_FOUND
        assert "process-order" in done.stderr
        assert done.stderr.count("\n") == 1

    def test_an_id_in_use_is_a_conflict(self, shell: Shell, done: str) -> None:
        assert shell("execute", "process-order", "--id", done).returncode == ExitCode.CONFLICT

    def test_what_the_contract_does_not_allow_is_a_usage_error(self, shell: Shell) -> None:
        done = shell("execute", "process-order", "--retries", "-1")
        assert done.returncode == ExitCode.USAGE
        assert "retries" in done.stderr


class TestHowAnEndIsTold:
    def test_a_failure_has_its_exit_code_and_one_line_that_says_where_and_why(
        self, shell: Shell, failed: str
    ) -> None:
        done = shell("wait", failed)
        assert done.returncode == ExitCode.FAILED
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert "failed at step 'Reading broken data'" in done.stderr

    def test_as_json_a_failure_is_the_whole_status(self, shell: Shell, failed: str) -> None:
        done = shell("wait", failed, "--json")
        assert done.returncode == ExitCode.FAILED
        status = json.loads(done.stdout)
        assert status["status"] == "failed"
        assert status["failure"]["step"] == "Reading broken data"

    def test_out_of_time_an_execution_has_failed(self, shell: Shell) -> None:
        done = shell("execute", "approval-process", "--timeout", "500ms", "--wait", "--json")
        assert done.returncode == ExitCode.FAILED
        assert json.loads(done.stdout)["failure"]["type"] == "timeout"

    def test_a_cancelled_execution_has_its_exit_code(self, shell: Shell, waiting: str) -> None:
        cancelled = shell("cancel", waiting, "--reason", "ordered twice")
        assert cancelled.returncode == ExitCode.OK
        assert cancelled.stdout == ""
        done = shell("wait", waiting, "--timeout", "30s")
        assert done.returncode == ExitCode.CANCELLED
        assert "ordered twice" in done.stderr
        assert shell("watch", waiting).returncode == ExitCode.CANCELLED

    def test_an_end_to_waiting_is_not_the_end_of_the_execution(
        self, shell: Shell, ductape: Ductape, waiting: str
    ) -> None:
        done = shell("wait", waiting, "--timeout", "200ms")
        assert done.returncode == ExitCode.TIMED_OUT
        assert f"'ductape-sync wait {waiting}'" in done.stderr
        assert ductape.workflows.get_status(waiting).status == "running"

    def test_watch_and_follow_end_with_the_exit_code_of_the_end(self, shell: Shell, failed: str) -> None:
        assert shell("watch", failed).returncode == ExitCode.FAILED
        assert shell("execute", "failing-process", "--follow").returncode == ExitCode.FAILED

    def test_watching_after_the_last_event_tells_how_it_ended(self, shell: Shell, failed: str) -> None:
        last = lines(shell("watch", failed, "--json").stdout)[-1]
        done = shell("watch", failed, "--json", "--after", last["id"])
        assert done.stdout == ""
        assert done.returncode == ExitCode.FAILED


class TestStatus:
    def test_shows_what_there_is_to_say(self, shell: Shell, done: str, failed: str) -> None:
        completed = shell("status", done)
        assert completed.returncode == ExitCode.OK
        shown = dict(line.split(maxsplit=1) for line in completed.stdout.splitlines())
        assert shown["id"] == done
        assert shown["status"] == "completed"
        assert json.loads(shown["input"]) == {"orderId": "order-123"}
        assert json.loads(shown["result"])["orderId"] == "order-123"
        assert "failed at Reading broken data" in shell("status", failed).stdout

    def test_as_json_it_is_the_document_of_the_contract(
        self, shell: Shell, ductape: Ductape, done: str
    ) -> None:
        document = json.loads(shell("status", done, "--json").stdout)
        assert document == ductape.workflows.get_status(done).to_dict()

    def test_an_unknown_execution_is_not_found(self, shell: Shell) -> None:
        done = shell("status", "no-such-execution")
        assert done.returncode == ExitCode.NOT_FOUND
        assert "'ductape-sync list'" in done.stderr


class TestEvents:
    def test_history_is_a_line_an_event(self, shell: Shell, ductape: Ductape, done: str) -> None:
        history = ductape.workflows.get_history(done)
        shown = shell("history", done).stdout.splitlines()
        assert len(shown) == len(history.events)
        for line, event in zip(shown, history.events, strict=True):
            assert event.type.replace("_", " ") in line

    def test_as_json_history_is_one_document(self, shell: Shell, ductape: Ductape, done: str) -> None:
        assert (
            json.loads(shell("history", done, "--json").stdout)
            == ductape.workflows.get_history(done).to_dict()
        )

    def test_watch_shows_events_when_they_happen(self, shell: Shell, ductape: Ductape, waiting: str) -> None:
        watching = shell.start("watch", waiting, "--json")
        with watching:
            assert watching.stdout is not None
            seen = []
            for line in watching.stdout:
                seen.append(json.loads(line))
                if seen[-1]["type"] == "step_completed" and len(seen) < 6:
                    # All that has happened so far is here, before anything else happens.
                    ductape.workflows.signal(waiting, "approve", {"approvedBy": "user-456"})
        assert watching.returncode == ExitCode.OK
        types = [event["type"] for event in seen]
        assert types[0] == "started"
        assert "signal_received" in types
        assert types[-1] == "completed"
        assert seen == ductape.workflows.get_history(waiting).to_dict()["events"]


class TestSignal:
    def test_reaches_the_workflow_with_its_data(self, shell: Shell, ductape: Ductape, waiting: str) -> None:
        done = shell("signal", waiting, "approve", "--data", '{"approvedBy": "user-456"}')
        assert done.returncode == ExitCode.OK
        assert done.stdout == ""
        result = ductape.workflows.wait_for_completion(waiting, timeout=30)
        assert result["approvedBy"] == "user-456"

    def test_after_the_end_it_is_a_conflict(self, shell: Shell, done: str) -> None:
        assert shell("signal", done, "approve").returncode == ExitCode.CONFLICT
        assert shell("cancel", done).returncode == ExitCode.CONFLICT

    def test_with_json_it_writes_nothing(self, shell: Shell, waiting: str) -> None:
        for command in (["signal", waiting, "note"], ["cancel", waiting]):
            done = shell(*command, "--json")
            assert (done.returncode, done.stdout, done.stderr) == (ExitCode.OK, "", "")


class TestList:
    def test_shows_a_table_and_says_what_it_leaves_out(self, shell: Shell, done: str, failed: str) -> None:
        shown = shell("list", "--limit", "1")
        head, row = shown.stdout.splitlines()
        assert head.split() == ["ID", "WORKFLOW", "STATUS", "STARTED", "TOOK"]
        assert len(row.split()) >= 5
        assert "see --limit, --offset and --all" in shown.stderr

    def test_selects_by_workflow_and_status(self, shell: Shell, failed: str) -> None:
        shown = shell("list", "--workflow", "failing-process", "--status", "failed")
        rows = shown.stdout.splitlines()[1:]
        assert failed in shown.stdout
        assert all("failing-process" in row and "failed" in row for row in rows)

    def test_as_json_it_is_the_document_of_the_contract(self, shell: Shell, done: str) -> None:
        page = json.loads(shell("list", "--limit", "1", "--json").stdout)
        assert set(page) == {"executions", "count", "nextCursor"}
        assert len(page["executions"]) == 1

    def test_all_of_them_as_json_are_a_line_each(self, shell: Shell, ductape: Ductape, done: str) -> None:
        ids = {execution["executionId"] for execution in lines(shell("list", "--all", "--json").stdout)}
        assert done in ids
        assert shell("list", "--all", "--limit", "1").returncode == ExitCode.USAGE

    def test_says_when_there_are_none(self, shell: Shell) -> None:
        shown = shell("list", "--workflow", "never-executed")
        assert (shown.returncode, shown.stdout) == (ExitCode.OK, "")
        assert "no such executions" in shown.stderr

    def test_a_status_that_is_none_is_a_usage_error_that_names_those_that_are(self, shell: Shell) -> None:
        shown = shell("list", "--status", "pending")
        assert shown.returncode == ExitCode.USAGE
        assert "cancelled" in shown.stderr


class TestWorkflows:
    def test_shows_names_signals_and_what_they_do(self, shell: Shell) -> None:
        rows = shell("workflows").stdout.splitlines()
        (row,) = (row for row in rows if row.startswith("approval-process"))
        assert "approve, reject" in row
        assert "Wait until someone approves" in row

    def test_as_json_it_is_the_document_of_the_contract(self, shell: Shell, ductape: Ductape) -> None:
        document = json.loads(shell("workflows", "--json").stdout)
        assert document == {"workflows": [each.to_dict() for each in ductape.workflows.definitions()]}


class TestWhoAndWhere:
    def test_options_go_before_variables(self, shell: Shell) -> None:
        given = [
            f"--{name}={shell.variables['DUCTAPE_' + name.upper().replace('-', '_')]}"
            for name in ("access-key", "product", "env", "base-url")
        ]
        wrong = dict.fromkeys(shell.variables, "wrong")
        assert shell("workflows", *given, "--json", **wrong).returncode == ExitCode.OK

    def test_a_wrong_key_and_a_wrong_product_are_denied_with_the_remedy(self, shell: Shell) -> None:
        wrong_key = shell("list", "--access-key", "wrong-key")
        assert wrong_key.returncode == ExitCode.DENIED
        assert "--access-key" in wrong_key.stderr
        assert "wrong-key" not in wrong_key.stderr
        assert shell("list", "--product", "other").returncode == ExitCode.DENIED

    @pytest.mark.parametrize("command", [["status", "x"], ["wait", "x"], ["watch", "x"], ["list"]])
    def test_no_server_is_told_at_once(self, shell: Shell, command: list[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = shell(*command, "--base-url", nowhere)
        assert done.returncode == ExitCode.UNAVAILABLE
        assert "ductape-sync dev" in done.stderr
        assert done.stderr.count("\n") == 1

    def test_debug_logs_requests_without_the_key(self, shell: Shell, dev_server: Any) -> None:
        done = shell("list", "--debug")
        assert "GET /executions" in done.stderr
        assert dev_server.access_key not in done.stderr


class TestInterruptions:
    @pytest.mark.parametrize("command", ["wait", "watch"])
    def test_ctrl_c_ends_the_command_and_not_the_execution(
        self, shell: Shell, ductape: Ductape, waiting: str, command: str
    ) -> None:
        with shell.on_terminal(command, waiting) as terminal:
            terminal.read_until("step completed" if command == "watch" else "1/2")
            terminal.process.send_signal(signal.SIGINT)
            assert terminal.finish() == ExitCode.INTERRUPTED
        assert f"{waiting} goes on; 'ductape-sync wait {waiting}' waits for it" in terminal.text
        assert "Traceback" not in terminal.text
        assert ductape.workflows.get_status(waiting).status == "running"

    @pytest.mark.parametrize("command", [["history"], ["watch", "--json"], ["status"]])
    def test_a_reader_that_leaves_is_no_error(self, shell: Shell, done: str, command: list[str]) -> None:
        left = shell.start(*command, done)
        with left:
            assert left.stdout is not None
            assert left.stderr is not None
            left.stdout.close()
            assert left.stderr.read() == ""
        assert left.returncode == ExitCode.BROKEN_PIPE
