"""Branch by the time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from venturi.batteries.operators.branch import BaseBranchOperator
from venturi.core.clock import Clock, SystemClock
from venturi.sdk.exceptions import AirflowException

Target = datetime | time | None


class BranchDateTimeOperator(BaseBranchOperator):
    """Follows one branch while the time is between two limits, another otherwise.

    follow_task_ids_if_true   task id(s) within the limits
    follow_task_ids_if_false  task id(s) outside of them
    target_lower              datetime, or time of day in the DAG's time zone; None: no limit
    target_upper              the same; a time of day before `target_lower` is that of the next day
    use_task_logical_date     look at the run's logical date instead of the present moment
                              (earlier name: use_task_execution_date)
    """

    ui_color = "#fbe3c0"
    clock: Clock = SystemClock()

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        target_lower: Target = None,
        target_upper: Target = None,
        use_task_logical_date: bool = False,
        use_task_execution_date: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if target_lower is None and target_upper is None:
            raise AirflowException(
                f"{self.task_id!r} needs target_lower or target_upper, or both, to branch by."
            )
        self.target_lower = target_lower
        self.target_upper = target_upper
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date or use_task_execution_date

    def choose_branch(self, context: Mapping[str, Any]) -> str | Iterable[str]:
        now: datetime = self.clock.now()
        if self.use_task_logical_date:
            now = context.get("logical_date") or context["dag_run"].run_after
        zone = getattr(self.get_dag(), "timezone", None) or UTC
        lower, upper = target_times_as_dates(
            now.astimezone(zone), self.target_lower, self.target_upper
        )
        lower, upper = _aware(lower, zone), _aware(upper, zone)
        is_before = lower is not None and now < lower
        is_after = upper is not None and now > upper
        outside = is_before or is_after
        return self.follow_task_ids_if_false if outside else self.follow_task_ids_if_true


def target_times_as_dates(
    base_date: datetime, lower: Target, upper: Target
) -> tuple[datetime | None, datetime | None]:
    """Times of day as moments of the day of `base_date`; datetimes as they are."""
    earliest = _on_day(base_date, lower)
    latest = _on_day(base_date, upper)
    if (
        earliest is not None
        and latest is not None
        and isinstance(lower, time)
        and isinstance(upper, time)
        and latest < earliest
    ):
        latest += timedelta(days=1)
    return earliest, latest


def _on_day(day: datetime, target: Target) -> datetime | None:
    if isinstance(target, time):
        return datetime.combine(day.date(), target, target.tzinfo or day.tzinfo)
    return target


def _aware(moment: datetime | None, zone: Any) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment is not None and not moment.tzinfo else moment
