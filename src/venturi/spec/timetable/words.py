"""A timetable as people read it."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from venturi.spec.cron import PRESETS
from venturi.spec.timetable.delta import text
from venturi.spec.timetable.model import (
    AssetOrTime,
    AssetTriggered,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    Delta,
    DeltaInterval,
    DeltaTrigger,
    Events,
    MultipleCronTrigger,
    Null,
    Once,
    RelativeDelta,
    TimeDelta,
    Timetable,
)

_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WEEKDAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = (
    ("week", 7 * 86_400_000_000),
    ("day", 86_400_000_000),
    ("hour", 3_600_000_000),
    ("minute", 60_000_000),
    ("second", 1_000_000),
)
_CALENDAR_UNITS = ("years", "months", "days", "hours", "minutes", "seconds")

#: The classes in which authors know the kinds.
TYPE_NAMES: Mapping[type, str] = {
    Null: "NullTimetable",
    Once: "OnceTimetable",
    Continuous: "ContinuousTimetable",
    CronInterval: "CronDataIntervalTimetable",
    DeltaInterval: "DeltaDataIntervalTimetable",
    CronTrigger: "CronTriggerTimetable",
    DeltaTrigger: "DeltaTriggerTimetable",
    MultipleCronTrigger: "MultipleCronTriggerTimetable",
    Events: "EventsTimetable",
    AssetTriggered: "AssetTriggeredTimetable",
    AssetOrTime: "AssetOrTimeSchedule",
}
#: Those of timetables that wait for assets.
ASSET_TYPE_NAMES = (TYPE_NAMES[AssetTriggered], TYPE_NAMES[AssetOrTime])


def summary(timetable: Timetable) -> str:
    """The timetable in a word, as lists show it: the expression, the step, or the name."""
    match timetable:
        case Null():
            return "None"
        case Once():
            return "@once"
        case Continuous():
            return "@continuous"
        case CronInterval() | CronTrigger():
            return timetable.expr
        case DeltaInterval() | DeltaTrigger():
            return text(timetable.delta)
        case MultipleCronTrigger():
            return ", ".join(timetable.exprs)
        case Events():
            return timetable.description or f"{len(timetable.dates)} events"
        case AssetTriggered():
            return "Asset"
        case AssetOrTime():
            return f"Asset or {summary(timetable.timetable)}"
        case Custom():
            return timetable.summary or timetable.import_path.rpartition(".")[2]
        case _:
            assert_never(timetable)


def type_name(timetable: Timetable) -> str:
    """What the kind of timetable is called: its class, one of the user's with where it is from."""
    return timetable.import_path if isinstance(timetable, Custom) else TYPE_NAMES[type(timetable)]


def describe(timetable: Timetable) -> str:
    """The timetable in words, e.g. "every day at 08:30 Europe/Zurich"."""
    match timetable:
        case Null():
            return "never by itself"
        case Once():
            return "once, at the start date"
        case Continuous():
            return "again as soon as the last run has ended"
        case CronInterval() | CronTrigger():
            return f"{describe_cron(timetable.expr)} {timetable.timezone}"
        case MultipleCronTrigger():
            return f"{' and '.join(map(describe_cron, timetable.exprs))} {timetable.timezone}"
        case DeltaInterval() | DeltaTrigger():
            return f"every {_length(timetable.delta)}"
        case Events():
            return timetable.description or _describe_events(timetable)
        case AssetTriggered():
            return "when its assets are updated"
        case AssetOrTime():
            return f"{describe(timetable.timetable)}, and when its assets are updated"
        case Custom():
            return timetable.description or summary(timetable)
        case _:
            assert_never(timetable)


def describe_cron(expr: str) -> str:
    """A cron expression in words if it is a common one, otherwise as it is written."""
    fields = PRESETS.get(expr.strip().lower(), expr).lower().split()
    if len(fields) != 5:
        return f"cron {expr}"
    minute, hour, *days = fields
    when, day = _time(minute, hour), _day(days)
    if when is None or day is None:
        return f"cron {expr}"
    if hour.isdigit():
        return f"{day} {when}"
    if day == "every day":
        return when
    return f"{when} {day}" if day.startswith("on ") else f"{when} on {day.removeprefix('every ')}"


def _time(minute: str, hour: str) -> str | None:
    """Minute and hour in words: `at 08:30`, `every 15 minutes`."""
    if minute.isdigit() and hour.isdigit():
        return f"at {int(hour):02}:{int(minute):02}"
    if hour == "*" and minute == "*":
        return "every minute"
    if hour == "*" and (step := _step(minute)):
        return f"every {step} minutes"
    if hour == "*" and minute.isdigit():
        return f"every hour at minute {int(minute)}" if int(minute) else "every hour"
    if minute.isdigit() and (step := _step(hour)):
        return (
            f"every {step} hours at minute {int(minute)}" if int(minute) else f"every {step} hours"
        )
    return None


def _day(days: Sequence[str]) -> str | None:
    """Day of month, month and day of week in words, when at most one idea is in them."""
    match days:
        case ["*", "*", "*"]:
            return "every day"
        case ["*", "*", week]:
            return _weekdays(week)
        case ["l", "*", "*"]:
            return "on the last day of every month"
        case [day, "*", "*"] if day.isdigit():
            return f"on day {int(day)} of every month"
        case [day, "*/3", "*"] if day.isdigit():
            return f"on day {int(day)} of every quarter"
        case [day, month, "*"] if day.isdigit() and month.isdigit():
            return f"every year on {int(day)} {_MONTHS[int(month) - 1]}"
    return None


def _weekdays(week: str) -> str | None:
    first, dash, end = week.partition("-")
    names = [_weekday(part) for part in ((first, end) if dash else week.split(","))]
    if None in names:
        return None
    known = [name for name in names if name is not None]
    if dash:
        return f"every {known[0]} to {known[1]}"
    return f"every {' and '.join(', '.join(known).rsplit(', ', 1))}"


def _weekday(part: str) -> str | None:
    if part in _WEEKDAY_NAMES:
        return _WEEKDAYS[_WEEKDAY_NAMES.index(part)]
    return _WEEKDAYS[int(part) % 7] if part.isdigit() else None


def _step(field: str) -> int | None:
    star, _, step = field.partition("/")
    return int(step) if star == "*" and step.isdigit() else None


def _length(delta: Delta) -> str:
    """The length of a step in its largest whole unit: `2 hours`, `month`."""
    if isinstance(delta, TimeDelta):
        for unit, size in _UNITS:
            if delta.microseconds % size == 0:
                return _count(delta.microseconds // size, unit)
        return text(delta)
    for units in _CALENDAR_UNITS:
        count = getattr(delta, units)
        if delta == RelativeDelta(**{units: count}):
            return _count(count, units.removesuffix("s"))
    return text(delta)


def _count(count: int, unit: str) -> str:
    return unit if count == 1 else f"{count} {unit}s"


def _describe_events(events: Events) -> str:
    if not events.dates:
        return "never: it has no events"
    first, last = min(events.dates), max(events.dates)
    return f"{len(events.dates)} events from {first.isoformat()} to {last.isoformat()}"
