from __future__ import annotations

import copy
import inspect
import multiprocessing
import pickle
import re
from typing import Any

import pytest

import ductape_sync
from ductape_sync import errors
from ductape_sync._generated.models import ExecutionStatus
from ductape_sync.errors import DuctapeError
from tests.loopback import STATUS

FAILED = ExecutionStatus.from_dict(
    STATUS
    | {
        "status": "failed",
        "error": "no funds",
        "failure": {"message": "no funds", "type": "PaymentError", "step": "Charging", "attempts": 3},
    }
)
CASES: dict[str, dict[str, Any]] = {
    "MissingExtra": {"extra": "notebook"},
    "TransportError": {"request_id": "abc", "retryable": False},
    "ConnectionFailed": {"request_id": "abc"},
    "RequestTimeout": {"request_id": "abc"},
    "APIError": {
        "status": 418,
        "code": "teapot",
        "field": "input",
        "suggestions": ("a",),
        "request_id": "abc",
    },
    "InvalidRequest": {"field": "input"},
    "RateLimited": {"status": 429, "retry_after": 2.0},
    "ResponseDecodeError": {"path": "/status", "request_id": "abc"},
    "ExecutionError": {"execution": None, "status": FAILED},
    "ExecutionFailed": {"execution": None, "status": FAILED},
    "ExecutionCancelled": {"execution": None, "status": FAILED},
    "WaitTimeout": {"status": FAILED, "results": {"order-2": {"total": 42}}},
    "SubscriptionError": {"execution_id": "order-1", "last_event_id": "00001"},
}


def tree() -> dict[str, type[DuctapeError]]:
    found: dict[str, type[DuctapeError]] = {}
    left: list[type[DuctapeError]] = [DuctapeError]
    while left:
        kind = left.pop()
        found[kind.__name__] = kind
        left += [sub for sub in kind.__subclasses__() if sub.__module__ == errors.__name__]
    return found


def drawn() -> dict[str, str | None]:
    """The tree in the module's docstring: each name and the one that it stands under."""
    parents: dict[str, str | None] = {}
    above: list[str] = []
    for line in inspect.getdoc(errors).splitlines():  # type: ignore[union-attr]
        match = re.match(r"    ([│├└─ ]*)([A-Z]\w+)", line)
        if match:
            depth = len(match[1]) // 4
            above[depth:] = [match[2]]
            parents[match[2]] = above[depth - 1] if depth else None
    return parents


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    real = {name: kind.__mro__[1].__name__ for name, kind in tree().items()}
    real["DuctapeError"] = None  # type: ignore[assignment]
    assert drawn() == real


@pytest.mark.parametrize("name", sorted(tree()))
def test_every_error_can_be_imported_from_the_package(name: str) -> None:
    assert getattr(ductape_sync, name) is tree()[name]
    assert name in ductape_sync.__all__


def make(name: str) -> DuctapeError:
    about = next((CASES[kind.__name__] for kind in tree()[name].__mro__ if kind.__name__ in CASES), {})
    return tree()[name]("It went wrong.", **about)


@pytest.mark.parametrize(
    "copied", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy]
)
@pytest.mark.parametrize("name", sorted(tree()))
def test_errors_can_be_copied_and_pickled_with_all_they_say(name: str, copied: Any) -> None:
    error = make(name)
    twin = copied(error)
    assert type(twin) is type(error)
    assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))


def test_an_error_crosses_processes() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool, pytest.raises(errors.WaitTimeout) as caught:
        pool.apply(_raise, ["WaitTimeout"])
    assert caught.value.current_step == "Charging"
    assert caught.value.results == {"order-2": {"total": 42}}


def _raise(name: str) -> None:
    raise make(name)


def test_a_handle_stays_behind_when_its_error_is_pickled() -> None:
    error = errors.ExecutionFailed("order-1 failed", execution=object(), status=FAILED)  # type: ignore[arg-type]
    twin = pickle.loads(pickle.dumps(error))
    assert twin.execution is None
    assert twin.failure == FAILED.failure


def test_errors_are_also_what_python_calls_them() -> None:
    assert issubclass(errors.WaitTimeout, TimeoutError)
    assert issubclass(errors.MissingExtra, ImportError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (errors.NotFound("No such thing.", status=404), "No such thing."),
        (errors.NotFound("No.", status=404, code="x_not_found"), "No. (x_not_found)"),
        (errors.NotFound("No.", status=404, code="x", request_id="abc"), "No. (x, request abc)"),
        (errors.InvalidRequest("limit must be …", field="limit"), "limit must be …"),
        (errors.RequestTimeout("late", request_id="abc"), "late (request abc)"),
        (errors.ConnectionFailed("closed"), "closed"),
    ],
)
def test_an_error_of_a_request_reads_as_what_went_wrong_and_where_to_find_it_in_the_log(
    error: errors.DuctapeError, text: str
) -> None:
    assert str(error) == text


@pytest.mark.parametrize("name", sorted(tree()))
def test_every_error_has_a_request_id_if_only_to_say_that_there_is_none(name: str) -> None:
    about = next((CASES[kind.__name__] for kind in tree()[name].__mro__ if kind.__name__ in CASES), {})
    assert make(name).request_id == about.get("request_id")


def test_a_wait_timeout_knows_the_step_when_the_server_was_reached() -> None:
    assert errors.WaitTimeout("late", status=FAILED).current_step == "Charging"
    assert errors.WaitTimeout("late").current_step is None
