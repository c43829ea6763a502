"""How the commands that serve tell why they end."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from ductape_sync.cli.failures import ExitCode
from tests.servers import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def test_a_file_that_cannot_be_loaded_is_a_usage_error_in_one_line_with_the_place(
    alone: Shell, tmp_path: Path
) -> None:
    broken = tmp_path / "broken_workflows.py"
    broken.write_text("x = 1\nimport no_such_library\n")
    done = alone("dev", str(broken))
    assert done.returncode == ExitCode.USAGE
    assert done.stderr == (
        f"ductape-sync: error: {broken}: ModuleNotFoundError: No module named 'no_such_library' "
        f'(File "{broken}", line 2: import no_such_library)\n'
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["dev", "no_such_file.py"],
        ["worker", "no_such_file.py", "--temporal", "127.0.0.1:9"],
        ["serve", "--temporal", "127.0.0.1:9", "--config", "no_such_file.toml"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_file_that_is_not_there_is_a_usage_error(alone: Shell, arguments: list[str]) -> None:
    done = alone(*arguments)
    assert done.returncode == ExitCode.USAGE
    assert "no_such_file" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_configuration_that_cannot_be_is_a_usage_error(alone: Shell, tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text("[[tenants]]\nproduct = 3\n")
    done = alone("serve", "--temporal", "127.0.0.1:9", "--config", str(config))
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["dev"], ["worker", "--temporal", "127.0.0.1:9"]], ids=" ".join)
def test_a_name_that_cannot_be_is_a_usage_error(alone: Shell, command: list[str]) -> None:
    done = alone(*command, str(EXAMPLES / "workflows.py"), "--product", 'sh"op')
    assert done.returncode == ExitCode.USAGE
    assert "product must be" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_an_error_in_one_line(alone: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = alone("dev", str(EXAMPLES / "workflows.py"), "--port", str(taken.getsockname()[1]))
    assert done.returncode == ExitCode.ERROR
    assert "choose another with --port" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_worker_without_temporal_has_no_connection_and_says_so_in_plain_words(alone: Shell) -> None:
    done = alone("worker", str(EXAMPLES / "workflows.py"), "--temporal", "127.0.0.1:9")
    assert done.returncode == ExitCode.UNAVAILABLE
    assert "127.0.0.1:9" in done.stderr
    assert "connection refused" in done.stderr.lower()
    assert "tonic" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_ready_file_that_cannot_be_written_is_an_error_in_one_line(alone: Shell, tmp_path: Path) -> None:
    done = alone(
        "dev", str(EXAMPLES / "workflows.py"), "--port", "0", "--ready-file", str(tmp_path / "no" / "file")
    )
    assert done.returncode == ExitCode.ERROR
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1
