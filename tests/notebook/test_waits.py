import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ductape_sync import Ductape, ExecutionFailed, MissingExtra, WaitTimeout
from tests.servers import Started, environment, started

Captured = pytest.CaptureFixture[str]


def lines(capsys: Captured) -> list[str]:
    return re.sub(r"\[\d\d:\d\d\]", "[time]", capsys.readouterr().err).splitlines()


def test_a_script_gets_a_line_for_each_step_of_the_definition(ductape: Ductape, capsys: Captured) -> None:
    ductape.workflows.execute("data-processing", {}).wait_for_completion(timeout=30, progress=True)
    assert lines(capsys) == [
        "data-processing [time] 1/3 Loading data",
        "data-processing [time] 2/3 Aggregating",
        "data-processing [time] 3/3 Writing report",
        "data-processing [time] completed",
    ]


def test_an_id_alone_is_enough(ductape: Ductape, capsys: Captured) -> None:
    started = ductape.workflows.execute("data-processing", {})
    ductape.workflows.wait_for_completion(started.execution_id, timeout=30, progress=True)
    assert lines(capsys)[-1] == "data-processing [time] completed"


def test_a_failed_step_is_named(ductape: Ductape, capsys: Captured) -> None:
    with pytest.raises(ExecutionFailed):
        ductape.workflows.execute("failing-process").wait_for_completion(timeout=30, progress=True)
    _, failed, end = lines(capsys)
    assert failed.startswith("failing-process [time] Reading broken data failed after 3 attempts: ")
    assert end == "failing-process [time] failed"


def test_a_timeout_is_kept(ductape: Ductape, capsys: Captured) -> None:
    approval = ductape.workflows.execute("approval-process", {})
    with pytest.raises(WaitTimeout) as error:
        approval.wait_for_completion(timeout=1, progress=True)
    assert error.value.execution is approval
    assert lines(capsys) == ["approval-process [time] 1/2 Filing request"]
    approval.cancel()


def test_many_are_counted(ductape: Ductape, capsys: Captured) -> None:
    reports = [ductape.workflows.execute("data-processing", {}) for _ in range(3)]
    ductape.workflows.wait_all([*reports, reports[0]], timeout=30, progress=True)
    shown = lines(capsys)
    assert [line.split()[2] for line in shown] == ["1/3", "2/3", "3/3"]
    assert {line.split()[3] for line in shown} == {report.execution_id for report in reports}


def test_a_wait_does_without_events_that_cannot_be_had(dev_server: Started, capsys: Captured) -> None:
    with Ductape(
        dev_server.access_key, dev_server.product, dev_server.env,
        base_url=dev_server.url, ws_url="ws://127.0.0.1:9/v1/events",
    ) as ductape:  # fmt: skip
        execution = ductape.workflows.execute("data-processing", {})
        assert execution.wait_for_completion(timeout=30, progress=True)["rows"]
    assert "data-processing [time] completed" in lines(capsys)


def test_without_the_extra_nothing_is_waited_for(
    ductape: Ductape, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    execution = ductape.workflows.execute("data-processing", {})
    for name in [name for name in sys.modules if name.partition(".")[0] == "tqdm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(MissingExtra, match=r"pip install 'ductape-sync\[progress\]'"):
        execution.wait_for_completion(progress=True)
    with pytest.raises(MissingExtra, match=r"pip install 'ductape-sync\[progress\]'"):
        ductape.workflows.wait_all([execution], progress=True)
    assert execution.wait_for_completion(timeout=30)["rows"]
    assert capsys.readouterr().err == ""


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Ductape]:
    """A client of a server whose workflow does not say which steps it has."""
    file = Path(__file__).with_name("counting.py")
    with (
        started("dev", file, folder=tmp_path) as server,
        Ductape(server.access_key, server.product, server.env, base_url=server.url) as client,
    ):
        yield client


def test_an_earlier_execution_tells_how_many_steps_there_are(counting: Ductape, capsys: Captured) -> None:
    counting.workflows.execute("counting").wait_for_completion(timeout=30, progress=True)
    assert lines(capsys)[0] == "counting [time] 1 Counting one"
    give_up = time.monotonic() + 20
    while counting.workflows.list(status="completed").count != 1:  # the list follows a little later
        assert time.monotonic() < give_up
        time.sleep(0.02)
    counting.workflows.execute("counting").wait_for_completion(timeout=30, progress=True)
    assert lines(capsys)[0] == "counting [time] 1/3 Counting one"


class Screen:
    """A program that runs on a terminal of its own."""

    def __init__(self, server: Started, code: str, columns: int = 100) -> None:
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (25, columns))
        program = f"from ductape_sync import Ductape\nwith Ductape() as ductape:\n    {code}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**server.variables),
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self._terminal = ours
        self.text = ""

    def read_until(self, text: str | None, seconds: float = 30) -> str:
        """Read until a text has come; None for the end of the program."""
        end = time.monotonic() + seconds
        while text is None or text not in self.text:
            assert select.select([self._terminal], [], [], end - time.monotonic())[0], self.text
            try:
                self.text += os.read(self._terminal, 65_536).decode()
            except OSError:  # the program has ended: so Linux says it
                assert text is None, self.text
                break
        return self.text

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened: list[Screen] = []
    yield opened
    for screen in opened:
        screen.close()


def test_a_terminal_gets_a_bar(dev_server: Started, screens: list[Screen]) -> None:
    screens.append(
        Screen(
            dev_server, "ductape.workflows.execute('data-processing', {}).wait_for_completion(progress=True)"
        )
    )
    text = screens[0].read_until(None)
    assert re.search(r"data-processing:  33%\|.+\| 1/3 \[00:0\d\] Aggregating", text)
    assert re.search(r"data-processing: 100%\|\x1b\[32m█+\x1b\[0m\| 3/3 \[00:0\d\] completed", text)
    assert screens[0].process.wait(30) == 0


def test_a_terminal_of_no_width_gets_lines(dev_server: Started, screens: list[Screen]) -> None:
    code = "ductape.workflows.execute('data-processing', {}).wait_for_completion(progress=True)"
    screens.append(Screen(dev_server, code, columns=0))
    assert "data-processing [00:00] 1/3 Loading data\r\n" in screens[0].read_until(None)


def test_ctrl_c_ends_the_wait_and_leaves_the_bar(dev_server: Started, screens: list[Screen]) -> None:
    screens.append(
        Screen(
            dev_server,
            "ductape.workflows.execute('approval-process', {}).wait_for_completion(progress=True)",
        )
    )
    screens[0].read_until("1/2")
    screens[0].process.send_signal(signal.SIGINT)
    assert "(no longer watched)" in screens[0].read_until("KeyboardInterrupt")
    screens[0].read_until(None)
    assert screens[0].process.wait(30) != 0
