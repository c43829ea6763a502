"""Peers that have to be made first."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

CONTRACT = Path(__file__).parent.parent / "openapi.yaml"
PACKAGE = "default_client"


@contextlib.contextmanager
def default_client() -> Iterator[str]:
    """openapi-python-client's own client of the same contract, importable as `default_client`.

    The value is the folder that it is in, for PYTHONPATH.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(f"package_name_override: {PACKAGE}\npost_hooks: []\n")
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
        command += ["--path", str(CONTRACT), "--output-path", str(Path(folder, PACKAGE))]
        subprocess.run([*command, "--config", str(config)], check=True, stdout=subprocess.DEVNULL)
        yield folder


def environment(variables: int, **more: str) -> dict[str, str]:
    """This process's environment, with so many variables in all."""
    kept = dict(os.environ) | more
    for number in range(variables):
        if len(kept) >= variables:
            break
        kept[f"SOME_SETTING_{number}"] = "some value"
    for name in [name for name in kept if name not in more and name not in {"PATH", "HOME"}]:
        if len(kept) <= variables:
            break
        del kept[name]
    return kept
