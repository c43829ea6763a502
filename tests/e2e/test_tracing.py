"""One trace shows client, gateway, workflow and steps, across processes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import EXAMPLES, environment, started

if TYPE_CHECKING:
    from pathlib import Path

# As `opentelemetry-instrument` has it: set up before the program begins. Nothing is exported before the end.
SITECUSTOMIZE = """
import os
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

exporter = ConsoleSpanExporter(
    out=open(os.environ["SPANS"], "a"), formatter=lambda span: span.to_json(indent=None) + "\\n"
)
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=3_600_000))
trace.set_tracer_provider(provider)
"""

CLIENT = """
from opentelemetry import trace
from ductape_sync import Ductape

with Ductape() as ductape, trace.get_tracer("shop").start_as_current_span("checkout"):
    approval = ductape.workflows.execute("approval-process", {"amount": 1000}, execution_id="approval")
    approval.signal("approve", {"approvedBy": "ada"})
    approval.wait_for_completion(timeout=30)
    again = ductape.workflows.execute(
        "retrying-process", {"failures": 1}, retries=1, execution_id="again"
    )
    ductape.workflows.wait_all([again], timeout=30)
"""


class Spans:
    """The spans of some processes, from the files that they wrote."""

    def __init__(self, **files: Path) -> None:
        self.all = [
            {**json.loads(line), "process": process}
            for process, file in files.items()
            for line in file.read_text().splitlines()
        ]

    def one(self, name: str, **attributes: Any) -> dict[str, Any]:
        """The only span with this name and these attributes, dots written as underscores."""
        found = [
            span
            for span in self.all
            if span["name"] == name
            and attributes.items() <= {k.replace(".", "_"): v for k, v in span["attributes"].items()}.items()
        ]
        assert len(found) == 1, (
            f"{len(found)} spans {name} {attributes} among {[s['name'] for s in self.all]}"
        )
        return found[0]

    def parent(self, span: dict[str, Any]) -> dict[str, Any]:
        return next(each for each in self.all if each["context"]["span_id"] == span["parent_id"])

    def line(self, span: dict[str, Any]) -> list[tuple[str, str]]:
        """The processes and names of a span and those that it is within, the outermost first."""
        line = [(span["process"], span["name"])]
        while span["parent_id"]:
            span = self.parent(span)
            line.insert(0, (span["process"], span["name"]))
        return line


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory) -> Spans:
    folder = tmp_path_factory.mktemp("traced")
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    server, client = folder / "server", folder / "client"
    traced = {
        "PYTHONPATH": str(folder),
        "EXAMPLES_OUTPUT": str(folder / "output"),
        "OTEL_TRACES_EXPORTER": "console",  # which is not for Temporal's server
    }
    with started("dev", EXAMPLES / "workflows.py", folder=folder, SPANS=str(server), **traced) as dev:
        variables = environment(SPANS=str(client), **traced, **dev.variables)
        subprocess.run([sys.executable, "-c", CLIENT], env=variables, check=True, timeout=60)
        assert dev.stop() == 0
    assert dev.access_key not in server.read_text() + client.read_text()
    return Spans(client=client, server=server)


def test_it_is_one_trace(spans: Spans) -> None:
    assert len({span["context"]["trace_id"] for span in spans.all}) == 1


def test_a_step_is_within_workflow_gateway_and_client(spans: Spans) -> None:
    step = next(
        span
        for span in spans.all
        if span["name"] == "RunActivity:file_away" and span["attributes"]["temporalWorkflowID"] == "approval"
    )
    assert spans.line(step) == [
        ("client", "checkout"),
        ("client", "executeWorkflow"),
        ("server", "POST /v1/executions"),
        ("server", "StartActivity:file_away"),
        ("server", "RunActivity:file_away"),
    ]
    run = spans.one("RunWorkflow:approval-process")
    assert spans.parent(run)["name"] == "POST /v1/executions"


def test_a_signal_is_linked_to_the_request_that_sent_it(spans: Spans) -> None:
    sent = spans.one("POST /v1/executions/{executionId}/signals")
    assert spans.line(sent)[1] == ("client", "signalExecution")
    (link,) = spans.one("HandleSignal:approve")["links"]
    assert link["context"]["span_id"] == sent["context"]["span_id"]


def test_a_wait_is_a_span_with_its_polls(spans: Spans) -> None:
    wait = spans.one("wait_for_completion", ductape_execution_id="approval")
    assert wait["attributes"]["ductape.execution.status"] == "completed"
    polls = [span for span in spans.all if span["name"] == "GET /v1/executions/{executionId}"]
    assert [name for _, name in spans.line(polls[0])] == [
        "checkout",
        "wait_for_completion",
        "getStatus",
        "GET /v1/executions/{executionId}",
    ]
    assert spans.one("wait_all")["attributes"] == {"ductape.executions": 1}


def test_a_run_after_a_failure_is_in_the_trace(spans: Spans) -> None:
    runs = [span for span in spans.all if span["name"] == "RunWorkflow:retrying-process"]
    assert len(runs) == 2
    assert {spans.parent(run)["name"] for run in runs} == {"POST /v1/executions"}


def test_spans_tell_what_the_conventions_for_http_say(spans: Spans) -> None:
    call = spans.one("executeWorkflow", ductape_execution_id="approval")
    assert call["kind"] == "SpanKind.CLIENT"
    assert call["attributes"]["http.request.method"] == "POST"
    assert call["attributes"]["http.response.status_code"] == 201
    assert call["attributes"]["url.full"].endswith("/v1/executions")
    assert call["attributes"]["server.address"] == "127.0.0.1"
    assert call["attributes"]["ductape.workflow"] == "approval-process"
    request = spans.one("POST /v1/executions", ductape_execution_id="approval")
    assert request["kind"] == "SpanKind.SERVER"
    assert request["attributes"]["http.route"] == "/v1/executions"
    assert request["attributes"]["http.response.status_code"] == 201
    assert request["attributes"]["ductape.request.id"] == call["attributes"]["ductape.request.id"]
