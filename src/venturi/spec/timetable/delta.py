"""Steps of time: adding a timedelta or a relativedelta to an instant, and the grid they make.

A `TimeDelta` is elapsed time, added in UTC. A `RelativeDelta` is a step on the calendar: years,
months, days, weekdays and the replaced parts are taken on the clock of the DAG's time zone, so
that `relativedelta(days=1)` stays at 08:00 when the clocks change; its hours, minutes, seconds and
microseconds are elapsed time again. A date that the month does not have becomes its last day, and
stays there: 31 January, 28 February, 28 March. A local time that comes twice is the second one, one
that does not exist is moved forward by the length of the gap - as for cron expressions.
"""

from calendar import isleap, monthrange
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from venturi.spec.cron import ScheduleError
from venturi.spec.timetable.model import Delta, RelativeDelta, TimeDelta
from venturi.spec.timetable.series import LAST_YEAR
from venturi.spec.timetable.zones import zone

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROOM = timedelta(days=366)


def add(delta: Delta, instant: datetime, timezone: str = "UTC") -> datetime:
    """`instant` plus one step."""
    return _step(delta, instant, timezone, 1)


def subtract(delta: Delta, instant: datetime, timezone: str = "UTC") -> datetime:
    """`instant` minus one step; the replaced parts of a `RelativeDelta` are replaced as well."""
    return _step(delta, instant, timezone, -1)


def elapsed(delta: TimeDelta | RelativeDelta) -> timedelta:
    """The part of a step that is elapsed time."""
    micros = timedelta(microseconds=delta.microseconds)
    if isinstance(delta, TimeDelta):
        return micros
    return micros + timedelta(hours=delta.hours, minutes=delta.minutes, seconds=delta.seconds)


def is_elapsed_only(delta: Delta) -> bool:
    """Whether the step has the same length everywhere, so that a multiple of it can be computed."""
    if isinstance(delta, TimeDelta):
        return True
    bare = RelativeDelta(
        hours=delta.hours,
        minutes=delta.minutes,
        seconds=delta.seconds,
        microseconds=delta.microseconds,
    )
    return delta == bare


def resolve(shown: datetime, timezone: str) -> datetime:
    """The instant at which a zone's clocks show this (naive) time."""
    here = zone(timezone)
    early = shown.replace(tzinfo=here, fold=0).astimezone(UTC)
    late = shown.replace(tzinfo=here, fold=1).astimezone(UTC)
    return max(early, late)


class DeltaSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The instants that a step reaches from an anchor; nothing before the anchor belongs to it."""

    delta: Delta
    timezone: str
    anchor: datetime = _EPOCH

    def at_or_after(self, instant: datetime) -> datetime | None:
        reached = self.at_or_before(instant)
        if reached is None:
            return self.anchor
        if reached == instant:
            return reached
        return None if reached.year >= LAST_YEAR else forward(self.delta, reached, self.timezone)

    def at_or_before(self, instant: datetime) -> datetime | None:
        if instant < self.anchor:
            return None
        return _walk(self.delta, self.timezone, _near(self, instant), instant)


def forward(delta: Delta, instant: datetime, timezone: str) -> datetime:
    """`add`, for a schedule: a step that does not move forward is a `ScheduleError`."""
    reached = add(delta, instant, timezone)
    if reached <= instant:
        raise ScheduleError(
            f"A schedule of {text(delta)} does not move forward from {instant.isoformat()}; "
            "give a step that is longer than nothing."
        )
    return reached


def text(delta: Delta) -> str:
    """The step as Python writes it: `1 day, 0:00:00` or `relativedelta(months=+1)`."""
    if isinstance(delta, TimeDelta):
        return str(timedelta(microseconds=delta.microseconds))
    added = [f"{name}={value:+d}" for name in _ADDED if (value := getattr(delta, name))]
    replaced = [
        f"{name}={value}" for name in _REPLACED if (value := getattr(delta, name)) is not None
    ]
    if delta.weekday is not None:
        nth = "" if delta.weekday_n is None else f"({delta.weekday_n:+d})"
        replaced.append(f"weekday={_WEEKDAYS[delta.weekday]}{nth}")
    return f"relativedelta({', '.join((*added, *replaced))})"


_ADDED = ("years", "months", "days", "leapdays", "hours", "minutes", "seconds", "microseconds")
_REPLACED = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _step(delta: Delta, instant: datetime, timezone: str, sign: int) -> datetime:
    if isinstance(delta, TimeDelta):
        return instant + sign * elapsed(delta)
    shown = instant.astimezone(zone(timezone)).replace(tzinfo=None, fold=0)
    moved = _on_calendar(delta, shown, sign)
    # an untouched local time keeps its instant, also where the clocks show it twice
    reached = instant if moved == shown else resolve(moved, timezone)
    reached += sign * elapsed(delta)
    if delta.weekday is None:
        return reached
    local = reached.astimezone(zone(timezone)).replace(tzinfo=None, fold=0)
    jump = _days_to(delta.weekday, delta.weekday_n or 1, local.weekday())
    return resolve(local + timedelta(days=jump), timezone) if jump else reached


def _on_calendar(delta: RelativeDelta, shown: datetime, sign: int) -> datetime:
    """The parts of a step that a calendar and a clock on the wall know."""
    months = (delta.month or shown.month) - 1 + sign * delta.months
    year = (delta.year or shown.year) + sign * delta.years + months // 12
    month = months % 12 + 1
    day = min(delta.day or shown.day, monthrange(year, month)[1])
    days = sign * delta.days
    if delta.leapdays and month > 2 and isleap(year):
        days += delta.leapdays
    replaced = shown.replace(
        year=year,
        month=month,
        day=day,
        hour=shown.hour if delta.hour is None else delta.hour,
        minute=shown.minute if delta.minute is None else delta.minute,
        second=shown.second if delta.second is None else delta.second,
        microsecond=shown.microsecond if delta.microsecond is None else delta.microsecond,
    )
    return replaced + timedelta(days=days)


def _days_to(weekday: int, nth: int, today: int) -> int:
    weeks = (abs(nth) - 1) * 7
    if nth > 0:
        return weeks + (weekday - today) % 7
    return -(weeks + (today - weekday) % 7)


def _near(series: DeltaSeries, instant: datetime) -> datetime:
    """A grid point not after `instant` and not far from it."""
    if is_elapsed_only(series.delta):
        step = elapsed(series.delta)
        if step <= timedelta():
            forward(series.delta, series.anchor, series.timezone)
        return series.anchor + (instant - series.anchor) // step * step
    if instant - series.anchor < _ROOM:
        return series.anchor
    return _checkpoint(series, instant.year)


@lru_cache(maxsize=4096)
def _checkpoint(series: DeltaSeries, year: int) -> datetime:
    """The last grid point before this year; remembered, so that a long grid is walked once."""
    start = series.anchor
    for past in range(series.anchor.year + 1, year + 1):
        start = _walk(series.delta, series.timezone, start, datetime(past, 1, 1, tzinfo=UTC))
    return start


def _walk(delta: Delta, timezone: str, start: datetime, instant: datetime) -> datetime:
    """The last grid point from `start` on that is not after `instant`."""
    reached = start
    while (further := forward(delta, reached, timezone)) <= instant:
        reached = further
    return reached
