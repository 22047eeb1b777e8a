"""Dates as people write them on the command line."""

from datetime import datetime
from zoneinfo import ZoneInfo

from venturi.core.errors import InvalidInput


def parse_date(text: str, timezone: str = "UTC") -> datetime:
    """The instant that a person means; without a zone it is one of `timezone`.

    Takes ISO 8601 and what else dateutil understands. Raises `InvalidInput`.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = _guessed(text)
    return at.replace(tzinfo=_zone(timezone)) if at.tzinfo is None else at


def _guessed(text: str) -> datetime:
    from dateutil.parser import ParserError, parse

    # Without a day or a month the present one would be filled in: two defaults show that.
    defaults = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001 - zone comes later
    try:
        one, other = (parse(text, default=default) for default in defaults)
    except (ParserError, OverflowError) as error:
        raise InvalidInput(_sentence(text)) from error
    if one != other:
        raise InvalidInput(_sentence(text))
    return one


def _sentence(text: str) -> str:
    return f"{text!r} is not a date; write it like 2016-05-14 or 2016-05-14T08:30:00+02:00."


def _zone(name: str) -> ZoneInfo:
    if name == "system":
        return ZoneInfo(_system_zone())
    return ZoneInfo("UTC" if name.lower() == "utc" else name)


def _system_zone() -> str:
    """The name of the machine's zone; UTC where it has none."""
    import os
    from pathlib import Path

    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return named
    linked = str(Path("/etc/localtime").resolve())
    return linked.partition("zoneinfo/")[2] or "UTC"
