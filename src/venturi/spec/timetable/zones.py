"""Time zones: reading their names, and when their clocks change."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from venturi.spec.cron import ScheduleError

_FIXED = re.compile(r"^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$")
_UTC_NAMES = frozenset({"UTC", "ETC/UTC", "ZULU", "Z", "GMT", "ETC/GMT"})
_SECOND = timedelta(seconds=1)
#: no zone has ever changed its clocks there and back within this time
_SCAN = timedelta(hours=12)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks of a zone change: from `at` on, local time is UTC plus `after`."""

    at: datetime
    before: timedelta
    after: timedelta


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """The zone of this name: an IANA name, or a fixed offset such as `+02:00`."""
    if name.upper() in _UTC_NAMES:
        return UTC
    fixed = _FIXED.match(name)
    try:
        if fixed is None:
            return ZoneInfo(name)
        offset = timedelta(hours=int(fixed[2]), minutes=int(fixed[3] or 0))
        return timezone(-offset if fixed[1] == "-" else offset)
    except (ValueError, OSError, KeyError) as error:
        raise ScheduleError(
            f"Time zone {name!r} is not known; use a name like Europe/Zurich or an offset "
            "like +02:00."
        ) from error


def offset_at(name: str, instant: datetime) -> timedelta:
    """How far the zone's clocks are ahead of UTC at this instant."""
    offset = instant.astimezone(zone(name)).utcoffset()
    return offset or timedelta()


@lru_cache(maxsize=4096)
def changes(name: str, year: int) -> tuple[Change, ...]:
    """The changes of the clocks in this year (of UTC), in order."""
    if isinstance(zone(name), timezone):
        return ()
    found = []
    instant, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    before = offset_at(name, instant - _SECOND)
    # one step back, so that a change on the very first second is seen as one
    low = instant - _SECOND
    while low < end - _SECOND:
        high = min(low + _SCAN, end - _SECOND)
        after = offset_at(name, high)
        if after != before:
            found.append(Change(at=_pinpoint(name, low, high, before), before=before, after=after))
        low, before = high, after
    return tuple(found)


def _pinpoint(name: str, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The first second after `low` at which the offset is no longer `before`."""
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        if offset_at(name, middle) == before:
            low = middle
        else:
            high = middle
    return high
