"""What deciding is given: runs with their instances, lengths and predecessors."""

from typing import Any

import pytest
from sqlalchemy import event, insert, update

from tests import make
from tests.make import NOW, later
from tests.store import board, home
from venturi.core.states import TaskState
from venturi.store.dags import load_dags
from venturi.store.engine import Store
from venturi.store.runs import load_runs, previous_id
from venturi.store.schema.dags import dag_version
from venturi.store.schema.runs import dag_run, task_instance, xcom
from venturi.store.versions import Versions

T = TaskState


def test_only_active_runs_are_loaded_by_themselves(store: Store) -> None:
    spec = make.dag(make.task("a"))
    home.put(store, spec)
    for days, state in enumerate(["queued", "running", "success", "failed"], start=1):
        home.run(store, spec, state, state=state, days_ago=days)
    assert {run.run_id for run in board.load(store)} == {"queued", "running"}


def test_instances_are_as_their_rows(store: Store) -> None:
    spec = make.dag(make.task("a"), make.task("b", "a", retries=3))
    home.put(store, spec)
    values: dict[str, Any] = {
        "state": "up_for_retry",
        "try_number": 2,
        "epoch": 4,
        "due_at": later(30),
        "skips": '["x"]',
        "queued_dttm": NOW,
        "start_date": later(1),
        "first_started_at": later(-60),
        "reschedules": 2,
    }
    run_id = home.run(store, spec, instances={"b": values})
    (run,) = board.load(store, run_id)
    assert run.instances[0][0].state is T.NONE
    found = run.instances[1][0]
    assert (found.state, found.try_number, found.max_tries, found.epoch) == (
        T.UP_FOR_RETRY,
        2,
        3,
        4,
    )
    assert (found.due, found.skips, found.reschedules) == (later(30), ("x",), 2)
    # A rescheduled try counts from its first beginning, whatever its last one was.
    assert (found.queued_at, found.started_at) == (NOW, later(-60))


def test_a_run_keeps_the_version_it_was_made_with(store: Store) -> None:
    home.put(store, make.dag(make.task("a"), make.task("b")))
    old = home.run(store, make.dag(make.task("a")), "old", days_ago=2)
    home.put(store, make.dag(make.task("c")), key="k2")
    new = home.run(store, make.dag(make.task("c")), "new", days_ago=1)
    before, after = board.load(store, old, new)
    assert [task.task_id for task in before.graph.tasks] == ["a", "b"]
    assert [task.task_id for task in after.graph.tasks] == ["c"]


def test_rows_of_tasks_that_its_version_does_not_have_are_history(store: Store) -> None:
    spec = make.dag(make.task("a"))
    home.put(store, spec)
    run_id = home.run(store, spec)
    home.execute(
        store,
        insert(task_instance).values(
            id=99, dagrun_id=run_id, dag_id="d", run_id="r1", task_id="ghost"
        ),
    )
    (run,) = board.load(store, run_id)
    assert [len(group) for group in run.instances] == [1]


def test_the_run_before_is_linked_where_somebody_looks_at_it(store: Store) -> None:
    spec = make.dag(make.task("a", depends_on_past=True))
    home.put(store, spec)
    ids = [
        home.run(store, spec, f"r{days}", days_ago=days, state=state)
        for days, state in ((4, "success"), (3, "running"), (1, "running"))
    ]
    first, second, third = board.load(store, *ids)
    assert (second.previous, third.previous) == (first, second)
    # One that is not asked for is loaded for those that look at it.
    (alone,) = board.load(store, ids[2])
    assert alone.previous is not None and alone.previous.id == ids[1]


def test_nobody_looks_back_nothing_is_linked(store: Store) -> None:
    spec = make.dag(make.task("a"))
    home.put(store, spec)
    home.run(store, spec, "r2", days_ago=2)
    last = home.run(store, spec, "r1", days_ago=1)
    (run,) = board.load(store, last)
    assert run.previous is None


#: What people and upgrades do to the rows of versions.
DAMAGE = {
    "unset": update(dag_run).where(dag_run.c.run_id == "r2").values(version_id=None),
    "deleted": update(dag_run).where(dag_run.c.run_id == "r2").values(version_id=12345),
    "foreign": update(dag_version).where(dag_version.c.version_number == 1).values(spec=b"{}"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_run_whose_version_cannot_be_read_holds_nobody_up(store: Store, damage: str) -> None:
    spec = make.dag(make.task("a", depends_on_past=True))
    home.put(store, spec)
    broken = home.run(store, spec, "r2", days_ago=2)
    home.put(store, make.dag(make.task("a", depends_on_past=True), make.task("b")), key="k2")
    sound = home.run(store, spec, "r1", days_ago=1)
    home.execute(store, DAMAGE[damage])
    (run,) = board.load(store)
    assert (run.id, run.previous) == (sound, None)
    with store.read() as tx:
        assert load_runs(tx, Versions(), [broken]) == []


def test_a_dag_whose_version_cannot_be_read_is_left_out(store: Store) -> None:
    home.put(store, make.dag(make.task("a"), dag_id="bad"), path="/dags/bad.py")
    home.execute(store, update(dag_version).values(spec=b"{}"))
    home.put(store, make.dag(make.task("a"), dag_id="good"), path="/dags/good.py")
    with store.read() as tx:
        assert [view.dag_id for view in load_dags(tx, Versions())] == ["good"]


def test_the_run_before_is_the_latest_of_the_earlier(store: Store) -> None:
    spec = make.dag(make.task("a"))
    home.put(store, spec)
    ids = [home.run(store, spec, f"r{days}", days_ago=days) for days in (5, 3, 1)]
    with store.read() as tx:
        assert previous_id(tx, "d", NOW) == ids[2]
        assert previous_id(tx, "d", later(-86_400)) == ids[1]
        assert previous_id(tx, "d", later(-86_400 * 5)) is None
        assert previous_id(tx, "d", None) is None


def test_lengths_of_results_are_known_where_tasks_expand_over_them(store: Store) -> None:
    spec = make.dag(make.task("a"), make.mapped("m", "a"))
    home.put(store, spec)
    run_id = home.run(store, spec)
    row = {"dag_id": "d", "run_id": "r1", "task_id": "a", "timestamp": NOW, "value": "[]"}
    home.execute(store, insert(xcom).values(key="return_value", length=3, **row))
    home.execute(store, insert(xcom).values(key="other", length=None, **row))
    (run,) = board.load(store, run_id)
    assert run.lengths == {("a", "return_value", -1): 3}


def test_instances_of_a_mapped_task_come_in_order(store: Store) -> None:
    spec = make.dag(make.mapped("m", length=3))
    home.put(store, spec)
    run_id = home.run(store, spec)
    home.execute(store, update(task_instance).values(map_index=2))
    for index, ti_id in ((0, 900), (1, 800)):
        home.execute(
            store,
            insert(task_instance).values(
                id=ti_id, dagrun_id=run_id, dag_id="d", run_id="r1", task_id="m", map_index=index
            ),
        )
    (run,) = board.load(store, run_id)
    assert [instance.map_index for instance in run.instances[0]] == [0, 1, 2]


@pytest.mark.parametrize("count", [3, 30])
def test_many_runs_cost_as_few_queries_as_few(store: Store, count: int) -> None:
    spec = make.dag(make.task("a"), make.task("b", "a"))
    home.put(store, spec)
    for number in range(count):
        home.run(store, spec, f"r{number}", days_ago=number)
    asked: list[str] = []
    event.listen(
        store.engine, "before_cursor_execute", lambda *args: asked.append(args[2]), named=False
    )
    versions = Versions()
    with store.read() as tx:
        assert len(load_runs(tx, versions)) == count
    selects = [text for text in asked if text.lstrip().startswith("SELECT")]
    assert len(selects) <= 3
