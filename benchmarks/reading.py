"""Long histories and long lists.

python -m benchmarks.reading PORT
"""

from __future__ import annotations

import json
import sys
import tracemalloc

import requests
from default_client.models import ExecutionList as DefaultList

from benchmarks.measure import Row, compare, interleaved, report
from benchmarks.responder import PAGES, event
from ductape_sync import Ductape
from ductape_sync._generated.models import History
from ductape_sync.strictjson import decode


def histories() -> Row:
    """50,000 events in pages as the server sends them, decoded: text to typed objects."""
    pages = [
        json.dumps(
            {
                "executionId": "order-123",
                "events": [event(p * 1000 + n) for n in range(1000)],
                "nextAfter": None,
            }
        ).encode()
        for p in range(50)
    ]
    found = interleaved(
        {
            "ours": lambda: [History.from_dict(decode(page)) for page in pages],
            "json.loads": lambda: [json.loads(page) for page in pages],
        },
        rounds=9,
        calls=1,
    )
    return compare(
        "50,000 events of history decoded", found["ours"], "json.loads", found["json.loads"], "<= 1.9"
    )


def lists(ductape: Ductape, base: str) -> Row:
    """10,000 executions, 100 a page, over HTTP."""
    session = requests.Session()

    def default() -> None:
        cursor = None
        while True:
            params = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
            page = DefaultList.from_dict(session.get(f"{base}/v1/executions", params=params).json())
            for _ in page.executions:
                pass
            cursor = page.next_cursor
            if cursor is None:
                return

    def ours() -> None:
        for _ in ductape.workflows.iterate():
            pass

    with session:
        found = interleaved({"ours": ours, "default": default}, rounds=7, calls=1)
    peer = "requests and the default generated models"
    return compare(
        f"{PAGES * 100:,} executions listed, 100 a page", found["ours"], peer, found["default"], "<= 0.55"
    )


def memory(ductape: Ductape) -> Row:
    """The most that iterating holds, after a tenth of the list and after all of it."""
    tracemalloc.start()
    peaks = []
    for number, _ in enumerate(ductape.workflows.iterate()):
        if number in {999, PAGES * 100 - 1}:
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    early, late = peaks
    return Row(
        "the most memory while iterating 10,000 executions",
        f"{late / 1024:.0f} KiB",
        f"after the first 1,000: {early / 1024:.0f} KiB",
        late / early,
        "<= 1.1",
    )


def main() -> None:
    base = f"http://127.0.0.1:{sys.argv[1]}"
    with Ductape("key", "shop", "dev", base_url=base) as ductape:
        report([histories(), lists(ductape, base), memory(ductape)])


if __name__ == "__main__":
    main()
