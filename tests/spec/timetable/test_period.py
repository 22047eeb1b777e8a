"""The runs of a past period."""

from datetime import UTC, datetime, timedelta

import pytest

from venturi.spec.timetable.model import (
    AssetOrTime,
    CronInterval,
    DeltaInterval,
    DeltaTrigger,
    RelativeDelta,
    TimeDelta,
    Timetable,
)
from venturi.spec.timetable.period import runs_of_period

FIVE_HOURS = TimeDelta(microseconds=5 * 3_600_000_000)
START = datetime(2026, 3, 10, 7, tzinfo=UTC)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def dates(timetable: Timetable, first: datetime, last: datetime) -> list[datetime]:
    found = runs_of_period(timetable, first, last, START)
    return [info.logical_date for info in found if info.logical_date is not None]


def test_a_cron_schedule_gives_every_date_from_the_first_to_the_last() -> None:
    daily = CronInterval(expr="0 0 * * *")
    assert dates(daily, at(1), at(3)) == [at(1), at(2), at(3)]
    assert dates(daily, at(12, 5), at(13)) == [at(13)]


@pytest.mark.parametrize(
    "timetable", [DeltaInterval(delta=FIVE_HOURS), DeltaTrigger(delta=FIVE_HOURS)]
)
@pytest.mark.parametrize("first", [at(8), at(10, 7), at(11, 1), START - timedelta(hours=5)])
def test_steps_are_counted_from_the_start_date_in_both_directions(
    timetable: Timetable, first: datetime
) -> None:
    found = dates(timetable, first, first + timedelta(hours=14))
    assert len(found) == 3 and found[0] >= first and found[0] - first < timedelta(hours=5)
    assert all((date - START) % timedelta(hours=5) == timedelta(0) for date in found)


def test_steps_on_the_calendar_are_counted_back_too() -> None:
    daily = DeltaInterval(delta=RelativeDelta(days=1))
    assert dates(daily, at(7), at(8, 12)) == [at(7, 7), at(8, 7)]
    assert dates(AssetOrTime(timetable=daily, condition={}), at(20), at(20, 12)) == [at(20, 7)]


def test_without_a_start_date_steps_are_counted_from_the_beginning_of_the_period() -> None:
    found = runs_of_period(DeltaTrigger(delta=FIVE_HOURS), at(1), at(1, 5), None)
    assert [info.run_after for info in found] == [at(1), at(1, 5)]


def test_a_schedule_that_would_go_on_for_ever_ends_with_the_calendar() -> None:
    end = datetime(9950, 1, 1, tzinfo=UTC)
    assert len(dates(DeltaTrigger(delta=RelativeDelta(years=1)), end, end)) <= 1
