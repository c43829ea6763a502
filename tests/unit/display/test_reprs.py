from typing import Any

import pytest

from ductape_sync._generated import models

ANYTHING = {"x": "y" * 10_000, "list": list(range(10_000))}


def test_executions_say_their_id_workflow_and_status(
    make_status: Any, make_page: Any, make_summary: Any
) -> None:
    assert repr(make_status(input=ANYTHING)) == "<ExecutionStatus 'order-1' process-order completed>"
    page = make_page(make_summary("a"), make_summary("b", "running"), count=1234)
    assert repr(page) == "<ExecutionList 2 of 1,234 executions>"
    assert repr(page.executions[1]) == "<ExecutionSummary 'b' process-order running>"


def test_a_history_says_how_much_happened(order: Any) -> None:
    assert repr(order.history()) == "<History 'order-1' 10 events>"
    assert repr(order.history(next_after="7")) == "<History 'order-1' 10 events, more follow>"


def test_an_event_says_what_happened_when(order: Any, story: Any) -> None:
    shown = [repr(event) for event in order.events]
    assert shown[5].startswith("<StepCompletedEvent at ")
    assert shown[5].endswith('.200 Charge card after 3 attempts {"ok": true}>')
    assert repr(story.event(0, "of_tomorrow", x=1)).startswith("<UnknownWorkflowEvent 'of_tomorrow' at ")


@pytest.mark.parametrize("type", ["completed", "of_tomorrow"])
def test_a_repr_is_one_short_printable_line(story: Any, evil: str, type: str) -> None:
    shown = repr(story.event(0, type, result=[evil, ANYTHING]))
    assert len(shown) < 200
    assert shown.isprintable()


def test_definitions_say_their_signals() -> None:
    signal = models.SignalDefinition(name="approve", description=None, data_schema=None)
    workflow = models.WorkflowDefinition(
        name="w", description="d" * 999, signals=[signal], steps=[], input_schema=ANYTHING, result_schema=None
    )
    assert repr(workflow) == "<WorkflowDefinition 'w' signals: approve>"


def test_any_other_answer_shows_its_fields_shortened() -> None:
    failure = models.Failure(message="m" * 999, type="E", step=None, attempts=None)
    shown = repr(failure)
    assert shown.startswith("Failure(message='mmm")
    assert shown.endswith("type='E', step=None, attempts=None)")
    assert len(shown) < 200


def test_what_a_newer_server_adds_is_shown() -> None:
    data = {"message": "m", "type": "E", "step": None, "attempts": None, "hint": "h"}
    assert repr(models.Failure.from_dict(data)).endswith("additional_properties={'hint': 'h'})")
