"""Wait for a time of day."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from venturi.core.clock import Clock, SystemClock
from venturi.sdk.sensor import BaseSensorOperator


class TimeSensor(BaseSensorOperator):
    """Waits until `target_time` of the day on which the try began, in the DAG's time zone.

    A `target_time` with a time zone of its own is taken in that.
    """

    ui_color = "#dbe6f3"
    clock: Clock = SystemClock()

    def __init__(self, *, target_time: time, deferrable: bool = False, **kwargs: Any) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        self.target_time = target_time
        self.deferrable = deferrable

    def poke(self, context: Mapping[str, Any]) -> bool:
        target = self.target(context)
        self.log.info("Waiting until %s", target.isoformat())
        return self.clock.now() >= target

    def target(self, context: Mapping[str, Any]) -> datetime:
        """The moment to wait for."""
        zone = self.target_time.tzinfo or getattr(self.get_dag(), "timezone", None) or UTC
        began: datetime = context["ti"].first_started_at
        day = began.astimezone(zone).date()
        return datetime.combine(day, self.target_time.replace(tzinfo=None), zone)


class TimeSensorAsync(TimeSensor):
    """A `TimeSensor` that holds no slot while it waits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"deferrable": True, **kwargs})
