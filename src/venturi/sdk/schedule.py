"""What `schedule=` means: text, steps, timetables and assets, by the era of the file."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from venturi.sdk.defaults import defaults
from venturi.sdk.exceptions import AirflowTimetableInvalid
from venturi.sdk.timetables import (
    PRESETS,
    AssetOrTimeSchedule,
    AssetTriggeredTimetable,
    ContinuousTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DagRunInfo,
    DataInterval,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    KnownTimetable,
    NullTimetable,
    OnceTimetable,
    TimeRestriction,
    Timetable,
    run_info,
)
from venturi.sdk.values import utc, zone_name
from venturi.spec.model import Era
from venturi.spec.timetable import model

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG


def timetable_of(dag: "DAG") -> Timetable:
    """The schedule of a DAG as a timetable. Raises `AirflowTimetableInvalid`."""
    said = dag.schedule
    if said is None:
        return NullTimetable()
    if isinstance(said, Timetable):
        return said
    if isinstance(said, str):
        return _from_text(said, dag)
    if isinstance(said, timedelta) or hasattr(said, "leapdays"):
        intervals = _by_era(defaults().delta_intervals, dag)
        return DeltaDataIntervalTimetable(said) if intervals else DeltaTriggerTimetable(said)
    if hasattr(said, "as_expression") or isinstance(said, list | tuple | set | frozenset):
        return AssetTriggeredTimetable(said)
    raise AirflowTimetableInvalid(
        f"DAG {dag.dag_id!r} has schedule={said!r}, which is no schedule: give cron text, a preset "
        "such as '@daily', a timedelta, a timetable, assets, or None."
    )


def frozen_timetable(dag: "DAG") -> model.Timetable:
    """The schedule of a DAG as the engine reads it. Raises `VenturiError` with a sentence."""
    from venturi.spec.timetable import check

    timetable = timetable_of(dag)
    timetable.validate()
    found = timetable.frozen(zone_name(dag.timezone))
    check(found)
    return found


def infos_between(dag: "DAG", earliest: datetime | None, latest: datetime) -> Iterator[DagRunInfo]:
    """The runs with logical dates between two dates, both included."""
    from venturi.spec.timetable import iter_between

    start, end = utc(earliest or dag.start_date, "earliest"), utc(latest, "latest")
    if start is None or end is None:
        return
    own = _own_timetable(dag)
    if own is not None:
        yield from _infos_of(own, start, end)
        return
    for found in iter_between(frozen_timetable(dag), start, end):
        info = run_info(found)
        if info is not None:
            yield info


def next_info(dag: "DAG", last: Any, bounds: model.Restriction) -> DagRunInfo | None:
    """The run after the one with data interval (or logical date) `last`; None: the first."""
    from venturi.core.clock import SystemClock
    from venturi.spec.timetable import next_run

    before: model.RunInfo | None = None
    interval = last if last is None or hasattr(last, "start") else _interval_at(dag, last)
    own = _own_timetable(dag)
    if own is not None:
        return own.next_dagrun_info(
            last_automated_data_interval=interval,
            restriction=TimeRestriction(bounds.earliest, bounds.latest, bounds.catchup),
        )
    if interval is not None:
        start, end = utc(interval.start, "last"), utc(interval.end, "last")
        assert start is not None and end is not None
        before = model.RunInfo(
            run_after=end,
            logical_date=start,
            data_interval=model.DataInterval(start=start, end=end),
        )
    return run_info(next_run(frozen_timetable(dag), before, bounds, SystemClock().now()))


def _own_timetable(dag: "DAG") -> Timetable | None:
    """The DAG's timetable where it is the author's code, which runs here as the author wants it."""
    timetable = timetable_of(dag)
    while isinstance(timetable, AssetOrTimeSchedule):
        timetable = timetable.timetable
    return None if isinstance(timetable, KnownTimetable) else timetable


def _infos_of(timetable: Timetable, start: datetime, end: datetime) -> Iterator[DagRunInfo]:
    restriction = TimeRestriction(start, end, catchup=True)
    last: DataInterval | None = None
    while True:
        info = timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        at = info.logical_date if info is not None else None
        if info is None or at is None or at > end or (last is not None and at <= last.start):
            return
        yield info
        last = info.data_interval or DataInterval.exact(at)


def neighbour(dag: "DAG", at: datetime, *, forward: bool) -> datetime | None:
    """The due time right after (or before) `at`; None where there is none."""
    from venturi.spec.timetable.delta import add, subtract
    from venturi.spec.timetable.series import CronSeries, after, before

    moment = utc(at, "date")
    assert moment is not None
    match frozen_timetable(dag):
        case (
            model.CronInterval(expr=expr, timezone=zone)
            | model.CronTrigger(expr=expr, timezone=zone)
        ):
            series = CronSeries(exprs=(expr,), timezone=zone)
            return after(series, moment) if forward else before(series, moment)
        case (
            model.DeltaInterval(delta=delta, timezone=zone)
            | model.DeltaTrigger(delta=delta, timezone=zone)
        ):
            return add(delta, moment, zone) if forward else subtract(delta, moment, zone)
    return None


def _interval_at(dag: "DAG", logical_date: datetime) -> DataInterval:
    """The data interval of the scheduled run with that logical date."""
    found = frozen_timetable(dag)
    if isinstance(found, model.CronInterval | model.DeltaInterval):
        end = neighbour(dag, logical_date, forward=True)
        return DataInterval(logical_date, end or logical_date)
    return DataInterval.exact(logical_date)


def _from_text(text: str, dag: "DAG") -> Timetable:
    word = text.strip().lower()
    if word == "@once":
        return OnceTimetable()
    if word == "@continuous":
        return ContinuousTimetable()
    if word in {"none", "@none"}:
        return NullTimetable()
    if word.startswith("@") and word not in PRESETS:
        known = ", ".join([*PRESETS, "@once", "@continuous"])
        raise AirflowTimetableInvalid(
            f"DAG {dag.dag_id!r} has the schedule {text!r}, which is no preset; one of: {known}."
        )
    intervals = _by_era(defaults().cron_intervals, dag)
    kind = CronDataIntervalTimetable if intervals else CronTriggerTimetable
    return kind(text, timezone=dag.timezone)


def _by_era(configured: bool | None, dag: "DAG") -> bool:
    """Whether runs cover the interval before them, as in 1.x and 2.x."""
    return dag.era is not Era.V3 if configured is None else configured
