"""A run once more, beside its record."""

import json
from typing import Any

import pytest

from tests import make
from tests.store import board, home
from tests.store.home import WHO
from venturi.core.errors import Conflict, NotFound
from venturi.core.states import TaskState
from venturi.store.attempts import run_info
from venturi.store.commands.replays import Replayed, WantedReplay, replay
from venturi.store.engine import Store
from venturi.store.schema.runs import dag_run, task_instance, xcom

SPEC = make.dag(
    make.task("a"),
    make.mapped("m", "a"),
    make.task("b", "m"),
    make.task("c", "b"),
    make.task("x", "a", depends_on_past=True),
    dag_id="one",
)
LATER = WHO._replace(now=make.later(60))
DONE = home.begun(TaskState.SUCCESS)


def again(store: Store, *tasks: str, **values: Any) -> Replayed:
    wanted = WantedReplay(**{"dag_id": "one", "run_id": "r1", "from_tasks": tasks} | values)
    return store.retrying(lambda tx: replay(tx, wanted, LATER))


def states(store: Store, run_id: str) -> dict[tuple[str, int], str | None]:
    rows = home.rows(store, task_instance, run_id=run_id)
    return {(row.task_id, row.map_index): row.state for row in rows}


def add(store: Store, table: Any, **values: Any) -> None:
    home.execute(store, table.insert().values(**values))


@pytest.fixture(autouse=True)
def _ran(store: Store) -> None:
    """A run in which `c` failed, `m` was expanded into two, and `a` chose."""
    home.put(store, SPEC)
    run_id = home.run(
        store,
        SPEC,
        state="failed",
        instances={
            "a": {**DONE, "skips": '["z"]', "hostname": "there"},
            "m": {**DONE, "map_index": 0},
            "b": DONE,
            "c": home.begun(TaskState.FAILED),
            "x": home.begun(TaskState.SKIPPED),
        },
    )
    conf = dag_run.update().values(conf='{"k": 1}', data_interval_start=make.later(-90))
    home.execute(store, conf.values(data_interval_end=make.NOW))
    first = home.task_row(store, "m", map_index=0)._mapping
    add(store, task_instance, **{**first, "id": 10_000, "map_index": 1, "dagrun_id": run_id})
    for task_id, value in (("a", [1, 2]), ("b", "late")):
        names = {"dag_id": "one", "run_id": "r1", "task_id": task_id, "key": "return_value"}
        more = {"map_index": -1, "timestamp": make.NOW, "length": 2}
        add(store, xcom, **names, **more, value=json.dumps(value))


def test_tasks_before_the_first_are_taken_over_with_their_results(store: Store) -> None:
    made = again(store, "b")
    assert made.run_id == f"manual__{make.later(60).isoformat()}"
    assert made.copied == ["a", "m", "x"]
    assert states(store, made.run_id) == {
        ("a", -1): "success",
        ("m", 0): "success",
        ("m", 1): "success",
        ("b", -1): None,
        ("c", -1): None,
        ("x", -1): "skipped",
    }
    (taken,) = home.rows(store, task_instance, run_id=made.run_id, task_id="a")
    assert (taken.reason, taken.hostname) == ("taken over from r1", "there")
    found = [(x.task_id, x.value, x.length) for x in home.rows(store, xcom, run_id=made.run_id)]
    assert found == [("a", "[1, 2]", 2)]


def test_the_new_run_has_the_dates_and_conf_of_the_old_one_for_its_tasks_only(
    store: Store,
) -> None:
    old = home.run_row(store)
    made = again(store, "b")
    (run,) = board.load(store, made.id)
    assert run.logical_date is None and not run.looks_back
    info = run_info(run)
    assert (info.logical_date, info.conf) == (old.logical_date, '{"k": 1}')
    assert (info.data_interval_start, info.data_interval_end) == (make.later(-90), make.NOW)
    assert run.instances[0][0].skips == ("z",)
    assert run.lengths["a", "return_value", -1] == 2
    row = home.run_row(store, made.run_id)
    assert (row.note, row.run_after, row.state) == ("replay of r1", make.later(60), "queued")


def test_the_old_record_is_untouched(store: Store) -> None:
    tables = (dag_run, task_instance, xcom)
    before = [home.rows(store, table, run_id="r1") for table in tables]
    again(store, "a")
    assert [home.rows(store, table, run_id="r1") for table in tables] == before


def test_what_did_not_succeed_runs_again_wherever_it_is(store: Store) -> None:
    home.execute(
        store, task_instance.update().where(task_instance.c.id == 10_000).values(state="failed")
    )
    made = again(store, "x")
    assert made.copied == ["a"]
    assert states(store, made.run_id)["m", -1] is None


def test_without_a_first_task_all_of_it_runs(store: Store) -> None:
    made = again(store, conf={"k": 2})
    assert made.copied == [] and set(states(store, made.run_id).values()) == {None}
    assert home.run_row(store, made.run_id).conf == '{"k": 2}'
    assert home.rows(store, xcom, run_id=made.run_id) == []


def test_it_runs_its_own_code_or_the_newest(store: Store) -> None:
    newer = make.dag(make.task("a"), make.task("m", "a"), make.task("new", "m"), dag_id="one")
    home.put(store, newer, key="k2")
    made = again(store, "c", latest_code=False)
    assert len(board.load(store, made.id)[0].graph.tasks) == 5
    home.execute(store, dag_run.delete().where(dag_run.c.id == made.id))
    home.execute(store, task_instance.delete().where(task_instance.c.dagrun_id == made.id))
    with pytest.raises(NotFound, match="no task 'c'"):
        again(store, "c", latest_code=True)
    made = again(store, "new", latest_code=True)
    assert made.copied == ["a"]  # `m` was mapped and is not any more
    home.execute(store, dag_run.update().where(dag_run.c.run_id == "r1").values(version_id=99))
    with pytest.raises(Conflict, match="--latest-code"):
        again(store, "a")


def test_what_a_setup_made_is_made_again(store: Store) -> None:
    spec = make.dag(
        make.task("up", is_setup=True),
        make.task("one", "up"),
        make.task("two", "one"),
        make.task("down", "two", is_teardown=True),
        dag_id="two",
    )
    home.put(store, spec)
    home.run(store, spec, "r2", state="success", instances=dict.fromkeys(
        ("up", "one", "two", "down"), DONE
    ))  # fmt: skip
    made = again(store, "two", dag_id="two", run_id="r2")
    assert made.copied == ["one"]


def test_two_replays_in_one_instant_or_of_nothing_are_refused(store: Store) -> None:
    again(store, "b")
    with pytest.raises(Conflict, match="already has a run"):
        again(store, "b")
    with pytest.raises(NotFound, match="has no run 'r9'"):
        again(store, run_id="r9")
