"""Completion, by the keys that a user presses in bash, zsh and fish, set up as the guide says."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import COMMAND, Shell, Terminal
from tests.docs.reader import blocks
from tests.servers import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ductape_sync import Ductape

BIN = Path(COMMAND).parent
PATH = f"{BIN}:{os.environ['PATH']}"
BLOCKS = blocks(ROOT / "docs" / "shell.md")
GUIDE = {block.name: block.text for block in BLOCKS}
SHELLS = ("bash", "zsh", "fish")

CLEAR, START, TAB, ENTER = "\x15", "\x01", "\t", "\r"


class Prompt:
    """A shell at its prompt."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._lines = 0

    @property
    def text(self) -> str:
        """All that was on the screen so far."""
        return self._terminal.text

    def complete(self, line: str) -> str:
        """What a line is after the tab key."""
        # A command is put before the line that writes it down. What is typed does not have the mark itself.
        self._lines += 1
        self._terminal.type(f'{CLEAR}{line}{TAB}{START}echo "MA"RK{self._lines} {ENTER}')
        return self._terminal.search(rf"MARK{self._lines} (.*?) *\r?\n")[1]


def _program(name: str) -> str:
    found = shutil.which(name, path=PATH)
    assert found, (
        f"{name} is not on the PATH: install it, or let make unpack it ({BIN.parent.name}/bin/{name})"
    )
    return found


def _bash(home: Path) -> list[str]:
    lines = ('PS1="READY> "', 'bind "set enable-bracketed-paste off"', GUIDE["bashrc"])
    (home / ".bashrc").write_text("\n".join(lines))
    return [_program("bash"), "-i"]


def _zsh(home: Path) -> list[str]:
    unpacked = shlex.quote(str(BIN.parent / "zsh"))  # which does not know where it is
    lines = (
        f"module_path=({unpacked}/usr/lib/*/zsh/*(N) $module_path)",
        f"fpath=({unpacked}/usr/share/zsh/functions/**/*(/N) $fpath)",
        'PS1="READY> "',
        "bindkey -e",
        "autoload -Uz compinit && compinit -u -D",
        GUIDE["zshrc"],
    )
    (home / ".zshrc").write_text("\n".join(lines))
    return [_program("zsh"), "-d", "-i"]


def _fish(home: Path) -> list[str]:
    (typed,) = (block.text for block in BLOCKS if "completion fish" in block.text)
    variables = environment(HOME=str(home), PATH=PATH)
    for command in re.findall(r"^\$ (.+)$", typed, re.MULTILINE):
        subprocess.run(["sh", "-c", command], env=variables, check=True)
    (home / ".config" / "fish" / "config.fish").write_text(
        "set -g fish_greeting\nfunction fish_prompt; echo -n 'READY> '; end\n"
    )
    return [_program("fish"), "-i"]


@pytest.fixture
def prompt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str, Shell], Prompt]]:
    """Starts a shell in the test's folder."""
    with contextlib.ExitStack() as stack:

        def start(name: str, shell: Shell) -> Prompt:
            home = tmp_path / "home"
            home.mkdir()
            command = {"bash": _bash, "zsh": _zsh, "fish": _fish}[name](home)
            variables = environment(
                **shell.variables,
                PATH=PATH,
                TERM="xterm",
                HOME=str(home),
                XDG_CONFIG_HOME=str(home / ".config"),
                XDG_DATA_HOME=str(home / ".local"),
                ZDOTDIR=str(home),
                INPUTRC="/dev/null",
            )
            terminal = stack.enter_context(Terminal(command, variables, folder=tmp_path))
            terminal.read_until("READY> ")
            return Prompt(terminal)

        yield start


@pytest.mark.parametrize("name", SHELLS)
def test_commands_options_and_files_are_completed(
    prompt: Callable[[str, Shell], Prompt], alone: Shell, tmp_path: Path, name: str
) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "first.json").write_text("{}")
    (tmp_path / "flows.py").write_text("")
    at = prompt(name, alone)
    assert at.complete("ductape-sync exec") == "ductape-sync execute"
    assert at.complete("ductape-sync list --of") == "ductape-sync list --offset"
    assert at.complete("ductape-sync list --status fa") == "ductape-sync list --status failed"
    assert at.complete("ductape-sync list --status=fa") == "ductape-sync list --status=failed"
    assert at.complete("ductape-sync execute x --input=@or").endswith(" --input=@orders/first.json")
    assert at.complete("ductape-sync completion z") == "ductape-sync completion zsh"
    assert at.complete("ductape-sync dev fl") == "ductape-sync dev flows.py"
    assert at.complete("ductape-sync worker fl") == "ductape-sync worker flows.py"
    assert at.complete("ductape-sync execute x -i @or") == "ductape-sync execute x -i @orders/first.json"
    assert (
        at.complete("ductape-sync execute x -i @orders/f") == "ductape-sync execute x -i @orders/first.json"
    )
    assert at.complete("ductape-sync signal x y --data @") == "ductape-sync signal x y --data @"


@pytest.mark.parametrize("name", SHELLS)
def test_names_ids_and_signals_come_from_the_server(
    prompt: Callable[[str, Shell], Prompt], shell: Shell, ductape: Ductape, name: str
) -> None:
    execution_id = f"completion:{uuid.uuid4().hex[:8]}@{name}"
    ductape.workflows.execute("approval-process", {}, execution_id=execution_id).cancel()
    at = prompt(name, shell)
    assert at.complete("ductape-sync execute multi") == "ductape-sync execute multi-step-process"
    assert at.complete("ductape-sync list --workflow appr") == "ductape-sync list --workflow approval-process"
    assert at.complete(f"ductape-sync wait {execution_id[:-2]}") == f"ductape-sync wait {execution_id}"
    signal = f"ductape-sync signal {execution_id}"
    assert at.complete(f"{signal} rej") == f"{signal} reject"


@pytest.mark.parametrize("name", SHELLS)
def test_without_a_server_or_a_key_nothing_is_offered_and_nothing_is_said(
    prompt: Callable[[str, Shell], Prompt], alone: Shell, name: str
) -> None:
    nowhere = {"DUCTAPE_BASE_URL": "http://127.0.0.1:9", "DUCTAPE_ACCESS_KEY": "k", "DUCTAPE_PRODUCT": "p"}
    at = prompt(name, Shell({**nowhere, "DUCTAPE_ENV": "e"}))
    assert at.complete("ductape-sync execute multi") == "ductape-sync execute multi"
    assert at.complete("ductape-sync signal x y") == "ductape-sync signal x y"
    assert "rror" not in at.text
