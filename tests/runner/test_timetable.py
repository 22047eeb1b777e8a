"""An author's timetable, asked in its process."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from venturi.core.attempts import FileRef
from venturi.core.messages import AskTimetable
from venturi.runner.timetable import said_by
from venturi.sdk.timetables import AssetOrTimeSchedule, DagRunInfo, Timetable

NOON = datetime(2026, 5, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Hourly(Timetable):
    """An hour after the last one, from the start date on; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: Any) -> Any:
        self.asked.append((last_automated_data_interval, restriction))
        start = restriction.earliest
        if last_automated_data_interval is not None:
            start = last_automated_data_interval.end
        if restriction.latest is not None and start > restriction.latest:
            return None
        return DagRunInfo.interval(start, start + HOUR)


class Answering(Timetable):
    """Answers what it was given, or calls it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def next_dagrun_info(self, **_: Any) -> Any:
        return self.answer() if callable(self.answer) else self.answer


def question(**fields: Any) -> AskTimetable:
    given: dict[str, Any] = {"earliest": NOON, "limit": 20.0, **fields}
    return AskTimetable(ask_id=7, file=FileRef(path="d.py", key="k"), dag_id="d", **given)


def dag(timetable: Any) -> Any:
    return SimpleNamespace(dag_id="d", timetable=timetable)


def test_the_first_run_follows_from_the_start_date() -> None:
    timetable = Hourly()
    said = said_by(dag(timetable), question(catchup=True))
    assert (said.ask_id, said.dag_id, said.error) == (7, "d", "")
    assert (said.start, said.end, said.run_after) == (NOON, NOON + HOUR, NOON + HOUR)
    assert said.logical_date == NOON
    last, restriction = timetable.asked[0]
    assert last is None
    assert (restriction.earliest, restriction.latest, restriction.catchup) == (NOON, None, True)


def test_it_is_given_pendulum_dates() -> None:
    timetable = Hourly()
    said_by(dag(timetable), question(last_start=NOON, last_end=NOON + HOUR))
    last, restriction = timetable.asked[0]
    assert last.end.add(hours=1) == NOON + 2 * HOUR
    assert restriction.earliest.timezone_name == "UTC"


def test_the_next_run_follows_from_the_last_one() -> None:
    said = said_by(dag(Hourly()), question(last_start=NOON, last_end=NOON + HOUR))
    assert said.logical_date == NOON + HOUR


def test_a_schedule_can_end() -> None:
    said = said_by(dag(Hourly()), question(last_start=NOON, last_end=NOON + HOUR, latest=NOON))
    assert (said.run_after, said.error) == (None, "")


def test_the_timetable_beside_assets_is_asked() -> None:
    from venturi.sdk.asset import Asset

    both = AssetOrTimeSchedule(timetable=Hourly(), assets=[Asset("a")])
    assert said_by(dag(both), question()).logical_date == NOON


def broken() -> Any:
    raise KeyError("holidays.csv")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (broken, "its timetable Answering failed: KeyError: 'holidays.csv'"),
        (DagRunInfo.exact(datetime(2026, 1, 1)), "a datetime with a time zone"),
        (DagRunInfo.exact("tomorrow"), "a datetime with a time zone"),  # type: ignore[arg-type]
        ("tomorrow", "AttributeError"),
        (lambda: (_ for _ in ()).throw(SystemExit(3)), "SystemExit: 3"),
    ],
    ids=["raises", "naive", "text", "no-info", "exits"],
)
def test_a_wrong_answer_is_an_error_in_words(answer: Any, words: str) -> None:
    said = said_by(dag(Answering(answer)), question())
    assert words in said.error
    assert said.run_after is None


def test_an_answer_that_never_comes_is_given_up() -> None:
    said = said_by(dag(Answering(lambda: threading.Event().wait(60))), question(limit=0.2))
    assert said.error == "its timetable Answering took longer than 0.2 s to name the next run."
