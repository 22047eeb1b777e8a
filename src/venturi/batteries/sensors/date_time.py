"""Wait for a moment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from venturi.core.clock import Clock, SystemClock
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.sensor import BaseSensorOperator


class DateTimeSensor(BaseSensorOperator):
    """Waits until `target_time`: a datetime, or text in ISO format that may be a template.

    Without a time zone it is taken in the DAG's.
    """

    template_fields = ("target_time",)
    ui_color = "#dbe6f3"
    clock: Clock = SystemClock()

    def __init__(
        self, *, target_time: str | datetime, deferrable: bool = False, **kwargs: Any
    ) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        given: Any = target_time
        self.target_time = given.isoformat() if isinstance(given, datetime) else given
        if not isinstance(self.target_time, str):
            raise AirflowException(
                f"target_time of {self.task_id!r} must be a datetime or text, not {given!r}."
            )
        self.deferrable = deferrable

    def poke(self, context: Mapping[str, Any]) -> bool:
        target = self.target()
        self.log.info("Waiting until %s", target.isoformat())
        return self.clock.now() >= target

    def target(self) -> datetime:
        """The moment to wait for. Raises `AirflowException` when the text is none."""
        from dateutil.parser import ParserError, isoparse, parse

        try:
            moment = isoparse(self.target_time)
        except ValueError:
            try:
                moment = parse(self.target_time)
            except (ParserError, OverflowError) as error:
                raise AirflowException(
                    f"target_time {self.target_time!r} of {self.task_id!r} is not a date and time; "
                    "write it like 2026-11-22T08:30:00+00:00."
                ) from error
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=getattr(self.get_dag(), "timezone", None) or UTC)
        return moment


class DateTimeSensorAsync(DateTimeSensor):
    """A `DateTimeSensor` that holds no slot while it waits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"deferrable": True, **kwargs})
