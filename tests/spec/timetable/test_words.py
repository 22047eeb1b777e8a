"""Timetables in words, and the ones that are refused when their file is read."""

from typing import get_args

import pytest

from tests.spec.timetable.make import step, utc
from venturi.sdk import timetables
from venturi.spec.cron import ScheduleError
from venturi.spec.timetable.check import check
from venturi.spec.timetable.model import (
    AssetOrTime,
    AssetTriggered,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DeltaInterval,
    DeltaTrigger,
    Events,
    MultipleCronTrigger,
    Null,
    Once,
    RelativeDelta,
    Timetable,
)
from venturi.spec.timetable.words import TYPE_NAMES, describe, describe_cron, summary, type_name

GAMES = (utc("2026-06-11 19:00"), utc("2026-07-19 19:00"))


@pytest.mark.parametrize(
    ("timetable", "short", "words"),
    [
        (Null(), "None", "never by itself"),
        (Once(), "@once", "once, at the start date"),
        (Continuous(), "@continuous", "again as soon as the last run has ended"),
        (
            CronInterval(expr="30 8 * * *", timezone="Europe/Zurich"),
            "30 8 * * *",
            "every day at 08:30 Europe/Zurich",
        ),
        (CronTrigger(expr="@hourly"), "@hourly", "every hour UTC"),
        (
            MultipleCronTrigger(exprs=("0 6 * * *", "0 18 * * *")),
            "0 6 * * *, 0 18 * * *",
            "every day at 06:00 and every day at 18:00 UTC",
        ),
        (DeltaInterval(delta=step(hours=2)), "2:00:00", "every 2 hours"),
        (
            DeltaTrigger(delta=RelativeDelta(months=1)),
            "relativedelta(months=+1)",
            "every month",
        ),
        (
            Events(dates=GAMES),
            "2 events",
            "2 events from 2026-06-11T19:00:00+00:00 to 2026-07-19T19:00:00+00:00",
        ),
        (Events(), "0 events", "never: it has no events"),
        (Events(dates=GAMES, description="World Cup"), "World Cup", "World Cup"),
        (AssetTriggered(condition=None), "Asset", "when its assets are updated"),
        (
            AssetOrTime(timetable=CronTrigger(expr="@daily"), condition=None),
            "Asset or @daily",
            "every day at 00:00 UTC, and when its assets are updated",
        ),
        (Custom(import_path="acme.times.Workdays"), "Workdays", "Workdays"),
        (
            Custom(import_path="acme.times.Workdays", summary="wd", description="on workdays"),
            "wd",
            "on workdays",
        ),
    ],
)
def test_a_timetable_in_short_and_in_words(timetable: Timetable, short: str, words: str) -> None:
    assert summary(timetable) == short
    assert describe(timetable) == words


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("5 * * * *", "every hour at minute 5"),
        ("0 */6 * * *", "every 6 hours"),
        ("10 */6 * * *", "every 6 hours at minute 10"),
        ("0 9 * * 1-5", "every Monday to Friday at 09:00"),
        ("0 9 * * mon", "every Monday at 09:00"),
        ("0 9 * * 1,3,7", "every Monday, Wednesday and Sunday at 09:00"),
        ("*/5 * * * sat,sun", "every 5 minutes on Saturday and Sunday"),
        ("0 0 1 * *", "on day 1 of every month at 00:00"),
        ("0 0 L * *", "on the last day of every month at 00:00"),
        ("@quarterly", "on day 1 of every quarter at 00:00"),
        ("@yearly", "every year on 1 January at 00:00"),
        ("0 12 24 12 *", "every year on 24 December at 12:00"),
        ("0 0 1 * 1", "cron 0 0 1 * 1"),
        ("0 0 * * 1#2", "cron 0 0 * * 1#2"),
        ("0 8,17 * * *", "cron 0 8,17 * * *"),
        ("* 3 * * *", "cron * 3 * * *"),
        ("1-5 * * * *", "cron 1-5 * * * *"),
        ("0 0 * jan *", "cron 0 0 * jan *"),
        ("*/5 * 1 * *", "every 5 minutes on day 1 of every month"),
        ("0 0 * * * 30", "cron 0 0 * * * 30"),
    ],
)
def test_a_cron_expression_in_words(expr: str, words: str) -> None:
    assert describe_cron(expr) == words


@pytest.mark.parametrize(
    ("timetable", "words"),
    [
        (DeltaInterval(delta=step(days=7)), "every week"),
        (DeltaInterval(delta=step(days=10)), "every 10 days"),
        (DeltaInterval(delta=step(minutes=90)), "every 90 minutes"),
        (DeltaInterval(delta=step(seconds=1.5)), "every 0:00:01.500000"),
        (DeltaInterval(delta=RelativeDelta(years=2)), "every 2 years"),
        (
            DeltaInterval(delta=RelativeDelta(days=1, hour=6)),
            "every relativedelta(days=+1, hour=6)",
        ),
    ],
)
def test_a_step_in_words(timetable: Timetable, words: str) -> None:
    assert describe(timetable) == words


@pytest.mark.parametrize(
    ("timetable", "words"),
    [
        (CronInterval(expr="0 99 * * *"), "hour field '99'"),
        (CronTrigger(expr="@daily", timezone="Mars/Base"), "Mars/Base"),
        (MultipleCronTrigger(exprs=()), "needs a cron expression"),
        (MultipleCronTrigger(exprs=("@daily", "x * * * *")), "minute field 'x'"),
        (DeltaInterval(delta=step()), "does not move forward"),
        (DeltaTrigger(delta=RelativeDelta(day=1)), "does not move forward"),
        (DeltaTrigger(delta=RelativeDelta(seconds=1, microsecond=0)), "give a timedelta"),
        (DeltaTrigger(delta=step(days=1), timezone="Mars/Base"), "Mars/Base"),
        (DeltaInterval(delta=RelativeDelta(months=1, weekday=0, weekday_n=-6)), "does not move"),
        (
            AssetOrTime(timetable=CronTrigger(expr="* * *"), condition=None),
            "has 3 fields",
        ),
    ],
)
def test_a_timetable_that_cannot_be_followed_is_refused(timetable: Timetable, words: str) -> None:
    with pytest.raises(ScheduleError, match=words):
        check(timetable)


@pytest.mark.parametrize(
    "timetable",
    [
        Null(),
        Events(),
        CronInterval(expr="@daily", timezone="Europe/Zurich"),
        MultipleCronTrigger(exprs=("@daily",)),
        DeltaInterval(delta=RelativeDelta(months=1, day=31)),
        DeltaTrigger(delta=RelativeDelta(days=1, weekday=0)),
        DeltaTrigger(delta=RelativeDelta(seconds=1)),
    ],
)
def test_a_timetable_that_works_passes(timetable: Timetable) -> None:
    check(timetable)


def test_a_kind_is_called_like_the_class_that_authors_write() -> None:
    for kind in get_args(Timetable):
        if kind is not Custom:
            name = TYPE_NAMES[kind]
            assert isinstance(getattr(timetables, name), type)
    assert type_name(Null()) == "NullTimetable"
    assert type_name(AssetOrTime(timetable=Once(), condition=None)) == "AssetOrTimeSchedule"
    assert type_name(Custom(import_path="ours.calendars.Fiscal")) == "ours.calendars.Fiscal"
