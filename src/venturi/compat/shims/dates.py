"""`airflow.utils.dates`: dates relative to today, and rows of dates."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from venturi.compat.shims.clockwork import is_localized, utcnow
from venturi.core.errors import InvalidInput
from venturi.spec.cron import PRESETS

cron_presets: dict[str, str] = dict(PRESETS)


def days_ago(
    n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0
) -> datetime:
    """The day `n` days before today, at that time, aware, in UTC."""
    today = utcnow().replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return today - timedelta(days=n)


def date_range(
    start_date: datetime,
    end_date: datetime | None = None,
    num: int | None = None,
    delta: str | timedelta | Any | None = None,
) -> list[datetime]:
    """Dates from `start_date` by `delta` (cron text, timedelta, relativedelta).

    Up to `end_date` (now when neither is given) or `num` of them; a negative `num` goes back in
    time. Sorted. Raises `InvalidInput` when both ends are given or the end is before the start.
    """
    if delta is None:
        return []
    if end_date is not None and start_date > end_date:
        raise InvalidInput("date_range: start_date must not be after end_date.")
    if end_date is not None and num is not None:
        raise InvalidInput("date_range: give end_date or num, not both.")
    if end_date is None and num is None:
        end_date = utcnow() if is_localized(start_date) else utcnow().replace(tzinfo=None)
    backwards = num is not None and num < 0
    dates: list[datetime] = []
    for moment in _steps(start_date, delta, backwards):
        if end_date is not None and moment > end_date:
            break
        if num is not None and len(dates) >= abs(num):
            break
        dates.append(moment)
    return sorted(dates)


def _steps(start: datetime, delta: str | timedelta | Any, backwards: bool) -> Iterator[datetime]:
    if not isinstance(delta, str):
        step = abs(delta)
        moment = start
        while True:
            yield moment
            moment = moment - step if backwards else moment + step
    from croniter import croniter

    cron = croniter(cron_presets.get(delta) or delta, start)
    moment = start
    if croniter.match(cron_presets.get(delta) or delta, start):
        yield start
    while True:
        moment = cron.get_prev(datetime) if backwards else cron.get_next(datetime)
        yield moment


def round_time(
    dt: datetime, delta: str | timedelta | Any, start_date: datetime | None = None
) -> datetime:
    """The multiple of `delta` from `start_date` that is nearest to `dt`."""
    start = start_date if start_date is not None else dt.min.replace(tzinfo=dt.tzinfo)
    if isinstance(delta, str):
        from croniter import croniter

        previous: datetime = croniter(cron_presets.get(delta) or delta, start).get_prev(datetime)
        return previous
    if isinstance(delta, timedelta):
        before = start + (dt - start) // delta * delta
    else:
        before = start
        while before + delta <= dt:
            before += delta
    after = before + delta
    return before if dt - before < after - dt else after


def infer_time_unit(time_seconds_arr: list[float]) -> str:
    """The unit that suits these durations in seconds: seconds, minutes, hours or days."""
    longest = max(time_seconds_arr, default=0)
    for limit, unit in ((60 * 2, "seconds"), (60 * 60 * 2, "minutes"), (24 * 60 * 60 * 2, "hours")):
        if longest <= limit:
            return unit
    return "days"


def scale_time_units(time_seconds_arr: list[float], unit: str) -> list[float]:
    """These durations in seconds as that many minutes, hours or days."""
    size = {"minutes": 60, "hours": 3600, "days": 86400}.get(unit, 1)
    return [seconds / size for seconds in time_seconds_arr]


def parse_execution_date(execution_date_str: str) -> datetime:
    """The moment written in the text."""
    from venturi.compat.shims.clockwork import parse

    found: datetime = parse(execution_date_str)
    return found
