"""Progress of a wait: what is expected to happen, and what does."""

from __future__ import annotations

import contextlib
import functools
import logging
from typing import TYPE_CHECKING

from ductape_sync import _generated
from ductape_sync.errors import DuctapeError
from ductape_sync.timing import Deadline

from .course import Course
from .progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ductape_sync.execution import Execution
    from ductape_sync.http.api import Api

log = logging.getLogger("ductape_sync.display")

LOOK = 2.0  # seconds that finding out what to expect may take: the wait itself is what matters
LAST = 1.0  # seconds that the last events may come later than the end


@contextlib.contextmanager
def watch(execution: Execution, api: Api, workflow: str | None, deadline: Deadline) -> Iterator[None]:
    """Show how far an execution is, for as long as the block waits for it.

    Args:
        execution: Its handle, which knows how it ended when the block is left.
        api: Where to find out what to expect.
        workflow: The workflow's name; None when not known.
        deadline: When the wait stops, which nothing here outlasts.

    Raises:
        MissingExtra: tqdm is not installed.
    """
    name, steps = _expectation(execution.execution_id, api, workflow, min(LOOK, deadline.remaining()))
    with Progress(name, steps) as progress:
        with execution.subscribe(progress.event) as subscription:
            yield
            with contextlib.suppress(RuntimeError):  # from a callback, which no other callback comes after
                subscription.join(min(LAST, deadline.remaining()))
        progress.finish(execution.status)


def _expectation(
    execution_id: str, api: Api, workflow: str | None, patience: float
) -> tuple[str, Sequence[str]]:
    """Find out what to call the execution, and the steps that it will go through; none when nothing tells."""
    if not patience:  # a wait that only looks once asks for nothing else
        return workflow or execution_id, ()
    call = functools.partial(api.exchange, deadline=Deadline(patience, api.clock), retries=0)
    operations = _generated.operations
    try:
        if workflow is None:
            workflow = call(functools.partial(operations.get_status, execution_id)).value.workflow
        for definition in call(operations.list_workflows).value.workflows:
            if definition.name == workflow and definition.steps:
                return workflow, definition.steps
        completed = functools.partial(operations.list_executions, workflow=workflow, status="completed")
        for summary in call(functools.partial(completed, limit=1)).value.executions:
            history = call(functools.partial(operations.get_history, summary.execution_id)).value
            course = Course.of(history.events)
            return workflow, [step.name for step in course.steps if step.run == course.run]
    except DuctapeError as error:
        log.info("steps of %s are only counted: what to expect is not known: %s", execution_id, error)
    return workflow or execution_id, ()
