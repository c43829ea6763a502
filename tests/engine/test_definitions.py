from __future__ import annotations

from typing import TYPE_CHECKING

from tests.engine.contract import valid

if TYPE_CHECKING:
    from tests.engine.running import Client


def test_workers_say_what_can_be_executed(client: Client) -> None:
    definitions = client.loop.run(client.engine.definitions(client.tenant))
    for definition in definitions:
        valid("WorkflowDefinition", definition)
    names = [definition["name"] for definition in definitions]
    assert names == sorted(names)
    assert "ductape:catalogue" not in names
    known = dict(zip(names, definitions, strict=True))
    assert known["steps"] == {
        "name": "steps",
        "description": "Two steps.\n\nThe second has two lines.",
        "signals": [],
        "steps": ["First step", "fail_until"],
        "inputSchema": {},
        "resultSchema": {"type": "object", "additionalProperties": {}},
    }
    assert known["no-input"]["inputSchema"] == {"type": "null"}
    assert known["no-input"]["description"] is None
    assert known["typed"]["inputSchema"]["required"] == ["value"]
    assert [signal["name"] for signal in known["waits"]["signals"]] == [
        "add",
        "add_amount",
        "explode",
        "finish",
    ]
    assert known["waits"]["signals"][0] == {"name": "add", "description": "Add a value.", "dataSchema": {}}
    assert known["waits"]["signals"][1]["dataSchema"]["title"] == "Amount"
    assert known["waits"]["signals"][3]["dataSchema"] == {"type": "null"}
