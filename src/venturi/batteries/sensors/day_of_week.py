"""Wait for a day of the week."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from venturi.batteries.weekdays import weekdays
from venturi.core.clock import Clock, SystemClock
from venturi.sdk.sensor import BaseSensorOperator


class DayOfWeekSensor(BaseSensorOperator):
    """Waits until it is one of the given days, in the DAG's time zone.

    week_day               'Monday', WeekDay.MONDAY, or several of those
    use_task_logical_date  look at the run's logical date instead of the present day
                           (earlier name: use_task_execution_day)
    """

    ui_color = "#dbe6f3"
    clock: Clock = SystemClock()

    def __init__(
        self,
        *,
        week_day: Any,
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = weekdays(week_day)

    def poke(self, context: Mapping[str, Any]) -> bool:
        zone = getattr(self.get_dag(), "timezone", None) or UTC
        moment: datetime = self.clock.now()
        if self.use_task_logical_date:
            moment = context.get("logical_date") or context["dag_run"].run_after
        return moment.astimezone(zone).isoweekday() in self._days
