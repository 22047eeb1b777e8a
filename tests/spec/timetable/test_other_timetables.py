"""Timetables that are not a series: never, once, again and again, events, assets, custom ones."""

import subprocess
import sys
from datetime import datetime
from typing import Any

import msgspec
import pytest

from tests.spec.timetable.make import step, utc
from venturi.spec.timetable.facts import (
    active_runs_limit,
    can_be_scheduled,
    is_asset_triggered,
    is_periodic,
    needs_runner,
)
from venturi.spec.timetable.manual import infer_manual_interval
from venturi.spec.timetable.model import (
    AssetOrTime,
    AssetTriggered,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DataInterval,
    DeltaInterval,
    DeltaTrigger,
    Events,
    MultipleCronTrigger,
    NeedsRunner,
    Null,
    Once,
    RelativeDelta,
    Restriction,
    RunInfo,
    Timetable,
)
from venturi.spec.timetable.next import iter_between, next_run

NOW = utc("2026-05-14 10:20")
MAY = utc("2026-05-01")
FROM_MAY = Restriction(earliest=MAY)
ANY = Restriction()
CUSTOM = Custom(import_path="my_company.timetables.Workdays", data={"holidays": ["2026-12-25"]})
EVENTS = Events(dates=(utc("2026-05-14"), utc("2026-05-03"), utc("2026-06-01"), utc("2026-05-03")))
CONDITION = {"any": ["s3://bucket/key"]}
OR_DAILY = AssetOrTime(timetable=CronTrigger(expr="@daily"), condition=CONDITION)

ALL: list[Timetable] = [
    Null(),
    Once(),
    Continuous(),
    CronInterval(expr="@daily", timezone="Europe/Zurich"),
    DeltaInterval(delta=step(days=1)),
    CronTrigger(expr="@daily", interval=step(hours=1), run_immediately=600.0),
    DeltaTrigger(delta=RelativeDelta(months=1, day=1), interval=RelativeDelta(weekday=0)),
    MultipleCronTrigger(exprs=("@daily", "@hourly"), run_immediately=None),
    EVENTS,
    AssetTriggered(condition=CONDITION),
    OR_DAILY,
    CUSTOM,
]


def exactly(at: datetime) -> RunInfo:
    return RunInfo(run_after=at, logical_date=at, data_interval=DataInterval(start=at, end=at))


def span(start: str, end: str) -> RunInfo:
    return RunInfo(
        run_after=utc(end),
        logical_date=utc(start),
        data_interval=DataInterval(start=utc(start), end=utc(end)),
    )


def test_describing_a_dag_does_not_load_the_cron_library() -> None:
    program = "import sys, venturi.spec.timetable; sys.exit('croniter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("timetable", ALL)
def test_every_timetable_survives_the_wire(timetable: Timetable) -> None:
    packed = msgspec.msgpack.encode(timetable)
    assert msgspec.msgpack.decode(packed, type=Timetable) == timetable
    assert msgspec.json.decode(msgspec.json.encode(timetable), type=Timetable) == timetable


@pytest.mark.parametrize("timetable", [Null(), AssetTriggered(condition=CONDITION)])
def test_without_a_time_nothing_is_due(timetable: Timetable) -> None:
    assert next_run(timetable, None, FROM_MAY, NOW) is None
    assert next_run(timetable, exactly(MAY), FROM_MAY, NOW) is None


def test_once_runs_at_the_start_date_and_never_again() -> None:
    assert next_run(Once(), None, FROM_MAY, NOW) == exactly(MAY)
    assert next_run(Once(), None, ANY, NOW) == exactly(NOW)
    assert next_run(Once(), exactly(MAY), FROM_MAY, NOW) is None
    too_late = Restriction(earliest=MAY, latest=utc("2026-04-30"))
    assert next_run(Once(), None, too_late, NOW) is None


def test_continuous_covers_the_time_since_the_last_run() -> None:
    first = next_run(Continuous(), None, FROM_MAY, NOW)
    assert first == span("2026-05-01", "2026-05-14 10:20")
    second = next_run(Continuous(), first, FROM_MAY, utc("2026-05-14 10:25"))
    assert second == span("2026-05-14 10:20", "2026-05-14 10:25")


def test_continuous_waits_for_a_start_date_ahead() -> None:
    ahead = Restriction(earliest=utc("2026-06-01"))
    first = next_run(Continuous(), None, ahead, NOW)
    assert first == exactly(utc("2026-06-01"))
    assert first is not None
    second = next_run(Continuous(), first, ahead, utc("2026-06-01 00:05"))
    assert second is not None and second.logical_date is not None
    assert first.run_after < second.logical_date < second.run_after
    assert second.run_after == utc("2026-06-01 00:05")


def test_continuous_moves_forward_even_within_one_moment() -> None:
    run = next_run(Continuous(), None, ANY, NOW)
    for _ in range(3):
        following = next_run(Continuous(), run, ANY, NOW)
        assert run is not None and run.logical_date is not None
        assert following is not None and following.logical_date is not None
        assert following.run_after > run.run_after
        assert following.logical_date > run.logical_date
        run = following
    unknown = next_run(Continuous(), RunInfo(run_after=NOW), ANY, NOW)
    assert unknown is not None and unknown.run_after > NOW


def test_continuous_ends_at_the_end_date() -> None:
    ending = Restriction(earliest=MAY, latest=utc("2026-05-14"))
    assert next_run(Continuous(), None, ending, NOW) is None
    assert list(iter_between(Continuous(), MAY, NOW)) == [span("2026-05-01", "2026-05-14 10:20")]


def test_events_run_in_order_and_once_each() -> None:
    runs = list(iter_between(EVENTS, MAY, utc("2026-07-01")))
    assert [run.run_after for run in runs] == [
        utc("2026-05-03"),
        utc("2026-05-14"),
        utc("2026-06-01"),
    ]
    assert list(iter_between(EVENTS, utc("2026-05-10"), utc("2026-05-20"))) == [runs[1]]
    assert next_run(EVENTS, runs[2], FROM_MAY, NOW) is None


def test_without_catchup_only_the_latest_missed_event_runs() -> None:
    assert next_run(EVENTS, None, FROM_MAY, NOW) == exactly(utc("2026-05-14"))
    last = exactly(utc("2026-05-14"))
    assert next_run(EVENTS, last, FROM_MAY, NOW) == exactly(utc("2026-06-01"))
    assert next_run(EVENTS, None, ANY, NOW) == exactly(utc("2026-06-01"))
    assert next_run(Events(), None, FROM_MAY, NOW) is None


def test_assets_or_time_leaves_the_time_to_its_timetable() -> None:
    restriction = Restriction(earliest=MAY, catchup=True)
    assert next_run(OR_DAILY, None, restriction, NOW) == exactly(MAY)


def test_a_custom_timetable_needs_the_runner() -> None:
    with pytest.raises(NeedsRunner, match=r"my_company\.timetables\.Workdays"):
        next_run(CUSTOM, None, FROM_MAY, NOW)
    with pytest.raises(NeedsRunner, match=r"my_company\.timetables\.Workdays"):
        infer_manual_interval(CUSTOM, NOW)


@pytest.mark.parametrize(
    ("timetable", "start", "end"),
    [
        (Null(), "2026-05-14 10:20", "2026-05-14 10:20"),
        (Once(), "2026-05-14 10:20", "2026-05-14 10:20"),
        (Continuous(), "2026-05-14 10:20", "2026-05-14 10:20"),
        (AssetTriggered(condition=None), "2026-05-14 10:20", "2026-05-14 10:20"),
        (CronInterval(expr="@daily"), "2026-05-13", "2026-05-14"),
        (CronInterval(expr="20 10 * * *"), "2026-05-13 10:20", "2026-05-14 10:20"),
        (DeltaInterval(delta=step(hours=1)), "2026-05-14 09:20", "2026-05-14 10:20"),
        (CronTrigger(expr="@daily"), "2026-05-14 10:20", "2026-05-14 10:20"),
        (
            CronTrigger(expr="@daily", interval=step(hours=2)),
            "2026-05-14 08:20",
            "2026-05-14 10:20",
        ),
        (
            DeltaTrigger(delta=step(hours=1), interval=RelativeDelta(days=1)),
            "2026-05-13 10:20",
            "2026-05-14 10:20",
        ),
        (MultipleCronTrigger(exprs=("@daily",)), "2026-05-14 10:20", "2026-05-14 10:20"),
        (OR_DAILY, "2026-05-14 10:20", "2026-05-14 10:20"),
        (EVENTS, "2026-05-14 10:20", "2026-05-14 10:20"),
        (Events(dates=EVENTS.dates, restrict_to_events=True), "2026-05-14", "2026-05-14"),
        (
            Events(dates=(utc("2026-06-01"), utc("2026-07-01")), restrict_to_events=True),
            "2026-06-01",
            "2026-06-01",
        ),
        (Events(restrict_to_events=True), "2026-05-14 10:20", "2026-05-14 10:20"),
        # no interval has begun yet, or only one boundary has passed
        (CronInterval(expr="0 0 1 1 * 0 2030"), "2026-05-14 10:20", "2026-05-14 10:20"),
        (CronInterval(expr="0 0 1 1 * 0 2026-2030"), "2026-01-01", "2026-01-01"),
    ],
)
def test_a_run_started_by_hand_covers(timetable: Timetable, start: str, end: str) -> None:
    assert infer_manual_interval(timetable, NOW) == DataInterval(start=utc(start), end=utc(end))


FACTS: list[tuple[Timetable, dict[str, Any]]] = [
    (Null(), {"periodic": False, "scheduled": False}),
    (Once(), {"periodic": False}),
    (Continuous(), {"periodic": False, "limit": 1}),
    (CronInterval(expr="@daily"), {}),
    (DeltaTrigger(delta=step(days=1)), {}),
    (EVENTS, {}),
    (AssetTriggered(condition=None), {"periodic": False, "assets": True}),
    (OR_DAILY, {"assets": True}),
    (
        AssetOrTime(timetable=Continuous(), condition=None),
        {"periodic": False, "limit": 1, "assets": True},
    ),
    (CUSTOM, {"runner": True}),
    (AssetOrTime(timetable=CUSTOM, condition=None), {"runner": True, "assets": True}),
    (
        Custom(import_path="x.Y", periodic=False, can_be_scheduled=False, active_runs_limit=3),
        {"periodic": False, "scheduled": False, "limit": 3, "runner": True},
    ),
]


@pytest.mark.parametrize(("timetable", "facts"), FACTS)
def test_what_kind_of_timetable_it_is(timetable: Timetable, facts: dict[str, Any]) -> None:
    assert is_periodic(timetable) is facts.get("periodic", True)
    assert can_be_scheduled(timetable) is facts.get("scheduled", True)
    assert active_runs_limit(timetable) == facts.get("limit")
    assert is_asset_triggered(timetable) is facts.get("assets", False)
    assert needs_runner(timetable) is facts.get("runner", False)
