"""The rules that a contract keeps so that nothing of it is lost when code is made from it.

Every fault is an error, and each of them is reported, not only the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.document import SpecError
from generator.lint.directions import lint_directions
from generator.lint.names import lint_names
from generator.lint.operations import lint_operations
from generator.lint.schemas import lint_schemas
from generator.lint.shape import lint_containers, lint_values

if TYPE_CHECKING:
    from generator.document import Document


def lint(document: Document) -> None:
    """Check a document.

    Raises:
        SpecError: It breaks rules; all of them are in it.
    """
    # Each group of rules relies on the shape that the groups before it give to a document.
    faults = list(document.key_faults())
    faults = faults or list(lint_containers(document))
    faults = faults or [*lint_schemas(document), *lint_operations(document)]
    faults = faults or list(lint_values(document))
    faults = faults or [*lint_directions(document), *lint_names(document)]
    if faults:
        raise SpecError(document.source, faults)
