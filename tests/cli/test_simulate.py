"""`airflow dags simulate`: what would happen, as table, JSON and picture."""

import pytest
from sqlalchemy import insert

from tests import make
from tests.cli.conftest import Airflow
from tests.store import home
from venturi.cli.gantt import gantt
from venturi.core.states import TaskState
from venturi.decide.simulate import Assumed, beginning, simulate
from venturi.decide.views import PoolView
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import CronTrigger, Custom
from venturi.store.engine import Store
from venturi.store.schema.people import slot_pool

SPEC = make.dag(
    make.task("a", pool="p"),
    make.task("b", "a", pool="p"),
    dag_id="hourly",
    timetable=CronTrigger(expr="0 * * * *"),
    start_date=make.later(-864000),
)
DAY = ("--from", "2026-11-20", "--to", "2026-11-20T03:00")


@pytest.fixture
def hourly(store: Store) -> Store:
    home.put(store, SPEC, path="/dags/hourly.py")
    home.execute(store, insert(slot_pool).values(pool="p", slots=1, include_deferred=False))
    return store


def test_runs_and_task_starts_as_json(airflow: Airflow, hourly: Store) -> None:
    said = airflow("dags", "simulate", "hourly", *DAY, "--durations", "60", "-o", "json")
    assert said.code == 0 and said.err == ""
    (record,) = said.json()
    assert record["complete"] and record["to"] == "2026-11-20T03:00:00+00:00"
    assert [run["run_after"][11:13] for run in record["runs"]] == ["00", "01", "02", "03"]
    first, second = record["tasks"][:2]
    assert (first["task_id"], first["waited"]) == ("a", 0)
    assert second["started"] == first["ended"] == "2026-11-20T00:01:00+00:00"
    assert record["tasks"][-1]["ended"] is None


def test_durations_come_from_history(airflow: Airflow, hourly: Store) -> None:
    for day, seconds in enumerate((10.0, 30.0, 500.0), start=1):
        values = home.begun(duration=seconds)
        home.run(hourly, SPEC, f"r{day}", days_ago=day, instances={"a": values})
    failed = home.begun(TaskState.FAILED, duration=9000.0)
    home.run(hourly, SPEC, "r9", days_ago=9, instances={"a": failed})
    said = airflow("dags", "simulate", "hourly", *DAY, "-o", "json")
    assert said.err == "Taken to last 1 s, as they have never run: b\n"
    tasks = said.json()[0]["tasks"]
    assert tasks[0]["ended"] == "2026-11-20T00:00:30+00:00"
    assert tasks[1]["ended"] == "2026-11-20T00:00:31+00:00"


def test_as_a_table_and_as_a_picture(airflow: Airflow, hourly: Store) -> None:
    table = airflow("dags", "simulate", "hourly", *DAY, "--durations", "600").out
    assert "scheduled__2026-11-20T02:00:00+00:00" in table and "waited" in table
    picture = airflow("dags", "simulate", "hourly", *DAY, "--durations", "600", "-o", "gantt").out
    assert [line.split()[0] for line in picture.splitlines()[1:]] == ["a", "b"]
    assert "█" in picture


def test_without_dates_it_is_the_day_before_one_from_the_dags_own_next_run_on(
    airflow: Airflow, hourly: Store
) -> None:
    airflow("pause", "hourly")
    said = airflow("dags", "simulate", "hourly", "--durations", "0", "-o", "json")
    assert said.err == "DAG hourly is paused; this is as if it were not.\n"
    assert len(said.json()[0]["runs"]) >= 24


def test_a_pool_that_is_not_there_is_named(airflow: Airflow, store: Store) -> None:
    home.put(store, SPEC, path="/dags/hourly.py")
    said = airflow("dags", "simulate", "hourly", *DAY, "--durations", "0", "-o", "json")
    assert "There is no pool p: tasks of it never start." in said.err
    assert said.json()[0]["tasks"] == []


def test_what_never_starts_says_so(airflow: Airflow, store: Store) -> None:
    home.put(store, make.dag(make.task("a"), dag_id="quiet"))
    home.put(store, make.dag(make.task("a"), dag_id="own", timetable=Custom(import_path="x.Y")))
    assert "No run would start." in airflow("dags", "simulate", "quiet").out
    assert airflow("dags", "simulate", "quiet", "-o", "gantt").out == "No task would start.\n"
    assert "Its own timetable is code" in airflow("dags", "simulate", "own").err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "2026-11-20", "--to", "2026-11-19"), "--to lies before --from."),
        (("--durations", "long"), "'history' or a number of seconds, not 'long'"),
        (("--durations", "-5"), "'history' or a number of seconds, not '-5'"),
        (("--items", "-1"), "--items must not be negative"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(
    airflow: Airflow, hourly: Store, words: tuple[str, ...], sentence: str
) -> None:
    said = airflow("dags", "simulate", "hourly", *words)
    assert said.code == 1 and sentence in said.err
    assert "There is no DAG 'none'" in airflow("dags", "simulate", "none").err


def test_a_picture_shows_work_and_waiting_and_how_many_at_once() -> None:
    graph = Graph(
        make.dag(
            make.mapped("m", length=2),
            make.task("n", "m", pool="p", priority_weight=9),
            make.task("o", "m", pool="p"),
            make.mapped("many", "o", length=12),
            timetable=CronTrigger(expr="0 12 * * *"),
            start_date=make.NOW,
            max_active_tasks=99,
        )
    )
    assumed = Assumed(otherwise=600.0, pools={"p": PoolView(1), "default_pool": PoolView(99)})
    said = simulate([beginning(graph, make.NOW)], make.NOW, make.later(2100), assumed)
    header, *lines = gantt(said, 6 + 35).splitlines()
    assert header.split("+00:00") == ["      2026-11-22 12:00:00", "2026-11-22 12:35:00", ""]
    assert lines == [
        "m     2222222222",
        "n               ██████████",
        "o               ··········██████████",
        "many                                +++++",
    ]
