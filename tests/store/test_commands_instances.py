"""Clearing and marking task instances."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests import make
from tests.store import home
from tests.store.home import WHO, begun
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.states import TaskState
from venturi.store.commands.instances import Cleared, Selection, clear, select_instances
from venturi.store.commands.marks import mark
from venturi.store.commands.reruns import add_new, new_tasks
from venturi.store.engine import Store
from venturi.store.queries.instances import get_instance, list_tries
from venturi.store.schema.dags import dag
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history, xcom
from venturi.store.scope import EVERY_DAG
from venturi.store.versions import Versions

T = TaskState
SPEC = make.dag(make.task("a", retries=2), make.task("b", "a"), make.task("c", "b"), make.task("z"))


def chosen(store: Store, **which: Any) -> list[tuple[str, str]]:
    with store.read() as tx:
        found = select_instances(tx, Selection(dag_id="d", **which))
    return [(row.run_id, row.task_id) for row in found]


def clear_these(store: Store, **which: Any) -> Cleared:
    return store.retrying(
        lambda tx: clear(tx, select_instances(tx, Selection(dag_id="d", **which)), WHO)
    )


def mark_these(store: Store, state: TaskState, **which: Any) -> Cleared:
    which.setdefault("only_with_state", False)
    return store.retrying(
        lambda tx: mark(tx, select_instances(tx, Selection(dag_id="d", **which)), state, WHO)
    )


@pytest.fixture
def ended(store: Store) -> Store:
    """Two runs: in both a failed, b and c with it; z succeeded in one."""
    home.put(store, SPEC)
    states = {
        "a": begun(T.FAILED, try_number=3, max_tries=2, epoch=3),
        "b": {"state": T.UPSTREAM_FAILED},
        "c": {"state": T.UPSTREAM_FAILED},
        "z": begun(T.SUCCESS),
    }
    home.run(store, SPEC, "r1", state="failed", days_ago=1, instances=states)
    home.run(store, SPEC, "r2", state="failed", days_ago=2, instances=states)
    return store


def test_instances_are_chosen_by_date_task_and_state(ended: Store) -> None:
    assert chosen(ended, task_regex="^[ab]$", run_ids=("r1",)) == [("r1", "a"), ("r1", "b")]
    assert chosen(ended, only_failed=True, start=make.later(-86401)) == [
        ("r1", "a"),
        ("r1", "b"),
        ("r1", "c"),
    ]
    assert chosen(ended, end=make.later(-2 * 86400), task_ids=("z",)) == [("r2", "z")]
    assert chosen(ended, only_running=True) == []


def test_tasks_before_and_after_come_along_when_asked(ended: Store) -> None:
    one = {"run_ids": ("r1",), "task_ids": ("b",)}
    assert chosen(ended, **one, upstream=True) == [("r1", "a"), ("r1", "b")]
    assert chosen(ended, **one, downstream=True) == [("r1", "b"), ("r1", "c")]


def test_what_is_asked_for_wrongly_is_said(ended: Store) -> None:
    with pytest.raises(NotFound, match="no task 'nope'"):
        chosen(ended, task_ids=("nope",))
    with pytest.raises(InvalidInput, match="regular expression"):
        chosen(ended, task_regex="(")


def test_a_cleared_instance_is_as_new_and_keeps_count_of_its_tries(ended: Store) -> None:
    done = clear_these(ended, only_failed=True, run_ids=("r1",))
    assert (done.instances, len(done.run_ids)) == (3, 1)
    a = home.task_row(ended, "a")
    assert (a.state, a.try_number, a.max_tries, a.epoch) == (None, 3, 5, 4)
    assert (a.start_date, a.end_date, a.reason) == (None, None, None)
    row = home.run_row(ended)
    assert (row.state, row.revision, row.clear_number, row.end_date) == ("queued", 1, 1, None)
    assert home.task_row(ended, "z").state == "success"
    assert home.run_row(ended, "r2").revision == 0


def test_a_running_run_stays_running_when_something_of_it_is_cleared(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, state="running", instances={"a": begun(T.SUCCESS)})
    clear_these(store, task_ids=("a",))
    assert (home.run_row(store).state, home.run_row(store).revision) == ("running", 1)


def test_a_running_attempt_that_is_cleared_stays_in_the_history(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, instances={"a": begun(T.RUNNING, pid=77, hostname="h")})
    clear_these(store, task_ids=("a",))
    row = home.task_row(store, "a")
    assert (row.state, row.epoch, row.pid) == (None, 2, None)
    (past,) = home.rows(store, task_instance_history)
    assert (past.try_number, past.epoch, past.state, past.pid) == (1, 1, "failed", 77)
    assert "tester" in past.reason


def test_xcoms_of_cleared_instances_are_gone(ended: Store) -> None:
    for name in ("a", "z"):
        values = {"key": "k", "timestamp": make.NOW, "task_id": name, "dag_id": "d", "run_id": "r1"}
        home.execute(ended, insert(xcom).values(**values))
    clear_these(ended, task_ids=("a",))
    assert [row.task_id for row in home.rows(ended, xcom)] == ["z"]


MAPPED = make.dag(make.task("src"), make.mapped("m", "src"))


def expanded(store: Store) -> Store:
    home.put(store, MAPPED)
    row_id = home.run(store, MAPPED, instances={"src": begun(), "m": begun(map_index=0)})
    (first,) = home.rows(store, task_instance, task_id="m")
    values = dict(first._mapping) | {"id": first.id + 1000, "map_index": 1, "dagrun_id": row_id}
    home.execute(store, insert(task_instance).values(**values))
    return store


def test_a_mapped_task_is_expanded_anew_when_its_source_is_cleared(store: Store) -> None:
    expanded(store)
    clear_these(store)
    (row,) = home.rows(store, task_instance, task_id="m")
    assert (row.map_index, row.state) == (-1, None)


def test_a_mapped_task_keeps_its_places_when_its_source_stays(store: Store) -> None:
    expanded(store)
    clear_these(store, task_ids=("m",))
    found = home.rows(store, task_instance, task_id="m")
    assert sorted(row.map_index for row in found) == [0, 1]
    clear_these(store, mapped=(("m", 1),), only_with_state=False)
    assert home.run_row(store).revision == 2


def test_marking_success_gives_what_failed_after_it_a_chance(ended: Store) -> None:
    done = mark_these(ended, T.SUCCESS, task_ids=("a",), run_ids=("r1",))
    assert done.instances == 1
    a = home.task_row(ended, "a")
    assert (a.state, a.epoch, a.reason) == ("success", 4, "marked success by tester")
    assert [home.task_row(ended, name).state for name in "bcz"] == [None, None, "success"]
    assert home.run_row(ended).state == "queued"


def test_marking_cancels_what_runs(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, instances={"a": begun(T.RUNNING)})
    mark_these(store, T.FAILED, task_ids=("a",))
    row = home.task_row(store, "a")
    assert (row.state, row.epoch, row.end_date) == ("failed", 2, make.NOW)
    assert home.run_row(store).revision >= 1
    with pytest.raises(InvalidInput, match="not running"):
        mark_these(store, T.RUNNING, task_ids=("a",))


def test_an_instance_shows_every_try_and_where_its_log_lies(store: Store) -> None:
    home.put(store, SPEC)
    home.run(
        store, SPEC, instances={"a": begun(T.SUCCESS, try_number=2, cpu_user=1.5, cpu_system=0.25)}
    )
    (row,) = home.rows(store, task_instance, task_id="a")
    for number, state in ((1, "failed"), (2, "success")):
        values = {
            "task_instance_id": row.id,
            "dag_id": "d",
            "run_id": "r1",
            "task_id": "a",
            "try_number": number,
            "epoch": number,
            "state": state,
        }
        home.execute(store, insert(task_instance_history).values(**values))
    with store.read() as tx:
        tries = list_tries(tx, EVERY_DAG, "d", "r1", "a")
        assert [(t.try_number, t.state) for t in tries] == [(1, "failed"), (2, "success")]
        assert tries[0].log_path == "dag_id=d/run_id=r1/task_id=a/attempt=1.log"
        assert tries[1].cpu_seconds == 1.75
        assert get_instance(tx, EVERY_DAG, "d", "r1", "b").log_path is None


def test_a_mapped_task_named_without_index_says_which_there_are(store: Store) -> None:
    expanded(store)
    with store.read() as tx, pytest.raises(NotFound, match="map index 0 to 1"):
        get_instance(tx, EVERY_DAG, "d", "r1", "m")


MENDED = make.dag(make.task("a", retries=1), make.task("b", "a"), make.task("new", "b"))


def clear_newest(store: Store, **which: Any) -> Cleared:
    selection = Selection(dag_id="d", **which)
    return store.retrying(lambda tx: clear(tx, select_instances(tx, selection), WHO, newest=True))


def version_ids(store: Store) -> tuple[int, int]:
    """The run's version, and the DAG's newest."""
    return home.run_row(store).version_id, home.rows(store, dag, dag_id="d")[0].version_id


def test_a_cleared_run_goes_on_with_the_newest_version(ended: Store) -> None:
    home.put(ended, MENDED, key="k2")
    clear_newest(ended, run_ids=("r1",))
    bound, newest = version_ids(ended)
    assert bound == newest
    assert home.task_row(ended, "new").state is None
    assert home.task_row(ended, "c").state == T.REMOVED
    assert home.task_row(ended, "a").max_tries == 3 + 1
    assert home.run_row(ended, "r2").version_id != newest


def test_a_cleared_run_keeps_its_version_unless_asked(ended: Store) -> None:
    home.put(ended, MENDED, key="k2")
    clear_these(ended, run_ids=("r1",))
    bound, newest = version_ids(ended)
    assert bound != newest


def test_nothing_changes_below_attempts_that_are_under_way(store: Store) -> None:
    home.put(store, SPEC)
    states = {"a": begun(T.FAILED), "z": begun(T.RUNNING)}
    home.run(store, SPEC, instances=states)
    home.put(store, MENDED, key="k2")
    clear_newest(store, task_ids=("a",))
    bound, newest = version_ids(store)
    assert bound != newest
    assert home.task_row(store, "z").state == T.RUNNING


def test_a_dag_without_a_file_is_cleared_as_it_was(ended: Store) -> None:
    home.put(ended, MENDED, key="k2")
    home.execute(ended, update(dag).values(is_active=False))
    clear_newest(ended, run_ids=("r1",))
    bound, newest = version_ids(ended)
    assert bound != newest


def add_new_to(store: Store, *run_ids: str) -> tuple[int, ...]:
    ids = [home.run_row(store, run_id).id for run_id in run_ids]
    return store.retrying(lambda tx: add_new(tx, ids, WHO))


def would_add(store: Store, run_id: str = "r1") -> list[str]:
    row_id = home.run_row(store, run_id).id
    with store.read() as tx:
        return [task.task_id for task in new_tasks(tx, row_id, Versions())]


def test_a_run_goes_on_with_its_new_tasks_alone(ended: Store) -> None:
    before = {name: home.task_row(ended, name) for name in ("a", "b")}
    assert add_new_to(ended, "r1") == ()
    assert home.run_row(ended).state == "failed"
    home.put(ended, MENDED, key="k2")
    assert would_add(ended) == ["new"]
    row_id = home.run_row(ended).id
    assert add_new_to(ended, "r1", "r1") == (row_id,)
    bound, newest = version_ids(ended)
    assert bound == newest
    run = home.run_row(ended)
    assert (run.state, run.end_date, run.clear_number) == ("queued", None, 1)
    assert home.task_row(ended, "new").state is None
    for name, row in before.items():
        assert home.task_row(ended, name) == row
    (noted,) = home.rows(ended, log, event="clear")
    assert (noted.run_id, noted.owner) == ("r1", "tester")
    assert json.loads(noted.extra) == {"tasks": ["new"], "only_new": True}
    assert would_add(ended) == []
    assert add_new_to(ended, "r1") == ()
    assert home.run_row(ended).revision == run.revision


def test_several_runs_get_their_new_tasks_and_others_are_left_alone(ended: Store) -> None:
    home.put(ended, MENDED, key="k2")
    home.run(ended, MENDED, "late", state="success", days_ago=0)
    both = {home.run_row(ended, name).id for name in ("r1", "r2")}
    assert set(add_new_to(ended, "late", "r2", "r1")) == both
    assert home.run_row(ended, "late").state == "success"
    assert home.task_row(ended, "new", "r2").state is None


def test_no_task_is_added_below_attempts_that_are_under_way(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, "done", state="success", days_ago=2, instances={"a": begun()})
    home.run(store, SPEC, instances={"a": begun(T.RUNNING)})
    home.put(store, MENDED, key="k2")
    with pytest.raises(Conflict, match="'r1' are queued or running"):
        add_new_to(store, "done", "r1")
    assert home.run_row(store, "done").state == "success"
    assert home.rows(store, task_instance, task_id="new") == []


def test_a_run_that_goes_on_stays_running(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, instances={"a": begun(), "b": begun(T.UP_FOR_RETRY)})
    home.put(store, MENDED, key="k2")
    assert len(add_new_to(store, "r1")) == 1
    assert home.run_row(store).state == "running"
    assert home.run_row(store).revision > 0
    assert home.task_row(store, "b").state == T.UP_FOR_RETRY


def test_a_task_that_begins_after_a_scheduled_run_is_not_new_to_it(ended: Store) -> None:
    later = make.dag(*SPEC.tasks, make.task("later", start_date=make.NOW + timedelta(days=1)))
    scheduled = update(dag_run).where(dag_run.c.run_id == "r1").values(run_type="scheduled")
    home.execute(ended, scheduled)
    home.put(ended, later, key="k2")
    assert would_add(ended) == []
    assert would_add(ended, "r2") == ["later"]
    clear_newest(ended, run_ids=("r1",))
    assert [row.run_id for row in home.rows(ended, task_instance, task_id="later")] == []


def test_a_dag_without_a_file_has_no_new_tasks(ended: Store) -> None:
    home.put(ended, MENDED, key="k2")
    home.execute(ended, update(dag).values(is_active=False))
    assert would_add(ended) == []
    assert add_new_to(ended, "r1") == ()


def test_a_run_that_was_deleted_meanwhile_gets_nothing(ended: Store) -> None:
    assert ended.retrying(lambda tx: add_new(tx, [987_654], WHO)) == ()
