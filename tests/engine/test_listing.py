from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from tests.engine.running import Client, Loop, eventually, gather, refused, working

if TYPE_CHECKING:
    from collections.abc import Iterable

MANY = 1000
SOME = 200


def ids(executions: Iterable[dict[str, Any]]) -> list[str]:
    return [execution["executionId"] for execution in executions]


def start_waiting(client: Client, count: int) -> list[str]:
    """Executions that wait for a signal, the newest first."""

    async def start(number: int) -> None:
        await client.engine.start(
            client.tenant,
            {"workflow": "waits", "options": {"metadata": {"number": number}}},
            idempotency_key=f"waiting-{number}",
        )

    client.loop.run(gather(*(start(number) for number in range(count))), seconds=110)
    eventually(lambda: client.list(workflow="waits", limit=1)["count"] == count)
    return ids(client.list(workflow="waits", limit=count)["executions"])


@pytest.fixture(scope="module")
def crowd(client: Client, loop: Loop, address: str) -> Client:
    """A tenant whose worker is not there just now: what is started waits for it, and costs less."""
    tenant = evolve(client.tenant, task_queue="crowd")

    async def learn_what_there_is() -> None:
        async with working(address, tenant):
            assert await client.engine.definitions(tenant)

    loop.run(learn_what_there_is())
    return Client(loop, client.engine, tenant)


@pytest.fixture(scope="module")
def many(crowd: Client) -> list[str]:
    """A thousand executions, the newest first."""
    return start_waiting(crowd, MANY)


def test_a_thousand_are_listed_page_by_page_without_a_gap_or_a_repeat(crowd: Client, many: list[str]) -> None:
    assert len(set(many)) == MANY
    found = list(crowd.walk(90, workflow="waits"))
    assert ids(found) == many
    assert [one["startedAt"] for one in found] == sorted((one["startedAt"] for one in found), reverse=True)
    assert {one["metadata"]["number"] for one in found} == set(range(MANY))


@pytest.mark.parametrize("offset", [0, 1, 99, 100, 101, 500, 990, 1000, 10_000])
def test_a_page_at_an_offset_goes_on_where_the_one_before_ended(
    crowd: Client, many: list[str], offset: int
) -> None:
    page = crowd.list(workflow="waits", limit=20, offset=offset)
    assert page["count"] == MANY
    assert ids(page["executions"]) == many[offset : offset + 20]
    assert (page["nextCursor"] is None) == (offset + 20 >= MANY)
    if page["nextCursor"] is not None:
        following = crowd.list(workflow="waits", limit=5, cursor=page["nextCursor"])
        assert ids(following["executions"]) == many[offset + 20 : offset + 25]


def test_nothing_is_lost_or_repeated_while_others_start_and_finish(client: Client, loop: Loop) -> None:
    waiting = start_waiting(client, SOME)
    shuffled = random.Random(7).sample(waiting, len(waiting))

    async def churn(stop: asyncio.Event) -> None:
        for number, execution in enumerate(shuffled):
            if stop.is_set():
                return
            await client.engine.signal(client.tenant, execution, {"signal": "finish"})
            if number % 5 == 0:
                body = {
                    "workflow": "retried",
                    "input": {"succeeds": 3, "pause": 1},
                    "options": {"retries": 2},
                }
                await client.engine.start(client.tenant, body, idempotency_key=None)

    async def walk() -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            page = await client.engine.list(client.tenant, limit=20, cursor=cursor)
            found += ids(page["executions"])
            cursor = page["nextCursor"]
            if cursor is None:
                return found

    async def both() -> list[str]:
        stop = asyncio.Event()
        churning = asyncio.create_task(churn(stop))
        found = await walk()
        stop.set()
        await churning
        return found

    found = loop.run(both())
    assert len(found) == len(set(found))
    assert set(waiting) <= set(found)


def test_each_status_has_its_own_list(client: Client) -> None:
    completed = client.start("no-input")
    failed = client.start("bug")
    late = client.start("waits", options={"timeout": 200})
    cancelled = client.start("waits")
    client.cancel(cancelled)
    for execution in (completed, failed, late, cancelled):
        client.end(execution)
    for status, wanted in {
        "completed": {completed},
        "failed": {failed, late},
        "cancelled": {cancelled},
    }.items():
        eventually(lambda s=status, w=wanted: w <= set(ids(client.list(status=s, limit=1000)["executions"])))
        page = client.list(status=status, limit=1000)
        assert {one["status"] for one in page["executions"]} == {status}
        assert page["count"] == len(page["executions"])


def test_a_retried_execution_is_one_row_in_its_place(client: Client) -> None:
    first = client.start("retried", {"succeeds": 4, "pause": 10}, options={"retries": 3})
    after = client.start("no-input")
    client.end(first)
    client.end(after)
    eventually(lambda: client.list(workflow="retried", status="completed", limit=1)["count"])
    page = eventually(
        lambda: found if (found := client.list(limit=2))["executions"][1]["status"] == "completed" else None
    )
    assert ids(page["executions"]) == [after, first]
    assert page["executions"][1]["startedAt"] == client.status(first)["startedAt"]
    assert ids(client.walk(2, workflow="retried", status="completed")).count(first) == 1


def test_what_ended_in_another_order_is_listed_by_its_start(client: Client) -> None:
    started = [client.start("waits", executionId=f"shuffled-{number:02}") for number in range(40)]
    for execution in random.sample(started, len(started)):
        client.signal(execution, "finish")
        client.end(execution)
    ended = {"status": "completed", "id_prefix": "shuffled-"}
    eventually(lambda: client.list(limit=1, **ended)["count"] == len(started))
    for limit in (1, 7, 40):
        assert ids(client.walk(limit, **ended)) == started[::-1]


def test_the_beginning_of_an_id_finds_what_begins_so_and_nothing_else(client: Client) -> None:
    wanted = [client.start("no-input", executionId=name) for name in ("begin_1", "begin_10")]
    for name in ("begin-1", "beginning", "no-begin_1"):
        client.start("no-input", executionId=name)
    eventually(lambda: client.list(id_prefix="begin")["count"] == 4)
    assert ids(client.list(id_prefix="begin_1")["executions"]) == wanted[::-1]


def test_a_started_execution_is_in_the_list_at_once(client: Client) -> None:
    execution = client.start("waits")
    eventually(lambda: execution in ids(client.list(status="running", limit=5)["executions"]))
    client.signal(execution, "finish")


def test_a_filter_finds_what_is_called_so_whatever_is_in_the_name(client: Client) -> None:
    names = ("it's", "50%_off", "50 percent off", "für ` `")
    started = {name: client.start(name) for name in names}
    for execution in started.values():
        client.end(execution)
    for name, execution in started.items():
        eventually(lambda name=name: client.list(workflow=name, status="completed")["count"])
        found = client.list(workflow=name)
        assert (found["count"], ids(found["executions"])) == (1, [execution])


@pytest.mark.parametrize(
    "name",
    [
        "its",
        "a'b",
        "' OR '1'='1",
        "it''s",
        "%",
        "waits' OR WorkflowType != '",
        "ductape:catalogue",
    ],
)
def test_a_filter_finds_what_is_called_so_and_nothing_else(client: Client, name: str) -> None:
    assert client.list(workflow=name) == {"executions": [], "count": 0, "nextCursor": None}


@pytest.mark.parametrize("cursor", ["x", "", "%%%", "W10", "WyJ4IiwgMV0", "AAAA" * 500])
def test_a_cursor_that_is_none_is_refused(client: Client, cursor: str) -> None:
    problem = refused(lambda: client.list(cursor=cursor))
    assert (problem.code, problem.field) == ("invalid_request", "cursor")


def test_a_cursor_with_an_offset_is_refused(crowd: Client, many: list[str]) -> None:
    cursor = crowd.list(limit=1)["nextCursor"]
    assert refused(lambda: crowd.list(cursor=cursor, offset=1)).field == "offset"
