"""Every code block of the README and the guides is run, in order, as a reader would.

- ```` ```python NAME ````, and any other language with a name, is written to a file of that name.
- ```` ```python ```` is run; the blocks of one document share their names.
- ```` ```output ```` is what the Python before it has to print.
- ```` ```console ```` is typed: each line after `$ `. It must succeed, and output that is shown must come,
  with `…` for what varies. What serves (`ductape-sync dev …`) runs until the end of the document, or until
  it is typed again: a reader would have to stop it first. What is shown of its output is waited for.
- The guides' lines for the start-up files of shells are run by tests/cli/test_completion.py, in those shells.
- Ports are free ones, and what was made up (`dsk_…`) is what was really made up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from generator.reference import main
from tests.docs.reader import Reader, blocks
from tests.servers import ROOT, Started

if TYPE_CHECKING:
    from pathlib import Path

GUIDES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [ROOT / "README.md", *GUIDES]
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_reader_can_do_what_the_document_says(
    document: Path, tmp_path: Path, dev_server: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader(document, tmp_path, dev_server, monkeypatch)
    try:
        for block in blocks(document):
            reader.follow(block)
    finally:
        reader.leave()


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"], ids=name_of
)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_index_and_the_readme_lead_to_every_guide() -> None:
    guides = {guide.name for guide in GUIDES} - {"README.md"}
    assert guides - {file_name(link) for link in links(ROOT / "docs" / "README.md")} == set()
    assert guides - {file_name(link) for link in links(ROOT / "README.md")} == set()


def test_the_reference_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def file_name(link: str) -> str:
    return link.partition("#")[0].rpartition("/")[2]


def links(document: Path) -> list[str]:
    prose = _CODE.sub("", document.read_text())
    return [one or other for one, other in _LINK.findall(prose)]


def anchors(document: Path) -> set[str]:
    """Where links into a document can lead, as GitHub names it."""
    prose = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = _HEADING.findall(prose)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
