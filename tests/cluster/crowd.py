"""Many clients of a gateway at once, on one thread: long-polls and WebSockets as small as they can be."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect

from tests.cluster.cluster import SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

_AT_ONCE = 100
"""How many connect at the same time."""


@contextlib.contextmanager
def many_files(wanted: int) -> Iterator[None]:
    """Let this process have so many connections open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Crowd:
    """Clients that all wait for the end of some executions.

    Args:
        url: the gateway's.
        key: their access key.
    """

    def __init__(self, url: str, key: str) -> None:
        self._host, _, self._port = url.removeprefix("http://").partition(":")
        self._authorization = f"Bearer {key}"
        self._asked = asyncio.Semaphore(_AT_ONCE)
        self._ready = 0
        self._changed = asyncio.Event()

    async def wait(
        self, executions: Sequence[str], polls: int, sockets: int, then: Callable[[], Awaitable[None]]
    ) -> tuple[list[str], list[str]]:
        """Have so many long-polls and sockets wait, evenly for each execution.

        Args:
            executions: what they wait for.
            polls: how many long-polls.
            sockets: how many sockets.
            then: called once all of them wait.

        Returns:
            what each of the long-polls, and each of the sockets, got as its execution's result.
        """
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            polling = [group.create_task(self._poll(executions[n % len(executions)])) for n in range(polls)]
            listening = [
                group.create_task(self._listen(executions[n % len(executions)])) for n in range(sockets)
            ]
            while self._ready < polls + sockets:
                self._changed.clear()
                await self._changed.wait()
            await then()
        return [each.result() for each in polling], [each.result() for each in listening]

    def _count(self) -> None:
        self._ready += 1
        self._changed.set()

    async def _poll(self, execution_id: str) -> str:
        async with self._asked:
            answer = await self._ask(execution_id)
        self._count()
        while (head := (await answer)[0]).startswith(b"HTTP/1.1 503 "):
            # Temporal has too much to do, on a machine that has too: a client comes back when it is told to.
            await asyncio.sleep(int(head.partition(b"retry-after: ")[2].split()[0]))
            answer = await self._ask(execution_id)
        head, body = await answer
        assert head.startswith(b"HTTP/1.1 200 "), head
        return str(json.loads(body)["result"])

    async def _ask(self, execution_id: str) -> asyncio.Task[tuple[bytes, bytes]]:
        """Ask for an execution once it has ended; the answer's head and body."""
        reader, writer = await asyncio.open_connection(self._host, int(self._port))
        writer.write(
            f"GET /v1/executions/{execution_id} HTTP/1.1\r\nHost: localhost\r\nPrefer: wait=60\r\n"
            f"Authorization: {self._authorization}\r\nConnection: close\r\n\r\n".encode()
        )

        async def read() -> tuple[bytes, bytes]:
            try:
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            finally:
                writer.close()
            return head, body

        return asyncio.create_task(read())

    async def _listen(self, execution_id: str) -> str:
        async with contextlib.AsyncExitStack() as stack:
            async with self._asked:
                socket = await stack.enter_async_context(self._connect())
                await socket.send(json.dumps({"op": "subscribe", "executionId": execution_id, "after": None}))
                assert json.loads(await socket.recv())["op"] == "subscribed"
            self._count()
            result = ""
            async for text in socket:
                message = json.loads(text)
                if message == {"op": "unsubscribed", "executionId": execution_id, "reason": "ended"}:
                    return result
                if message["event"]["type"] == "completed":
                    result = str(message["event"]["data"]["result"])
        raise AssertionError("the socket was closed")

    def _connect(self) -> connect:
        return connect(
            f"ws://{self._host}:{self._port}/v1/events",
            additional_headers={"Authorization": self._authorization},
            subprotocols=["ductape.v1"],  # type: ignore[list-item]
            compression=None,
            ping_interval=None,
            open_timeout=SECONDS,
            proxy=None,
        )
