"""Which workers the plugin makes trace: it asks what was imported, so each is in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from tests.servers import ROOT

PLUGIN = """
from ductape_sync.gateway.engine.plugin import DuctapePlugin

def kinds(*interceptors):
    config = DuctapePlugin().configure_worker({"interceptors": interceptors, "workflows": []})
    return [type(each).__name__ for each in config["interceptors"]]
"""


def run(program: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, check=True, timeout=60)


def test_a_worker_traces_in_a_program_that_uses_opentelemetry() -> None:
    run(f"import opentelemetry.trace\n{PLUGIN}\nassert kinds() == ['TracingInterceptor', '_Interceptor']")


def test_a_worker_that_traces_already_is_left_alone() -> None:
    run(
        f"from temporalio.contrib.opentelemetry import TracingInterceptor\n{PLUGIN}\n"
        "assert kinds(TracingInterceptor()) == ['TracingInterceptor', '_Interceptor']"
    )


def test_a_worker_does_not_trace_in_any_other_program() -> None:
    run(
        f"import sys\n{PLUGIN}\nassert kinds() == ['_Interceptor']\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
