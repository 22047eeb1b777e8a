"""A cron expression laid over a time zone, cut where the clocks change.

Between two changes the clocks run evenly, and a time is due when the clock on the wall shows it.
At a change the rule is Airflow's:

* *Expressions that name their hours* (`30 2 * * *`, `0 8,17 * * *`).
  Clocks go back: a time that comes twice is due the second time only.
  Clocks go forward: a time that does not exist is due as long after the change as it was meant to
  be (02:30 becomes 03:30); of several such times only the first counts, and what the new clock
  shows before that moment is passed over.
* *Expressions for every hour* (`0 * * * *`, `*/15 * * * *`) count elapsed time: the first time
  after a change is where the old clock would have shown it, then the new clock counts. So with a
  change of a whole hour every hour has its run, once, and the repeated hour has it twice. Only an
  expression that is due within an hour of the change carries the old clock over; one that rests
  on that day (`0 * * * 1-5` on a Sunday) simply starts on the new clock.

Both come to the same picture: even pieces, and a seam between them that is left out except for
one time that may land at its end. Every instant is in at most one place, so the series always
moves forward, and looking back finds exactly what looking forward found.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from venturi.spec.cron import Cron, first_from, parse
from venturi.spec.timetable.zones import Change, changes, offset_at

_HOUR = timedelta(hours=1)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of even time; `lands` says that the expression is due at `start` in any case."""

    start: datetime
    end: datetime  # the first instant that is not in it
    offset: timedelta
    lands: bool


@lru_cache(maxsize=4096)
def pieces(expr: str, zone_name: str, year: int) -> tuple[Piece, ...]:
    """The pieces of one year (of UTC), in order."""
    cron = parse(expr)
    opening, closing = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    start, lands = opening - timedelta(days=1), False
    offset = offset_at(zone_name, start)
    found = []
    for change in _changes_near(zone_name, year):
        seam_start, seam_end, next_lands = _seam(cron, change)
        found.append(Piece(start=start, end=seam_start, offset=offset, lands=lands))
        start, lands, offset = seam_end, next_lands, change.after
    found.append(Piece(start=start, end=closing, offset=offset, lands=lands))
    clipped = (_clip(piece, opening, closing) for piece in found)
    return tuple(piece for piece in clipped if piece.start < piece.end)


def naive(instant: datetime, offset: timedelta) -> datetime:
    """What a clock that is `offset` ahead of UTC shows at this instant."""
    return (instant + offset).replace(tzinfo=None)


def instant_of(shown: datetime, offset: timedelta) -> datetime:
    """When a clock that is `offset` ahead of UTC shows this time."""
    return shown.replace(tzinfo=UTC) - offset


def _changes_near(zone_name: str, year: int) -> tuple[Change, ...]:
    """The year's changes, and those just outside of it whose seam may reach into it."""
    opening, closing = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    near = timedelta(days=1)
    around = (
        *changes(zone_name, year - 1),
        *changes(zone_name, year),
        *changes(zone_name, year + 1),
    )
    return tuple(change for change in around if opening - near < change.at < closing + near)


def _seam(cron: Cron, change: Change) -> tuple[datetime, datetime, bool]:
    """From where to where the clocks are not even, and whether a time lands at its end."""
    shift = change.after - change.before
    if not cron.covers_every_hour and shift < timedelta():
        return change.at + shift, change.at, False
    reach = _HOUR if cron.covers_every_hour else shift
    shown = first_from(cron, naive(change.at, change.before))
    carried = None if shown is None else instant_of(shown, change.before)
    if carried is None or carried >= change.at + reach:
        return change.at, change.at, False
    return change.at, carried, True


def _clip(piece: Piece, opening: datetime, closing: datetime) -> Piece:
    return Piece(
        start=max(piece.start, opening),
        end=min(piece.end, closing),
        offset=piece.offset,
        lands=piece.lands and piece.start >= opening,
    )
