"""Wait for a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from venturi.core.clock import Clock, SystemClock
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.sensor import BaseSensorOperator


class TimeDeltaSensor(BaseSensorOperator):
    """Waits until `delta` after the end of the run's data interval."""

    template_fields = ()
    ui_color = "#dbe6f3"
    clock: Clock = SystemClock()

    def __init__(self, *, delta: timedelta, deferrable: bool = False, **kwargs: Any) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        self.delta = delta
        self.deferrable = deferrable

    def poke(self, context: Mapping[str, Any]) -> bool:
        target = self.target(context)
        self.log.info("Waiting until %s", target.isoformat())
        return self.clock.now() >= target

    def target(self, context: Mapping[str, Any]) -> datetime:
        """The moment to wait for."""
        run = context["dag_run"]
        start: datetime = (
            context.get("data_interval_end") or context.get("logical_date") or run.run_after
        )
        return start + self.delta


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """A `TimeDeltaSensor` that holds no slot while it waits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"deferrable": True, **kwargs})


class WaitSensor(BaseSensorOperator):
    """Waits for `time_to_wait` (a timedelta, or a number of minutes) from its first start."""

    ui_color = "#dbe6f3"
    clock: Clock = SystemClock()

    def __init__(
        self, *, time_to_wait: timedelta | float, deferrable: bool = False, **kwargs: Any
    ) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        minutes = time_to_wait
        self.time_to_wait = (
            minutes if isinstance(minutes, timedelta) else timedelta(minutes=float(minutes))
        )
        if self.time_to_wait < timedelta(0):
            raise AirflowException(f"time_to_wait of {self.task_id!r} must not be negative.")
        self.deferrable = deferrable

    def poke(self, context: Mapping[str, Any]) -> bool:
        began: datetime = context["ti"].first_started_at
        return self.clock.now() >= began + self.time_to_wait
