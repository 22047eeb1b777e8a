"""Deadlines of runs, as an author wrote them; recorded for whoever watches them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from venturi.sdk.freeze_values import stable
from venturi.sdk.values import instant


class Reference(NamedTuple):
    """From when a deadline counts."""

    kind: str
    at: datetime | None = None
    max_runs: int | None = None
    min_runs: int | None = None

    def serialize(self) -> dict[str, Any]:
        """It as plain data."""
        return {name: stable(value) for name, value in self._asdict().items() if value is not None}


class DeadlineReference:
    """From when deadlines count."""

    DAGRUN_LOGICAL_DATE = Reference("dagrun_logical_date")
    DAGRUN_QUEUED_AT = Reference("dagrun_queued_at")

    @staticmethod
    def FIXED_DATETIME(at: datetime) -> Reference:  # noqa: N802 - the name DAG files use
        """One moment."""
        return Reference("fixed_datetime", instant(at, "FIXED_DATETIME"))

    @staticmethod
    def AVERAGE_RUNTIME(max_runs: int = 10, min_runs: int = 10) -> Reference:  # noqa: N802
        """When a run of average length would end."""
        return Reference("average_runtime", None, max_runs, min_runs)


class _DeadlineCallback:
    """A callback with its arguments."""

    def __init__(
        self, callback_callable: str | Callable[..., Any], kwargs: dict[str, Any] | None = None
    ) -> None:
        self.callback_callable, self.kwargs = callback_callable, dict(kwargs or {})

    def serialize(self) -> dict[str, Any]:
        """It as plain data."""
        return {"path": stable(self.callback_callable), "kwargs": stable(self.kwargs)}


class AsyncCallback(_DeadlineCallback):
    """A coroutine function, run by the triggerer."""


class SyncCallback(_DeadlineCallback):
    """A function, run by an executor."""

    def __init__(
        self,
        callback_callable: str | Callable[..., Any],
        kwargs: dict[str, Any] | None = None,
        executor: str | None = None,
    ) -> None:
        super().__init__(callback_callable, kwargs)
        self.executor = executor


class VariableInterval(NamedTuple):
    """An interval that a variable holds, in minutes."""

    key: str

    def serialize(self) -> dict[str, Any]:
        """It as plain data."""
        return {"variable": self.key}


class DeadlineAlert:
    """`callback` is called when a run has not ended `interval` after `reference`."""

    def __init__(
        self,
        reference: Reference,
        interval: timedelta | VariableInterval,
        callback: Any,
        name: str | None = None,
    ) -> None:
        self.reference, self.interval = reference, interval
        self.callback, self.name = callback, name

    def serialize(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "reference": stable(self.reference.serialize()),
            "interval": stable(self.interval)
            if isinstance(self.interval, timedelta)
            else stable(self.interval.serialize()),
            "callback": stable(self.callback),
            "name": self.name,
        }
