"""What a user is told about a value that breaks a rule of the contract."""

import re
from functools import cache

from generator.contract import Rules


def text_rule(rules: Rules) -> str:
    """Say what a string must be, in the words of its description where that states the lengths."""
    low, high = rules.min_length, rules.max_length
    said = _clause(rules.description, f"{low} to {high} ") if low is not None and high is not None else ""
    if said:
        return f"must be {said}"
    parts = []
    if low is not None and high is not None:
        parts.append(f"must be {low} to {high} characters long")
    elif low is not None:
        parts.append("must not be empty" if low == 1 else f"must be at least {low} characters long")
    elif high is not None:
        parts.append(f"must be at most {high} characters long")
    if rules.pattern is not None:
        parts.append(f"must match {rules.pattern}")
    return " and ".join(parts)


def number_rule(rules: Rules) -> str:
    """Say between which limits a number must be."""
    if rules.minimum is not None and rules.maximum is not None:
        return f"must be between {rules.minimum} and {rules.maximum}"
    if rules.minimum is not None:
        return f"must be at least {rules.minimum}"
    return "" if rules.maximum is None else f"must be at most {rules.maximum}"


def size_rule(rules: Rules) -> str:
    """Say how many items a list may have."""
    low, high = rules.min_items, rules.max_items
    if low is not None and high is not None:
        return f"must have {low} to {high} items"
    if low is not None:
        return f"must have at least {low} item{'s' * (low != 1)}"
    return "" if high is None else f"must have at most {high} item{'s' * (high != 1)}"


def _clause(description: str, start: str) -> str:
    """Return the part of a description from `start` to the end of its sentence; empty without one."""
    text = " ".join(description.split())
    found = re.search(rf"(?<!\w){re.escape(start)}{_sentence()}", text)
    return found.group().rstrip(" .;,") if found else ""


@cache
def _sentence() -> str:
    return r"(?:`[^`]*`|[^.;`]|\.(?!\s|$))*"
