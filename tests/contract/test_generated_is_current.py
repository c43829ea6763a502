"""The generated code is what openapi.yaml says."""

import pytest

from generator.__main__ import main


def test_the_generated_code_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err
