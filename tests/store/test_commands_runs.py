"""Triggering, deleting and marking runs."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests import make
from tests.store import home
from tests.store.home import WHO
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.states import RunState, TaskState
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import CronInterval, DataInterval
from venturi.store.commands import dags, runs
from venturi.store.commands.runs import RunAlreadyExists, Wanted
from venturi.store.engine import Store
from venturi.store.queries.runs import Between, RunFilter, find_run, list_runs
from venturi.store.schema.runs import dag_run, task_instance, xcom
from venturi.store.scope import EVERY_DAG

SPEC = make.dag(make.task("a", retries=2), make.task("b", "a"), dag_id="one")


def trigger(store: Store, spec: DagSpec = SPEC, **values: Any) -> runs.Triggered:
    wanted = Wanted(**{"dag_id": spec.dag_id, "logical_date": make.NOW, **values})
    return store.retrying(lambda tx: runs.trigger(tx, wanted, WHO))


def test_a_triggered_run_waits_with_all_its_instances(store: Store) -> None:
    home.put(store, SPEC)
    made = trigger(store, conf={"x": 1}, note="why not")
    assert made.run_id == "manual__2026-11-22T12:00:00+00:00"
    row = home.run_row(store, made.run_id)
    assert (row.state, row.run_type, row.note, row.triggering_user_name, row.triggered_by) == (
        "queued",
        "manual",
        "why not",
        "tester",
        "cli",
    )
    assert json.loads(row.conf) == {"x": 1}
    states = [(ti.task_id, ti.state, ti.max_tries) for ti in home.rows(store, task_instance)]
    assert states == [("a", None, 2), ("b", None, 0)]


def test_the_data_interval_is_that_of_the_schedule(store: Store) -> None:
    spec = make.dag(make.task("a"), dag_id="daily", timetable=CronInterval(expr="0 0 * * *"))
    home.put(store, spec)
    made = trigger(store, spec)
    midnight = make.NOW.replace(hour=0)
    assert made.interval == DataInterval(start=midnight - timedelta(days=1), end=midnight)
    assert made.logical_date == make.NOW


def test_a_run_for_no_date_has_no_interval(store: Store) -> None:
    home.put(store, SPEC)
    made = trigger(store, logical_date=None)
    assert (made.logical_date, made.interval) == (None, None)
    assert made.run_id == f"manual__{make.NOW.isoformat()}"


def test_a_second_run_with_the_same_id_or_date_is_refused(store: Store) -> None:
    home.put(store, SPEC)
    trigger(store, run_id="mine")
    with pytest.raises(RunAlreadyExists, match="already has a run 'mine'"):
        trigger(store, run_id="mine", logical_date=make.later(1))
    with pytest.raises(RunAlreadyExists, match=r"logical date .*: 'mine'"):
        trigger(store, run_id="other")


@pytest.mark.parametrize("name", ["a/b", "../x", "", "x" * 251, "a..b"])
def test_a_run_id_that_could_leave_the_log_folder_is_refused(store: Store, name: str) -> None:
    home.put(store, SPEC)
    with pytest.raises(InvalidInput, match="Run id"):
        trigger(store, run_id=name)
    assert home.rows(store, dag_run) == []


def test_a_dag_that_is_gone_hidden_or_unknown_is_not_triggered(store: Store) -> None:
    home.put(store, SPEC)
    with pytest.raises(NotFound, match="Did you mean 'one'"):
        trigger(store, dag_id="ones")
    store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    with pytest.raises(NotFound):
        trigger(store)


def test_a_dag_whose_file_is_broken_is_not_triggered(store: Store) -> None:
    from venturi.store.dags import put_import_error

    home.put(store, SPEC)
    store.retrying(lambda tx: put_import_error(tx, "/dags/d.py", "SyntaxError", make.NOW))
    with pytest.raises(Conflict, match="list-import-errors"):
        trigger(store)


def test_a_run_of_a_paused_dag_is_made_and_says_that_it_waits(store: Store) -> None:
    home.put(store, SPEC)
    store.retrying(lambda tx: dags.set_paused(tx, "one", True, WHO))
    assert trigger(store).paused


PARAMS = {
    "count": {"value": 3, "schema": {"type": "integer", "minimum": 1}},
    "name": {"value": None, "schema": {"type": "string"}},
    "free": {"value": None, "schema": {}},
}


@pytest.mark.parametrize(
    ("conf", "sentence"),
    [
        ({}, "needs a value for the param 'name'"),
        ({"name": "x", "count": 0}, "Param 'count' of DAG 'p' cannot be 0"),
        ({"name": 5}, "Param 'name' of DAG 'p' cannot be 5"),
        ({"name": None}, "Param 'name' of DAG 'p' cannot be None"),
    ],
)
def test_conf_that_does_not_fit_the_params_is_refused(
    store: Store, conf: dict[str, Any], sentence: str
) -> None:
    spec = make.dag(make.task("a"), dag_id="p", params=PARAMS)
    home.put(store, spec)
    with pytest.raises(InvalidInput, match=sentence):
        trigger(store, spec, conf=conf)


def test_conf_that_fits_the_params_and_more_is_taken(store: Store) -> None:
    spec = make.dag(make.task("a"), dag_id="p", params=PARAMS)
    home.put(store, spec)
    made = trigger(store, spec, conf={"name": "x", "beyond": [1]})
    assert json.loads(home.run_row(store, made.run_id).conf)["beyond"] == [1]


def test_only_allowed_types_of_runs_are_made(store: Store) -> None:
    spec = make.dag(make.task("a"), dag_id="s", allowed_run_types=("scheduled",))
    home.put(store, spec)
    with pytest.raises(Conflict, match="only these types of run: scheduled"):
        trigger(store, spec)


@pytest.mark.parametrize("text", ["{", "[1]", "3", '"x"'])
def test_conf_must_be_a_json_object(text: str) -> None:
    with pytest.raises(InvalidInput, match="conf must be a JSON object"):
        runs.parse_conf(text)


def test_no_conf_is_an_empty_one() -> None:
    assert runs.parse_conf(None) == runs.parse_conf("") == runs.parse_conf("{}") == {}


def test_a_deleted_run_leaves_nothing(store: Store) -> None:
    from sqlalchemy import insert

    home.put(store, SPEC)
    row_id = home.run(store, SPEC, state="success")
    values = {"key": "k", "timestamp": make.NOW, "task_id": "a", "dag_id": "one", "run_id": "r1"}
    home.execute(store, insert(xcom).values(**values))
    assert store.retrying(lambda tx: runs.delete_run(tx, "one", "r1", WHO)) == row_id
    assert [home.rows(store, table) for table in (dag_run, task_instance, xcom)] == [[], [], []]
    with pytest.raises(NotFound):
        store.retrying(lambda tx: runs.delete_run(tx, "one", "r1", WHO))


def test_a_running_run_is_deleted_only_by_force(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, state="running")
    with pytest.raises(Conflict, match="is running"):
        store.retrying(lambda tx: runs.delete_run(tx, "one", "r1", WHO))
    store.retrying(lambda tx: runs.delete_run(tx, "one", "r1", WHO, force=True))


def test_a_run_marked_failed_fails_what_runs_and_skips_the_rest(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, instances={"a": home.begun(TaskState.RUNNING)})
    store.retrying(lambda tx: runs.set_run_state(tx, "one", "r1", RunState.FAILED, WHO))
    row = home.run_row(store)
    assert (row.state, row.revision, row.end_date) == ("failed", 1, make.NOW)
    a, b = home.task_row(store, "a"), home.task_row(store, "b")
    assert (a.state, a.epoch) == ("failed", 2)
    assert b.state == "skipped"


def test_a_run_marked_successful_takes_its_instances_along(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, instances={"a": home.begun(TaskState.FAILED)})
    store.retrying(lambda tx: runs.set_run_state(tx, "one", "r1", RunState.SUCCESS, WHO))
    assert [home.task_row(store, name).state for name in "ab"] == ["success", "success"]


def test_a_run_marked_queued_goes_on(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, state="failed", instances={"a": home.begun(TaskState.FAILED)})
    store.retrying(lambda tx: runs.set_run_state(tx, "one", "r1", RunState.QUEUED, WHO))
    row = home.run_row(store)
    assert (row.state, row.end_date, row.revision) == ("queued", None, 1)
    assert home.task_row(store, "a").state == "failed"
    with pytest.raises(InvalidInput):
        store.retrying(lambda tx: runs.set_run_state(tx, "one", "r1", RunState.RUNNING, WHO))


def test_runs_are_found_by_id_or_date_and_filtered(store: Store) -> None:
    home.put(store, SPEC)
    for days in (1, 2, 3):
        home.run(store, SPEC, f"r{days}", days_ago=days, state="success" if days > 1 else "failed")
    with store.read() as tx:
        assert find_run(tx, EVERY_DAG, "one", "r2", None).run_id == "r2"
        day = make.NOW - timedelta(days=3)
        assert find_run(tx, EVERY_DAG, "one", str(day), day).run_id == "r3"
        with pytest.raises(NotFound, match="list-runs one"):
            find_run(tx, EVERY_DAG, "one", "nope", None)
        assert [row.run_id for row in list_runs(tx, EVERY_DAG).rows] == ["r1", "r2", "r3"]
        which = RunFilter(states=("success",), logical_date=Between(gt=day))
        assert [row.run_id for row in list_runs(tx, EVERY_DAG, which).rows] == ["r2"]
