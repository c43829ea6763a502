from typing import Any

from ductape_sync.display.course import Course


def states(course: Course) -> list[tuple[str, int, str, int]]:
    return [(step.name, step.run, step.state, step.attempts) for step in course.steps]


def test_the_course_of_an_order(order: Any) -> None:
    course = Course.of(order.events)
    assert states(course) == [
        ("Validate order", 1, "completed", 1),
        ("Charge card", 1, "completed", 3),
        ("Send receipt", 1, "completed", 1),
    ]
    assert (course.workflow, course.outcome, course.done) == ("process-order", "completed", 3)
    assert [mark.text for mark in course.marks] == ["approve"]
    assert course.started == order.events[0].timestamp
    assert course.latest == order.events[-1].timestamp


def test_a_retry_of_the_workflow_begins_a_run_that_counts_anew(failed_order: Any) -> None:
    course = Course()
    done = []
    for event in failed_order.events:
        course.add(event)
        done.append(course.done)
    assert done == [0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1]
    assert [step.run for step in course.steps] == [1, 1, 2, 2]
    assert [step.error for step in course.failed] == ["card expired"]


def test_steps_side_by_side_are_all_running(story: Any) -> None:
    for second, name in enumerate("abc"):
        story.event(second, "step_started", step=name)
    story.event(4, "step_completed", step="b", result=None, attempts=1)
    assert [step.name for step in Course.of(story.events).running] == ["a", "c"]


def test_of_steps_with_one_name_the_first_to_start_ends_first(story: Any) -> None:
    story.event(0, "step_started", step="a")
    story.event(1, "step_started", step="a")
    story.event(2, "step_completed", step="a", result=None, attempts=1)
    first, second = Course.of(story.events).steps
    assert (first.state, second.state) == ("completed", "running")


def test_what_runs_at_the_end_was_abandoned(story: Any) -> None:
    story.event(0, "step_started", step="a")
    story.event(3, "cancelled", reason=None)
    course = Course.of(story.events)
    assert states(course) == [("a", 1, "abandoned", 1)]
    assert course.running == []
    assert course.steps[0].ended == course.latest


def test_events_from_the_middle_on_are_enough(story: Any) -> None:
    story.event(5, "step_completed", step="a", result=None, attempts=2)
    story.event(6, "of_tomorrow", x=1)
    course = Course.of(story.events)
    assert states(course) == [("a", 1, "completed", 2)]
    assert course.started == course.steps[0].started
    assert course.latest == story.events[-1].timestamp
