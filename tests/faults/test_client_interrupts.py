"""Ctrl-C, wherever a program is."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.scripts import ends_at_once
from tests.loopback import STATUS, answer, problem, stall, stall_after

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.loopback import Act, Loopback

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"
LOGGED = "import logging; logging.basicConfig(level=logging.INFO)\n"
WAIT = "Ductape().workflows.wait_for_completion('order-1'{})"


def asked(server: Loopback) -> Callable[[Any], None]:
    return lambda _: server.wait_for(lambda server: len(server.received) == 1)


def said(text: str) -> Callable[[subprocess.Popen[str]], None]:
    """The program has logged something."""

    def wait(process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if text in line:
                return
        raise AssertionError(f"it never said {text!r}")

    return wait


CASES: dict[str, tuple[str, Act, str | None]] = {
    "in a wait": (WAIT.format(""), stall, None),
    "in a wait between looks": (
        LOGGED + "logging.getLogger('ductape_sync').setLevel(10)\n" + WAIT.format(", poll_interval=60"),
        answer(STATUS),
        "answered 200",
    ),
    "in a wait after a fault": (
        LOGGED + WAIT.format(""), problem(503, retry_after="30"), "waiting for order-1 goes on"
    ),
    "in a retry's sleep": (
        LOGGED + "Ductape(timeout=None).workflows.definitions()",
        problem(503, retry_after="30"),
        "is tried again in 30",
    ),
    "in a call": ("Ductape(timeout=None).workflows.definitions()", stall, None),
    "in the middle of an answer": ("Ductape(timeout=None).workflows.definitions()", stall_after(HEAD), None),
    "in a context": (
        "with Ductape() as ductape:\n    ductape.workflows.wait_for_completion('order-1')", stall, None
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "act", "logged"), CASES.values(), ids=CASES.keys())
def test_ctrl_c_ends_it_at_once_and_shows_no_key(
    code: str, act: Act, logged: str | None, server: Loopback
) -> None:
    server.default = act
    ends_at_once(code, server.origin, said(logged) if logged else asked(server), server.received.clear)


def test_ctrl_c_ends_a_connect_that_nobody_accepts() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        code = (
            "import ductape_sync._generated.operations\n"
            "workflows = Ductape(timeout=None).workflows\n"
            "print('trying', file=sys.stderr, flush=True)\n"
            "workflows.definitions()"
        )
        ends_at_once(code, f"http://127.0.0.1:{address[1]}", said("trying"))
        for sock in waiting:
            sock.close()
