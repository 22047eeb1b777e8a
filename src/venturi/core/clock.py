"""The clock: the only file that may ask what time it is.

Pure code takes `now` as an argument; services take a `Clock`. All instants are aware datetimes
in UTC.
"""

import time
from datetime import UTC, datetime
from typing import Protocol

Instant = datetime


class Clock(Protocol):
    """What a service may ask about time."""

    def now(self) -> Instant:
        """The present instant, aware, UTC, with microseconds."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back. For durations and deadlines."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> Instant:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
