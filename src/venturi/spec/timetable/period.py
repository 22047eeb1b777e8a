"""The runs of a past period, as filling it needs them."""

from collections.abc import Iterator
from datetime import datetime

from venturi.spec.timetable.delta import DeltaSeries, elapsed, is_elapsed_only, subtract
from venturi.spec.timetable.model import (
    AssetOrTime,
    Delta,
    DeltaInterval,
    DeltaTrigger,
    RunInfo,
    Timetable,
)
from venturi.spec.timetable.next import iter_between


def runs_of_period(
    timetable: Timetable, earliest: datetime, latest: datetime, start_date: datetime | None
) -> Iterator[RunInfo]:
    """The runs from `earliest` to `latest`, both inclusive, also those before `start_date`.

    Steps are counted from `start_date` in both directions: a period gives the runs that the
    schedule has, on whatever day it begins. Raises `NeedsRunner` for a custom timetable.
    """
    yield from iter_between(timetable, _aligned(timetable, earliest, start_date), latest)


def _aligned(timetable: Timetable, earliest: datetime, start_date: datetime | None) -> datetime:
    """The first step of the schedule that is not before `earliest`."""
    match timetable:
        case AssetOrTime():
            return _aligned(timetable.timetable, earliest, start_date)
        case DeltaInterval() | DeltaTrigger() if start_date is not None:
            delta, zone = timetable.delta, timetable.timezone
            anchor = _at_or_before(delta, zone, start_date, earliest)
            series = DeltaSeries(delta=delta, timezone=zone, anchor=anchor)
            return series.at_or_after(earliest) or earliest
        case _:
            return earliest


def _at_or_before(delta: Delta, zone: str, start: datetime, instant: datetime) -> datetime:
    """`start`, or where steps back from it reach `instant` or just pass it."""
    if start <= instant:
        return start
    if is_elapsed_only(delta):
        step = elapsed(delta)
        return start - step * -((instant - start) // step)
    while start > instant:
        start = subtract(delta, start, zone)
    return start
