"""Spans, as programs record them that use OpenTelemetry: in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.servers import ROOT

PROGRAM = """
import json
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from ductape_sync import Ductape, DuctapeError
from ductape_sync.testing import Fake

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("program")
found = {}

def scene(name):
    # The fake is in this process, too, and its spans are those of a gateway.
    spans = [each for each in exporter.get_finished_spans() if each.kind != trace.SpanKind.SERVER]
    found[name] = [json.loads(span.to_json()) for span in spans]
    exporter.clear()

def failing(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except DuctapeError:
        return
    raise SystemExit("it did not fail")

with Fake() as fake:
    ductape = fake.client()
    fake.workflow("process-order", lambda run: {"total": 12})
    fake.workflow("failing-order", lambda run: run.fail("card declined", step="Charging"))

    fake.refuse(2)
    order = ductape.workflows.execute("process-order")
    found["headers"] = [request.headers["traceparent"] for request in fake.requests]
    scene("retries")

    failing(ductape.workflows.get_status, "no-such-order")
    scene("refused")

    failing(fake.client(base_url="http://127.0.0.1:9", retry_attempts=0).workflows.definitions)
    scene("unreachable")

    failing(ductape.workflows.execute, "")
    scene("invalid")

    order.wait_for_completion(timeout=10)
    order.wait_for_completion(timeout=10)
    scene("waits")

    failing(ductape.workflows.execute("failing-order").wait_for_completion, timeout=10)
    scene("failed")

    orders = [ductape.workflows.execute("process-order") for _ in range(2)]
    exporter.clear()
    for order in ductape.workflows.as_completed(orders, timeout=10):
        with tracer.start_as_current_span("work"):
            pass
    scene("as completed")

print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fake-key" not in done.stdout
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_an_operation_is_one_span_with_its_retries(found: dict[str, Any]) -> None:
    (span,) = found["retries"]
    assert span["name"] == "executeWorkflow"
    assert span["status"]["status_code"] == "UNSET"
    assert span["attributes"]["http.response.status_code"] == 201
    assert span["attributes"]["http.request.resend_count"] == 2
    assert span["attributes"]["ductape.execution.id"] == "exec-1"
    assert [event["name"] for event in span["events"]] == ["retry", "retry"]
    assert "told to refuse" in span["events"][0]["attributes"]["error.message"]


def test_every_try_is_sent_with_the_spans_context(found: dict[str, Any]) -> None:
    (span,) = found["retries"]
    trace_id, span_id = (span["context"][name].removeprefix("0x") for name in ("trace_id", "span_id"))
    assert [header.rpartition("-")[0] for header in found["headers"]] == [f"00-{trace_id}-{span_id}"] * 3


def test_a_refusal_is_an_error_with_its_status_and_request_id(found: dict[str, Any]) -> None:
    (span,) = found["refused"]
    assert span["status"]["status_code"] == "ERROR"
    assert span["attributes"]["error.type"] == "404"
    assert span["attributes"]["http.response.status_code"] == 404
    assert span["attributes"]["ductape.execution.id"] == "no-such-order"
    assert span["attributes"]["ductape.request.id"] in span["status"]["description"]
    assert span["events"][0]["attributes"]["exception.type"] == "ductape_sync.errors.ExecutionNotFound"


def test_no_answer_is_an_error_by_its_class(found: dict[str, Any]) -> None:
    (span,) = found["unreachable"]
    assert span["attributes"]["error.type"] == "ConnectionFailed"
    assert span["attributes"]["server.port"] == 9
    assert "http.response.status_code" not in span["attributes"]


def test_what_is_not_sent_is_no_span(found: dict[str, Any]) -> None:
    assert found["invalid"] == []


def test_a_wait_is_a_span_unless_there_is_nothing_to_wait_for(found: dict[str, Any]) -> None:
    poll, wait = found["waits"]
    assert (poll["name"], wait["name"]) == ("getStatus", "wait_for_completion")
    assert poll["parent_id"] == wait["context"]["span_id"]
    assert wait["attributes"]["ductape.execution.status"] == "completed"


def test_a_wait_for_what_fails_is_an_error(found: dict[str, Any]) -> None:
    wait = found["failed"][-1]
    assert wait["status"]["status_code"] == "ERROR"
    assert "card declined" in wait["status"]["description"]
    assert wait["attributes"]["error.type"] == "ExecutionFailed"
    assert wait["attributes"]["ductape.execution.status"] == "failed"


def test_what_is_done_between_two_that_completed_is_not_within_the_wait(found: dict[str, Any]) -> None:
    spans = {span["name"]: span for span in found["as completed"]}
    assert spans["as_completed"]["attributes"] == {"ductape.executions": 2}
    assert spans["work"]["parent_id"] is None


def test_a_program_that_does_not_use_it_does_not_load_it() -> None:
    program = """
import sys
from ductape_sync.testing import Fake
with Fake() as fake:
    fake.workflow("process-order", lambda run: None)
    fake.client().workflows.execute("process-order").wait_for_completion(timeout=10)
    assert "traceparent" not in fake.requests[0].headers
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, check=True, timeout=60)
