"""What is due, found by looking at the clock on the wall every minute."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter

MINUTE = timedelta(minutes=1)


def brute_force(expr: str, zone_name: str, start: datetime, end: datetime) -> list[datetime]:
    """What is due by the written rule, from looking at the wall clock every minute."""
    here = ZoneInfo(zone_name)
    fields: list[list[Any]] = [*croniter(expr).expanded]
    minutes, hours, days, months, weekdays = fields[:5]

    def is_due(shown: datetime) -> bool:
        return (
            (minutes == ["*"] or shown.minute in minutes)
            and (hours == ["*"] or shown.hour in hours)
            and (days == ["*"] or shown.day in days)
            and (months == ["*"] or shown.month in months)
            and (weekdays == ["*"] or shown.isoweekday() % 7 in weekdays)
        )

    seen: dict[datetime, datetime] = {}
    moved: list[datetime] = []
    hidden_from, hidden_until = end, start
    instant, expected = start, start.astimezone(here).replace(tzinfo=None)
    while instant < end:
        shown = instant.astimezone(here).replace(tzinfo=None, fold=0)
        never_shown = (expected + MINUTE * n for n in range((shown - expected) // MINUTE))
        first = next(filter(is_due, never_shown), None)
        if first is not None and hours != ["*"]:
            moved.append(instant + (first - expected))
            hidden_from, hidden_until = instant, moved[-1]
        if is_due(shown):
            # the second time a clock shows it replaces the first, if hours are named
            seen[instant if hours == ["*"] else shown] = instant
        instant, expected = instant + MINUTE, shown + MINUTE
    plain = (due for due in seen.values() if not hidden_from <= due <= hidden_until)
    return sorted((*plain, *moved))
