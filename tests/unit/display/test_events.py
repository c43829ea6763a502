from typing import Any

import pytest

from ductape_sync.display.events import details

FAILURE = {"message": "no", "type": "E", "step": None, "attempts": None}


@pytest.mark.parametrize(
    ("type", "data", "said"),
    [
        ("started", {"workflow": "w", "input": {"a": 1}}, 'w {"a": 1}'),
        ("started", {"workflow": "w", "input": None}, "w"),
        ("status_changed", {"status": "running"}, "running"),
        ("step_started", {"step": "Pay"}, "Pay"),
        ("step_completed", {"step": "Pay", "result": [1], "attempts": 1}, "Pay [1]"),
        ("step_completed", {"step": "Pay", "result": None, "attempts": 2}, "Pay after 2 attempts"),
        ("step_failed", {"step": "Pay", "error": "no", "attempts": 3}, "Pay after 3 attempts: no"),
        ("signal_received", {"signal": "approve", "data": {"by": "ann"}}, 'approve {"by": "ann"}'),
        ("cancel_requested", {"reason": None}, ""),
        ("cancel_requested", {"reason": "late"}, "late"),
        ("retrying", {"attempt": 2, "error": "no"}, "attempt 2 after: no"),
        ("completed", {"result": 7}, "7"),
        ("completed", {"result": None}, ""),
        ("failed", {"error": "no", "failure": FAILURE}, "no"),
        ("cancelled", {"reason": "late"}, "late"),
        ("of_tomorrow", {"x": 1}, '{"x": 1}'),
    ],
)
def test_an_event_says_what_happened_in_one_line(
    story: Any, type: str, data: dict[str, Any], said: str
) -> None:
    assert details(story.event(0, type, **data)) == said


def test_names_and_values_are_printable(story: Any, evil: str) -> None:
    event = story.event(0, "step_completed", step=evil, result=evil, attempts=1)
    assert details(event).isprintable()


def test_a_value_is_cut_to_the_limit_that_is_given(story: Any) -> None:
    event = story.event(0, "completed", result="x" * 1000)
    assert len(details(event, limit=10)) == 10
