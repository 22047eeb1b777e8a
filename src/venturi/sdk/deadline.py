"""Deadlines of runs, as an author writes them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from venturi.core.errors import InvalidInput
from venturi.sdk.values import instant, listed, seconds, utc, whole
from venturi.spec import model as spec
from venturi.spec.model import DeadlineSpec


class Reference(NamedTuple):
    """From when a deadline counts."""

    kind: str
    at: datetime | None = None
    max_runs: int | None = None
    min_runs: int | None = None


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


class DeadlineCallback:
    """A callback with its arguments."""

    def __init__(
        self, callback_callable: str | Callable[..., Any], kwargs: dict[str, Any] | None = None
    ) -> None:
        self.callback_callable, self.kwargs = callback_callable, dict(kwargs or {})


class AsyncCallback(DeadlineCallback):
    """A coroutine function, a notifier, or the import path of one."""


class SyncCallback(DeadlineCallback):
    """A function, a notifier, or the import path of one.

    It runs in a process of its own beside the scheduler; `executor` is accepted.
    """

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


class DeadlineAlert:
    """`callback` is called when a run has not ended `interval` after `reference`.

    `interval` is a timedelta (seconds as a number do too) or a `VariableInterval`.
    """

    def __init__(
        self,
        reference: Reference,
        interval: timedelta | VariableInterval,
        callback: Any,
        name: str | None = None,
    ) -> None:
        self.reference, self.interval = reference, interval
        self.callback, self.name = callback, name

    def frozen(self) -> DeadlineSpec:
        """What the engine needs to know of it. Raises `InvalidInput`."""
        if not isinstance(self.reference, Reference):
            raise InvalidInput(
                f"DeadlineAlert(reference=...) takes one of DeadlineReference, not "
                f"{self.reference!r}."
            )
        if not isinstance(self.callback, DeadlineCallback):
            raise InvalidInput(
                "DeadlineAlert(callback=...) takes an AsyncCallback or a SyncCallback, not "
                f"{self.callback!r}."
            )
        variable = self.interval.key if isinstance(self.interval, VariableInterval) else None
        length = 0.0 if variable is not None else seconds(self.interval, "interval")
        kind, at, most, least = self.reference
        return DeadlineSpec(
            reference=spec.Reference(kind),
            seconds=length or 0.0,
            variable=variable,
            at=utc(at, "FIXED_DATETIME"),
            max_runs=whole(10 if most is None else most, "AVERAGE_RUNTIME max_runs", 1),
            min_runs=whole(10 if least is None else least, "AVERAGE_RUNTIME min_runs", 1),
            name=self.name,
        )


def alerts_of(dag: Any) -> list[DeadlineAlert]:
    """The alerts of `DAG(deadline=...)`: one, or a list of them. Raises `InvalidInput`."""
    found = listed(dag.deadline)
    for each in found:
        if not isinstance(each, DeadlineAlert):
            raise InvalidInput(f"deadline= takes DeadlineAlert, or a list of them, not {each!r}.")
    return found
