"""A dev server whose parent is a process of its own: `python server_process.py DATABASE`.

It prints the server's address, and then waits for its own end.
"""

from __future__ import annotations

import asyncio
import sys

from ductape_sync.gateway.engine.devserver import DevServer


async def main(db: str | None) -> None:
    async with DevServer(db) as server:
        print(server.address, flush=True)
        print(await server.wait(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
