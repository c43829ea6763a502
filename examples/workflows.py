"""Workflows of a small shop: the ones that the documentation speaks of, and some that misbehave.

Their steps work on the files in `data/`, and write what they make to a folder: that of the variable
EXAMPLES_OUTPUT, or `ductape-examples` among the temporary files.

    ductape-sync dev examples/workflows.py

A step may be run again after it was done: when its worker dies before it can say so. So each step here
writes files whose names are those of what they are about, whole or not at all, and doing so twice is the
same as doing it once.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import tempfile
import time
import uuid
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parent / "data"
VAT_PERCENT = 19


async def step(name: str, function: Callable[..., Any], *args: Any, minutes: float = 1.0) -> Any:
    """Run an activity as a step of this name: three tries, each a minute at most."""
    return await workflow.execute_activity(
        function,
        args=args,
        summary=name,
        start_to_close_timeout=timedelta(minutes=minutes),
        retry_policy=RetryPolicy(maximum_attempts=3, initial_interval=timedelta(milliseconds=200)),
    )


def need(input: Any, *names: str) -> None:
    """Fail for good when an input lacks something."""
    for name in names:
        if not (input or {}).get(name):
            raise ApplicationError(f"The input has no {name}.", type="InvalidInput", non_retryable=True)


# process-order


class OrderInput(TypedDict):
    """Which order to process."""

    orderId: str
    userId: NotRequired[str]
    timestamp: NotRequired[str]


class OrderResult(TypedDict):
    """What became of an order."""

    orderId: str
    userId: str
    total: float
    invoice: str
    shipment: str


@workflow.defn(name="process-order")
class ProcessOrder:
    """Check an order, reserve what it needs, charge it, write its invoice and hand it to the carrier."""

    __steps__ = ("Validating order", "Reserving stock", "Charging payment", "Writing invoice", "Shipping")

    @workflow.run
    async def run(self, input: OrderInput) -> OrderResult:
        order = await step("Validating order", validate_order, input)
        await step("Reserving stock", reserve_stock, order)
        payment = await step("Charging payment", charge_payment, order)
        invoice = await step("Writing invoice", write_invoice, order, payment)
        shipment = await step("Shipping", ship, order)
        return {
            "orderId": order["orderId"],
            "userId": order["userId"],
            "total": payment["cents"] / 100,
            "invoice": invoice,
            "shipment": shipment,
        }


@activity.defn
def validate_order(input: OrderInput) -> dict[str, Any]:
    need(input, "orderId")
    order_id = input["orderId"]
    order = read_json(DATA / "orders.json").get(order_id)
    if order is None:
        raise ApplicationError(f"There is no order {order_id}.", type="UnknownOrder", non_retryable=True)
    products = {row["sku"]: row for row in read_csv(DATA / "inventory.csv")}
    for item in order["items"]:
        item["name"] = products[item["sku"]]["name"]
        item["cents"] = int(products[item["sku"]]["price_cents"]) * item["quantity"]
    return {"orderId": order_id, **order}


@activity.defn
def reserve_stock(order: dict[str, Any]) -> None:
    # What others have reserved is in their files, and what this order has in its own: no counter to
    # be decreased twice.
    folder = output("reservations")
    taken: Counter[str] = Counter()
    for path in folder.glob("*.json"):
        if path.stem != order["orderId"]:
            taken.update(read_json(path))
    wanted: Counter[str] = Counter()
    for item in order["items"]:
        wanted[item["sku"]] += item["quantity"]
    for row in read_csv(DATA / "inventory.csv"):
        left = int(row["stock"]) - taken[row["sku"]]
        if wanted[row["sku"]] > left:
            raise ApplicationError(
                f"{wanted[row['sku']]} of {row['name']} are wanted, and {left} are left.",
                type="OutOfStock",
                non_retryable=True,
            )
    write_json(folder / f"{order['orderId']}.json", wanted)


@activity.defn
def charge_payment(order: dict[str, Any]) -> dict[str, Any]:
    cents = sum(item["cents"] for item in order["items"])
    # The order's id is the payment's: whoever takes the money sees that it is asked for twice.
    payment = {"orderId": order["orderId"], "userId": order["userId"], "cents": cents, "currency": "EUR"}
    write_json(output("payments") / f"{order['orderId']}.json", payment)
    return payment


@activity.defn
def write_invoice(order: dict[str, Any], payment: dict[str, Any]) -> str:
    lines = [f"# Invoice for {order['orderId']}", "", f"To {user(order['userId'])['name']}", ""]
    lines += [f"- {item['quantity']} x {item['name']}: {item['cents'] / 100:.2f}" for item in order["items"]]
    vat = payment["cents"] * VAT_PERCENT / (100 + VAT_PERCENT)
    lines += ["", f"Total {payment['cents'] / 100:.2f} EUR, with {vat / 100:.2f} EUR of VAT"]
    return write_text(output("invoices") / f"{order['orderId']}.md", "\n".join(lines) + "\n")


@activity.defn
def ship(order: dict[str, Any]) -> str:
    label = hashlib.sha256(order["orderId"].encode()).hexdigest()[:12].upper()
    to = user(order["userId"])
    write_json(output("shipments") / f"{order['orderId']}.json", {"label": label, "to": to["name"]})
    return label


# send-notification


class NotificationInput(TypedDict):
    """Whom to tell what."""

    userId: str
    message: str


@workflow.defn(name="send-notification")
class SendNotification:
    """Write a user an e-mail; it goes to the outbox among the output."""

    __steps__ = ("Finding recipient", "Sending e-mail")

    @workflow.run
    async def run(self, input: NotificationInput) -> dict[str, str]:
        need(input, "userId", "message")
        recipient = await step("Finding recipient", find_recipient, input["userId"])
        path = await step("Sending e-mail", send_email, [recipient["email"]], input["message"])
        return {"to": recipient["email"], "file": path}


@activity.defn
def find_recipient(user_id: str) -> dict[str, str]:
    return user(user_id)


@activity.defn
def send_email(to: list[str], text: str) -> str:
    message = EmailMessage()
    message["From"] = "shop@example.com"
    message["To"] = ", ".join(to)
    message["Subject"] = text.splitlines()[0][:80] if text else "News"
    message.set_content(text)
    return write_text(output("outbox") / f"{activity.info().workflow_id}.eml", message.as_string())


# data-processing


class DataInput(TypedDict):
    """Which data to process: `123` is there."""

    dataId: NotRequired[str]


@workflow.defn(name="data-processing")
class DataProcessing:
    """Sum sales up, by product and by country."""

    __steps__ = ("Loading data", "Aggregating", "Writing report")

    @workflow.run
    async def run(self, input: DataInput) -> dict[str, Any]:
        data_id = (input or {}).get("dataId", "123")
        rows = await step("Loading data", count_rows, data_id)
        totals = await step("Aggregating", aggregate, data_id)
        report = await step("Writing report", write_report, totals)
        return {"rows": rows, "revenue": totals["revenue"], "report": report}


@activity.defn
def count_rows(data_id: str) -> int:
    return len(read_csv(sales(data_id)))


@activity.defn
def aggregate(data_id: str) -> dict[str, Any]:
    products: Counter[str] = Counter()
    countries: Counter[str] = Counter()
    for number, row in enumerate(read_csv(sales(data_id)), start=2):
        try:
            quantity, cents = int(row["quantity"]), int(row["revenue_cents"])
        except ValueError as error:
            raise ValueError(f"{sales(data_id).name}, line {number}: {error}") from None
        products[row["sku"]] += quantity
        countries[row["country"]] += cents
    return {
        "dataId": data_id,
        "revenue": countries.total() / 100,
        "products": dict(products.most_common()),
        "countries": {country: cents / 100 for country, cents in countries.most_common()},
    }


@activity.defn
def write_report(totals: dict[str, Any]) -> str:
    lines = [f"# Sales {totals['dataId']}", "", f"Revenue: {totals['revenue']:.2f} EUR", ""]
    lines += ["| product | sold |", "|---|---|", *(f"| {s} | {n} |" for s, n in totals["products"].items())]
    lines += ["", "| country | EUR |", "|---|---|"]
    lines += [f"| {country} | {euros:.2f} |" for country, euros in totals["countries"].items()]
    return write_text(output("reports") / f"{activity.info().workflow_id}.md", "\n".join(lines) + "\n")


# approval-process


class Approval(TypedDict):
    """Who approved, and what they said."""

    approvedBy: NotRequired[str]
    comments: NotRequired[str]
    approvedAt: NotRequired[str]


class Rejection(TypedDict):
    """Who rejected, and why."""

    rejectedBy: NotRequired[str]
    reason: NotRequired[str]
    rejectedAt: NotRequired[str]


@workflow.defn(name="approval-process")
class ApprovalProcess:
    """Wait until someone approves or rejects a request. Rejected, it fails, with the reason."""

    __steps__ = ("Filing request", "Filing decision")

    def __init__(self) -> None:
        self.decision: tuple[bool, dict[str, Any]] | None = None

    @workflow.run
    async def run(self, input: dict[str, Any]) -> dict[str, Any]:
        await step("Filing request", file_away, "request", input)
        await workflow.wait_condition(lambda: self.decision is not None)
        assert self.decision is not None
        approved, details = self.decision
        await step("Filing decision", file_away, "decision", {"approved": approved, **details})
        if not approved:
            reason = details.get("reason") or "The request was rejected."
            raise ApplicationError(reason, type="Rejected", non_retryable=True)
        return {"approved": True, **details}

    @workflow.signal
    def approve(self, data: Approval | None) -> None:
        """Approve the request. The first decision counts."""
        self.decision = self.decision or (True, dict(data or {}))

    @workflow.signal
    def reject(self, data: Rejection | None) -> None:
        """Reject the request. The first decision counts."""
        self.decision = self.decision or (False, dict(data or {}))


@activity.defn
def file_away(what: str, data: dict[str, Any] | None) -> str:
    return write_json(output("approvals") / f"{activity.info().workflow_id}-{what}.json", data)


# multi-step-process


@workflow.defn(name="multi-step-process")
class MultiStepProcess:
    """Make a report of sales in five steps, and tell everyone about it."""

    __steps__ = (
        "Validating input",
        "Processing data",
        "Generating report",
        "Sending notifications",
        "Cleanup",
    )

    @workflow.run
    async def run(self, input: DataInput | None) -> dict[str, Any]:
        data_id = (input or {}).get("dataId", "123")
        rows = await step("Validating input", count_rows, data_id)
        draft = await step("Processing data", draft_report, data_id)
        report = await step("Generating report", finish_report, draft)
        told = await step("Sending notifications", notify_everyone, report)
        await step("Cleanup", remove, draft)
        return {"rows": rows, "report": report, "notified": told}


@activity.defn
def draft_report(data_id: str) -> str:
    return write_json(output("drafts") / f"{activity.info().workflow_id}.json", aggregate(data_id))


@activity.defn
def finish_report(draft: str) -> str:
    return write_report(read_json(Path(draft)))


@activity.defn
def notify_everyone(report: str) -> int:
    to = [row["email"] for row in read_csv(DATA / "users.csv")]
    send_email(to, f"The report is ready\n\n{report}\n")
    return len(to)


@activity.defn
def remove(path: str) -> None:
    Path(path).unlink(missing_ok=True)


# What goes wrong, takes long, or is run again


@workflow.defn(name="failing-process")
class FailingProcess:
    """Fail: there is a mistake in the file that it reads, and trying again does not help."""

    __steps__ = ("Reading broken data",)

    @workflow.run
    async def run(self) -> None:
        await step("Reading broken data", aggregate, "broken")


class SlowInput(TypedDict):
    """How long it shall take."""

    seconds: NotRequired[float]


@workflow.defn(name="slow-process")
class SlowProcess:
    """Hash the shop's files over and over, for as long as it is told to; five seconds if it is not."""

    __steps__ = ("Hashing files",)

    @workflow.run
    async def run(self, input: SlowInput | None) -> dict[str, Any]:
        seconds = (input or {}).get("seconds", 5.0)
        hashed: dict[str, Any] = await step("Hashing files", hash_files, seconds, minutes=seconds / 60 + 1)
        return hashed


@activity.defn
def hash_files(seconds: float) -> dict[str, Any]:
    # What a try before this one did, in another worker maybe, is in its last heartbeat.
    spent, rounds = activity.info().heartbeat_details or (0.0, 0)
    began = time.monotonic() - spent
    digest = ""
    while time.monotonic() - began < seconds:
        data = b"".join(path.read_bytes() for path in sorted(DATA.iterdir()))
        digest = hashlib.sha256(data * 500).hexdigest()  # long enough for others to have a turn
        rounds += 1
        activity.heartbeat(time.monotonic() - began, rounds)
    return {"rounds": rounds, "sha256": digest}


class RetryingInput(TypedDict):
    """How often it shall fail first."""

    failures: NotRequired[int]


@workflow.defn(name="retrying-process")
class RetryingProcess:
    """Fail twice, or as often as it is told to, and then succeed: if the execution's `retries` allow it."""

    __steps__ = ("Noting the attempt",)

    @workflow.run
    async def run(self, input: RetryingInput | None) -> dict[str, Any]:
        attempt = workflow.info().attempt
        noted = await step("Noting the attempt", note_attempt, attempt)
        if attempt <= (input or {}).get("failures", 2):
            raise ApplicationError(f"Attempt {attempt} failed, as it should.", type="NotYet")
        return {"attempts": noted}


@activity.defn
def note_attempt(attempt: int) -> list[int]:
    path = output("attempts") / f"{activity.info().workflow_id}.json"
    attempts = sorted({*(read_json(path) if path.exists() else ()), attempt})
    write_json(path, attempts)
    return attempts


# Files


def output(name: str) -> Path:
    root = os.environ.get("EXAMPLES_OUTPUT") or Path(tempfile.gettempdir(), "ductape-examples")
    folder = Path(root, name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def sales(data_id: str) -> Path:
    known = {path.stem.removeprefix("sales-"): path for path in DATA.glob("sales-*.csv")}
    if data_id not in known:
        raise ApplicationError(f"There is no data {data_id}.", type="UnknownData", non_retryable=True)
    return known[data_id]


def user(user_id: str) -> dict[str, str]:
    for row in read_csv(DATA / "users.csv"):
        if row["id"] == user_id:
            return row
    raise ApplicationError(f"There is no user {user_id}.", type="UnknownUser", non_retryable=True)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, value: Any) -> str:
    return write_text(path, json.dumps(value, indent=2) + "\n")


def write_text(path: Path, text: str) -> str:
    """Write a file that appears whole, or not at all."""
    part = path.with_name(f"{path.name}.{uuid.uuid4()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return str(path)
