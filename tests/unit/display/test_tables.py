from html.parser import HTMLParser
from typing import Any

import pytest

from ductape_sync._generated import models
from ductape_sync.display.tables import ROWS

ALLOWED = {"div", "table", "thead", "tbody", "tr", "th", "td", "span", "strong", "code"}


class Page(HTMLParser):
    """What a browser makes of HTML: rows of texts, and which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attributes)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows:
            self.rows[-1][-1] += data


def shown(result: Any) -> Page:
    return Page(result._repr_html_())


def test_a_list_is_a_table_with_status_and_duration(make_page: Any, make_summary: Any) -> None:
    page = shown(
        make_page(
            make_summary("a", seconds=75, metadata={"source": "cron"}), make_summary("b", "failed"), count=30
        )
    )
    assert page.rows[0] == ["Workflow", "Execution", "Status", "Started", "Took", "Metadata"]
    assert [row[:3] + row[4:] for row in page.rows[1:]] == [
        ["process-order", "a", "completed", "1 min 15 s", '{"source": "cron"}'],
        ["process-order", "b", "failed", "1.5 s", ""],
    ]
    assert page.text.startswith("30 executions, 28 of them not shown")


def test_each_status_has_a_colour_of_its_own(make_status: Any) -> None:
    pills = {
        status: make_status(status)._repr_html_().partition("background:")[2].partition(";")[0]
        for status in ("running", "completed", "failed", "cancelled", "of_tomorrow")
    }
    assert len(set(pills.values())) == 5
    assert all(colour.startswith("#") for colour in pills.values())


def test_what_runs_has_taken_time_so_far(make_status: Any) -> None:
    page = shown(make_status("running", currentStep="Charge card"))
    assert "so far" in page.text
    assert ["At step", "Charge card"] in page.rows
    assert "Ended" not in page.text


def test_what_a_step_is_held_up_by_is_shown(make_status: Any) -> None:
    about = {"currentStep": "Charge card", "currentStepAttempt": 3, "currentStepError": "<declined>"}
    page = shown(make_status("running", **about))
    assert ["At step", "Charge card, try 3"] in page.rows
    assert ["Last error", "<declined>"] in page.rows


def test_a_failed_status_says_why_and_where(make_status: Any) -> None:
    failure = {"message": "declined", "type": "CardError", "step": "Charge card", "attempts": 3}
    page = shown(make_status("failed", error="declined", failure=failure, attempt=2, input={"orderId": "o"}))
    assert page.rows[2:] == [
        ["Attempt", "2"],
        ["Failed at", "Charge card after 3 attempts"],
        ["Error", "declined"],
        ["Input", '{"orderId": "o"}'],
    ]


@pytest.mark.parametrize("result", [0, False, "", []])
def test_a_result_that_is_false_is_still_a_result(make_status: Any, result: Any) -> None:
    assert any(row[0] == "Result" for row in shown(make_status(result=result)).rows)


def test_a_history_is_a_table_of_times_events_and_details(order: Any) -> None:
    page = shown(order.history())
    assert page.rows[0] == ["Time", "Event", "Details"]
    assert page.rows[1][:1] == ["+0 ms"]
    assert page.rows[6] == ["+3.2 s", "●step completed", 'Charge card after 3 attempts {"ok": true}']
    assert len(page.rows) == 11


def test_an_event_alone_says_when_it_was(order: Any) -> None:
    page = shown(order.events[6])
    assert len(page.rows) == 1
    assert page.rows[0][1:] == ["●signal received", 'approve {"by": "ann"}']


def test_a_long_history_shows_its_begin_and_end(story: Any) -> None:
    for second in range(300):
        story.event(second, "step_started", step=f"step {second}")
    details = [row[2] for row in shown(story.history()).rows]
    assert len(details) == 1 + ROWS + 1
    assert (details[1], details[-1]) == ("step 0", "step 299")
    assert "200 events not shown" in details


def test_a_definition_shows_its_steps_and_signals() -> None:
    signal = models.SignalDefinition(name="approve", description=None, data_schema=None)
    page = shown(
        models.WorkflowDefinition(
            name="w", description="Waits.", signals=[signal], steps=["a", "b"], input_schema=None,
            result_schema=None,
        )
    )  # fmt: skip
    assert page.rows == [["Steps", "a → b"], ["Signals", "approve"]]
    assert "Waits." in page.text


def test_any_other_answer_shows_its_fields() -> None:
    failure = models.Failure(message="no", type="E", step=None, attempts=3)
    assert shown(failure).rows == [["message", "no"], ["type", "E"], ["step", "null"], ["attempts", "3"]]


def test_names_and_values_with_markup_stay_inert(
    evil: str, story: Any, make_status: Any, make_page: Any, make_summary: Any
) -> None:
    story.event(0, "started", workflow=evil, input={evil: evil})
    story.step(evil, 1, 2, error=evil)
    story.event(3, "signal_received", signal=evil, data=evil)
    story.event(4, evil, x=evil)
    failure = {"message": evil, "type": evil, "step": evil, "attempts": 1}
    status = make_status(
        "failed", workflow=evil, error=evil, failure=failure, input=evil, metadata={evil: evil}
    )
    summary = make_summary(evil, evil, workflow=evil, metadata={evil: evil})
    results = [story.history(), *story.events, status, status.failure, make_page(summary)]
    for result in results:
        page = shown(result)
        assert page.elements <= ALLOWED
        assert page.attributes <= {"style", "title"}
        assert "\x1b" not in page.text
        assert "\u202e" not in page.text
    assert "<script>alert('x')</script>" in shown(story.history()).text
