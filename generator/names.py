"""Names in the contract, and what they are called in Python."""

import keyword
import re

_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^0-9A-Za-z]+")


def snake(name: str) -> str:
    """Spell a name of the contract as a Python variable.

    Names that hide a builtin stay as they are (`type`, `id`, `input`); only keywords get an underscore.
    """
    words = [word.lower() for word in _WORD_BREAK.split(name) if word]
    identifier = "_".join(words)
    return f"{identifier}_" if keyword.iskeyword(identifier) else identifier


def constant(name: str) -> str:
    """Spell a name or an enum's value as a Python constant."""
    return snake(name).rstrip("_").upper()
