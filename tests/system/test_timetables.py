"""Timetables that people have written, asked in the runner."""

import pytest

from tests.system.home import Home

CLASS = """
from datetime import timedelta
import pendulum
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

class EveryOtherDay(Timetable):
    def __init__(self, days=2):
        self.days = days

    def serialize(self):
        return {"days": self.days}

    @classmethod
    def deserialize(cls, value):
        return cls(value["days"])

    def infer_manual_data_interval(self, run_after):
        return DataInterval.exact(run_after)

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        start = restriction.earliest
        if last_automated_data_interval is not None:
            start = last_automated_data_interval.end
        if restriction.latest is not None and start > restriction.latest:
            return None
        BODY
        return DagRunInfo.interval(start=start, end=start + timedelta(days=self.days))
"""

DAG = """
import pendulum
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    DAG_ID,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    end_date=pendulum.datetime(2026, 1, 4, tz="UTC"),
    timetable=EveryOtherDay(),
    catchup=True,
):
    BashOperator(task_id="t", bash_command="echo {{ ds }} {{ data_interval_end | ds }}")
"""

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin

class Calendars(AirflowPlugin):
    name = "calendars"
    timetables = [EveryOtherDay]
"""


def file(dag_id: str, body: str = "pass") -> str:
    return CLASS.replace("BODY", body) + DAG.replace("DAG_ID", repr(dag_id))


def runs(home: Home, dag_id: str) -> list[tuple[str, str]]:
    rows = home.sql(
        "SELECT logical_date, state FROM dag_run WHERE dag_id = ? ORDER BY logical_date", dag_id
    )
    return [(str(date)[:10], state) for date, state in rows]


TWO_RUNS = [("2026-01-01", "success"), ("2026-01-03", "success")]


def test_a_timetable_of_a_dag_file_makes_its_runs(home: Home) -> None:
    home.dag("d.py", file("own"))
    home.scheduler()
    home.until(lambda: runs(home, "own") == TWO_RUNS, "both runs have ended")
    assert "2026-01-01 2026-01-03" in "".join(
        path.read_text() for path in home.path.glob("logs/dag_id=own/run_id=*/task_id=t/*.log")
    )
    assert home.value("SELECT next_dagrun FROM dag WHERE dag_id = 'own'") is None
    assert not home.airflow("dags", "next-execution", "own").returncode
    triggered = home.airflow("dags", "trigger", "own")
    assert triggered.returncode == 0, triggered.stderr
    home.until(lambda: [s for _, s in runs(home, "own")] == ["success"] * 3, "by hand, too")


def test_a_timetable_of_a_plugin_makes_its_runs(home: Home) -> None:
    plugins = home.path / "plugins"
    plugins.mkdir()
    (plugins / "calendars.py").write_text(CLASS.replace("BODY", "pass") + PLUGIN)
    home.dag("d.py", "from calendars import EveryOtherDay\n" + DAG.replace("DAG_ID", "'plugged'"))
    home.scheduler()
    home.until(lambda: runs(home, "plugged") == TWO_RUNS, "both runs have ended")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise ValueError('no calendar today')", "ValueError: no calendar today"),
        ("import time; time.sleep(600)", "took longer than"),
        ("import os; os._exit(3)", "ended its process without an answer"),
        ("start = pendulum.datetime(2020, 1, 1)", "the next run has to be a later one"),
    ],
    ids=["raises", "hangs", "exits", "stands-still"],
)
def test_a_timetable_that_fails_harms_nobody_else(home: Home, body: str, words: str) -> None:
    home.option("core", "dagbag_import_timeout", "2")
    bad = home.dag("bad.py", file("bad", body))
    home.dag("good.py", file("good"))
    home.scheduler()
    assert words in home.until_import_error(bad)
    home.until(lambda: runs(home, "good") == TWO_RUNS, "the other DAG runs")
    home.dag("bad.py", file("bad"))
    home.until(lambda: len(runs(home, "bad")) >= 2, "it is scheduled again once mended")
    home.until(lambda: not home.import_error(bad), "its error is gone")


MOVING = """
import uuid
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash_operator import BashOperator

args = {"owner": "airflow", "start_date": datetime.utcnow() - timedelta(days=3)}
with DAG("moving", default_args=args, schedule_interval=timedelta(days=1),
         params={"b": str(uuid.uuid4()), "a": datetime.utcnow().isoformat()}) as dag:
    BashOperator(task_id="t", bash_command="true")
"""


def test_a_start_date_that_moves_makes_neither_a_storm_of_runs_nor_new_versions(home: Home) -> None:
    home.option("dag_processor", "min_file_process_interval", "1")
    home.dag("moving.py", MOVING)
    home.scheduler()
    home.until_listed("moving")
    seen: set[object] = set()

    def read_again() -> bool:
        seen.add(home.value("SELECT last_parsed_time FROM dag"))
        return len(seen) >= 5

    home.until(read_again, "the file was read five times", 30)
    home.until(lambda: not home.sql("SELECT 1 FROM dag_run WHERE state != 'success'"), "all ended")
    dates = [day for (day,) in home.sql("SELECT date(execution_date) FROM dag_run ORDER BY 1")]
    assert len(dates) == len(set(dates)) and 1 <= len(dates) <= 4
    assert home.value("SELECT count(*) FROM dag_version") == 1
