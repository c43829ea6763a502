"""Completion, as shells ask for it."""

from __future__ import annotations

import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import COMMAND
from tests.servers import environment

if TYPE_CHECKING:
    from ductape_sync import Ductape
    from tests.cli.conftest import Shell


def completed(shell: Shell, line: str, **variables: str) -> list[str]:
    """What bash offers at the end of a line, through the script itself."""
    words = line.split(" ")
    script = f"""
        eval "$({COMMAND} completion bash)"
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        COMP_CWORD={len(words) - 1}
        _ductape_sync_completion ductape-sync
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    path = f"{Path(COMMAND).parent}:{environment()['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        env=environment(**shell.variables | {"PATH": path} | variables),
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_commands_and_options(alone: Shell) -> None:
    assert completed(alone, "ductape-sync exec") == ["execute"]
    assert completed(alone, "ductape-sync list --of") == ["--offset"]
    assert completed(alone, "ductape-sync list --status c") == ["completed", "cancelled"]
    assert completed(alone, "ductape-sync completion ") == ["bash", "zsh", "fish"]


def test_names_of_workflows_and_ids_come_from_the_server(shell: Shell, ductape: Ductape) -> None:
    execution_id = f"completion-{uuid.uuid4().hex[:8]}"
    ductape.workflows.execute("approval-process", {}, execution_id=execution_id).cancel()
    assert completed(shell, "ductape-sync execute multi") == ["multi-step-process"]
    assert completed(shell, "ductape-sync list --workflow appr") == ["approval-process"]
    assert completed(shell, f"ductape-sync wait {execution_id[:-2]}") == [execution_id]


def test_without_a_server_or_a_key_nothing_is_offered_and_nothing_is_said(alone: Shell) -> None:
    assert completed(alone, "ductape-sync execute ") == []
    nowhere = {"DUCTAPE_BASE_URL": "http://127.0.0.1:9", "DUCTAPE_ACCESS_KEY": "k", "DUCTAPE_PRODUCT": "p"}
    assert completed(alone, "ductape-sync wait ", DUCTAPE_ENV="e", **nowhere) == []


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_get_a_script_that_asks_the_command(alone: Shell, name: str) -> None:
    script = alone("completion", name).stdout
    assert f"_DUCTAPE_SYNC_COMPLETE={name}_complete" in script
    asked = {"zsh": {"COMP_WORDS": "ductape-sync exec", "COMP_CWORD": "1"},
             "fish": {"COMP_WORDS": "ductape-sync exec", "COMP_CWORD": "exec"}}[name]  # fmt: skip
    answer = alone(_DUCTAPE_SYNC_COMPLETE=f"{name}_complete", **asked)
    assert answer.returncode == 0
    assert "execute" in answer.stdout
    assert "status" not in answer.stdout
