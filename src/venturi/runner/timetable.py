"""An author's own timetable, asked for the next run: in a fork of the DAG's host."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from typing import Any

from venturi.core.messages import AskTimetable, TimetableSaid
from venturi.runner.failure import reason_of, story_of
from venturi.sdk.runtime_run import moment
from venturi.sdk.timetables import AssetOrTimeSchedule, DataInterval, TimeRestriction
from venturi.sdk.values import utc


class _TooLate(BaseException):
    """The answer takes too long; not an Exception, so that nobody eats it."""


def said_by(dag: Any, question: AskTimetable) -> TimetableSaid:
    """What the timetable of `dag` answers. Never raises for what user code does."""
    timetable = dag.timetable
    while isinstance(timetable, AssetOrTimeSchedule):
        timetable = timetable.timetable
    name = type(timetable).__name__
    try:
        with _limited(question.limit):
            return _answer(timetable, question)
    except _TooLate:
        words = f"its timetable {name} took longer than {question.limit:g} s to name the next run."
        return _unheard(question, words)
    except BaseException as error:
        story = story_of(error)
        words = f"its timetable {name} failed: {reason_of(error)}"
        return _unheard(question, f"{words}\n{story}" if story else words)


def _answer(timetable: Any, question: AskTimetable) -> TimetableSaid:
    last = None
    if question.last_start is not None and question.last_end is not None:
        last = DataInterval(moment(question.last_start), moment(question.last_end))
    info = timetable.next_dagrun_info(
        last_automated_data_interval=last,
        restriction=TimeRestriction(
            earliest=moment(question.earliest),
            latest=moment(question.latest),
            catchup=question.catchup,
        ),
    )
    if info is None or info.run_after is None:
        return TimetableSaid(ask_id=question.ask_id, dag_id=question.dag_id)
    interval = info.data_interval
    start = _aware(interval.start, "data_interval.start") if interval else None
    end = _aware(interval.end, "data_interval.end") if interval else None
    run_after = _aware(info.run_after, "run_after")
    logical = getattr(info, "logical_date", None) or start or run_after
    return TimetableSaid(
        ask_id=question.ask_id,
        dag_id=question.dag_id,
        run_after=run_after,
        logical_date=_aware(logical, "logical_date"),
        start=start,
        end=end,
    )


def _aware(value: Any, field: str) -> datetime:
    """In UTC; which instant a naive datetime means cannot be guessed."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"{field} must be a datetime with a time zone, not {value!r}")
    found = utc(value, field)
    assert found is not None
    return found


def _unheard(question: AskTimetable, error: str) -> TimetableSaid:
    return TimetableSaid(ask_id=question.ask_id, dag_id=question.dag_id, error=error)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise _TooLate

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
