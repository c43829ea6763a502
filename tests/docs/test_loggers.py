"""The guide to logs has every logger of the SDK, and every level that it uses."""

from __future__ import annotations

import re

from tests.servers import ROOT

_LEVELS = {"exception": "ERROR"}


def test_every_logger_and_level_is_in_the_table() -> None:
    used = set()
    for path in (ROOT / "ductape_sync").rglob("*.py"):
        text = path.read_text()
        found = re.search(r'(\w+) = logging\.getLogger\("(ductape_sync\.[\w.]+)"\)', text)
        if found and found[2] != "ductape_sync.gateway":  # which chooses its level by the answer
            calls = re.findall(rf"\b{found[1]}\.(debug|info|warning|error|exception)\(", text)
            used |= {(found[2], _LEVELS.get(call, call.upper())) for call in calls}
    shown, name = set(), ""
    for row in re.findall(
        r"^\| (.*?) ?\| (.+?) \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE
    ):
        name = row[0].strip("`") or name
        shown.add((name, row[1]))
    assert used
    assert used - shown == set()
