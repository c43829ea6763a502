"""What signals, forks and the end of the interpreter do to a client: each in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults.scripts import ends_at_once
from tests.loopback import PATIENCE
from tests.servers import environment

if TYPE_CHECKING:
    from tests.socket.peer import Peer

BEGIN = """
import os, sys, threading
from ductape_sync import ConnectionLost, Ductape
ductape = Ductape("dsk_key", "shop", "dev", base_url=sys.argv[1])
workflows = ductape.workflows
"""


def run(peer: Peer, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        # From Python 3.12 on a fork with threads warns, rightly: this is what it has to work with.
        [sys.executable, "-W", "ignore:This process:DeprecationWarning", "-c", BEGIN + program, peer.origin],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def outcome(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for its end; return its exit code and what it wrote."""
    try:
        out, err = process.communicate(timeout=3 * PATIENCE)
    finally:
        process.kill()
        process.wait()
    return process.returncode, out, err


WAITS = {
    "a loop over a subscription": "list(workflows.subscribe('order-1'))",
    "a loop over events": "list(workflows.events('order-1'))",
    "waiting for callbacks": "workflows.subscribe('order-1', id).join()",
    "waiting for many": "workflows.wait_all(['order-1', 'order-2'])",
    "a loop over what completes": "list(workflows.as_completed(['order-1', 'order-2'], timeout=1000))",
}


@pytest.mark.parametrize("wait", WAITS)
def test_ctrl_c_ends_it_at_once_and_shows_no_key(peer: Peer, wait: str) -> None:
    peer.start("order-1", "order-2")
    ends_at_once(
        f"workflows = Ductape().workflows\n{WAITS[wait]}",
        peer.origin,
        lambda _: peer.wait_until_subscribed("order-1"),
        lambda: peer.wait_for(lambda: not peer.talks),
    )


@pytest.mark.parametrize(
    "wait", ["Ductape().connect(timeout=1000)", "list(Ductape().workflows.subscribe('order-1'))"]
)
def test_ctrl_c_ends_what_waits_for_a_connection_at_once(peer: Peer, wait: str) -> None:
    def prepare() -> None:
        peer.scripts = [lambda talk: talk.wire.wait_until_gone()]
        peer.handshakes.clear()

    prepare()
    ends_at_once(wait, peer.origin, lambda _: peer.wait_for(lambda: peer.sockets), prepare)


def test_after_ctrl_c_the_client_goes_on(peer: Peer) -> None:
    peer.start("order-1")
    process = run(
        peer,
        """
subscription = workflows.subscribe('order-1')
try:
    print(next(subscription).type, flush=True)
    next(subscription)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(next(subscription).type)
ductape.close()
""",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    peer.end("order-1")
    assert outcome(process) == (0, "completed\n", "")


@pytest.mark.parametrize(
    "stream",
    [
        "subscription = workflows.subscribe('order-1', id)",
        "subscription = workflows.subscribe('order-1'); next(subscription)",
        "threading.Thread(target=list, args=[workflows.events('order-1')], daemon=True).start()",
        "workflows.subscribe('order-1', lambda _: threading.Event().wait())",
    ],
)
def test_a_program_that_ends_is_not_held_up_by_open_streams(peer: Peer, stream: str) -> None:
    peer.start("order-1")
    code, out, err = outcome(run(peer, f"ductape.connect()\n{stream}\nprint('done')"))
    assert (code, out, err) == (0, "done\n", "")


FORK = """
first = threading.Event()

def callback(event):
    first.set()
    if os.getpid() != parent:
        os.abort()

parent = os.getpid()
loop = workflows.subscribe('order-1')
called = workflows.subscribe('order-1', callback)
next(loop)
first.wait()
child = os.fork()
if child == 0:
    try:
        list(loop)
    except ConnectionLost as error:
        print(error)
    print(called.join(5), called.error)
    with ductape:
        print(*[event.type for event in workflows.subscribe('order-2')])
        print(workflows.wait_all(['order-2']))
    sys.stdout.flush()
    os._exit(0)
print(os.waitpid(child, 0)[1], flush=True)
print(*[event.type for event in loop], called.join())
ductape.close()
"""


def test_a_fork_begins_anew_and_leaves_the_parent_alone(peer: Peer) -> None:
    peer.start("order-1", "order-2")
    peer.end("order-2")
    process = run(peer, FORK)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(5)]
    peer.end("order-1")
    code, out, err = outcome(process)
    stays = "a subscription stays in the process that made it: subscribe anew\n"
    assert (code, err) == (0, "")
    assert said == [stays, f"True {stays}", "started completed\n", "[{'name': 'order-2'}]\n", "0\n"]
    assert out == "completed True\n"
    assert peer.sockets == 2
