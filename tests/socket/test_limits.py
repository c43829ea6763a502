"""A process that has no more descriptors to give: in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.socket.test_processes import outcome, run

if TYPE_CHECKING:
    from tests.socket.peer import Peer

FULL = """
import resource
from ductape_sync import ConnectionFailed
import ductape_sync.realtime.connection, ductape_sync.realtime.subscription

resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
workflows.get_status("order-1")
taken = []
try:
    while True:
        taken.append(open(os.devnull))
except OSError:
    pass
try:
    workflows.subscribe("order-1")
except ConnectionFailed as error:
    print(error)
for file in taken[:2]:  # enough to try, and not to succeed
    file.close()
subscription = workflows.subscribe("order-1")
for file in taken[2:]:
    file.close()
print(next(subscription).type)
ductape.close()
"""


def test_a_process_that_is_full_says_so_and_goes_on_when_it_is_not(peer: Peer) -> None:
    peer.start("order-1")
    code, out, err = outcome(run(peer, FULL))
    assert code == 0, err
    said = out.splitlines()
    assert "the system has no room for another connection: [Errno 24] Too many open files" in said[0]
    assert said[1:] == ["started"]
