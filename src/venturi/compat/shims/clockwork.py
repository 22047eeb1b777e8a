"""`airflow.utils.timezone`: aware datetimes, in the default zone unless said otherwise."""

import datetime as dt
from typing import Any

from venturi.core.clock import SystemClock
from venturi.sdk.values import default_zone, instant, zone

utc = dt.UTC
utc_epoch_start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
TIMEZONE = utc


def utcnow() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return SystemClock().now()


def utc_epoch() -> dt.datetime:
    """The beginning of 1970, aware, in UTC."""
    return utc_epoch_start


def is_localized(value: dt.datetime) -> bool:
    """Whether `value` is aware."""
    return value.utcoffset() is not None


def is_naive(value: dt.datetime) -> bool:
    """Whether `value` has no time zone."""
    return value.utcoffset() is None


def convert_to_utc(value: dt.datetime | None) -> dt.datetime | None:
    """`value` in UTC; a naive one is in the default zone."""
    if value is None:
        return None
    aware = value if is_localized(value) else value.replace(tzinfo=default_zone())
    return aware.astimezone(dt.UTC)


def make_aware(
    value: dt.datetime | None, timezone: dt.tzinfo | str | None = None
) -> dt.datetime | None:
    """A naive `value` in `timezone` (the default zone). Raises `ValueError` for an aware one."""
    if value is None:
        return None
    if is_localized(value):
        raise ValueError(f"make_aware expects a naive datetime, got {value}")
    return value.replace(tzinfo=_zone(timezone))


def make_naive(value: dt.datetime, timezone: dt.tzinfo | str | None = None) -> dt.datetime:
    """An aware `value` as it reads in `timezone`. Raises `ValueError` for a naive one."""
    if is_naive(value):
        raise ValueError("make_naive() cannot be applied to a naive datetime")
    return value.astimezone(_zone(timezone)).replace(tzinfo=None)


def datetime(*args: Any, **kwargs: Any) -> dt.datetime:
    """`datetime.datetime(...)`, aware: in the default zone unless `tzinfo=` is given."""
    kwargs.setdefault("tzinfo", default_zone())
    return dt.datetime(*args, **kwargs)  # noqa: DTZ001 - the zone is among the keywords


def parse(string: str, timezone: dt.tzinfo | str | None = None, *, strict: bool = False) -> Any:
    """The moment written in `string`, as a pendulum DateTime. Raises `ValueError`."""
    import pendulum

    return pendulum.instance(pendulum.parse(string, tz=_zone(timezone), strict=strict))  # type: ignore[arg-type]


def coerce_datetime(value: Any, tz: dt.tzinfo | None = None) -> Any:
    """`value` as an aware pendulum DateTime; None stays None."""
    if value is None:
        return None
    import pendulum

    found = instant(value, "the date")
    assert found is not None
    return pendulum.instance(found.astimezone(tz) if tz else found)


def from_timestamp(timestamp: float, tz: dt.tzinfo | str = dt.UTC) -> dt.datetime:
    """The instant `timestamp` seconds after the beginning of 1970."""
    return dt.datetime.fromtimestamp(timestamp, tz=_zone(tz))


def parse_timezone(name: str | int) -> dt.tzinfo:
    """The zone of that name, or of that many seconds east of UTC."""
    return dt.timezone(dt.timedelta(seconds=name)) if isinstance(name, int) else zone(name)


def local_timezone() -> dt.tzinfo:
    """The zone of this machine."""
    found = SystemClock().now().astimezone().tzinfo
    return found or dt.UTC


def td_format(td_object: dt.timedelta | float | None) -> str | None:
    """A duration for people: `1d:2h:3M:4s`; None for nothing."""
    if not td_object:
        return None
    left = td_object.total_seconds() if isinstance(td_object, dt.timedelta) else float(td_object)
    if left < 1:
        return "<1s"
    parts = []
    for size, letter in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{int(count)}{letter}")
    return ":".join(parts)


_DAY = 86400
_UNITS = ((365 * _DAY, "y"), (30 * _DAY, "m"), (_DAY, "d"), (3600, "h"), (60, "M"), (1, "s"))


def initialize(default_timezone: str) -> None:
    """Accepted for old callers; the default zone is `[core] default_timezone`."""


def _zone(given: dt.tzinfo | str | None) -> dt.tzinfo:
    if given is None:
        return default_zone()
    return zone(given) if isinstance(given, str) else given
