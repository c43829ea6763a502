import io
import logging
import re
import sys
import threading
from typing import Any

import pytest

from ductape_sync.display import bars
from ductape_sync.display.progress import Batch, Progress

STEPS = ["Validate order", "Charge card", "Send receipt"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    @property
    def frames(self) -> list[str]:
        """What was to be seen, one state after the other, without colours and the length of the bar."""
        plain = re.sub(r"\x1b\[\w+m", "", self.getvalue())
        plain = re.sub(r"\|[#\d ]+\|", "", plain)
        return [re.sub(" {2,}", " ", frame) for frame in plain.split("\r")]


def lines(events: list[Any], steps: list[str] | None) -> list[str]:
    file = io.StringIO()
    with Progress("process-order", steps, file=file) as progress:
        for event in events:
            progress.event(event)
    return [re.sub(r"\d\d:\d\d", "time", line) for line in file.getvalue().splitlines()]


def test_a_log_gets_a_line_for_each_step(order: Any) -> None:
    assert lines(order.events, STEPS) == [
        "process-order [time] 1/3 Validate order",
        "process-order [time] 2/3 Charge card",
        "process-order [time] 3/3 Send receipt",
        "process-order [time] completed",
    ]


def test_steps_are_counted_when_it_is_not_known_how_many_there_are(order: Any) -> None:
    assert lines(order.events, None)[:2] == [
        "process-order [time] 1 Validate order",
        "process-order [time] 2 Charge card",
    ]


def test_a_log_names_failures_and_retries(failed_order: Any) -> None:
    assert lines(failed_order.events, STEPS)[2:] == [
        "process-order [time] Charge card failed after 2 attempts: card declined",
        "process-order [time] attempt 2 after: card declined",
        "process-order [time] 1/3 Validate order",
        "process-order [time] 2/3 Charge card",
        "process-order [time] Charge card failed after 2 attempts: card expired",
        "process-order [time] failed",
    ]


def test_more_steps_than_expected_stretch_the_count(order: Any) -> None:
    assert lines(order.events, STEPS[:1])[1:3] == [
        "process-order [time] 2/2 Charge card",
        "process-order [time] 3/3 Send receipt",
    ]


def test_a_terminal_shows_the_step_and_how_many_of_how_many(order: Any) -> None:
    terminal = Terminal()
    with Progress("process-order", STEPS, file=terminal) as progress:
        for event in order.events:
            progress.event(event)
    frames = terminal.frames
    assert "process-order: 33% 1/3 [00:00] Charge card" in frames
    assert "process-order: 67% 2/3 [00:00] waiting" in frames
    assert frames[-1] == "process-order: 100% 3/3 [00:00] completed\n"


def test_a_failed_step_turns_the_bar_red_and_keeps_its_name(failed_order: Any) -> None:
    terminal = Terminal()
    with Progress("process-order", STEPS, file=terminal) as progress:
        for event in failed_order.events:
            progress.event(event)
    assert terminal.frames[-1].startswith("process-order: 33% 1/3 [00:00] Charge card failed")
    last = terminal.getvalue().split("\r")[-1]
    assert last.count("\x1b[31m") == 2  # the bar, and the name: a bar that is empty shows no colour
    assert "attempt 2" in "".join(terminal.frames)


def test_a_completed_bar_is_green_and_full_even_if_a_branch_left_steps_out(story: Any) -> None:
    terminal = Terminal()
    with Progress("w", STEPS, file=terminal) as progress:
        story.step("Validate order", 0, 1)
        story.event(2, "completed", result=None)
        for event in story.events:
            progress.event(event)
    assert terminal.frames[-1] == "w: 100% 1/1 [00:00] completed\n"
    assert "\x1b[32m" in terminal.getvalue()


def test_steps_side_by_side_are_all_named(story: Any) -> None:
    terminal = Terminal()
    with Progress("w", None, file=terminal) as progress:
        for name in ("a", "b"):
            progress.event(story.event(0, "step_started", step=name))
    assert "w: 0 done [00:00] a, b" in terminal.frames
    assert terminal.frames[-1].startswith("w: 0 done [00:00] a, b (no longer watched)")


def test_on_a_narrow_terminal_the_bar_gives_way_to_the_step(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns, expected in (
        (61, "process-order: 0% 0/3 [00:00] Validate order"),
        (40, "process-or…: 0/3 [00:00] Validate order"),
    ):
        monkeypatch.setattr(bars, "_columns", lambda stream, columns=columns: columns)
        terminal = Terminal()
        with Progress("process-order", STEPS, file=terminal) as progress:
            progress.event(story.event(0, "step_started", step="Validate order"))
        assert expected in [frame.strip() for frame in terminal.frames]


def test_a_bar_that_has_given_way_stays_as_it_is(story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "_columns", lambda stream: 70)
    terminal = Terminal()
    with Progress("process-order", STEPS, file=terminal) as progress:
        for name in ("A step with a long name", "b"):
            progress.event(story.event(0, "step_started", step=name))
            progress.event(story.event(0, "step_completed", step=name, result=None, attempts=1))
    widths = [len(bar) for bar in re.findall(r"\|(.*?)\|", terminal.getvalue()) if bar]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 25


def test_a_log_record_has_a_line_of_its_own(story: Any) -> None:
    terminal = Terminal()
    log = logging.getLogger("ductape_sync.waiting")
    handler = logging.StreamHandler(terminal)
    log.addHandler(handler)
    try:
        with Progress("w", STEPS, file=terminal) as progress:
            progress.event(story.event(0, "step_started", step="Validate order"))
            log.warning("the server is away")
            progress.event(story.event(0, "step_started", step="Charge card"))
    finally:
        log.removeHandler(handler)
    before, _, after = terminal.getvalue().partition("the server is away\n")
    assert before.endswith("\r")
    assert before.split("\r")[-2].strip() == ""  # what was on the line has been wiped off
    assert "Charge card" in after
    assert not log.filters


def test_the_time_goes_on_while_nothing_happens(story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars, "TICK", 0.001)
    drawn = threading.Event()

    class Watched(Terminal):
        def write(self, text: str) -> int:
            if len(self.frames) > 20:
                drawn.set()
            return super().write(text)

    with Progress("w", None, file=Watched()):
        assert drawn.wait(20)


def test_no_thread_is_left(order: Any) -> None:
    before = threading.enumerate()
    with Progress("w", None, file=Terminal()) as progress:
        progress.event(order.events[0])
    assert threading.enumerate() == before


def test_how_it_ended_is_shown_even_when_its_last_events_did_not_come(order: Any) -> None:
    file = io.StringIO()
    with Progress("w", STEPS, file=file) as progress:
        for event in order.events[:4]:
            progress.event(event)
        progress.finish("cancelled")
    assert file.getvalue().endswith("cancelled\n")


def test_the_end_is_said_once(order: Any) -> None:
    file = io.StringIO()
    with Progress("w", STEPS, file=file) as progress:
        for event in order.events:
            progress.event(event)
        progress.finish("completed")
    assert file.getvalue().count("completed") == 1


def test_names_cannot_drive_the_terminal(story: Any, evil: str) -> None:
    name = f"{{0}} %s {evil}"
    for file in (Terminal(), io.StringIO()):
        with Progress(name, [name], file=file) as progress:
            progress.event(story.event(0, "step_started", step=name))
            progress.event(story.event(0, "step_failed", step=name, error=name, attempts=1))
        shown = file.getvalue().replace("\x1b[31m", "").replace("\x1b[0m", "")
        assert "{0} %s <script>" in shown
        assert shown.replace("\r", "").replace("\n", "").replace("\x1b[A", "").isprintable()


def test_standard_error_is_where_progress_goes(order: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("w", None) as progress:
        progress.event(order.events[2])
    out, err = capsys.readouterr()
    assert (out, err) == ("", "w [00:00] 1 Validate order\n")


def test_a_process_without_standard_error_waits_in_silence(
    order: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Progress("w", None) as progress:
        progress.event(order.events[2])
    assert capsys.readouterr().out == ""


def test_bars_that_were_turned_off_stay_off(order: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TQDM_DISABLE", "1")
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)  # tqdm reads its variables when it is imported
    terminal = Terminal()
    with Progress("w", STEPS, file=terminal) as progress:
        for event in order.events:
            progress.event(event)
    assert terminal.getvalue() == ""


def test_a_batch_counts_ends_and_keeps_failures_in_sight() -> None:
    terminal, log = Terminal(), io.StringIO()
    for file in (terminal, log):
        with Batch(3, file=file) as batch:
            batch.ended("a", "completed")
            batch.ended("b", "failed")
    assert "executions: 33% 1/3 [00:00] 1 completed" in terminal.frames
    assert "67% 2/3 [00:00] 1 completed, 1 failed, 1 still running" in terminal.frames[-1]
    assert "\x1b[31m" in terminal.getvalue().split("\r")[-1]
    assert re.sub(r"\d\d:\d\d", "time", log.getvalue()).splitlines() == [
        "executions [time] 1/3 a completed",
        "executions [time] 2/3 b failed",
    ]


def test_a_whole_batch_is_green() -> None:
    terminal = Terminal()
    with Batch(1, file=terminal) as batch:
        batch.ended("a", "completed")
    assert terminal.getvalue().split("\r")[-1].count("\x1b[32m") == 1
