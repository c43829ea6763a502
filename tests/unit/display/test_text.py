import datetime as dt

import pytest

from ductape_sync._generated import models
from ductape_sync.display.text import duration, elapsed, json_text, moment, printable, short


def test_nothing_that_a_terminal_acts_on_is_left(evil: str) -> None:
    assert printable(evil) == "<script>alert('x')</script>&\"$\\frac{1}$\\x1b[31m\\n\\u202e"


def test_other_scripts_stay_readable() -> None:
    assert printable("Größe 日本語 🙂") == "Größe 日本語 🙂"
    assert json_text({"größe": "日本"}) == '{"größe": "日本"}'


@pytest.mark.parametrize(("text", "shown"), [("abcde", "abcde"), ("abcdef", "abcd…"), ("\n\n\n", "\\n\\n…")])
def test_a_long_text_is_cut_to_the_limit_as_it_is_shown(text: str, shown: str) -> None:
    assert short(text, 5) == shown


def test_json_is_cut_without_writing_out_the_rest() -> None:
    written = []

    class Noted(dict[str, int]):
        def items(self) -> object:  # type: ignore[override]
            for key in range(1_000_000):
                written.append(key)
                yield str(key), key

    text = json_text(Noted(a=1), limit=50)
    assert len(text) == 50
    assert text.endswith("…")
    assert len(written) < 100


def test_json_with_an_indent_keeps_its_lines_and_escapes_all_else() -> None:
    assert json_text({"a": "\x1b\n\u202e\x85"}, indent=1) == '{\n "a": "\\u001b\\n\\u202e\\u0085"\n}'


def test_a_part_of_an_answer_is_written_as_the_json_that_it_was() -> None:
    assert json_text([models.StepStartedData(step="a")]) == '[{"step": "a"}]'


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 ms"),
        (0.0123, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (3599.4, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_units(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_what_has_not_ended_has_taken_the_time_up_to_now() -> None:
    now = dt.datetime.now(dt.UTC)
    assert elapsed(now - dt.timedelta(hours=2), None) == "2 h 0 min"
    assert elapsed(now + dt.timedelta(minutes=1), None) == "0 ms"  # the server's clock is ahead of ours


def test_a_moment_is_shown_in_the_local_time_zone() -> None:
    local = dt.datetime(2026, 3, 1, 9, 30).astimezone()
    assert moment(local.astimezone(dt.UTC)) == "2026-03-01 09:30:00"
