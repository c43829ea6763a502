from __future__ import annotations

import pytest

from ductape_sync import ResponseDecodeError, WorkflowNotFound
from ductape_sync._generated import Request
from ductape_sync.http.answers import Answer, refusal, typed
from ductape_sync.secret import Secret

KEY = Secret("dsk_key")


def request() -> Request[object]:
    return Request("getStatus", "GET", "/executions/order-1", {}, {}, None, 200, lambda value: value)


def test_an_answer_that_is_not_json_says_what_it_is_and_shows_nothing_of_it() -> None:
    answer = Answer(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>something private</html>")
    with pytest.raises(ResponseDecodeError) as caught:
        typed(request(), answer, "abc")
    assert str(caught.value) == (
        "the answer is not JSON (it says 'text/html; charset=utf-8'): "
        "Expecting value: line 1 column 1 (char 0) (request abc)"
    )
    assert (caught.value.request_id, caught.value.path) == ("abc", None)
    assert caught.value.__context__ is None, "a cause would have the answer with it"


def test_an_answer_without_a_type_is_said_to_have_none() -> None:
    with pytest.raises(ResponseDecodeError, match="it does not say what it is"):
        typed(request(), Answer(200, {}, b"\xff"), "abc")


def test_an_answer_without_content_is_none() -> None:
    assert typed(request(), Answer(202, {}, b""), "abc") is None


def test_a_repr_shows_no_body() -> None:
    assert repr(Answer(200, {}, b"something private")) == "<Answer 200>"


def test_the_key_is_taken_out_of_what_the_server_repeats() -> None:
    error = refusal(Answer(400, {}, b'{"detail": "odd header: Bearer dsk_key"}'), "abc", KEY)
    assert str(error) == "odd header: Bearer *** (request abc)"


def test_a_short_key_that_is_part_of_a_word_leaves_the_word() -> None:
    body = b'{"code": "workflow_not_found", "detail": "There is no workflow of this name."}'
    error = refusal(Answer(404, {}, body), "abc", Secret("k"))
    assert type(error) is WorkflowNotFound
    assert error.detail == "There is no workflow of this name."
