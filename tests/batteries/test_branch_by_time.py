"""Branches by the clock and the calendar."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.batteries.make import DATE, context, run
from venturi.batteries.operators.branch_datetime import BranchDateTimeOperator
from venturi.batteries.operators.branch_weekday import BranchDayOfWeekOperator
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.operators.latest_only import LatestOnlyOperator
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException


class At:
    """A clock that stands."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0


def within(now: datetime, lower: Any, upper: Any, zone: str = "UTC", **kwargs: Any) -> bool:
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))):
        task = BranchDateTimeOperator(
            task_id="t",
            follow_task_ids_if_true="yes",
            follow_task_ids_if_false=["no"],
            target_lower=lower,
            target_upper=upper,
            **kwargs,
        )
    task.clock = At(now)
    return task.choose_branch(context()) == "yes"


@pytest.mark.parametrize(
    ("hour", "lower", "upper", "expected"),
    [
        (9, time(8), time(10), True),
        (7, time(8), time(10), False),
        (11, time(8), time(10), False),
        (23, time(22), time(2), True),
        (9, time(8), None, True),
        (9, None, time(8), False),
        (9, datetime(2026, 11, 20, 8), datetime(2026, 11, 20, 10), True),
    ],
)
def test_limits_may_be_times_or_moments(hour: int, lower: Any, upper: Any, expected: bool) -> None:
    assert within(datetime(2026, 11, 20, hour, tzinfo=UTC), lower, upper) is expected


def test_times_of_day_are_of_the_zone_of_the_dag() -> None:
    now = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
    assert within(now, time(8), time(9), zone="Asia/Shanghai")
    assert not within(now, time(8), time(9))


def test_the_logical_date_may_be_compared_instead() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert within(now, time(8), time(9), use_task_logical_date=True)
    assert within(now, time(8), time(9), use_task_execution_date=True)


def test_limits_are_needed() -> None:
    with pytest.raises(AirflowException, match="needs target_lower or target_upper"):
        within(DATE, None, None)


@pytest.mark.parametrize(
    ("given", "expected"), [("Friday", True), ("MONDAY", False), ({"monday", "friday"}, True)]
)
def test_a_day_of_the_week_branches(given: Any, expected: bool) -> None:
    with DAG("d"):
        task = BranchDayOfWeekOperator(
            task_id="t",
            follow_task_ids_if_true="yes",
            follow_task_ids_if_false="no",
            week_day=given,
        )
    task.clock = At(DATE)
    assert date(2026, 11, 20).isoweekday() == 5
    assert (task.choose_branch(context()) == "yes") is expected


def test_a_day_that_does_not_exist_is_named() -> None:
    with pytest.raises(AirflowException, match="'Caturday' is not a day"):
        BranchDayOfWeekOperator(
            task_id="t",
            follow_task_ids_if_true="yes",
            follow_task_ids_if_false="no",
            week_day="Caturday",
        )


def latest(now: datetime, run_type: str = "scheduled") -> tuple[str, ...]:
    with DAG("d", schedule="@daily", start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        task = LatestOnlyOperator(task_id="t")
        task >> EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")
    task.clock = At(now)
    day = datetime(2026, 11, 20, tzinfo=UTC)
    return run(task, run_type=run_type, logical_date=day).skips


def test_the_latest_run_goes_on() -> None:
    assert latest(datetime(2026, 11, 20, 23, tzinfo=UTC)) == ()


def test_an_earlier_run_skips_what_follows() -> None:
    assert latest(datetime(2026, 11, 21, 1, tzinfo=UTC)) == ("a",)


def test_a_run_started_by_hand_always_goes_on() -> None:
    assert latest(datetime(2030, 1, 1, tzinfo=UTC), run_type="manual") == ()
