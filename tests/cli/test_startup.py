"""What the command loads before it answers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ductape_sync import __version__
from ductape_sync.cli.failures import ExitCode
from ductape_sync.cli.group import _COMMANDS, group
from tests.servers import environment

HEAVY = {"requests", "urllib3", "websocket", "attrs", "rich", "tqdm", "asyncio",
         "temporalio", "starlette", "uvicorn", "jsonschema_rs", "yaml"}  # fmt: skip
COMMANDS = group.list_commands(None)  # type: ignore[arg-type]


def python(code: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], [], *([name, "--help"] for name in COMMANDS)], ids=" ".join
)
def test_version_and_help_load_nothing_heavy(arguments: list[str]) -> None:
    done = python(
        "import sys; from ductape_sync.cli.main import main; code = main();"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)",
        *arguments,
    )
    assert done.returncode == ExitCode.OK, done.stderr
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert "ductape_sync" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ("--version", ""),
        ("--help", "failures group"),
        ("execute --help", "failures group inputs names options starting"),
    ],
)
def test_help_loads_no_command_but_the_one_asked_about(arguments: str, needed: str) -> None:
    done = python(
        "import sys; from ductape_sync.cli.main import main; main(); print(*sys.modules, file=sys.stderr)",
        *arguments.split(),
    )
    loaded = {name.rpartition(".")[2] for name in done.stderr.split() if name.startswith("ductape_sync.cli.")}
    assert loaded - {"main"} == set(needed.split())
    assert "ductape_sync.errors" not in done.stderr.split()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_the_help_of_each_does(name: str) -> None:
    command = group.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(limit=1000) == _COMMANDS[name][1]


def test_as_json_nothing_is_loaded_that_lays_text_out() -> None:
    done = python(
        "import sys; from ductape_sync.cli.main import main; main(); print(*sys.modules)",
        "status", "x", "--json", "--base-url", "http://127.0.0.1:9", "--access-key", "k", "--product", "p",
        "--env", "e",
    )  # fmt: skip
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "requests" in loaded
    assert not loaded & {"rich", "tqdm", "temporalio"}


def test_version_is_that_of_the_package() -> None:
    done = python("from ductape_sync.cli.main import main; main()", "--version")
    assert done.stdout == f"ductape-sync {__version__}\n"


@pytest.mark.parametrize("arguments", [["--version"], ["--version", "list"]], ids=" ".join)
def test_version_is_the_same_by_either_way(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from ductape_sync.cli.failures import run

    assert run(group, arguments) == ExitCode.OK
    assert capsys.readouterr().out == f"ductape-sync {__version__}\n"


def test_it_is_also_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ductape_sync", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"ductape-sync {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_examples_of_it(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from ductape_sync.cli.failures import run

    assert run(group, [name, "--help"]) == ExitCode.OK
    _, _, examples = capsys.readouterr().out.partition("Examples:")
    assert f"ductape-sync {name}" in examples


def test_without_its_extra_the_command_says_how_to_get_it() -> None:
    done = python(
        "import sys; sys.modules['click'] = None; from ductape_sync.cli.main import main; sys.exit(main())"
    )
    assert done.returncode == ExitCode.USAGE
    assert "pip install 'ductape-sync[cli]'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_the_gateways_extra_dev_says_how_to_get_it() -> None:
    done = python(
        "import sys; sys.modules['temporalio'] = None\n"
        "from ductape_sync.cli.main import main; sys.exit(main())",
        "dev",
        "workflows.py",
    )
    assert done.returncode == ExitCode.USAGE
    assert "pip install 'ductape-sync[gateway]'" in done.stderr
    assert done.stderr.count("\n") == 1
