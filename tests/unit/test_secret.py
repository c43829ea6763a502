from __future__ import annotations

import copy
import pickle
import re

import pytest

from ductape_sync.secret import Hidden, Secret, forget_frames, without

KEY = "dsk_the-key-of-these-tests"


def test_a_secret_is_shown_only_when_asked_for() -> None:
    secret = Secret(KEY)
    assert secret.reveal() == KEY
    for shown in (
        repr(secret),
        str(secret),
        f"{secret}",
        repr({"key": [secret]}),
        repr(dir(secret)),
    ):
        assert KEY not in shown


def test_a_secret_fits_a_form_or_does_not() -> None:
    assert Secret(KEY).fits(re.compile(r"[\x21-\x7e]+"))
    assert not Secret(f"{KEY}\n").fits(re.compile(r"[\x21-\x7e]+"))


def test_a_hidden_header_is_sent_and_not_dumped() -> None:
    headers = {"Authorization": Hidden(f"Bearer {KEY}")}
    assert KEY not in repr(headers)
    assert KEY not in f"{headers}"
    assert headers["Authorization"].encode() == f"Bearer {KEY}".encode()


@pytest.mark.parametrize("value", [Secret(KEY), Hidden(KEY), {"Authorization": Hidden(KEY)}])
@pytest.mark.parametrize("dump", [pickle.dumps, copy.deepcopy])
def test_secrets_are_not_pickled(value: object, dump: object) -> None:
    with pytest.raises(TypeError, match="a secret is not pickled; make a new client in the other process"):
        dump(value)  # type: ignore[operator]


def test_the_frames_of_an_error_and_of_its_causes_are_forgotten() -> None:
    def fail() -> None:
        try:
            raise ValueError("the cause")
        except ValueError as error:
            raise OSError("the error") from error

    with pytest.raises(OSError, match="the error") as caught:
        fail()
    cause = caught.value.__cause__
    assert cause is not None
    assert cause.__traceback__ is not None
    forget_frames(caught.value)
    assert caught.value.__traceback__ is None
    assert cause.__traceback__ is None


def test_errors_that_cause_each_other_are_walked_once() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    forget_frames(one)
    assert one.__cause__ is other


@pytest.mark.parametrize(
    ("text", "secret", "left"),
    [
        (f"Bearer {KEY}, or Bearer%20{KEY}", KEY, "Bearer ***, or Bearer%20***"),
        ("Bearer dev-key", "dev-key", "Bearer ***"),
        ("idempotency_key: Bearer key", "key", "idempotency_key: Bearer ***"),
        ('{"code": "workflow_not_found"}', "k", '{"code": "workflow_not_found"}'),
    ],
)
def test_a_text_that_repeats_a_secret_is_shown_without_it(text: str, secret: str, left: str) -> None:
    assert without(text, secret) == left
