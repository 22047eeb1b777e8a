"""Branch by the day of the week."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from venturi.batteries.operators.branch import BaseBranchOperator
from venturi.batteries.weekdays import weekdays
from venturi.core.clock import Clock, SystemClock


class BranchDayOfWeekOperator(BaseBranchOperator):
    """Follows one branch on the given days of the week, another on the others.

    follow_task_ids_if_true   task id(s) on those days
    follow_task_ids_if_false  task id(s) on other days
    week_day                  'Monday', WeekDay.MONDAY, or several of those
    use_task_logical_date     look at the run's logical date instead of the present day
                              (earlier name: use_task_execution_day)

    Days are those of the DAG's time zone.
    """

    ui_color = "#fbe3c0"
    clock: Clock = SystemClock()

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        week_day: Any,
        use_task_logical_date: bool = False,
        use_task_execution_day: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = weekdays(week_day)

    def choose_branch(self, context: Mapping[str, Any]) -> str | Iterable[str]:
        moment: datetime = self.clock.now()
        if self.use_task_logical_date:
            moment = context.get("logical_date") or context["dag_run"].run_after
        zone = getattr(self.get_dag(), "timezone", None) or UTC
        is_day = moment.astimezone(zone).isoweekday() in self._days
        return self.follow_task_ids_if_true if is_day else self.follow_task_ids_if_false
