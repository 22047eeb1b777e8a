"""Series of instants: where a schedule is due, looked up from any instant in both directions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from venturi.spec.cron import first_from, last_until, parse
from venturi.spec.timetable.pieces import instant_of, naive, pieces

_TICK = timedelta(microseconds=1)
#: clocks are never further off than this, so what they show is within it of the instant
_SLACK = timedelta(days=2)
#: no schedule is followed before or after these years
FIRST_YEAR, LAST_YEAR = 1900, 9900


class Series(Protocol):
    """Instants in order; None means that there is none on that side."""

    def at_or_after(self, instant: datetime) -> datetime | None:
        """The first instant of the series that is not before `instant`."""

    def at_or_before(self, instant: datetime) -> datetime | None:
        """The last instant of the series that is not after `instant`."""


def after(series: Series, instant: datetime) -> datetime | None:
    """The first instant of the series after `instant`."""
    return series.at_or_after(instant + _TICK)


def before(series: Series, instant: datetime) -> datetime | None:
    """The last instant of the series before `instant`."""
    return series.at_or_before(instant - _TICK)


def latest(instants: Iterable[datetime | None]) -> datetime | None:
    """The latest of the instants that there are."""
    return max((instant for instant in instants if instant is not None), default=None)


class CronSeries(msgspec.Struct, frozen=True, kw_only=True):
    """When any of these expressions is due in this zone."""

    exprs: tuple[str, ...]
    timezone: str

    def at_or_after(self, instant: datetime) -> datetime | None:
        found = (_cron_from(expr, self.timezone, instant) for expr in self.exprs)
        return min((due for due in found if due is not None), default=None)

    def at_or_before(self, instant: datetime) -> datetime | None:
        return latest(_cron_until(expr, self.timezone, instant) for expr in self.exprs)


class EventSeries(msgspec.Struct, frozen=True, kw_only=True):
    """A list of instants."""

    dates: tuple[datetime, ...]

    def at_or_after(self, instant: datetime) -> datetime | None:
        return min((date for date in self.dates if date >= instant), default=None)

    def at_or_before(self, instant: datetime) -> datetime | None:
        return latest(date for date in self.dates if date <= instant)


def _cron_from(expr: str, zone_name: str, instant: datetime) -> datetime | None:
    cron, year = parse(expr), max(instant.year, FIRST_YEAR)
    while year <= LAST_YEAR:
        due = instant
        for piece in pieces(expr, zone_name, year):
            if piece.end <= instant:
                continue
            if piece.lands and piece.start >= instant:
                return piece.start
            shown = first_from(cron, naive(max(piece.start, instant), piece.offset))
            if shown is None:
                return None
            due = instant_of(shown, piece.offset)
            if due < piece.end:
                return due
        # a sparse expression names its next date: the years in between need no look
        year = max(year + 1, (due - _SLACK).year)
    return None


def _cron_until(expr: str, zone_name: str, instant: datetime) -> datetime | None:
    cron, year = parse(expr), min(instant.year, LAST_YEAR)
    while year >= FIRST_YEAR:
        due = instant
        for piece in reversed(pieces(expr, zone_name, year)):
            if piece.start > instant:
                continue
            shown = last_until(cron, naive(min(piece.end - _TICK, instant), piece.offset))
            due = instant if shown is None else instant_of(shown, piece.offset)
            if shown is not None and due >= piece.start:
                return due
            if piece.lands:
                return piece.start
            if shown is None:
                return None
        year = min(year - 1, (due + _SLACK).year)
    return None
