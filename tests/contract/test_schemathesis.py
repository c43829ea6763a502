"""The gateway, asked whatever openapi.yaml allows and forbids."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import environment, started

HERE = Path(__file__).parent
EXAMPLES = 10
"""How many requests of each kind, the same ones each time."""
MANY_EXAMPLES = 300
"""How many with `--fuzz`, others each time."""


@pytest.mark.timeout(3600)
def test_schemathesis_finds_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    fuzz = request.config.getoption("--fuzz")
    examples = (
        ["--max-examples", str(MANY_EXAMPLES)] if fuzz else ["--max-examples", str(EXAMPLES), "--seed", "1"]
    )
    with started("dev", HERE / "workflows.py", folder=tmp_path) as server:
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml"]
        command += ["run", f"{server.url}/openapi.yaml", "--checks", "all", "--no-color", *examples]
        env = environment(GATEWAY_URL=server.url, GATEWAY_KEY=server.access_key, PYTHONPATH=str(HERE))
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Tested: 9" in done.stdout
        for phase in ("Coverage", "Fuzzing", "Stateful"):
            assert f"✅ {phase}" in done.stdout, done.stdout
