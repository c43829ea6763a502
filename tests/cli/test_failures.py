from __future__ import annotations

import logging

import click
import pytest

from ductape_sync import errors
from ductape_sync.cli.explaining import explain
from ductape_sync.cli.failures import MEANINGS, ExitCode, run
from ductape_sync.cli.group import group
from ductape_sync.cli.warnings import tell_warnings
from tests.servers import ROOT


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("ductape_sync"), "handlers", [])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigurationError("no"), ExitCode.USAGE),
        (errors.MissingExtra("no", extra="cli"), ExitCode.USAGE),
        (errors.InvalidRequest("no"), ExitCode.USAGE),
        (errors.ExecutionFailed("no", execution=None, status=None), ExitCode.FAILED),  # type: ignore[arg-type]
        (errors.ExecutionCancelled("no", execution=None, status=None), ExitCode.CANCELLED),  # type: ignore[arg-type]
        (errors.WaitTimeout("no"), ExitCode.TIMED_OUT),
        (errors.ExecutionNotFound("no", status=404), ExitCode.NOT_FOUND),
        (errors.WorkflowNotFound("no", status=404), ExitCode.NOT_FOUND),
        (errors.NotFound("no", status=404), ExitCode.NOT_FOUND),
        (errors.ConnectionFailed("no"), ExitCode.UNAVAILABLE),
        (errors.RequestTimeout("no"), ExitCode.UNAVAILABLE),
        (errors.ConnectionLost("no"), ExitCode.UNAVAILABLE),
        (errors.SubscriptionOverflow("no"), ExitCode.UNAVAILABLE),
        (errors.RateLimited("no", status=429), ExitCode.UNAVAILABLE),
        (errors.ServerError("no", status=503), ExitCode.UNAVAILABLE),
        (errors.ServerError("no", status=500), ExitCode.ERROR),
        (errors.ResponseDecodeError("no"), ExitCode.ERROR),
        (errors.Unauthenticated("no", status=401), ExitCode.DENIED),
        (errors.Forbidden("no", status=403), ExitCode.DENIED),
        (errors.ExecutionClosed("no", status=409), ExitCode.CONFLICT),
        (errors.ExecutionExists("no", status=409), ExitCode.CONFLICT),
        (errors.IdempotencyConflict("no", status=409), ExitCode.CONFLICT),
        (click.UsageError("no"), ExitCode.USAGE),
        (ModuleNotFoundError("no", name="temporalio.client"), ExitCode.USAGE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_error_has_an_exit_code(error: Exception, code: ExitCode) -> None:
    assert explain(error)[0] is code


def test_an_error_of_any_other_kind_is_not_swallowed() -> None:
    with pytest.raises(ModuleNotFoundError):
        explain(ModuleNotFoundError("no", name="ductape_sync.typo"))


def test_every_exit_code_is_documented_in_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(group, ["--help"]) == 0
    text = capsys.readouterr().out
    assert set(MEANINGS) == set(ExitCode)
    guide = (ROOT / "docs" / "shell.md").read_text()
    for code in ExitCode:
        assert f"\n  {int(code)} " in text
        assert f"\n| {int(code)} | " in guide


def test_the_remedy_comes_before_what_is_for_the_servers_log() -> None:
    error = errors.ExecutionNotFound(
        "There is none.", status=404, code="execution_not_found", request_id="7f"
    )
    assert explain(error)[1] == (
        "There is none; 'ductape-sync list' shows those that exist (execution_not_found, request 7f)"
    )


def test_a_missing_setting_is_named_as_the_option_that_it_is_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUCTAPE_ACCESS_KEY", raising=False)
    assert run(group, ["status", "x"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "--access-key" in said
    assert "DUCTAPE_ACCESS_KEY" in said


def test_a_missing_library_is_named_as_the_extra_that_has_it() -> None:
    _, message = explain(ModuleNotFoundError("no", name="temporalio.client"))
    assert "pip install 'ductape-sync[gateway]'" in message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["exeucte"], "there is no command 'exeucte'; did you mean 'execute'?; see 'ductape-sync --help'"),
        (["execute"], "Missing argument 'WORKFLOW'; see 'ductape-sync execute --help'"),
        (["status", "--jsno"], "--json"),
        (["wait", "x", "--timeout", "5y"], "'5y' is not a duration"),
        (["execute", "x", "--input", "{"], "this is not JSON"),
        (["execute", "x", "--metadata", "y"], "'y' is not key=value"),
        (["execute", "x", "--timeout", "0"], "an execution needs time"),
    ],
)
def test_a_wrong_command_line_is_one_line_with_the_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    for name in ("ACCESS_KEY", "PRODUCT", "ENV"):
        monkeypatch.setenv(f"DUCTAPE_{name}", "any")
    assert run(group, arguments) == ExitCode.USAGE
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.startswith("ductape-sync: error: ")
    assert written.err.count("\n") == 1
    assert said in written.err


def test_what_a_server_says_cannot_drive_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise errors.ServerError("no\x1b[2J\nway", status=500)

    monkeypatch.setattr("click.Group.invoke", fails)
    assert run(group, ["list"]) == ExitCode.ERROR
    assert capsys.readouterr().err == "ductape-sync: error: no\\x1b[2J way\n"


def test_each_warning_is_told_once_a_minute(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("ductape_sync.waiting")

    def warns(*_: object) -> None:
        tell_warnings()
        for second, message in (
            (0, "away %d"),
            (5, "away %d"),
            (6, "no events %d"),
            (7, "away %d"),
            (8, "no events %d"),
            (61, "away %d"),
            (62, "away %d"),
        ):
            record = log.makeRecord(log.name, logging.WARNING, __file__, 0, message, (second,), None)
            record.created = 1_800_000_000 + second
            log.handle(record)

    monkeypatch.setattr("click.Group.invoke", warns)
    assert run(group, ["list"]) == ExitCode.OK
    assert capsys.readouterr().err.splitlines() == [
        "ductape-sync: away 0",
        "ductape-sync: no events 6",
        "ductape-sync: away 61",
    ]
