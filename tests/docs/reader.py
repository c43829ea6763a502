"""Follows a document as a reader would: writes its files, runs its code, types its commands."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ductape_sync import Ductape
from tests.servers import ROOT, Started, environment, started, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

EXAMPLES_SERVER = "ductape-sync dev examples/workflows.py --access-key dev-key"
_FENCE = re.compile(r"^```(\w*) ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GATEWAYS = ("ductape-sync dev", "ductape-sync serve")
_SERVERS = (*_GATEWAYS, "ductape-sync worker", "python worker.py", "temporal server", "celery")
_SHOWN_ONLY = {"", "text", "json", "html"}
_PORTS = re.compile(r"\b(7711|7712|7233|8443)\b")
_SECRET = re.compile(r"\b\w+[_:]…")  # something that is made up, and used again further down
_POLITE = ("ductape-sync", "python")  # what ends well when it is told to, and quickly
_STOP_SECONDS = 10
_NGINX = """
daemon off;
pid nginx.pid;
error_log stderr notice;
events {{}}
http {{
    access_log off;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    include {name};
}}
"""  # what a system's own nginx.conf has around the file that a guide shows


class Block(NamedTuple):
    """A fenced block of a document."""

    line: int
    language: str
    name: str
    text: str


def blocks(document: Path) -> list[Block]:
    text = document.read_text()
    return [Block(text.count("\n", 0, match.start()) + 1, *match.groups()) for match in _FENCE.finditer(text)]


class Reader:
    """Does what a document says, in a folder of its own.

    Args:
        document: the document.
        folder: where its files go.
        server: what `EXAMPLES_SERVER` started: where clients go that say nothing else.
        monkeypatch: sets variables for the code that is run in this process.
    """

    def __init__(
        self, document: Path, folder: Path, server: Started, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.document = document
        self.folder = folder
        self._server = server
        self.variables = dict(server.variables)
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self._printed = ""  # by the Python block before
        self._monkeypatch = monkeypatch
        self._running: dict[str, contextlib.ExitStack] = {}
        self._real: dict[str, str] = {}  # by what the document says

    def follow(self, block: Block) -> None:
        text = self._as_it_is_here(block.text)
        if block.name:
            path = self.folder / block.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if block.language == "nginx":
                (self.folder / "nginx.conf").write_text(_NGINX.format(name=block.name))
                self._serve("nginx -p . -c nginx.conf -e stderr", "…start worker process…")
        elif block.language == "python":
            self._run(block.line, text)
        elif block.language == "output":
            assert _pattern(text).fullmatch(self._printed.strip()), self._printed
        elif block.language == "console":
            for command, output in _commands(text):
                self._type(command, output)
        else:
            assert block.language in _SHOWN_ONLY, f"nobody runs {block.language} blocks"
            assert not re.search(r"^\$ ", text, re.MULTILINE), (
                f"line {block.line}: nobody types these commands"
            )

    def leave(self) -> None:
        """Close the document's clients, and stop what it has started, the last first."""
        for value in self.names.values():
            if isinstance(value, Ductape):
                value.close()
        for stack in reversed(self._running.values()):
            stack.close()

    def _as_it_is_here(self, text: str) -> str:
        for said, real in self._real.items():
            text = text.replace(said, real)
        return _PORTS.sub(lambda match: self._port(match[0]), text)

    def _port(self, said: str) -> str:
        if said not in self._real:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                self._real[said] = str(probe.getsockname()[1])
        return self._real[said]

    def _run(self, line: int, text: str) -> None:
        code = compile("\n" * line + text, str(self.document), "exec")
        for name, value in self.variables.items():
            self._monkeypatch.setenv(name, value)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, self.names)
        self._printed = printed.getvalue()

    def _type(self, command: str, output: str) -> None:
        if command.startswith("pip install"):
            _check_extras(command)
        elif command.startswith("make "):
            assert f"\n{command.split()[1]}:" in (ROOT / "Makefile").read_text()
        elif command.startswith("export "):
            name, _, value = shlex.split(command)[1].partition("=")
            self.variables[name] = value
        elif command == EXAMPLES_SERVER:
            self.variables |= self._server.variables
        elif command.startswith(_SERVERS):
            self._serve(command, output)
        else:
            self._call(command, output)

    def _serve(self, command: str, output: str) -> None:
        if command in self._running:
            self._running.pop(command).close()
        self._running[command] = stack = contextlib.ExitStack()
        if command.startswith(_GATEWAYS):
            process, log = stack.enter_context(self._gateway(command))
        else:
            process, log = stack.enter_context(self._background(command))
        pattern = _pattern(output + "…")
        wait_until(lambda: pattern.fullmatch(log.read_text()), process, log)

    @contextlib.contextmanager
    def _gateway(self, command: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        arguments = shlex.split(command)[1:]
        usual = "--port" not in arguments
        if usual:
            arguments += ["--port", self._port("7711")]
        with started(*arguments, folder=self.folder) as server:
            if usual:
                self.variables |= {name: value for name, value in server.variables.items() if value}
            yield server.process, server.log

    @contextlib.contextmanager
    def _background(self, command: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        if command.startswith("temporal server"):
            command += f" --port {self._port('7233')}"
        log = self.folder / f"log-{len(self._running)}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["/bin/sh", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process, log
            if command.startswith(_POLITE):
                process.terminate()
                assert process.wait(_STOP_SECONDS) == 0, log.read_text()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _call(self, command: str, output: str) -> None:
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail\n{command}"],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # in the order in which a reader sees it
            text=True,
            timeout=60,
            check=False,
        )
        said = done.stdout.strip()
        # A command that is to fail is followed by one that says how: `…; echo "exit code $?"`.
        assert done.returncode == 0, f"$ {command}\n{said}"
        assert not output or _pattern(output).fullmatch(said), f"$ {command}\n{said}"
        for made_up in _SECRET.findall(output):
            found = re.search(re.escape(made_up[:-1]) + r"\S+", said)
            assert found
            self._real[made_up] = found[0]

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return environment(PATH=path, COLUMNS="100", HOME=str(self.folder), **self.variables)


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command with the output that is shown for it."""
    for typed in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = typed.replace("\\\n", "").partition("\n")
        yield command.split("  #", 1)[0].strip(), output


def _pattern(output: str) -> re.Pattern[str]:
    """What matches the output that a document shows; `…` is anything."""
    parts = [re.escape(part) for part in re.split(r"\s*…\s*", output.strip())]
    return re.compile(r".*".join(parts), re.DOTALL)


def _check_extras(command: str) -> None:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extras in re.findall(r"ductape-sync\[([^]]+)\]", command):
        for extra in extras.split(","):
            assert extra in known, f"{command}: there is no extra {extra}"
