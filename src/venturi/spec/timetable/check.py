"""Refuse a timetable that can never be followed, when its file is read."""

from datetime import UTC, datetime, timedelta

from venturi.spec.cron import ScheduleError, parse
from venturi.spec.timetable.delta import forward, is_elapsed_only, text
from venturi.spec.timetable.model import (
    AssetOrTime,
    CronInterval,
    CronTrigger,
    Delta,
    DeltaInterval,
    DeltaTrigger,
    MultipleCronTrigger,
    Timetable,
)
from venturi.spec.timetable.zones import zone

#: steps are tried from here: days at both ends of short and long months, and every weekday
_SAMPLES = tuple(
    datetime(2023 + number % 2, 1 + number % 12, day, 12, 34, 56, 789, tzinfo=UTC)
    for number in range(24)
    for day in (1, 15, 28)
)

#: a step that replaces parts of the date must be walked one by one from the start date
_SHORTEST_WALK = timedelta(minutes=1)


def check(timetable: Timetable) -> None:
    """Raise `ScheduleError` if an expression, zone or step of the timetable cannot be used."""
    match timetable:
        case CronInterval() | CronTrigger():
            _check_cron((timetable.expr,), timetable.timezone)
        case MultipleCronTrigger():
            if not timetable.exprs:
                raise ScheduleError("MultipleCronTriggerTimetable needs a cron expression.")
            _check_cron(timetable.exprs, timetable.timezone)
        case DeltaInterval() | DeltaTrigger():
            _check_step(timetable.delta, timetable.timezone)
        case AssetOrTime():
            check(timetable.timetable)
        case _:
            pass  # nothing in these can be wrong


def _check_cron(exprs: tuple[str, ...], timezone: str) -> None:
    zone(timezone)
    for expr in exprs:
        parse(expr)


def _check_step(delta: Delta, timezone: str) -> None:
    zone(timezone)
    for sample in _SAMPLES:
        length = forward(delta, sample, timezone) - sample
        if length < _SHORTEST_WALK and not is_elapsed_only(delta):
            raise ScheduleError(
                f"A schedule of {text(delta)} is too short for a step on the calendar; "
                "give a timedelta."
            )
