"""What the reader of the documents does not let pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.reader import Reader, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers import Started


@pytest.fixture
def read(
    tmp_path: Path, dev_server: Started, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Does what a document says."""
    monkeypatch.chdir(tmp_path)
    document = tmp_path / "guide.md"
    reader = Reader(document, tmp_path, dev_server, monkeypatch)

    def read(text: str) -> None:
        document.write_text(text)
        for block in blocks(document):
            reader.follow(block)

    yield read
    reader.leave()


@pytest.mark.parametrize(
    "shown",
    [
        "$ ls no-such-file\n…",
        "$ ls no-such-file\n…such…",
        "$ ls no-such-file | cat\n…",
        "$ ls no-such-file",
        "$ ductape-sync status no-such-execution\n…",
    ],
)
def test_a_command_that_fails_is_an_error_whatever_is_shown(read: Callable[[str], None], shown: str) -> None:
    with pytest.raises(AssertionError, match="no-such"):
        read(f"```console\n{shown}\n```\n")


def test_a_failure_that_is_shown_with_its_exit_code_is_in_order(read: Callable[[str], None]) -> None:
    read('```console\n$ ls no-such-file; echo "exit code $?"\n…\nexit code 2\n```\n')
    with pytest.raises(AssertionError):
        read('```console\n$ ls no-such-file; echo "exit code $?"\n…\nexit code 0\n```\n')


def test_commands_are_not_shown_where_nobody_types_them(read: Callable[[str], None]) -> None:
    with pytest.raises(AssertionError, match="nobody types these commands"):
        read("```text\n$ ls\n```\n")


def test_code_in_a_language_that_nobody_runs_is_an_error(read: Callable[[str], None]) -> None:
    with pytest.raises(AssertionError, match="nobody runs ruby blocks"):
        read("```ruby\nputs 1\n```\n")
