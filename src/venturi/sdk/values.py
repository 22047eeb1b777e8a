"""Arguments as people write them to values as we keep them: instants, durations, time zones."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from venturi.core.errors import InvalidInput
from venturi.sdk.defaults import defaults


@cache
def zone(name: str) -> tzinfo:
    """The time zone of that name. Raises `InvalidInput`."""
    if name.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            f"There is no time zone {name!r}; use a name like 'Europe/Berlin' or 'UTC'."
        ) from None


def default_zone() -> tzinfo:
    """The zone of naive datetimes: `[core] default_timezone`."""
    return zone(defaults().timezone)


def zone_name(value: tzinfo | str | None) -> str:
    """The name of a zone, however its library spells it; a fixed offset is `+05:30`."""
    if value is None:
        return defaults().timezone
    if isinstance(value, str):
        return value
    for attribute in ("key", "zone", "name"):
        found = getattr(value, attribute, None)
        if isinstance(found, str) and found:
            return "UTC" if found in {"utc", "Z", "+00:00"} else found
    offset = value.utcoffset(datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=value))
    if not offset:
        return "UTC"
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def instant(value: Any, field: str) -> datetime | None:
    """`value` as an aware datetime; a naive one is in the default zone.

    Takes datetimes, dates (midnight) and text in ISO form. None and "" are None. Raises
    `InvalidInput` naming `field`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _parsed(value, field)
    if not isinstance(value, datetime):
        if not isinstance(value, date):
            raise InvalidInput(
                f"{field} must be a datetime or text such as '2026-01-31', not {value!r}."
            )
        value = datetime.combine(value, time())
    found: datetime = value
    return found if found.tzinfo is not None else found.replace(tzinfo=default_zone())


def utc(value: Any, field: str) -> datetime | None:
    """`value` as a plain aware datetime in UTC (see `instant`)."""
    found = instant(value, field)
    if found is None or (found.tzinfo is UTC and type(found) is datetime):
        return found
    moved = found.astimezone(UTC)
    return datetime.combine(moved.date(), moved.time(), UTC)


def duration(value: Any, field: str) -> timedelta | None:
    """`value` as a timedelta; numbers are seconds. Raises `InvalidInput` naming `field`."""
    if value is None or isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(seconds=value)
    raise InvalidInput(f"{field} must be a timedelta or a number of seconds, not {value!r}.")


def seconds(value: Any, field: str) -> float | None:
    """`value` as seconds (see `duration`)."""
    found = duration(value, field)
    return None if found is None else found.total_seconds()


def whole(value: Any, field: str, least: int | None = None) -> int:
    """`value` as a whole number of at least `least`. Raises `InvalidInput` naming `field`."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{field} must be a whole number, not {value!r}.") from None
    if least is not None and number < least:
        raise InvalidInput(f"{field} must be at least {least}, not {number}.")
    return number


def listed(value: Any) -> list[Any]:
    """None is empty; a list, tuple or set stays; anything else is a list of itself."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


def _parsed(text: str, field: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    from dateutil import parser

    try:
        return parser.parse(text)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{field} {text!r} is no date; write it as '2026-01-31' or '2026-01-31T08:30:00'."
        ) from None
