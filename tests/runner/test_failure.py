"""Exceptions as people read them."""

import json

import pytest

from venturi.core.errors import VenturiError
from venturi.runner.failure import LONGEST_REASON, reason_of, story_of
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.serde import decode


def caught(function: object) -> BaseException:
    with pytest.raises(BaseException) as info:  # noqa: PT011
        function()  # type: ignore[operator]
    return info.value


def test_a_reason_is_one_bounded_line() -> None:
    assert reason_of(ValueError("a\n\n  b  c")) == "ValueError: a | b c"
    assert reason_of(ValueError()) == "ValueError"
    assert reason_of(AirflowException("exit code 1")) == "exit code 1"
    assert reason_of(AirflowException()) == "AirflowException"
    assert len(reason_of(ValueError("x" * 5000))) == LONGEST_REASON


def test_our_frames_above_the_authors_are_left_out() -> None:
    def author() -> None:
        json.loads("{")

    story = story_of(caught(author))
    assert "in author" in story
    assert "json/decoder.py" in story, "what a library says below the author's line helps"
    assert story.splitlines()[-1].startswith("json.decoder.JSONDecodeError: ")


def test_a_fact_stated_by_us_needs_no_frames() -> None:
    error = caught(lambda: decode('{"__classname__": "os.system", "__data__": 1}'))
    assert "serde.py" not in story_of(error)
    plain = caught(lambda: _raise(VenturiError("plain")))
    assert "in _raise" in story_of(plain), "an author's own frame is shown"
    assert story_of(VenturiError("never raised")) == ""


def test_what_led_to_it_is_told_first() -> None:
    def author() -> None:
        try:
            raise KeyError("inner")
        except KeyError as error:
            raise ValueError("outer") from error

    story = story_of(caught(author))
    assert story.index("KeyError: 'inner'") < story.index("ValueError: outer")


def test_a_suppressed_cause_is_not_told() -> None:
    def author() -> None:
        try:
            raise KeyError("inner")
        except KeyError:
            raise ValueError("outer") from None

    assert "inner" not in story_of(caught(author))


def test_notes_and_groups_are_told() -> None:
    error = ValueError("noted")
    error.add_note("While rendering the field 'x'.")
    group = ExceptionGroup("several", [error, KeyError("second")])
    story = story_of(caught(lambda: _raise(group)))
    for part in ("several", "ValueError: noted", "While rendering", "KeyError: 'second'"):
        assert part in story


def test_circles_end() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert "1" in story_of(first)


def _raise(error: BaseException) -> None:
    raise error
