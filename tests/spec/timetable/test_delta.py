"""Steps of time: held to dateutil's relativedelta, and to the clock of a zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta, weekday
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spec.timetable.make import local, step, utc
from venturi.spec.cron import ScheduleError
from venturi.spec.timetable.delta import DeltaSeries, add, subtract, text
from venturi.spec.timetable.model import Delta, RelativeDelta
from venturi.spec.timetable.series import after, before

ZURICH = "Europe/Zurich"
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@st.composite
def relative(draw: st.DrawFn) -> tuple[RelativeDelta, relativedelta]:
    added: dict[str, Any] = {
        name: draw(st.integers(-span, span))
        for name, span in (
            ("years", 4),
            ("months", 11),
            ("days", 40),
            ("hours", 23),
            ("minutes", 59),
            ("seconds", 59),
            ("microseconds", 999_999),
        )
        if draw(st.booleans())
    }
    added["leapdays"] = draw(st.sampled_from([0, 0, -1, 1]))
    replaced: dict[str, Any] = {
        name: draw(st.integers(low, high))
        for name, low, high in (
            ("year", 1995, 2055),
            ("month", 1, 12),
            ("day", 1, 31),
            ("hour", 0, 23),
            ("minute", 0, 59),
            ("second", 0, 59),
            ("microsecond", 0, 999_999),
        )
        if draw(st.integers(0, 3)) == 0
    }
    day = draw(st.none() | st.integers(0, 6))
    nth = draw(st.none() | st.integers(-3, 3).filter(bool)) if day is not None else None
    ours = RelativeDelta(**added, **replaced, weekday=day, weekday_n=nth)
    on_day = None if day is None else weekday(day, nth)
    return ours, relativedelta(**added, **replaced, weekday=on_day)


@settings(max_examples=300, deadline=None)
@given(both=relative(), instant=INSTANTS)
def test_a_relative_delta_means_what_dateutil_means(
    both: tuple[RelativeDelta, relativedelta], instant: datetime
) -> None:
    ours, theirs = both
    assert add(ours, instant) == instant + theirs
    assert subtract(ours, instant) == instant - theirs


def test_a_timedelta_is_elapsed_time_in_every_zone() -> None:
    start = local("2026-03-28 08:00+01:00", ZURICH)
    assert add(step(days=1), start, ZURICH) == local("2026-03-29 09:00+02:00", ZURICH)
    assert subtract(step(days=1), start, ZURICH) == start - timedelta(days=1)


@pytest.mark.parametrize(
    ("delta", "start", "expected"),
    [
        (RelativeDelta(days=1), "2026-03-28 08:00+01:00", "2026-03-29 08:00+02:00"),
        (RelativeDelta(days=1), "2026-03-28 02:30+01:00", "2026-03-29 03:30+02:00"),
        (RelativeDelta(days=1), "2026-10-24 02:30+02:00", "2026-10-25 02:30+01:00"),
        (RelativeDelta(hours=1), "2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00"),
        (RelativeDelta(hours=1), "2026-03-29 01:30+01:00", "2026-03-29 03:30+02:00"),
        (RelativeDelta(months=1, hour=6), "2026-03-15 08:00+01:00", "2026-04-15 06:00+02:00"),
        (RelativeDelta(weekday=0), "2026-03-28 08:00+01:00", "2026-03-30 08:00+02:00"),
        (RelativeDelta(weekday=5), "2026-03-28 08:00+01:00", "2026-03-28 08:00+01:00"),
    ],
)
def test_a_relative_delta_looks_at_the_clock_on_the_wall(
    delta: RelativeDelta, start: str, expected: str
) -> None:
    assert add(delta, local(start, ZURICH), ZURICH) == local(expected, ZURICH)


def test_leap_days_are_added_after_february_of_a_leap_year() -> None:
    delta = RelativeDelta(months=1, leapdays=-1)
    assert add(delta, utc("2024-02-10")) == utc("2024-03-09")
    assert add(delta, utc("2023-02-10")) == utc("2023-03-10")
    assert add(delta, utc("2024-01-10")) == utc("2024-02-10")


def test_a_day_that_the_month_lacks_becomes_its_last_and_stays() -> None:
    series = DeltaSeries(delta=RelativeDelta(months=1), timezone="UTC", anchor=utc("2026-01-31"))
    february, march = after(series, utc("2026-01-31")), after(series, utc("2026-02-28"))
    assert february == utc("2026-02-28")
    assert march == utc("2026-03-28")


@settings(max_examples=60, deadline=None)
@given(
    delta=st.sampled_from(
        [
            step(hours=7),
            step(seconds=90.5),
            RelativeDelta(minutes=50),
            RelativeDelta(days=3),
            RelativeDelta(months=1),
            RelativeDelta(days=1, hour=8, minute=0, second=0, microsecond=0),
            RelativeDelta(days=1, weekday=4),
        ]
    ),
    anchor=INSTANTS,
    distance=st.timedeltas(timedelta(0), timedelta(days=900)),
)
def test_the_grid_of_a_step_is_the_walk_from_its_anchor(
    delta: Delta, anchor: datetime, distance: timedelta
) -> None:
    series = DeltaSeries(delta=delta, timezone=ZURICH, anchor=anchor)
    instant = anchor + distance
    past, coming = series.at_or_before(instant), series.at_or_after(instant)
    assert past is not None and coming is not None
    assert past <= instant <= coming
    assert past == coming or add(delta, past, ZURICH) == coming
    assert series.at_or_after(past) == past
    if distance < timedelta(days=20):
        walked = anchor
        while (further := add(delta, walked, ZURICH)) <= instant:
            walked = further
        assert walked == past


def test_nothing_is_before_the_anchor_and_little_after_the_last_year() -> None:
    series = DeltaSeries(delta=step(days=1), timezone="UTC", anchor=utc("2026-05-14"))
    assert before(series, utc("2026-05-14")) is None
    assert series.at_or_after(utc("2020-01-01")) == utc("2026-05-14")
    assert series.at_or_after(utc("9950-01-01 12:00")) is None


@pytest.mark.parametrize(
    "delta",
    [
        step(),
        step(days=-1),
        RelativeDelta(),
        RelativeDelta(hours=-1),
        RelativeDelta(day=1),
        RelativeDelta(months=-1),
        RelativeDelta(weekday=0),
    ],
)
def test_a_step_that_stands_still_is_refused_instead_of_looping(delta: Delta) -> None:
    series = DeltaSeries(delta=delta, timezone="UTC", anchor=utc("2026-05-14"))
    with pytest.raises(ScheduleError, match="does not move forward"):
        after(series, utc("2026-06-01"))


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (step(days=1), "1 day, 0:00:00"),
        (RelativeDelta(months=1, days=-2), "relativedelta(months=+1, days=-2)"),
        (RelativeDelta(hour=0, minute=5), "relativedelta(hour=0, minute=5)"),
        (RelativeDelta(days=1, weekday=4), "relativedelta(days=+1, weekday=FR)"),
        (RelativeDelta(weekday=0, weekday_n=-1), "relativedelta(weekday=MO(-1))"),
    ],
)
def test_a_step_is_written_as_python_writes_it(delta: Delta, expected: str) -> None:
    assert text(delta) == expected
