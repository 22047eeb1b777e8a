"""An author's timetable, asked in the author's own process."""

from datetime import UTC, datetime, timedelta
from typing import Any

from venturi.sdk.asset import Asset
from venturi.sdk.dag import DAG
from venturi.sdk.timetables import AssetOrTimeSchedule, DagRunInfo, Timetable

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Daily(Timetable):
    """Each day from the start date on; stays where it is after `stuck`."""

    def __init__(self, stuck: datetime | None = None) -> None:
        self.stuck = stuck

    def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: Any) -> Any:
        last = last_automated_data_interval
        start = restriction.earliest if last is None else last.end
        if self.stuck is not None:
            start = min(start, self.stuck)
        if restriction.latest is not None and start > restriction.latest:
            return None
        return DagRunInfo.interval(start, start + DAY)


def dates(timetable: Timetable, days: int = 3) -> list[int]:
    dag = DAG("d", schedule=timetable, start_date=FIRST)
    infos = dag.iter_dagrun_infos_between(FIRST, FIRST + (days - 1) * DAY)
    return [info.logical_date.day for info in infos if info.logical_date]


def test_its_runs_between_two_dates_are_listed() -> None:
    assert dates(Daily()) == [1, 2, 3]


def test_beside_assets_too() -> None:
    assert dates(AssetOrTimeSchedule(timetable=Daily(), assets=[Asset("a")])) == [1, 2, 3]


def test_one_that_stands_still_ends_the_list() -> None:
    assert dates(Daily(stuck=FIRST + DAY)) == [1, 2]


def test_the_run_after_one_is_its_own_answer() -> None:
    dag = DAG("d", schedule=Daily(), start_date=FIRST)
    first = dag.next_dagrun_info(None)
    assert first is not None and first.logical_date == FIRST
    second = dag.next_dagrun_info(first.data_interval)
    assert second is not None and second.logical_date == FIRST + DAY
