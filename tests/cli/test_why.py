"""`airflow why`: everything that holds a DAG, a run or a task, in sentences."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from tests import make
from tests.cli.conftest import Airflow
from tests.store import home
from venturi.core.states import TaskState
from venturi.spec.timetable.model import CronTrigger
from venturi.store.dags import deactivate, put_import_error
from venturi.store.engine import Store
from venturi.store.schema.dags import dag as dag_table
from venturi.store.schema.people import slot_pool
from venturi.store.schema.runs import task_instance

SPEC = make.dag(
    make.task("a", pool="p", retries=1),
    make.task("b", "a"),
    make.task("c", start_date=make.later(10**9)),
    dag_id="one",
)


@pytest.fixture
def one(store: Store) -> Store:
    home.put(store, SPEC, path="/dags/one.py")
    home.execute(store, insert(slot_pool).values(pool="p", slots=1, include_deferred=False))
    return store


def rows(airflow: Airflow, *words: str) -> dict[str, Any]:
    """Reasons by rule, but for the scheduler that no test of these starts."""
    said = airflow("why", *words, "-o", "json")
    assert said.code == 0, said.err
    return {row["rule"]: row for row in said.json() if row["rule"] != "no_scheduler"}


def test_why_a_dag_has_no_run(airflow: Airflow, one: Store) -> None:
    assert set(rows(airflow, "one")) == {"no_schedule"}
    airflow("pause", "one")
    assert set(rows(airflow, "one")) == {"no_schedule", "dag_paused"}
    table = airflow("why", "one").out
    assert "DAG one" in table and "airflow dags unpause one" in table and "dag_paused" in table


def test_nobody_decides_while_no_scheduler_runs(airflow: Airflow, one: Store) -> None:
    assert "airflow scheduler" in airflow("why", "one").out


def test_why_a_dag_with_a_schedule_waits_and_until_when(airflow: Airflow, store: Store) -> None:
    spec = make.dag(
        make.task("a"),
        dag_id="hourly",
        timetable=CronTrigger(expr="0 0 1 1 *"),
        start_date=make.NOW,
    )
    home.put(store, spec)
    assert rows(airflow, "hourly")["not_due"]["until"] == "2027-01-01T00:00:00+00:00"


def test_why_the_runs_of_a_dag_do_not_end(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, "r1", days_ago=2, instances={"a": home.begun(TaskState.RUNNING)})
    home.run(one, SPEC, "r2", instances={"a": {"state": "scheduled", "try_number": 1}})
    said = rows(airflow, "one")
    assert said["running"]["subject"] == "task a of r1"
    assert said["pool_full"]["reason"] == "pool 'p' is full: 1 of 1 slots are taken"


def test_why_a_run_does_not_start(airflow: Airflow, store: Store) -> None:
    spec = make.dag(make.task("a"), dag_id="few", max_active_runs=1)
    home.put(store, spec)
    home.run(store, spec, "r1", days_ago=3)
    home.run(store, spec, "r2", days_ago=2, state="queued")
    home.run(store, spec, "r3", days_ago=1, state="queued")
    assert "and 1 wait before it" in rows(airflow, "few", "r3")["max_active_runs"]["reason"]
    assert "before it" not in rows(airflow, "few", "2026-11-20T12:00")["max_active_runs"]["reason"]


def test_why_a_task_waits_in_the_latest_run_or_in_the_one_named(
    airflow: Airflow, one: Store
) -> None:
    home.run(one, SPEC, "r1", days_ago=2, instances={"a": home.begun(TaskState.RUNNING)})
    home.run(one, SPEC, "r2")
    assert rows(airflow, "one", "b")["upstream"]["reason"] == "upstream a has not begun"
    assert rows(airflow, "one", "b", "r1")["upstream"]["reason"] == "upstream a is running"


def test_a_task_of_a_dag_without_runs_waits_for_what_the_dag_waits_for(
    airflow: Airflow, one: Store
) -> None:
    assert set(rows(airflow, "one", "a")) == {"no_schedule", "no_run"}


def test_a_task_that_takes_no_part_in_a_run_says_so(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, "r1")
    home.execute(one, delete(task_instance).where(task_instance.c.task_id == "c"))
    assert "no part" in rows(airflow, "one", "c", "r1")["task_dates"]["reason"]


def test_how_a_task_ended_is_told_with_its_reason(airflow: Airflow, one: Store) -> None:
    values = home.begun(TaskState.FAILED, reason="exit code 7")
    home.run(one, SPEC, "r1", state="failed", instances={"a": values})
    assert "failed (exit code 7)" in rows(airflow, "one", "a")["ended"]["reason"]
    assert set(rows(airflow, "one", "b")) == {"run_ended", "trigger_rule"}


def test_one_instance_of_a_mapped_task_or_all(airflow: Airflow, store: Store) -> None:
    spec = make.dag(make.mapped("m", length=2), dag_id="many")
    home.put(store, spec)
    home.run(store, spec, "r1", instances={"m": home.begun(TaskState.RUNNING, map_index=1)})
    assert rows(airflow, "many", "m", "r1", "--map-index", "1")["running"]["subject"] == "task m[1]"
    assert set(rows(airflow, "many", "m")) == {"running"}
    assert "no instance 7" in airflow("why", "many", "m", "r1", "--map-index", "7").err


def test_a_file_that_cannot_be_read_or_is_gone(airflow: Airflow, one: Store) -> None:
    error = "Traceback (most recent call last):\n  ...\nKeyError: 'x'\n"
    one.retrying(lambda tx: put_import_error(tx, "/dags/one.py", error, make.NOW))
    assert "KeyError: 'x'" in rows(airflow, "one")["import_error"]["reason"]
    assert "/dags/one.py cannot be read: KeyError" in rows(airflow, "new")["import_error"]["reason"]
    one.retrying(lambda tx: put_import_error(tx, "/dags/one.py", None, make.NOW))
    one.retrying(lambda tx: deactivate(tx, ["one"]))
    assert "/dags/one.py is gone" in rows(airflow, "one")["file_gone"]["reason"]
    home.execute(one, update(dag_table).values(hidden_key="k1"))
    assert "it was deleted" in rows(airflow, "one")["dag_deleted"]["reason"]


def test_what_is_not_there_is_said_in_one_sentence(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, "r1")
    assert airflow("why", "onne").err.rstrip().endswith("Did you mean 'one'?")
    assert "neither a task nor a run 'zz'" in airflow("why", "one", "zz").err
    assert "no task 'zz'" in airflow("why", "one", "zz", "r1").err
    assert "no run 'zz'" in airflow("why", "one", "a", "zz").err
