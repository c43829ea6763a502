"""What a typed call costs, with retries, idempotency keys, deadlines and proxies from the environment.

python -m benchmarks.calls PORT
"""

from __future__ import annotations

import os
import sys

import httpx
import requests
from default_client import AuthenticatedClient
from default_client.api.executions import execute_workflow, get_status
from default_client.models import ExecuteRequest

from benchmarks.measure import Row, compare, interleaved, report
from ductape_sync import Ductape

BODY = {
    "workflow": "process-order",
    "input": {"orderId": "order-123", "lines": [{"sku": "A-1", "quantity": 2}]},
}
GOALS = {40: "<= 0.6", 150: "<= 0.4"}


def main() -> None:
    base = f"http://127.0.0.1:{sys.argv[1]}"
    headers = {"Authorization": "Bearer key", "X-Ductape-Product": "shop", "X-Ductape-Env": "dev"}
    variables = len(os.environ)
    with (
        Ductape("key", "shop", "dev", base_url=base) as ductape,
        requests.Session() as session,
        httpx.Client(headers=headers) as plain,
        AuthenticatedClient(base_url=f"{base}/v1", token="key", headers=headers) as generated,
    ):
        started = interleaved(
            {
                "ours": lambda: ductape.workflows.execute(BODY["workflow"], BODY["input"]),
                "requests": lambda: session.request(
                    "POST", f"{base}/v1/executions", json=BODY, headers=headers
                ).json(),
                "httpx": lambda: plain.post(f"{base}/v1/executions", json=BODY).json(),
                "default": lambda: execute_workflow.sync(
                    client=generated, body=ExecuteRequest.from_dict(BODY)
                ),
            }
        )
        handle = ductape.workflows.get("order-123")
        asked = interleaved(
            {
                "ours": handle.refresh,
                "requests": lambda: session.request(
                    "GET", f"{base}/v1/executions/order-123", headers=headers
                ).json(),
                "default": lambda: get_status.sync("order-123", client=generated),
            }
        )
    rows: list[Row] = []
    for what, found in (("execute", started), ("get_status", asked)):
        name = f"{what}, {variables} environment variables"
        rows.append(compare(name, found["ours"], "requests", found["requests"], GOALS.get(variables, "")))
        if variables == 40:
            generated_name = "openapi-python-client's client"
            rows.append(compare(name, found["ours"], generated_name, found["default"], "<= 0.8"))
        if variables == 40 and "httpx" in found:
            rows.append(compare(name, found["ours"], "plain httpx", found["httpx"]))
    report(rows)


if __name__ == "__main__":
    main()
