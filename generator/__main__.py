"""`python -m generator` writes the generated code; `--check` says whether it is current."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from generator.document import Document, SpecError
from generator.lint import lint
from generator.parse import parse
from generator.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate, or check; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m generator", description="Generate code from the contract."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is not current")
    parser.add_argument("--spec", type=Path, default=ROOT / "openapi.yaml", help="the contract")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "ductape_sync" / "_generated", help="the folder to write to"
    )
    options = parser.parse_args(arguments)
    try:
        document = Document.read(options.spec)
        lint(document)
        files = render(parse(document))
    except (SpecError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return _check(options.out, files) if options.check else _write(options.out, files)


def _write(folder: Path, files: dict[str, str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


def _check(folder: Path, files: dict[str, str]) -> int:
    stale = [name for name, text in files.items() if _read(folder / name) != text.encode()]
    for name in stale:
        print(f"{folder / name} is not what the contract says; run `make generate`", file=sys.stderr)
    return 1 if stale else 0


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
