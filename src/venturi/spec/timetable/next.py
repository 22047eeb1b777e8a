"""The next run of a timetable.

`last` is the DAG's last scheduled (or backfilled) run as `next_run` gave it; runs started by people
do not count. The answer is always later than `last`, and asking again - with the same `last`, at a
later `now` - gives the same run or, without catchup, a later one that has come due meanwhile: a due
run never disappears by waiting.

*Interval timetables* cover the time between two instants of their series and run at its end; their
logical date is the start. *Trigger timetables* run at an instant of the series; their logical date
is the start of the interval they cover before it, which by default is the instant itself.
Without catchup, all but the latest run that is due are passed over.

Steps (`timedelta`, `relativedelta`) are counted from the end of the last run, or from the start
date for the first one - also without catchup, so that the runs stay where the start date put them
and do not drift with the moment at which somebody looked.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from venturi.spec.timetable.delta import DeltaSeries, subtract
from venturi.spec.timetable.model import (
    AssetOrTime,
    AssetTriggered,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DataInterval,
    Delta,
    DeltaInterval,
    DeltaTrigger,
    Events,
    MultipleCronTrigger,
    NeedsRunner,
    Null,
    Once,
    Restriction,
    RunImmediately,
    RunInfo,
    TimeDelta,
    Timetable,
)
from venturi.spec.timetable.series import CronSeries, EventSeries, Series, after, before, latest

_TICK = timedelta(microseconds=1)
_INSTANT = TimeDelta()
_SHORTEST_GRACE = timedelta(minutes=5)


def next_run(
    timetable: Timetable, last: RunInfo | None, restriction: Restriction, now: datetime
) -> RunInfo | None:
    """The next run after `last` within `restriction`, None if there is none by itself.

    `run_after` may lie in the future (it is not yet due) or not after `now` (it is due). For
    `Continuous`, `now` is when the last run ended. Raises `NeedsRunner` for a custom timetable.
    """
    match timetable:
        case Null() | AssetTriggered():
            return None
        case Once():
            return _once(last, restriction, now)
        case Continuous():
            return _continuous(last, restriction, now)
        case CronInterval():
            series = CronSeries(exprs=(timetable.expr,), timezone=timetable.timezone)
            return _interval(series, last, restriction, now)
        case DeltaInterval():
            grid = _grid(timetable.delta, timetable.timezone, last, restriction)
            return _interval(grid, last, restriction, now)
        case CronTrigger():
            series = CronSeries(exprs=(timetable.expr,), timezone=timetable.timezone)
            return _cron_trigger(series, timetable, last, restriction, now)
        case MultipleCronTrigger():
            series = CronSeries(exprs=timetable.exprs, timezone=timetable.timezone)
            return _cron_trigger(series, timetable, last, restriction, now)
        case DeltaTrigger():
            grid = _grid(timetable.delta, timetable.timezone, last, restriction)
            due = _trigger(grid, last, restriction, now, first=grid.at_or_before(now))
            return _run_at(due, restriction, timetable.interval, timetable.timezone)
        case Events():
            events = EventSeries(dates=timetable.dates)
            first = after(events, now)
            return _run_at(_trigger(events, last, restriction, now, first=first), restriction)
        case AssetOrTime():
            return next_run(timetable.timetable, last, restriction, now)
        case Custom():
            raise NeedsRunner(
                f"The timetable {timetable.import_path} is code of its own; "
                "only a runner can evaluate it."
            )
        case _:
            assert_never(timetable)


def iter_between(
    timetable: Timetable,
    earliest: datetime,
    latest: datetime,
    last: RunInfo | None = None,
) -> Iterator[RunInfo]:
    """The runs from `earliest` to `latest` (both inclusive, on the start of an interval), in order.

    Every run of the period, as catching up would give them; `last` is the run before them, if any.
    """
    restriction = Restriction(earliest=earliest, latest=latest, catchup=True)
    run = next_run(timetable, last, restriction, latest)
    while run is not None:
        yield run
        run = next_run(timetable, run, restriction, latest)


def _once(last: RunInfo | None, restriction: Restriction, now: datetime) -> RunInfo | None:
    return None if last else _run_at(restriction.earliest or now, restriction)


def _continuous(last: RunInfo | None, restriction: Restriction, now: datetime) -> RunInfo | None:
    if last is None:
        start = restriction.earliest or now
        end = max(start, now)
    else:
        # a run of no length must not share its dates with the next one
        start = max(_end_of(last), (last.logical_date or last.run_after) + _TICK)
        end = max(start, now, last.run_after + _TICK)
    if restriction.latest is not None and end > restriction.latest:
        return None
    return _covering(start, end)


def _interval(
    series: Series, last: RunInfo | None, restriction: Restriction, now: datetime
) -> RunInfo | None:
    earliest = restriction.earliest
    starts = [series.at_or_after(earliest) if earliest else None]
    if not restriction.catchup:
        end_of_latest = series.at_or_before(now)
        starts.append(before(series, end_of_latest) if end_of_latest else None)
    if last is not None:
        starts.append(_start_after(series, last))
    start = latest(starts)
    if start is None or (restriction.latest is not None and start > restriction.latest):
        return None
    end = after(series, start)
    return None if end is None else _covering(start, end)


def _start_after(series: Series, last: RunInfo) -> datetime | None:
    """Where the interval after `last` starts; the schedule may have changed since."""
    start = series.at_or_before(_end_of(last))
    if start is None or last.logical_date is None or start > last.logical_date:
        return start
    return after(series, last.logical_date)


def _cron_trigger(
    series: Series,
    timetable: CronTrigger | MultipleCronTrigger,
    last: RunInfo | None,
    restriction: Restriction,
    now: datetime,
) -> RunInfo | None:
    first = _first_trigger(series, timetable.run_immediately, now)
    due = _trigger(series, last, restriction, now, first=first)
    return _run_at(due, restriction, timetable.interval, timetable.timezone)


def _trigger(
    series: Series,
    last: RunInfo | None,
    restriction: Restriction,
    now: datetime,
    *,
    first: datetime | None,
) -> datetime | None:
    """When a trigger timetable runs next; `first` is for a DAG with neither runs nor start date."""
    if last is None and restriction.earliest is None:
        return first
    bounds = []
    if last is not None:
        bounds.append(after(series, _end_of(last)))
    if restriction.earliest is not None:
        bounds.append(series.at_or_after(restriction.earliest))
    if None in bounds:
        return None  # the series has ended
    if not restriction.catchup:
        bounds.append(series.at_or_before(now))
    return latest(bounds)


def _first_trigger(
    series: Series, run_immediately: RunImmediately, now: datetime
) -> datetime | None:
    past, coming = series.at_or_before(now), series.at_or_after(now)
    if past is None or run_immediately is False:
        return coming
    if run_immediately is True or coming is None:
        return past
    if run_immediately is None:
        grace = max((coming - past) / 10, _SHORTEST_GRACE)
    else:
        grace = timedelta(seconds=run_immediately)
    return past if now - past <= grace else coming


def _grid(
    delta: Delta, timezone: str, last: RunInfo | None, restriction: Restriction
) -> DeltaSeries:
    """The instants of a step, counted from the last run, or from a start date that was moved up."""
    anchors = (_end_of(last) if last else None, restriction.earliest)
    anchor = latest(anchors)
    if anchor is None:
        return DeltaSeries(delta=delta, timezone=timezone)
    return DeltaSeries(delta=delta, timezone=timezone, anchor=anchor)


def _run_at(
    due: datetime | None,
    restriction: Restriction,
    interval: Delta = _INSTANT,
    timezone: str = "UTC",
) -> RunInfo | None:
    if due is None or (restriction.latest is not None and due > restriction.latest):
        return None
    return _covering(subtract(interval, due, timezone), due)


def _covering(start: datetime, end: datetime) -> RunInfo:
    interval = DataInterval(start=start, end=end)
    return RunInfo(run_after=end, logical_date=start, data_interval=interval)


def _end_of(last: RunInfo) -> datetime:
    return last.data_interval.end if last.data_interval else last.run_after
