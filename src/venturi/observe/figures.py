"""Counts, values and durations; which of them are sent, and to whom."""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol


class Kind(StrEnum):
    """What a figure is; the value is StatsD's letter for it."""

    COUNT = "c"
    GAUGE = "g"
    #: a duration in milliseconds
    TIME = "ms"


class Figure(NamedTuple):
    """One figure. `name` is Airflow's: `ti.finish.<dag>.<task>.success`."""

    name: str
    kind: Kind
    value: float
    tags: tuple[tuple[str, str], ...] = ()


class Sink(Protocol):
    """Where figures go."""

    def put(self, figures: Sequence[Figure]) -> None:
        """Take figures; never raises and never waits."""

    def close(self) -> None:
        """Let go of what it holds."""


class Sieve(NamedTuple):
    """Which figures are sent, by patterns that are searched in their names."""

    allow: tuple[re.Pattern[str], ...] = ()
    block: tuple[re.Pattern[str], ...] = ()

    def passes(self, name: str) -> bool:
        """Whether a figure of this name is sent. A list of allowed names beats one of others."""
        if self.allow:
            return any(pattern.search(name) for pattern in self.allow)
        return not any(pattern.search(name) for pattern in self.block)


class Figures:
    """What a process reports. Without sinks it is off, and nobody should compute anything."""

    def __init__(
        self,
        sinks: Sequence[Sink] = (),
        sieve: Sieve | None = None,
        rename: Callable[[str], str] | None = None,
    ) -> None:
        self.sinks = tuple(sinks)
        self.sieve = sieve or Sieve()
        self.rename = rename

    @property
    def on(self) -> bool:
        """Whether anybody listens."""
        return bool(self.sinks)

    def put(self, figures: Iterable[Figure]) -> None:
        """Send what passes."""
        if not self.sinks:
            return
        passed = [figure for figure in figures if self.sieve.passes(figure.name)]
        if self.rename is not None:
            passed = [figure._replace(name=self.rename(figure.name)) for figure in passed]
        if passed:
            for sink in self.sinks:
                sink.put(passed)

    def close(self) -> None:
        """Let go of the sinks."""
        for sink in self.sinks:
            sink.close()
        self.sinks = ()
