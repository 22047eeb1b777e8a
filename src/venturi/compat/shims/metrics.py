"""`airflow.stats`: counters and timers, for code that reports some of its own.

They are accepted and dropped until this process has somewhere to send them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Stats:
    """Where counts and durations go."""

    @staticmethod
    def incr(stat: str, count: int = 1, rate: float = 1, **_: Any) -> None:
        """Count something."""

    @staticmethod
    def decr(stat: str, count: int = 1, rate: float = 1, **_: Any) -> None:
        """Count something down."""

    @staticmethod
    def gauge(stat: str, value: float, rate: float = 1, delta: bool = False, **_: Any) -> None:
        """Report a value."""

    @staticmethod
    def timing(stat: str, dt: Any, **_: Any) -> None:
        """Report a duration."""

    @staticmethod
    @contextmanager
    def timer(*_: Any, **__: Any) -> Iterator[Any]:
        """Report how long the block takes."""
        yield Stats
