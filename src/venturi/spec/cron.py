"""Cron expressions, on a clock without a time zone.

croniter's grammar is the grammar: 5 fields (minute, hour, day of month, month, day of week), 6 with
seconds last, 7 with a year after that; names, ranges, steps, `L`, `W`, `#`, `?` and the `@` names.
This is the only file that imports it, and only when there is an expression to read: most processes
never need it. croniter reads the fields and finds the matching days; the
time of day is looked up in its lists of hours, minutes and seconds, since every matching day has
the same times. So a day is searched once and then remembered, and nothing is parsed twice.

Days and the week are joined as in cron: when both are restricted, either is enough.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from venturi.core.errors import InvalidInput

if TYPE_CHECKING:
    from croniter import croniter

#: names people write for an expression; `@once` and `@continuous` are timetables of their own
PRESETS: Mapping[str, str] = MappingProxyType(
    {
        "@hourly": "0 * * * *",
        "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *",
        "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
        "@quarterly": "0 0 1 */3 *",
        "@yearly": "0 0 1 1 *",
        "@annually": "0 0 1 1 *",
    }
)

#: the fields in order, with what each takes; the text is for error messages
FIELDS = (
    ("minute", "0-59"),
    ("hour", "0-23"),
    ("day of month", "1-31, L for the last day, 15W for the nearest weekday"),
    ("month", "1-12 or jan-dec"),
    ("day of week", "0-7 or sun-sat (0 and 7 are Sunday), 1#2 for the second Monday, L5"),
    ("second", "0-59"),
    ("year", "1970-2099"),
)

_EVERY = ("*", "*", "*", "*", "*", "*", "*")
_HOUR = 3600
_SECOND = timedelta(seconds=1)
_ONE_DAY = timedelta(days=1)
_BEFORE_ALL_YEARS = date(1969, 12, 31)
#: more than the span of the year field, so that `... 2090` is found from anywhere in it
_YEARS_TO_SEARCH = 200


class ScheduleError(InvalidInput):
    """A schedule that can never be followed; the text names the expression and the field."""


class Cron(msgspec.Struct, frozen=True, kw_only=True):
    """An expression that has been read: which days (a cron of its own) and which times of day."""

    expr: str
    fields: tuple[str, ...]
    #: sorted hours of the day
    hours: tuple[int, ...]
    #: sorted seconds within each of these hours
    marks: tuple[int, ...]
    #: the hour field excludes no hour
    covers_every_hour: bool


@lru_cache(maxsize=1024)
def parse(expr: str) -> Cron:
    """Read an expression or preset; `ScheduleError` names the expression and the field at fault."""
    fields = tuple(PRESETS.get(expr.strip().lower(), expr).split())
    _check_fields(expr, fields)
    from croniter import croniter

    read = croniter(" ".join(fields)).expanded
    minutes, hours = _numbers(read[0], 60), _numbers(read[1], 24)
    seconds = _numbers(read[5], 60) if len(read) > 5 else (0,)
    cron = Cron(
        expr=expr,
        fields=fields,
        hours=hours,
        marks=tuple(minute * 60 + second for minute in minutes for second in seconds),
        covers_every_hour=len(hours) == 24,
    )
    if next_day(cron.fields, _BEFORE_ALL_YEARS) is None:
        raise ScheduleError(
            f"Cron expression {expr!r} matches no date: its day of month never occurs "
            "in its months and years."
        )
    return cron


def first_from(cron: Cron, start: datetime) -> datetime | None:
    """The first matching time at or after `start` (naive), None if there is none in 200 years."""
    whole = start if not start.microsecond else start.replace(microsecond=0) + _SECOND
    day = whole.date()
    if next_day(cron.fields, day - _ONE_DAY) == day:
        seconds = _time_from(cron, whole.hour * _HOUR + whole.minute * 60 + whole.second)
        if seconds is not None:
            return _at(day, seconds)
    later = next_day(cron.fields, day)
    return None if later is None else _at(later, cron.hours[0] * _HOUR + cron.marks[0])


def last_until(cron: Cron, end: datetime) -> datetime | None:
    """The last matching time at or before `end` (naive), None if there is none in 200 years."""
    day = end.date()
    if next_day(cron.fields, day - _ONE_DAY) == day:
        seconds = _time_until(cron, end.hour * _HOUR + end.minute * 60 + end.second)
        if seconds is not None:
            return _at(day, seconds)
    earlier = previous_day(cron.fields, day)
    return None if earlier is None else _at(earlier, cron.hours[-1] * _HOUR + cron.marks[-1])


@lru_cache(maxsize=16384)
def next_day(fields: tuple[str, ...], day: date) -> date | None:
    """The first day after `day` on which the expression has times."""
    from croniter import CroniterBadDateError

    start = datetime.combine(day, time(23, 59, 59))
    try:
        return _day_cron(fields, start).get_next(datetime).date()
    except CroniterBadDateError:
        return None


@lru_cache(maxsize=16384)
def previous_day(fields: tuple[str, ...], day: date) -> date | None:
    """The last day before `day` on which the expression has times."""
    from croniter import CroniterBadDateError

    start = datetime.combine(day, time())
    try:
        return _day_cron(fields, start).get_prev(datetime).date()
    except CroniterBadDateError:
        return None


def _day_cron(fields: tuple[str, ...], start: datetime) -> "croniter":
    from croniter import croniter

    seconds = ("0",) if len(fields) > 5 else ()
    midnight = ("0", "0", *fields[2:5], *seconds, *fields[6:])
    return croniter(" ".join(midnight), start, max_years_between_matches=_YEARS_TO_SEARCH)


def _time_from(cron: Cron, floor: int) -> int | None:
    """The first time of day not before `floor`, in seconds."""
    hour, rest = divmod(floor, _HOUR)
    place = bisect_left(cron.hours, hour)
    if place < len(cron.hours) and cron.hours[place] == hour:
        mark = bisect_left(cron.marks, rest)
        if mark < len(cron.marks):
            return hour * _HOUR + cron.marks[mark]
        place += 1
    return cron.hours[place] * _HOUR + cron.marks[0] if place < len(cron.hours) else None


def _time_until(cron: Cron, ceiling: int) -> int | None:
    """The last time of day not after `ceiling`, in seconds."""
    hour, rest = divmod(ceiling, _HOUR)
    place = bisect_right(cron.hours, hour)
    if place and cron.hours[place - 1] == hour:
        mark = bisect_right(cron.marks, rest)
        if mark:
            return hour * _HOUR + cron.marks[mark - 1]
        place -= 1
    return cron.hours[place - 1] * _HOUR + cron.marks[-1] if place else None


def _at(day: date, seconds: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(seconds=seconds)


def _numbers(read: Sequence[int | str], size: int) -> tuple[int, ...]:
    """croniter's list of a time field; it writes a full one as a star."""
    return tuple(range(size)) if "*" in read else tuple(sorted(int(value) for value in read))


def _check_fields(expr: str, fields: tuple[str, ...]) -> None:
    from croniter import CroniterBadCronError, croniter

    if len(fields) == 1 and fields[0].startswith("@"):
        raise ScheduleError(
            f"Schedule {expr!r} is not a known name; the names are {', '.join(PRESETS)}, "
            "@once and @continuous."
        )
    if len(fields) not in (5, 6, 7):
        raise ScheduleError(
            f"Cron expression {expr!r} has {len(fields)} fields; it needs 5 (minute, hour, "
            "day of month, month, day of week), 6 with seconds last, or 7 with a year after that."
        )
    for place, field in enumerate(fields):
        name, takes = FIELDS[place]
        if "r" in _letters(field) or "h" in _letters(field):
            raise ScheduleError(
                f"Cron expression {expr!r}: the {name} field {field!r} would pick a random time; "
                "write the time you want."
            )
        alone = (*_EVERY[:place], field, *_EVERY[place + 1 : max(5, len(fields))])
        try:
            croniter(" ".join(alone))
        except CroniterBadCronError as error:
            raise ScheduleError(
                f"Cron expression {expr!r}: the {name} field {field!r} cannot be used; "
                f"it takes {takes}, and lists, ranges and steps of these."
            ) from error


def _letters(field: str) -> set[str]:
    """The words of one letter in a field: croniter's random `R` and hashed `H`."""
    words = "".join(char if char.isalpha() else " " for char in field.lower()).split()
    return {word for word in words if len(word) == 1}
