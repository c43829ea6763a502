"""How output looks: on a terminal, elsewhere, and with hostile text in it."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ductape_sync.cli.failures import ExitCode

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from tests.cli.conftest import Shell

HOSTILE = {"note": "\x1b[2J\x07 \u202egpj.exe\u2066 \x9b31m ü 漢字\nnext", "\x1b]0;title\x07": 1}
ESCAPED = (r"\u001b[2J\u0007", r"\u202egpj.exe\u2066", r"\u009b31m", "ü 漢字", r"\nnext", r"\u001b]0;title")


@pytest.fixture(scope="module")
def hostile(dev_server: object) -> str:
    return f"shell-hostile-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def execution_id(ductape: Ductape, hostile: str) -> str:
    """The id of an execution whose data would drive a terminal."""
    execution = ductape.workflows.execute(
        "approval-process", HOSTILE, execution_id=f"{hostile}-{uuid.uuid4().hex[:6]}", metadata=HOSTILE
    )
    execution.signal("approve", {"comments": HOSTILE["note"]})
    execution.wait_for_completion(timeout=30)
    return execution.execution_id


class TestOnATerminal:
    def test_progress_names_the_steps_and_the_result_follows(self, shell: Shell) -> None:
        with shell.on_terminal("execute", "multi-step-process", "--wait") as terminal:
            assert terminal.finish() == ExitCode.OK
        assert "5/5" in terminal.text
        assert "Sending notifications" in terminal.text
        assert terminal.text.index("5/5") < terminal.text.index('"notified"')

    @pytest.mark.parametrize("columns", [80, 40])
    def test_progress_names_each_step_whole_on_a_narrow_terminal(
        self, shell: Shell, ductape: Ductape, columns: int
    ) -> None:
        command = ("execute", "multi-step-process", "--wait")
        with shell.on_terminal(*command, columns=columns, NO_COLOR="1") as terminal:
            assert terminal.finish() == ExitCode.OK
        (steps,) = (each.steps for each in ductape.workflows.definitions() if each.name == command[1])
        lines = [line.rstrip() for line in re.split(r"[\r\n]+", terminal.text)]
        for number, step in enumerate(steps):
            assert [line for line in lines if line.endswith(f" {step}") and f"{number}/5 [" in line], lines
        assert max(len(line) for line in lines if "/5 [" in line) <= columns

    def test_there_are_colours(self, shell: Shell, execution_id: str) -> None:
        for command in (
            ["status", execution_id],
            ["list"],
            ["history", execution_id],
            ["wait", execution_id],
        ):
            with shell.on_terminal(*command) as terminal:
                assert terminal.finish() == ExitCode.OK
            assert "\x1b[" in terminal.text

    def test_there_are_none_with_no_color(self, shell: Shell, execution_id: str) -> None:
        for command in (
            ["status", execution_id],
            ["list"],
            ["history", execution_id],
            ["wait", execution_id],
        ):
            with shell.on_terminal(*command, NO_COLOR="1") as terminal:
                assert terminal.finish() == ExitCode.OK
            assert "\x1b" not in terminal.text

    def test_progress_has_no_colours_with_no_color(self, shell: Shell) -> None:
        with shell.on_terminal("execute", "failing-process", "--wait", NO_COLOR="1") as terminal:
            assert terminal.finish() == ExitCode.FAILED
        assert "Reading broken data" in terminal.text
        assert "\x1b[3" not in terminal.text

    def test_a_table_keeps_within_its_width_and_the_ids_whole(self, shell: Shell, execution_id: str) -> None:
        with shell.on_terminal("list", NO_COLOR="1", COLUMNS="70") as terminal:
            terminal.finish()
        assert execution_id in terminal.text
        assert max(map(len, terminal.text.splitlines())) <= 70

    @pytest.mark.parametrize("command", ["status", "history", "wait", "watch"])
    def test_text_from_executions_cannot_drive_it(
        self, shell: Shell, execution_id: str, command: str
    ) -> None:
        with shell.on_terminal(command, execution_id, NO_COLOR="1") as terminal:
            assert terminal.finish() == ExitCode.OK
        assert r"\u001b[2J" in terminal.text
        for character in terminal.text:
            assert character.isprintable() or character in "\r\n"


class TestElsewhere:
    def test_output_is_plain_and_lines_are_whole(self, shell: Shell, execution_id: str) -> None:
        shown = shell("status", execution_id, COLUMNS="20").stdout
        assert "\x1b" not in shown
        (line,) = (line for line in shown.splitlines() if line.startswith("input"))
        for part in ESCAPED:
            assert part in line

    def test_a_table_has_no_blanks_at_the_end_of_its_lines(self, shell: Shell, execution_id: str) -> None:
        for line in shell("list", COLUMNS="20").stdout.splitlines():
            assert line == line.rstrip()
            assert len(line.split()) >= 5

    def test_a_result_is_json_that_programs_can_read(self, shell: Shell, execution_id: str) -> None:
        result = json.loads(shell("wait", execution_id).stdout)
        assert result["comments"] == HOSTILE["note"]

    def test_json_is_ascii_and_a_document_a_line(self, shell: Shell, execution_id: str) -> None:
        for command in (
            ["status", execution_id],
            ["history", execution_id],
            ["list"],
            ["watch", execution_id],
        ):
            shown = shell(*command, "--json").stdout
            assert shown.isascii()
            for line in shown.splitlines():
                json.loads(line)
                assert line.isprintable()

    def test_text_is_shown_in_an_encoding_that_lacks_its_characters(
        self, shell: Shell, execution_id: str
    ) -> None:
        shown = shell("status", execution_id, PYTHONIOENCODING="ascii")
        assert shown.returncode == ExitCode.OK
        assert r"\xfc \u6f22\u5b57" in shown.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
class TestThatCannotBeWritten:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["list", "--json"],
            ["list"],
            ["workflows"],
            ["--help"],
            ["--version"],
            ["key"],
            ["completion", "zsh"],
        ],
        ids=" ".join,
    )
    def test_a_full_disk_is_one_line_and_an_exit_code(self, shell: Shell, arguments: list[str]) -> None:
        done = shell.sh('exec "$COMMAND" "$@" > /dev/full', *arguments)
        assert done.returncode == ExitCode.ERROR
        assert done.stderr == ("ductape-sync: error: the output cannot be written: No space left on device\n")

    @pytest.mark.parametrize("arguments", [["list", "--json"], ["list"], ["key"]], ids=" ".join)
    def test_a_closed_output_is_one_line_and_an_exit_code(self, shell: Shell, arguments: list[str]) -> None:
        done = shell.sh('exec "$COMMAND" "$@" >&-', *arguments)
        assert done.returncode == ExitCode.ERROR
        assert done.stderr == "ductape-sync: error: the output cannot be written: standard output is closed\n"

    def test_what_goes_to_standard_error_does_not_go_to_the_output_instead(self, shell: Shell) -> None:
        for redirection in ("2>&-", "2>/dev/full"):
            done = shell.sh(f'exec "$COMMAND" "$@" {redirection}', "status", "no-such-execution")
            assert done.returncode == ExitCode.NOT_FOUND
            assert done.stdout == ""

    def test_a_wait_needs_no_standard_error(self, shell: Shell, execution_id: str) -> None:
        done = shell.sh('exec "$COMMAND" "$@" 2>&-', "wait", execution_id)
        assert done.returncode == ExitCode.OK
        assert json.loads(done.stdout)["comments"] == HOSTILE["note"]
