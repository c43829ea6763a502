"""What the generator writes for awkward schemas, as a record that a reviewer reads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.__main__ import main

FILES = ("__init__.py", "models.py", "operations.py")
ROOT = Path(__file__).resolve().parent.parent.parent


def generate(golden: Path, out: Path, seed: str) -> None:
    command = [sys.executable, "-m", "generator", "--spec", golden / "openapi.yaml", "--out", out]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)


def test_the_awkward_contract_gives_the_golden_record_whatever_the_hash_seed(
    golden: Path, tmp_path: Path
) -> None:
    for seed in ("1", "2"):
        generate(golden, tmp_path / seed, seed)
        for name in FILES:
            assert (tmp_path / seed / name).read_text() == (golden / name).read_text(), (
                f"{name} differs; when that is meant, run "
                "`python -m generator --spec tests/golden/awkward/openapi.yaml --out tests/golden/awkward`"
            )


USE = """
from awkward import models, operations

def use(bag: models.Bag, box: models.Box) -> None:
    reveal_type(bag.at)
    reveal_type(bag.shelves)
    reveal_type(box.kind)
    reveal_type(operations.import_("a", "b", query=1, x_trace_id="xy").parse)
    box.private = "frozen"
    models.Green(size=1)
"""


def test_strict_mypy_accepts_the_golden_record_and_refuses_wrong_use_of_it(
    golden: Path, tmp_path: Path
) -> None:
    (tmp_path / "use.py").write_text(USE)
    options = ["--strict", "--config-file=", "--follow-imports=silent", f"--cache-dir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, tmp_path / "use.py", golden],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(golden.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line.replace("awkward.models.", "").split(": ", 1)[1] for line in done.stdout.splitlines()[:-1]]
    assert said == [
        'note: Revealed type is "datetime.datetime | None"',
        'note: Revealed type is "dict[str, list[dict[str, Green | Brown | UnknownLeaf]]]"',
        "note: Revealed type is \"Literal['box']\"",
        'note: Revealed type is "def (Any) -> Box | Bag | UnknownThing"',
        'error: Property "private" defined in "Box" is read-only  [misc]',
        'error: Unexpected keyword argument "size" for "Green"  [call-arg]',
    ]


def test_check_says_which_file_is_stale_and_changes_nothing(
    golden: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--spec", str(golden / "openapi.yaml"), "--out", str(tmp_path)]
    assert main(arguments) == 0
    assert main(["--check", *arguments]) == 0
    (tmp_path / "models.py").write_text("stale")
    assert main(["--check", *arguments]) == 1
    message = capsys.readouterr().err
    assert "models.py" in message
    assert "make generate" in message
    assert "operations.py" not in message
    assert (tmp_path / "models.py").read_text() == "stale"
