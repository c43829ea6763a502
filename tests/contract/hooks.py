"""For schemathesis: requests that get somewhere, among those that it makes up."""

from __future__ import annotations

import random
import re
from typing import Any

import schemathesis

WORKFLOWS = ("echo", "approval", "failing")
EXECUTIONS = ("a", "b", "c", "d")

# What is wrong on purpose stays so.
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@=+~-]{0,199}")


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Execute workflows that there are, under a few ids that come again."""
    workflow = body.get("workflow") if isinstance(body, dict) else None
    if isinstance(workflow, str) and _NAME.fullmatch(workflow):
        source = random.Random(repr(body))
        if source.random() < 0.8:
            body = {**body, "workflow": source.choice(WORKFLOWS)}
        if source.random() < 0.5 and "executionId" not in body:
            body = {**body, "executionId": source.choice(EXECUTIONS)}
    return body


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Ask for executions that there may be."""
    execution_id = (path_parameters or {}).get("executionId")
    if isinstance(execution_id, str) and _ID.fullmatch(execution_id):
        source = random.Random(execution_id)
        if source.random() < 0.8:
            return {**path_parameters, "executionId": source.choice(EXECUTIONS)}
    return path_parameters
