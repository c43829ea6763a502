"""A trace's context, as a gateway hands it on that does not use OpenTelemetry itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ductape_sync.gateway import tracing
from tests.gateway.running import Running, gateway
from tests.gateway.scripted import ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Watching(ScriptedEngine):
    """Notes the context that an execution is started with."""

    def reset(self) -> None:
        super().reset()
        self.contexts: list[dict[str, str]] = []

    async def start(self, *args: Any, **kwargs: Any) -> tuple[dict[str, Any], bool]:
        self.contexts.append(dict(tracing.carrier()))
        return await super().start(*args, **kwargs)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with gateway(Watching()) as running:
        yield running


def context(running: Running, **headers: str) -> dict[str, str]:
    """The context that an execution is started with by a request with these headers."""
    assert running.post("/v1/executions", {"workflow": "process-order"}, headers=headers).status_code == 201
    found: dict[str, str] = running.engine.contexts[-1]
    return found


def test_the_clients_context_is_handed_on(running: Running) -> None:
    assert context(running, traceparent=PARENT) == {"traceparent": PARENT}
    assert context(running, traceparent=PARENT, tracestate="shop=1") == {
        "traceparent": PARENT,
        "tracestate": "shop=1",
    }


def test_a_request_without_a_context_has_none_of_another(running: Running) -> None:
    context(running, traceparent=PARENT)
    assert context(running) == {}


@pytest.mark.parametrize(
    "parent",
    [
        "",
        "made-up",
        PARENT.upper(),
        PARENT + "0",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_what_is_no_context_is_not_handed_on(running: Running, parent: str) -> None:
    assert context(running, traceparent=parent) == {}


def test_a_state_that_is_none_is_left_out(running: Running) -> None:
    assert context(running, traceparent=PARENT, tracestate="x" * 10_000) == {"traceparent": PARENT}
