"""Changes of clocks: golden tables, and Airflow's rule and brute force in many zones."""

import bisect
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pendulum
import pytest
from croniter import croniter
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.spec.timetable.make import examples, local, locals_of, utc, zones
from tests.spec.timetable.oracle import brute_force
from venturi.spec.cron import ScheduleError
from venturi.spec.timetable.model import CronInterval, CronTrigger, Restriction
from venturi.spec.timetable.next import iter_between, next_run
from venturi.spec.timetable.series import CronSeries, after, before
from venturi.spec.timetable.zones import changes, offset_at, zone

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ZURICH, NEW_YORK, LORD_HOWE = "Europe/Zurich", "America/New_York", "Australia/Lord_Howe"

#: (expression, zone, first instant looked for, what is due from there), all as local time
GOLDEN = [
    # Zurich, forward on 2026-03-29: 02:00 +01:00 becomes 03:00 +02:00
    ("30 1 * * *", ZURICH, "2026-03-28 12:00+01:00", ["2026-03-29 01:30+01:00"]),
    (
        "30 2 * * *",
        ZURICH,
        "2026-03-28 00:00+01:00",
        ["2026-03-28 02:30+01:00", "2026-03-29 03:30+02:00", "2026-03-30 02:30+02:00"],
    ),
    ("0 3 * * *", ZURICH, "2026-03-28 12:00+01:00", ["2026-03-29 03:00+02:00"]),
    (
        "*/20 2 * * *",  # only the first of the times that do not exist
        ZURICH,
        "2026-03-28 12:00+01:00",
        ["2026-03-29 03:00+02:00", "2026-03-30 02:00+02:00", "2026-03-30 02:20+02:00"],
    ),
    (
        "0,30 2-4 * * *",  # 02:00 moves onto 03:00: one run
        ZURICH,
        "2026-03-28 12:00+01:00",
        ["2026-03-29 03:00+02:00", "2026-03-29 03:30+02:00", "2026-03-29 04:00+02:00"],
    ),
    (
        "0 8,17 * * *",
        ZURICH,
        "2026-03-28 12:00+01:00",
        ["2026-03-28 17:00+01:00", "2026-03-29 08:00+02:00", "2026-03-29 17:00+02:00"],
    ),
    (
        "0 */6 * * *",
        ZURICH,
        "2026-03-28 20:00+01:00",
        ["2026-03-29 00:00+01:00", "2026-03-29 06:00+02:00", "2026-03-29 12:00+02:00"],
    ),
    (
        "0 * * * *",
        ZURICH,
        "2026-03-29 00:30+01:00",
        ["2026-03-29 01:00+01:00", "2026-03-29 03:00+02:00", "2026-03-29 04:00+02:00"],
    ),
    (
        "0 * * * 1-5",  # rests on the Sunday of the change: starts on the new clock
        ZURICH,
        "2026-03-27 22:30+01:00",
        ["2026-03-27 23:00+01:00", "2026-03-30 00:00+02:00", "2026-03-30 01:00+02:00"],
    ),
    # Zurich, back on 2026-10-25: 03:00 +02:00 becomes 02:00 +01:00
    (
        "30 2 * * *",
        ZURICH,
        "2026-10-24 00:00+02:00",
        ["2026-10-24 02:30+02:00", "2026-10-25 02:30+01:00", "2026-10-26 02:30+01:00"],
    ),
    (
        "*/30 2 * * *",  # asked in the middle of the hour that is not used
        ZURICH,
        "2026-10-25 02:10+02:00",
        ["2026-10-25 02:00+01:00", "2026-10-25 02:30+01:00", "2026-10-26 02:00+01:00"],
    ),
    (
        "0 * * * *",
        ZURICH,
        "2026-10-25 01:30+02:00",
        [
            "2026-10-25 02:00+02:00",
            "2026-10-25 02:00+01:00",
            "2026-10-25 03:00+01:00",
        ],
    ),
    (
        "30 * * * *",
        ZURICH,
        "2026-10-25 01:45+02:00",
        ["2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", "2026-10-25 03:30+01:00"],
    ),
    (
        "0 8,17 * * *",
        ZURICH,
        "2026-10-24 12:00+02:00",
        ["2026-10-24 17:00+02:00", "2026-10-25 08:00+01:00", "2026-10-25 17:00+01:00"],
    ),
    # New York, forward on 2026-03-08 at 02:00, back on 2026-11-01 at 02:00
    (
        "15 2 * * *",
        NEW_YORK,
        "2026-03-07 12:00-05:00",
        ["2026-03-08 03:15-04:00", "2026-03-09 02:15-04:00"],
    ),
    (
        "20 */4 * * *",
        NEW_YORK,
        "2026-03-08 00:00-05:00",
        ["2026-03-08 00:20-05:00", "2026-03-08 04:20-04:00", "2026-03-08 08:20-04:00"],
    ),
    (
        "30 1 * * *",
        NEW_YORK,
        "2026-10-31 12:00-04:00",
        ["2026-11-01 01:30-05:00", "2026-11-02 01:30-05:00"],
    ),
    (
        "@hourly",
        NEW_YORK,
        "2026-11-01 00:30-04:00",
        ["2026-11-01 01:00-04:00", "2026-11-01 01:00-05:00", "2026-11-01 02:00-05:00"],
    ),
    # Lord Howe, by half an hour: forward on 2026-10-04 at 02:00, back on 2026-04-05 at 02:00
    (
        "15 2 * * *",
        LORD_HOWE,
        "2026-10-03 12:00+10:30",
        ["2026-10-04 02:45+11:00", "2026-10-05 02:15+11:00"],
    ),
    (
        "15,40 2 * * *",  # 02:15 moves to 02:45, past 02:40
        LORD_HOWE,
        "2026-10-03 12:00+10:30",
        ["2026-10-04 02:45+11:00", "2026-10-05 02:15+11:00"],
    ),
    (
        "45 1 * * *",
        LORD_HOWE,
        "2026-04-04 12:00+11:00",
        ["2026-04-05 01:45+10:30", "2026-04-06 01:45+10:30"],
    ),
    (
        "0 * * * *",  # an hour after 01:00 the clock shows 01:30
        LORD_HOWE,
        "2026-04-05 00:30+11:00",
        [
            "2026-04-05 01:00+11:00",
            "2026-04-05 01:30+10:30",
            "2026-04-05 02:00+10:30",
        ],
    ),
    (
        "0 * * * *",
        LORD_HOWE,
        "2026-10-04 00:30+10:30",
        [
            "2026-10-04 01:00+10:30",
            "2026-10-04 02:30+11:00",
            "2026-10-04 03:00+11:00",
        ],
    ),
    (
        "*/30 * * * *",
        LORD_HOWE,
        "2026-04-05 01:15+11:00",
        ["2026-04-05 01:30+11:00", "2026-04-05 01:30+10:30", "2026-04-05 02:00+10:30"],
    ),
    # Apia had no 2011-12-30
    (
        "0 6 * * *",
        "Pacific/Apia",
        "2011-12-29 00:00-10:00",
        ["2011-12-29 06:00-10:00", "2011-12-31 06:00+14:00", "2012-01-01 06:00+14:00"],
    ),
]


@pytest.mark.parametrize(("expr", "zone_name", "start", "expected"), GOLDEN)
def test_golden_table_forward(expr: str, zone_name: str, start: str, expected: list[str]) -> None:
    series = CronSeries(exprs=(expr,), timezone=zone_name)
    due, found = local(start, zone_name), []
    for _ in expected:
        following = after(series, due)
        assert following is not None
        found.append(following)
        due = following
    assert found == locals_of(expected, zone_name)


@pytest.mark.parametrize(("expr", "zone_name", "start", "expected"), GOLDEN)
def test_golden_table_backward(expr: str, zone_name: str, start: str, expected: list[str]) -> None:
    series = CronSeries(exprs=(expr,), timezone=zone_name)
    instants = locals_of(expected, zone_name)
    for earlier, later in pairwise(instants):
        assert before(series, later) == earlier
        assert series.at_or_before(later) == later
        assert series.at_or_before(later - timedelta(microseconds=1)) == earlier
    previous = before(series, instants[0])
    assert previous is not None
    assert previous <= local(start, zone_name)


def airflow_next(expr: str, zone_name: str, current: datetime) -> datetime:
    """Airflow's rule, said with other tools: croniter on local time, pendulum for the zone.

    An expression for every hour adds the distance on the clock to the instant; others take the
    local time, the second one if there are two, moved forward if there is none.
    """
    here = pendulum.timezone(zone_name)
    shown = current.astimezone(here).replace(tzinfo=None, fold=0)
    cron = croniter(expr, shown)
    due = cron.get_next(datetime)
    if cron.expanded[1] == ["*"]:
        return current + (due - shown)
    return here.convert(due.replace(fold=1)).astimezone(UTC)


WITH_HOURS = st.builds(
    "{} {} * * {}".format,
    st.sampled_from(["0", "15", "30", "0,30", "*/20", "5,10,45", "59"]),
    st.sampled_from(["0", "1", "2", "3", "23", "0-3", "1,2", "2,4", "*/2", "*/6", "6-22", "1-23"]),
    st.sampled_from(["*", "*", "0", "mon-fri"]),
)
EVERY_HOUR = st.builds(
    "{} * * * *".format,
    st.sampled_from(["0", "15", "30", "59", "0,30", "*/7", "*/20", "5,10,45"]),
)
ZONE_CHANGES = st.tuples(st.sampled_from(zones()), st.integers(1975, 2037)).filter(
    lambda place: bool(changes(*place))
)


def around(zone_name: str, year: int, pick: int) -> tuple[datetime, datetime]:
    """Three days around one of the year's changes, cut short of any other change."""
    nearby = [c.at for y in (year - 1, year, year + 1) for c in changes(zone_name, y)]
    at = changes(zone_name, year)[pick % len(changes(zone_name, year))].at
    place = bisect.bisect_left(nearby, at)
    start, end = at - timedelta(hours=30), at + timedelta(hours=36)
    if place:
        start = max(start, nearby[place - 1] + timedelta(days=2))
    if place + 1 < len(nearby):
        end = min(end, nearby[place + 1] - timedelta(days=2))
    return start, end


@settings(max_examples=examples(120), deadline=None)
@given(place=ZONE_CHANGES, pick=st.integers(0, 3), expr=st.one_of(WITH_HOURS, EVERY_HOUR))
def test_every_zone_follows_airflows_rule(place: tuple[str, int], pick: int, expr: str) -> None:
    zone_name, year = place
    start, end = around(zone_name, year, pick)
    series = CronSeries(exprs=(expr,), timezone=zone_name)
    due = after(series, start)
    while due is not None and due < end:
        following = after(series, due)
        assert following == airflow_next(expr, zone_name, due)
        assert following > due
        assert before(series, following) == due
        due = following


@settings(max_examples=examples(30), deadline=None)
@given(place=ZONE_CHANGES, pick=st.integers(0, 3), expr=st.one_of(WITH_HOURS, EVERY_HOUR))
def test_every_zone_agrees_with_looking_at_the_wall_clock(
    place: tuple[str, int], pick: int, expr: str
) -> None:
    zone_name, year = place
    start, end = around(zone_name, year, pick)
    change = next(c for c in changes(zone_name, year) if start < c.at < end)
    assume(not change.at.second and not change.before % MINUTE and not change.after % MINUTE)
    # over half an hour, every-hour expressions count elapsed time, which no wall clock shows
    assume(not ((change.after - change.before) % HOUR and expr.endswith(" * * * *")))
    series = CronSeries(exprs=(expr,), timezone=zone_name)
    found, due = [], series.at_or_after(start)
    while due is not None and due < end:
        found.append(due)
        due = after(series, due)
    assert found == brute_force(expr, zone_name, start, end)


@settings(max_examples=examples(150), deadline=None)
@given(
    place=ZONE_CHANGES,
    minutes=st.integers(-3000, 3000),
    expr=st.one_of(WITH_HOURS, EVERY_HOUR, st.just("0 0 29 2 *"), st.just("0 12 L * *")),
)
def test_from_any_instant_forward_and_back_are_mirrors(
    place: tuple[str, int], minutes: int, expr: str
) -> None:
    zone_name, year = place
    instant = changes(zone_name, year)[0].at + MINUTE * minutes
    series = CronSeries(exprs=(expr,), timezone=zone_name)
    past, coming = series.at_or_before(instant), series.at_or_after(instant)
    assert past is not None and coming is not None
    assert past <= instant <= coming
    assert series.at_or_after(past) == past == series.at_or_before(past)
    assert series.at_or_after(coming) == coming == series.at_or_before(coming)
    assert past == coming or after(series, past) == coming
    assert past == coming or before(series, coming) == past


@settings(max_examples=examples(60), deadline=None)
@given(
    place=ZONE_CHANGES,
    expr=st.one_of(WITH_HOURS, EVERY_HOUR),
    catchup=st.booleans(),
    kind=st.sampled_from([CronInterval, CronTrigger]),
    waits=st.lists(st.integers(1, 400), min_size=4, max_size=12),
)
def test_runs_only_ever_move_forward_whenever_the_scheduler_looks(
    place: tuple[str, int],
    expr: str,
    catchup: bool,
    kind: type[CronInterval | CronTrigger],
    waits: list[int],
) -> None:
    zone_name, year = place
    now = changes(zone_name, year)[0].at - timedelta(hours=20)
    restriction = Restriction(earliest=now - timedelta(days=3), catchup=catchup)
    timetable = kind(expr=expr, timezone=zone_name)
    last = None
    for wait in waits:
        now += MINUTE * wait
        run = next_run(timetable, last, restriction, now)
        assert run is not None and run.logical_date is not None
        if last is not None:
            assert last.logical_date is not None
            assert run.run_after > last.run_after
            assert run.logical_date > last.logical_date
        if run.run_after <= now:
            last = run


def test_the_quarter_hours_that_oscillated_between_two_dates_move_on() -> None:
    # 0,15,30,45 6-22 in Brussels, clocks back on 2023-10-29
    timetable = CronInterval(expr="0,15,30,45 6-22 * * *", timezone="Europe/Brussels")
    runs = list(iter_between(timetable, utc("2023-10-28 19:00"), utc("2023-10-29 06:00")))
    ends = [run.run_after for run in runs]
    assert ends == sorted(set(ends))
    overnight = (
        local("2023-10-28 22:45+02:00", "Europe/Brussels"),
        local("2023-10-29 06:00+01:00", "Europe/Brussels"),
    )
    assert overnight in list(pairwise(ends))


def test_every_four_hours_on_the_west_coast_can_be_asked_at_every_minute_of_the_change() -> None:
    timetable = CronInterval(expr="20 */4 * * *", timezone="America/Los_Angeles")
    restriction = Restriction(earliest=utc("2023-03-01 00:00"), catchup=False)
    now, previous = utc("2023-03-12 04:00"), None
    while now < utc("2023-03-12 22:00"):
        run = next_run(timetable, None, restriction, now)
        assert run is not None
        assert run.run_after <= now  # the latest complete interval
        assert previous is None or run.run_after >= previous
        previous, now = run.run_after, now + MINUTE
    assert previous == local("2023-03-12 12:20-07:00", "America/Los_Angeles")


@pytest.mark.parametrize(
    ("name", "hours"),
    [("+02:00", 2), ("-0530", -5.5), ("UTC+3", 3), ("GMT-1", -1), ("UTC", 0), ("utc", 0)],
)
def test_a_fixed_offset_is_a_zone_without_changes(name: str, hours: float) -> None:
    assert offset_at(name, utc("2026-07-01")) == timedelta(hours=hours)
    assert changes(name, 2026) == ()


@pytest.mark.parametrize("name", ["Europe/Zurihc", "", "+99:00", "../etc/passwd", "CEST+"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(ScheduleError, match="Time zone") as caught:
        zone(name)
    assert repr(name) in str(caught.value)


def test_the_changes_of_a_year_are_found_to_the_second() -> None:
    assert [change.at for change in changes(ZURICH, 2026)] == [
        utc("2026-03-29 01:00"),
        utc("2026-10-25 01:00"),
    ]
    assert [change.at for change in changes("America/Caracas", 2016)] == [utc("2016-05-01 07:00")]
    assert [change.after for change in changes(LORD_HOWE, 2026)] == [
        timedelta(hours=10.5),
        timedelta(hours=11),
    ]


def test_a_change_near_the_turn_of_the_year_is_not_lost() -> None:
    # Kathmandu went from +05:30 to +05:45 as 1986 began there
    assert [change.at for change in changes("Asia/Kathmandu", 1985)] == [utc("1985-12-31 18:30")]
    series = CronSeries(exprs=("0 0 * * *",), timezone="Asia/Kathmandu")
    assert after(series, utc("1985-12-31 00:00")) == utc("1985-12-31 18:30")  # shown as 00:15
    assert after(series, utc("1985-12-31 18:30")) == utc("1986-01-01 18:15")


def test_nothing_is_due_outside_of_the_years_that_are_looked_at() -> None:
    series = CronSeries(exprs=("0 0 1 1 * 0 2024-2025",), timezone=ZURICH)
    assert after(series, utc("2025-06-01")) is None
    assert before(series, utc("2023-06-01")) is None
    daily = CronSeries(exprs=("@daily",), timezone="UTC")
    assert daily.at_or_after(utc("9999-12-31")) is None
    assert daily.at_or_before(utc("1800-01-01")) is None
    assert daily.at_or_after(utc("1800-01-01")) == utc("1900-01-01")
