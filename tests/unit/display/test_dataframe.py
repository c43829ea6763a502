from typing import Any

import pandas as pd
import pytest

from ductape_sync.display import dataframe

TIME = "datetime64[us, UTC]"
LIST_TYPES = {"execution_id": "string", "workflow": "category", "status": "category", "started_at": TIME,
              "completed_at": TIME, "duration": "timedelta64[us]", "metadata": "object"}  # fmt: skip
HISTORY_TYPES = {"id": "string", "timestamp": TIME, "elapsed": "timedelta64[us]", "type": "category",
                 "step": "category", "signal": "category", "run": "Int64", "attempts": "Int64",
                 "error": "string", "data": "object"}  # fmt: skip


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(kind) for name, kind in frame.dtypes.items()}


def test_a_list_has_a_row_for_each_execution(make_page: Any, make_summary: Any) -> None:
    frame = make_page(
        make_summary("a", metadata={"k": 1}), make_summary("b", "running"), make_summary("c", "failed")
    ).to_dataframe()
    assert types(frame) == LIST_TYPES
    assert list(frame["execution_id"]) == ["a", "b", "c"]
    assert frame["duration"][0] == pd.Timedelta(seconds=1.5)
    assert frame["started_at"][0] == pd.Timestamp("2026-03-01 09:30", tz="UTC")
    assert frame["completed_at"].isna().tolist() == [False, True, False]
    assert frame["duration"].isna().tolist() == [False, True, False]
    assert frame["metadata"][0] == {"k": 1}


def test_counts_by_status_name_every_status(make_page: Any, make_summary: Any) -> None:
    frame = make_page(make_summary("a"), make_summary("b", "of_tomorrow")).to_dataframe()
    counts = frame["status"].value_counts(sort=False).to_dict()
    assert counts == {"running": 0, "completed": 1, "failed": 0, "cancelled": 0, "of_tomorrow": 1}


def test_what_iterate_yields_makes_a_frame(make_page: Any, make_summary: Any) -> None:
    summaries = (page.executions[0] for page in [make_page(make_summary("a")), make_page(make_summary("b"))])
    assert list(dataframe.executions(summaries)["execution_id"]) == ["a", "b"]


def test_a_history_has_a_row_for_each_event(order: Any) -> None:
    frame = order.history().to_dataframe()
    assert types(frame) == HISTORY_TYPES
    assert list(frame["type"]) == [event.type for event in order.events]
    charged = frame[frame["step"] == "Charge card"]
    assert charged["attempts"].tolist() == [pd.NA, 3]
    assert charged["elapsed"].dt.total_seconds().tolist() == [0.5, 3.2]
    assert frame["signal"].dropna().tolist() == ["approve"]
    assert frame["data"].iloc[-1] == {"result": {"paid": True}}


def test_rows_tell_the_run_and_the_errors(failed_order: Any) -> None:
    frame = failed_order.history().to_dataframe()
    assert frame["run"].tolist() == [1] * 5 + [2] * 6
    assert frame["error"].dropna().tolist() == [
        "card declined",
        "card declined",
        "card expired",
        "card expired",
    ]


def test_events_of_unknown_types_are_rows_too(story: Any) -> None:
    story.event(0, "of_tomorrow", step={"not": "a name"}, attempts="many")
    row = story.history().to_dataframe().iloc[0]
    assert row["data"] == {"step": {"not": "a name"}, "attempts": "many"}
    assert pd.isna(row["step"])


@pytest.mark.parametrize("empty", ["list", "history"])
def test_nothing_makes_an_empty_frame_of_the_same_types(empty: str, make_page: Any, story: Any) -> None:
    result, expected = (make_page(), LIST_TYPES) if empty == "list" else (story.history(), HISTORY_TYPES)
    frame = result.to_dataframe()
    assert len(frame) == 0
    assert types(frame) == expected


def test_frames_can_be_stored_and_joined(order: Any) -> None:
    frame = order.history().to_dataframe()
    completed = frame[frame["type"] == "step_completed"].groupby("step", observed=True)["attempts"].sum()
    assert completed.to_dict() == {"Validate order": 1, "Charge card": 3, "Send receipt": 1}
