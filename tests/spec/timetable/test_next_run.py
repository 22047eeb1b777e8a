"""The next run of interval and trigger timetables, with and without catching up."""

from datetime import datetime, timedelta
from time import process_time

import pytest

from tests.spec.timetable.make import interval, step, utc
from venturi.spec.timetable.model import (
    CronInterval,
    CronTrigger,
    DataInterval,
    DeltaInterval,
    DeltaTrigger,
    MultipleCronTrigger,
    RelativeDelta,
    Restriction,
    RunImmediately,
    RunInfo,
    Timetable,
)
from venturi.spec.timetable.next import iter_between, next_run

DAILY_INTERVAL = CronInterval(expr="@daily")
DAILY_TRIGGER = CronTrigger(expr="0 6 * * *")
MAY = utc("2026-05-01")
NOW = utc("2026-05-14 10:20")


def catching_up(earliest: datetime | None = MAY, latest: datetime | None = None) -> Restriction:
    return Restriction(earliest=earliest, latest=latest, catchup=True)


def latest_only(earliest: datetime | None = MAY, latest: datetime | None = None) -> Restriction:
    return Restriction(earliest=earliest, latest=latest, catchup=False)


def covered(start: str, end: str, run_after: str | None = None) -> RunInfo:
    return RunInfo(
        run_after=utc(run_after or end),
        logical_date=utc(start),
        data_interval=DataInterval(start=utc(start), end=utc(end)),
    )


def test_an_interval_run_fires_when_its_interval_ends() -> None:
    run = next_run(DAILY_INTERVAL, None, catching_up(), NOW)
    assert run == covered("2026-05-01", "2026-05-02")


def test_intervals_follow_each_other_without_a_gap() -> None:
    run = next_run(DAILY_INTERVAL, covered("2026-05-01", "2026-05-02"), catching_up(), NOW)
    assert run == covered("2026-05-02", "2026-05-03")


def test_a_start_date_within_an_interval_waits_for_the_next_whole_one() -> None:
    run = next_run(DAILY_INTERVAL, None, catching_up(utc("2026-05-01 00:01")), NOW)
    assert run == covered("2026-05-02", "2026-05-03")


def test_without_catchup_only_the_latest_complete_interval_runs() -> None:
    run = next_run(DAILY_INTERVAL, None, latest_only(), NOW)
    assert run == covered("2026-05-13", "2026-05-14")
    last = covered("2026-05-03", "2026-05-04")
    assert next_run(DAILY_INTERVAL, last, latest_only(), NOW) == run


def test_without_catchup_the_interval_that_ends_now_is_complete() -> None:
    run = next_run(DAILY_INTERVAL, None, latest_only(), utc("2026-05-14"))
    assert run == covered("2026-05-13", "2026-05-14")


def test_without_catchup_a_run_that_is_up_to_date_goes_on_as_usual() -> None:
    run = next_run(DAILY_INTERVAL, covered("2026-05-13", "2026-05-14"), latest_only(), NOW)
    assert run == covered("2026-05-14", "2026-05-15")


def test_a_start_date_ahead_is_waited_for() -> None:
    ahead = utc("2026-07-01")
    expected = covered("2026-07-01", "2026-07-02")
    assert next_run(DAILY_INTERVAL, None, latest_only(ahead), NOW) == expected
    last = covered("2026-05-13", "2026-05-14")
    assert next_run(DAILY_INTERVAL, last, latest_only(ahead), NOW) == expected
    assert next_run(DAILY_INTERVAL, last, catching_up(ahead), NOW) == expected


def test_catching_up_needs_a_start_date_and_the_latest_interval_does_not() -> None:
    assert next_run(DAILY_INTERVAL, None, catching_up(None), NOW) is None
    run = next_run(DAILY_INTERVAL, None, latest_only(None), NOW)
    assert run == covered("2026-05-13", "2026-05-14")


def test_the_end_date_is_the_last_start_of_an_interval() -> None:
    last = covered("2026-05-09", "2026-05-10")
    on_it, past_it = catching_up(latest=utc("2026-05-10")), catching_up(latest=utc("2026-05-09"))
    assert next_run(DAILY_INTERVAL, last, on_it, NOW) == covered("2026-05-10", "2026-05-11")
    assert next_run(DAILY_INTERVAL, last, past_it, NOW) is None


def test_after_a_change_of_schedule_no_logical_date_comes_twice() -> None:
    # six-hourly until now: its last run shares the day's midnight with the daily one
    last = covered("2026-05-14 00:00", "2026-05-14 06:00")
    run = next_run(DAILY_INTERVAL, last, catching_up(), NOW)
    assert run == covered("2026-05-15", "2026-05-16")
    # a trigger run of that midnight
    last = covered("2026-05-14 00:00", "2026-05-14 00:00")
    assert next_run(DAILY_INTERVAL, last, catching_up(), NOW) == run


def test_after_a_change_of_schedule_the_interval_starts_on_the_new_one() -> None:
    last = covered("2026-05-13 06:00", "2026-05-14 06:00")
    run = next_run(CronInterval(expr="@hourly"), last, catching_up(), NOW)
    assert run == covered("2026-05-14 06:00", "2026-05-14 07:00")
    run = next_run(CronInterval(expr="0 0,4 * * *"), last, catching_up(), NOW)
    assert run == covered("2026-05-14 04:00", "2026-05-15 00:00")


def test_a_last_run_without_dates_counts_from_when_it_ran() -> None:
    last = RunInfo(run_after=utc("2026-05-14 00:00"))
    run = next_run(DAILY_INTERVAL, last, catching_up(), NOW)
    assert run == covered("2026-05-14", "2026-05-15")


def test_a_schedule_that_has_ended_gives_nothing() -> None:
    until_2026 = "0 0 1 * * 0 2020-2026"
    last = covered("2026-11-01", "2026-12-01")
    for timetable in (CronInterval(expr=until_2026), CronTrigger(expr=until_2026)):
        assert next_run(timetable, last, catching_up(), utc("2027-02-01")) is None
        assert next_run(timetable, None, catching_up(utc("2027-01-02")), utc("2028-01-01")) is None
        assert next_run(timetable, last, latest_only(), utc("2026-12-15")) is None


def test_before_the_first_interval_there_is_no_latest_one() -> None:
    from_2027 = CronInterval(expr="0 0 1 * * 0 2027-2030")
    assert next_run(from_2027, None, latest_only(None), NOW) is None
    last = covered("2026-05-13", "2026-05-14")
    assert next_run(from_2027, last, latest_only(None), NOW) is None
    assert next_run(from_2027, last, latest_only(), NOW) == covered("2027-01-01", "2027-02-01")


def test_a_trigger_run_has_its_own_time_as_logical_date() -> None:
    run = next_run(DAILY_TRIGGER, None, catching_up(), NOW)
    assert run == covered("2026-05-01 06:00", "2026-05-01 06:00")
    run = next_run(DAILY_TRIGGER, run, catching_up(), NOW)
    assert run == covered("2026-05-02 06:00", "2026-05-02 06:00")


def test_a_trigger_run_may_cover_an_interval_before_it() -> None:
    timetable = CronTrigger(expr="0 6 * * *", interval=step(days=7))
    run = next_run(timetable, None, catching_up(), NOW)
    assert run == covered("2026-04-24 06:00", "2026-05-01 06:00")
    timetable = CronTrigger(expr="0 6 1 * *", interval=RelativeDelta(months=1))
    run = next_run(timetable, None, catching_up(), NOW)
    assert run == covered("2026-04-01 06:00", "2026-05-01 06:00")


def test_without_catchup_a_trigger_runs_the_latest_missed_time() -> None:
    expected = covered("2026-05-14 06:00", "2026-05-14 06:00")
    assert next_run(DAILY_TRIGGER, None, latest_only(), NOW) == expected
    last = covered("2026-05-03 06:00", "2026-05-03 06:00")
    assert next_run(DAILY_TRIGGER, last, latest_only(), NOW) == expected
    following = covered("2026-05-15 06:00", "2026-05-15 06:00")
    assert next_run(DAILY_TRIGGER, expected, latest_only(), NOW) == following
    assert next_run(DAILY_TRIGGER, expected, latest_only(None), NOW) == following


def test_a_trigger_honours_start_and_end_dates() -> None:
    ahead = utc("2026-07-01")
    expected = covered("2026-07-01 06:00", "2026-07-01 06:00")
    last = covered("2026-05-03 06:00", "2026-05-03 06:00")
    for restriction in (latest_only(ahead), catching_up(ahead)):
        assert next_run(DAILY_TRIGGER, None, restriction, NOW) == expected
        assert next_run(DAILY_TRIGGER, last, restriction, NOW) == expected
    ending = catching_up(latest=utc("2026-05-04 05:59"))
    assert next_run(DAILY_TRIGGER, last, ending, NOW) is None
    ending = catching_up(latest=utc("2026-05-04 06:00"))
    assert next_run(DAILY_TRIGGER, last, ending, NOW) is not None


@pytest.mark.parametrize(
    ("run_immediately", "now", "expected"),
    [
        (True, "10:59", "10:00"),
        (False, "10:01", "11:00"),
        (False, "10:00", "10:00"),  # due this very moment
        (None, "10:06", "10:00"),  # a tenth of the period
        (None, "10:07", "11:00"),
        (600.0, "10:10", "10:00"),
        (600.0, "10:11", "11:00"),
    ],
)
def test_the_first_run_of_a_dag_without_start_date(
    run_immediately: RunImmediately, now: str, expected: str
) -> None:
    # catching up leaves the choice to run_immediately
    timetable = CronTrigger(expr="@hourly", run_immediately=run_immediately)
    run = next_run(timetable, None, catching_up(None), utc(f"2026-05-14 {now}"))
    assert run is not None
    assert run.run_after == utc(f"2026-05-14 {expected}")


def test_the_grace_of_a_frequent_schedule_is_five_minutes() -> None:
    timetable = CronTrigger(expr="*/10 * * * *", run_immediately=None)
    run = next_run(timetable, None, catching_up(None), utc("2026-05-14 10:05"))
    assert run is not None and run.run_after == utc("2026-05-14 10:00")


def test_the_first_run_of_a_schedule_that_has_not_begun_or_has_ended() -> None:
    from_2027 = CronTrigger(expr="0 0 1 1 * 0 2027", run_immediately=True)
    run = next_run(from_2027, None, latest_only(None), NOW)
    assert run is not None and run.run_after == utc("2027-01-01")
    until_2025 = CronTrigger(expr="0 0 1 1 * 0 2025", run_immediately=None)
    run = next_run(until_2025, None, latest_only(None), NOW)
    assert run is not None and run.run_after == utc("2025-01-01")


def test_several_crons_trigger_as_one() -> None:
    timetable = MultipleCronTrigger(exprs=("0 6 * * *", "30 6 * * *", "0 */3 * * *"))
    restriction = catching_up(latest=utc("2026-05-01 12:00"))
    runs = list(iter_between(timetable, MAY, utc("2026-05-01 12:00")))
    assert [run.run_after.strftime("%H:%M") for run in runs] == [
        "00:00",
        "03:00",
        "06:00",
        "06:30",
        "09:00",
        "12:00",
    ]
    assert next_run(timetable, runs[-1], restriction, NOW) is None
    run = next_run(timetable, runs[0], latest_only(), utc("2026-05-01 06:40"))
    assert run == runs[3]


DELTAS = [step(days=1), RelativeDelta(days=1), RelativeDelta(hours=24)]


@pytest.mark.parametrize("delta", DELTAS)
def test_delta_intervals_count_from_the_start_date(delta: RelativeDelta) -> None:
    timetable = DeltaInterval(delta=delta)
    start = utc("2026-05-01 06:30")
    run = next_run(timetable, None, catching_up(start), NOW)
    assert run == covered("2026-05-01 06:30", "2026-05-02 06:30")
    run = next_run(timetable, run, catching_up(start), NOW)
    assert run == covered("2026-05-02 06:30", "2026-05-03 06:30")


@pytest.mark.parametrize("delta", DELTAS)
def test_without_catchup_delta_intervals_stay_on_the_start_dates_grid(
    delta: RelativeDelta,
) -> None:
    timetable = DeltaInterval(delta=delta)
    start = utc("2020-05-01 06:30")
    run = next_run(timetable, None, latest_only(start), NOW)
    assert run == covered("2026-05-13 06:30", "2026-05-14 06:30")
    late = utc("2026-05-17 18:01:02")
    run = next_run(timetable, run, latest_only(start), late)
    assert run == covered("2026-05-16 06:30", "2026-05-17 06:30")


def test_a_delta_starts_at_its_start_date_and_without_one_on_whole_steps() -> None:
    half_hours = DeltaInterval(delta=step(minutes=30))
    run = next_run(half_hours, None, latest_only(utc("2026-05-14 10:05")), NOW)
    assert run == covered("2026-05-14 10:05", "2026-05-14 10:35")
    run = next_run(half_hours, None, latest_only(None), NOW)
    assert run == covered("2026-05-14 09:30", "2026-05-14 10:00")
    assert next_run(half_hours, None, catching_up(None), NOW) is None
    months = DeltaInterval(delta=RelativeDelta(months=1))
    run = next_run(months, None, latest_only(None), NOW)
    assert run == covered("2026-04-01", "2026-05-01")


@pytest.mark.parametrize("timetable_type", [DeltaInterval, DeltaTrigger])
def test_a_start_date_moved_ahead_of_the_last_run_starts_a_new_grid(
    timetable_type: type[DeltaInterval | DeltaTrigger],
) -> None:
    last = covered("2026-05-13 06:30", "2026-05-14 06:30")
    ahead = utc("2026-06-01 08:00")
    run = next_run(timetable_type(delta=step(days=1)), last, catching_up(ahead), NOW)
    assert run is not None and run.logical_date == ahead


def test_a_delta_triggers_from_its_start_date_on() -> None:
    timetable = DeltaTrigger(delta=step(hours=1), interval=step(minutes=15))
    run = next_run(timetable, None, catching_up(), NOW)
    assert run == covered("2026-04-30 23:45", "2026-05-01 00:00")
    run = next_run(timetable, run, catching_up(), NOW)
    assert run == covered("2026-05-01 00:45", "2026-05-01 01:00")
    run = next_run(timetable, run, latest_only(), NOW)
    assert run == covered("2026-05-14 09:45", "2026-05-14 10:00")
    run = next_run(timetable, None, latest_only(None), NOW)
    assert run == covered("2026-05-14 09:45", "2026-05-14 10:00")


def test_a_calendar_step_keeps_its_local_hour_when_the_clocks_change() -> None:
    timetable = DeltaTrigger(delta=RelativeDelta(days=1), timezone="Europe/Zurich")
    runs = list(iter_between(timetable, utc("2026-03-28 07:00"), utc("2026-03-30 07:00")))
    assert [run.run_after for run in runs] == [
        utc("2026-03-28 07:00"),  # 08:00 +01:00
        utc("2026-03-29 06:00"),  # 08:00 +02:00
        utc("2026-03-30 06:00"),
    ]
    elapsed = DeltaTrigger(delta=step(days=1), timezone="Europe/Zurich")
    runs = list(iter_between(elapsed, utc("2026-03-28 07:00"), utc("2026-03-30 07:00")))
    assert [run.run_after.hour for run in runs] == [7, 7, 7]


TIMETABLES: list[Timetable] = [
    DAILY_INTERVAL,
    DAILY_TRIGGER,
    DeltaInterval(delta=step(hours=7)),
    DeltaTrigger(delta=RelativeDelta(days=1, hour=9)),
    MultipleCronTrigger(exprs=("0 6 * * *", "30 6 * * *")),
]


@pytest.mark.parametrize("timetable", TIMETABLES)
@pytest.mark.parametrize("catchup", [True, False])
def test_a_due_run_does_not_disappear_by_waiting(timetable: Timetable, catchup: bool) -> None:
    restriction = Restriction(earliest=MAY, catchup=catchup)
    last = next_run(timetable, None, restriction, NOW)
    run = next_run(timetable, last, restriction, NOW)
    assert run is not None and last is not None
    assert run.run_after > last.run_after
    for minutes in (0, 1, 61, 3000):
        again = next_run(timetable, last, restriction, run.run_after + timedelta(minutes=minutes))
        assert again is not None
        assert run.run_after <= again.run_after <= run.run_after + timedelta(minutes=minutes)
        assert again == run or not catchup


def test_the_runs_of_a_period_are_those_of_catching_up() -> None:
    runs = list(iter_between(DAILY_INTERVAL, MAY, utc("2026-05-03")))
    assert [interval(run)[0].day for run in runs] == [1, 2, 3]
    rest = list(iter_between(DAILY_INTERVAL, MAY, utc("2026-05-03"), runs[0]))
    assert rest == runs[1:]
    assert list(iter_between(DAILY_INTERVAL, utc("2026-05-03"), MAY)) == []


def test_a_year_of_hours_is_a_matter_of_moments() -> None:
    timetable = CronInterval(expr="@hourly", timezone="Europe/Zurich")
    run, started = None, process_time()
    for _ in range(8760):
        run = next_run(timetable, run, catching_up(), NOW)
    assert run is not None and run.run_after == MAY + timedelta(days=365)
    assert process_time() - started < 2
