"""Shared by the timetable tests: short ways to write instants, runs and zones."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from venturi.spec.timetable.model import RunInfo, TimeDelta

#: zones whose clocks did something worth keeping: half hours, skipped days, politics
NOTABLE = (
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Caracas",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Pacific/Chatham",
)


def all_zones() -> bool:
    """Whether VENTURI_ALL_ZONES=1 asks for every zone, and twenty times the examples."""
    return os.environ.get("VENTURI_ALL_ZONES") == "1"


def examples(number: int) -> int:
    return number * 20 if all_zones() else number


def zones() -> tuple[str, ...]:
    """About sixty zones, or all of them."""
    everywhere = sorted(name for name in available_timezones() if "/" in name)
    if all_zones():
        return tuple(everywhere)
    return (*NOTABLE, *everywhere[::15])


def utc(text: str) -> datetime:
    """`2026-03-29 01:30` as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    """A local time with its offset, `2026-03-29 03:30+02:00`, checked against the zone."""
    shown = datetime.fromisoformat(text)
    assert shown.astimezone(ZoneInfo(zone)).utcoffset() == shown.utcoffset(), (
        f"{text} not in {zone}"
    )
    return shown.astimezone(UTC)


def locals_of(texts: Sequence[str], zone: str) -> list[datetime]:
    return [local(text, zone) for text in texts]


def interval(run: RunInfo | None) -> tuple[datetime, datetime]:
    assert run is not None
    assert run.data_interval is not None
    return run.data_interval.start, run.data_interval.end


def step(**length: float) -> TimeDelta:
    return TimeDelta(microseconds=timedelta(**length) // timedelta(microseconds=1))
