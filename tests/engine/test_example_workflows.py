"""The example workflows, each run to its end, against the files that they ship with."""

from __future__ import annotations

import contextlib
import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from tests.engine.running import Client, Loop, working

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ductape_sync.gateway.engine.client import Engine
    from ductape_sync.gateway.tenants import Tenant

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("examples")


@pytest.fixture(scope="module")
def shop(client: Client, loop: Loop, address: str, engine: Engine, folder: Path) -> Iterator[Client]:
    tenant: Tenant = evolve(client.tenant, task_queue="examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXAMPLES_OUTPUT", str(folder))
        stack = contextlib.AsyncExitStack()
        loop.run(
            stack.enter_async_context(working(address, tenant, EXAMPLES / "workflows.py", engine=engine))
        )
        yield Client(loop, engine, tenant)
        loop.run(stack.aclose())


def steps(client: Client, execution: str) -> list[str]:
    return [one["data"]["step"] for one in client.events(execution) if one["type"] == "step_completed"]


def declared(client: Client, workflow: str) -> list[str]:
    definitions = client.loop.run(client.engine.definitions(client.tenant))
    found: list[str] = next(one["steps"] for one in definitions if one["name"] == workflow)
    return found


@pytest.mark.parametrize(
    ("workflow", "ends"),
    [
        ("process-order", "The input has no orderId."),
        ("send-notification", "The input has no userId."),
        ("data-processing", None),
    ],
)
def test_an_input_that_is_left_out_is_no_riddle(shop: Client, workflow: str, ends: str | None) -> None:
    assert shop.run(workflow)["error"] == ends


def test_an_order_is_processed_in_its_steps(shop: Client, folder: Path) -> None:
    execution = shop.start("process-order", {"orderId": "order-123", "userId": "user-456"})
    status = shop.end(execution)
    assert steps(shop, execution) == declared(shop, "process-order")
    result = status["result"]
    assert (result["orderId"], result["userId"], result["total"]) == ("order-123", "user-456", 171.80)
    assert "Total 171.80 EUR" in Path(result["invoice"]).read_text()
    assert json.loads((folder / "payments" / "order-123.json").read_text())["cents"] == 17180


def test_an_order_that_is_processed_twice_takes_its_stock_once(shop: Client, folder: Path) -> None:
    order = {"orderId": "order-125", "timestamp": "2026-11-01T00:00:00Z"}
    first, second = (shop.run("process-order", order)["result"] for _ in range(2))
    assert first == second
    assert len(list((folder / "reservations").glob("order-125*"))) == 1


@pytest.mark.parametrize(
    ("input", "kind", "step"),
    [
        ({"orderId": "order-999"}, "UnknownOrder", "Validating order"),
        ({"orderId": "order-900"}, "OutOfStock", "Reserving stock"),
        ({}, "InvalidInput", "Validating order"),
    ],
)
def test_an_order_that_cannot_be_filled_fails_at_its_step(
    shop: Client, input: dict[str, Any], kind: str, step: str
) -> None:
    status = shop.run("process-order", input)
    assert (status["status"], status["failure"]["type"], status["failure"]["step"]) == ("failed", kind, step)
    assert status["failure"]["attempts"] == 1


def test_a_notification_is_written_to_its_recipient(shop: Client) -> None:
    message = {"userId": "user-123", "message": "Your order has shipped!"}
    result = shop.run("send-notification", message)["result"]
    mail = Path(result["file"]).read_text()
    assert result["to"] == "ada.brandt@example.com"
    assert "To: ada.brandt@example.com" in mail
    assert "Your order has shipped!" in mail


def test_data_is_summed_up(shop: Client) -> None:
    result = shop.run("data-processing", {"dataId": "123"})["result"]
    with (EXAMPLES / "data" / "sales-123.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert result["rows"] == len(rows)
    assert result["revenue"] == sum(int(row["revenue_cents"]) for row in rows) / 100
    assert f"Revenue: {result['revenue']:.2f} EUR" in Path(result["report"]).read_text()


def test_an_approved_request_completes(shop: Client) -> None:
    execution = shop.start("approval-process", {"requestId": "req-123"})
    shop.signal(execution, "approve", {"approvedBy": "user-456", "comments": "Looks good"})
    shop.signal(execution, "reject", {"reason": "too late"})
    expected = {"approved": True, "approvedBy": "user-456", "comments": "Looks good"}
    assert shop.end(execution)["result"] == expected


@pytest.mark.parametrize(
    ("data", "error"),
    [({"reason": "Budget exceeded"}, "Budget exceeded"), (None, "The request was rejected.")],
)
def test_a_rejected_request_fails_with_the_reason(shop: Client, data: Any, error: str) -> None:
    execution = shop.start("approval-process", {"requestId": "req-123"})
    shop.signal(execution, "reject", data)
    status = shop.end(execution)
    assert (status["status"], status["error"], status["failure"]["type"]) == ("failed", error, "Rejected")


def test_a_withdrawn_request_is_cancelled(shop: Client) -> None:
    execution = shop.start("approval-process", {"requestId": "req-123"})
    shop.cancel(execution, "Cancelled by user")
    assert shop.end(execution)["status"] == "cancelled"


@pytest.mark.parametrize("input", [{"dataId": "123"}, ...])
def test_a_process_of_many_steps_goes_through_them(shop: Client, folder: Path, input: Any) -> None:
    execution = shop.start("multi-step-process", input)
    status = shop.end(execution)
    assert steps(shop, execution) == declared(shop, "multi-step-process")
    assert steps(shop, execution) == [
        "Validating input",
        "Processing data",
        "Generating report",
        "Sending notifications",
        "Cleanup",
    ]
    assert status["result"]["notified"] == 5
    assert Path(status["result"]["report"]).exists()
    assert not (folder / "drafts" / f"{execution}.json").exists()


def test_the_one_that_fails_says_where_the_mistake_is(shop: Client) -> None:
    status = shop.run("failing-process")
    assert status["failure"]["step"] == "Reading broken data"
    assert "sales-broken.csv, line 4" in status["error"]


def test_the_slow_one_takes_its_time_and_can_be_cancelled(shop: Client) -> None:
    assert shop.run("slow-process", {"seconds": 0.2})["result"]["rounds"] >= 1
    execution = shop.start("slow-process", {"seconds": 600})
    shop.until_status(execution, lambda status: status["currentStep"] == "Hashing files")
    shop.cancel(execution)
    assert shop.end(execution)["status"] == "cancelled"


def test_the_one_that_is_run_again_succeeds_with_enough_retries(shop: Client) -> None:
    status = shop.run("retrying-process", {"failures": 1}, options={"retries": 1})
    assert (status["attempt"], status["result"]) == (2, {"attempts": [1, 2]})
    assert shop.run("retrying-process", {"failures": 1})["error"] == "Attempt 1 failed, as it should."
