"""Logs of tries."""

import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

_LINE = re.compile(
    r"^\[(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+[+-]\d{4})\] "
    r"\{(?P<file>[^}]*):(?P<line>\d+)\} (?P<level>[A-Z]+) - (?P<event>.*)$"
)


class LogQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a log: from where `token` says, or from the beginning."""

    full_content: bool = False
    map_index: int = -1
    token: str | None = None


class LogLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line: what was said, and what is known of when and where."""

    timestamp: datetime | None
    event: str
    level: str | None = None
    filename: str | None = None
    lineno: int | None = None


class LogAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a log; with a token when there is, or may come, more."""

    content: list[LogLine]
    continuation_token: str | None


def log_lines(text: str) -> Iterable[LogLine]:
    """The lines of a log's text; what is not in the usual form is the event itself."""
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            yield LogLine(timestamp=None, event=line)
        else:
            yield LogLine(
                timestamp=datetime.fromisoformat(match["at"].replace(",", ".")),
                event=match["event"],
                level=match["level"].lower(),
                filename=match["file"],
                lineno=int(match["line"]),
            )
