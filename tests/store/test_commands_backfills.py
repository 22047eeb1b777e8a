"""Filling past periods with runs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests import make
from tests.store import board, home
from tests.store.home import WHO
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.states import RunState, TaskState
from venturi.decide.plan import RunMove
from venturi.decide.views import RunView
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import CronInterval, Custom, Null, Once
from venturi.store.commands import backfill_dates
from venturi.store.commands.backfill_dates import (
    Action,
    PlannedRun,
    Reprocess,
    WantedBackfill,
    plan_runs,
)
from venturi.store.commands.backfill_marks import MarkedPeriod, mark_period
from venturi.store.commands.backfills import (
    Backfilled,
    cancel_backfill,
    create_backfill,
    set_backfill_paused,
)
from venturi.store.commands.pools import set_pool
from venturi.store.commands.runs import delete_run, set_run_state
from venturi.store.engine import Store
from venturi.store.queries.backfills import (
    BackfillFilter,
    BackfillRow,
    get_backfill,
    list_backfills,
)
from venturi.store.schema.later import backfill
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import EVERY_DAG

MIDNIGHT = make.NOW.replace(hour=0)
DAILY = CronInterval(expr="0 0 * * *")
SPEC = make.dag(
    make.task("a", retries=2),
    make.task("b", "a"),
    make.task("c", "b"),
    dag_id="one",
    timetable=DAILY,
    start_date=MIDNIGHT - timedelta(days=30),
)


def day(ago: int) -> Any:
    return MIDNIGHT - timedelta(days=ago)


def wanted(first: int = 5, last: int = 3, **values: Any) -> WantedBackfill:
    """A backfill of the days from `first` days ago to `last` days ago."""
    period: dict[str, Any] = {"dag_id": "one", "start": day(first), "end": day(last)}
    return WantedBackfill(**(period | values))


def fill(store: Store, *days: int, spec: DagSpec = SPEC, **values: Any) -> Backfilled:
    asked = wanted(*days, **({"dag_id": spec.dag_id} | values))
    # A DAG's backfills are made at different instants.
    who = WHO._replace(now=make.later(len(home.rows(store, backfill))))
    return store.retrying(lambda tx: create_backfill(tx, asked, who))


def marked(store: Store, *days: int, **values: Any) -> MarkedPeriod:
    return store.retrying(lambda tx: mark_period(tx, wanted(*days, **values), WHO))


def plan(store: Store, *days: int, **values: Any) -> list[PlannedRun]:
    with store.read() as tx:
        return plan_runs(tx, wanted(*days, **values), make.NOW)


def shown(store: Store, number: int | None) -> BackfillRow:
    assert number is not None
    with store.read() as tx:
        return get_backfill(tx, EVERY_DAG, number)


def states(store: Store) -> dict[int, str]:
    """States of runs by how many days ago."""
    rows = home.rows(store, dag_run)
    return {(MIDNIGHT - row.logical_date).days: row.state for row in rows}


def end(store: Store, days: int, state: RunState = RunState.SUCCESS) -> None:
    """The run of that day ends, with all its instances, as far as the rows know."""
    run_id = next(r.run_id for r in home.rows(store, dag_run) if r.logical_date == day(days))
    of_run = task_instance.c.run_id == run_id
    home.execute(store, task_instance.update().where(of_run).values(state=state, try_number=1))
    at = dag_run.c.logical_date == day(days)
    home.execute(store, dag_run.update().where(at).values(state=state))


@pytest.fixture(autouse=True)
def _known(store: Store) -> None:
    home.put(store, SPEC)


def test_every_date_of_the_period_gets_a_run_that_waits(store: Store) -> None:
    made = fill(store, conf={"x": 1}, max_active_runs=2)
    assert [run.run_id for run in made.runs] == [
        f"backfill__{day(ago).isoformat()}" for ago in (5, 4, 3)
    ]
    rows = home.rows(store, dag_run)
    assert {(r.state, r.run_type, r.backfill_id, r.external_trigger) for r in rows} == {
        ("queued", "backfill", made.id, False)
    }
    assert {(r.triggered_by, r.triggering_user_name) for r in rows} == {("backfill", "tester")}
    assert [json.loads(r.conf) for r in rows] == [{"x": 1}] * 3
    assert tuple(r.id for r in rows) == made.run_ids
    assert [r.data_interval_end for r in rows] == [day(4), day(3), day(2)]
    assert len(home.rows(store, task_instance)) == 9
    row = shown(store, made.id)
    assert (row.state, row.total, row.ended, row.conf, row.user) == (
        "running",
        3,
        0,
        {"x": 1},
        "tester",
    )


def test_runs_are_loaded_with_what_their_backfill_says(store: Store) -> None:
    made = fill(store, max_active_runs=2, backwards=True, ignores_past=True)
    assert made.runs[0].logical_date == day(3)
    views = {run.backfill for run in board.load(store)}
    (view,) = views
    assert view is not None and view.id == made.id
    assert (view.limit, view.backwards, view.paused) == (2, True, False)
    assert view.ignores_past_at == day(5)


def test_dates_before_the_dags_own_start_are_filled_and_those_that_are_not_due_are_not(
    store: Store,
) -> None:
    assert [run.logical_date for run in plan(store, 32, 31)] == [day(32), day(31)]
    assert [run.logical_date for run in plan(store, 1, -5)] == [day(1)]
    assert [run.logical_date for run in plan(store, 1, -5, as_of_old=True)] == [day(1), day(0)]


@pytest.mark.parametrize(
    ("reprocess", "actions"),
    [
        (Reprocess.NONE, ["create", "skip", "skip", "skip"]),
        (Reprocess.FAILED, ["create", "skip", "reprocess", "skip"]),
        (Reprocess.COMPLETED, ["create", "reprocess", "reprocess", "skip"]),
    ],
)
def test_a_date_that_has_a_run_runs_again_as_wanted(
    store: Store, reprocess: Reprocess, actions: list[str]
) -> None:
    fill(store, 4, 2)
    end(store, 4)
    end(store, 3, RunState.FAILED)
    assert [str(run.action) for run in plan(store, 5, 2, reprocess=reprocess)] == actions


def test_what_runs_again_is_one_of_the_backfills_and_begins_anew(store: Store) -> None:
    fill(store, 4, 4)
    home.execute(store, dag_run.update().values(run_type="scheduled", backfill_id=None))
    end(store, 4, RunState.FAILED)
    home.execute(store, backfill.delete())
    made = fill(store, 5, 4, reprocess=Reprocess.FAILED, conf={"again": True})
    assert [(run.action, run.reason) for run in made.runs] == [
        (Action.CREATE, "it has no run yet"),
        (Action.REPROCESS, "its run is failed"),
    ]
    old = home.rows(store, dag_run, logical_date=day(4))[0]
    assert (old.state, old.run_type, old.backfill_id) == ("queued", "backfill", made.id)
    assert json.loads(old.conf) == {"again": True}
    instances = home.rows(store, task_instance, run_id=old.run_id)
    assert {(ti.state, ti.max_tries - ti.try_number) for ti in instances} == {(None, 2), (None, 0)}


def test_of_a_run_that_failed_only_what_failed_runs_again_if_wanted(store: Store) -> None:
    fill(store, 4, 4)
    end(store, 4)
    (row,) = home.rows(store, dag_run)
    bad = task_instance.update().where(task_instance.c.task_id == "b").values(state="failed")
    home.execute(store, bad)
    home.execute(store, dag_run.update().values(state="failed"))
    home.execute(store, backfill.update().values(completed_at=make.NOW))
    fill(store, 4, 4, reprocess=Reprocess.FAILED, only_failed=True)
    found = {ti.task_id: ti.state for ti in home.rows(store, task_instance, run_id=row.run_id)}
    assert found == {"a": "success", "b": None, "c": "success"}


def test_what_runs_again_may_do_so_with_the_newest_code(store: Store) -> None:
    fill(store, 4, 4)
    end(store, 4)
    home.execute(store, backfill.update().values(completed_at=make.NOW))
    newer = make.dag(
        make.task("a", pool="p"),
        make.mapped("b", "a"),
        make.task("d", "b", retries=5),
        dag_id="one",
        timetable=DAILY,
    )
    home.put(store, newer, key="k2")
    fill(store, 4, 4, reprocess=Reprocess.COMPLETED, latest_version=True)
    (run,) = board.load(store)
    assert [task.task_id for task in run.graph.tasks] == ["a", "b", "d"]
    assert [len(group) for group in run.instances] == [1, 1, 1]
    assert run.instances[2][0].max_tries == 5
    found = {ti.task_id: (ti.state, ti.pool) for ti in home.rows(store, task_instance)}
    assert found["a"] == (None, "p") and found["c"][0] == "removed" and found["d"][0] is None


def test_a_run_keeps_its_own_code_unless_told_otherwise(store: Store) -> None:
    fill(store, 4, 4)
    end(store, 4)
    home.execute(store, backfill.update().values(completed_at=make.NOW))
    home.put(store, make.dag(make.task("z"), dag_id="one", timetable=DAILY), key="k2")
    fill(store, 4, 4, reprocess=Reprocess.COMPLETED)
    (run,) = board.load(store)
    assert [task.task_id for task in run.graph.tasks] == ["a", "b", "c"]


def test_only_chosen_tasks_and_those_above_them_take_part(store: Store) -> None:
    fill(store, 4, 4, task_regex="^b$")
    found = {ti.task_id: ti.state for ti in home.rows(store, task_instance)}
    assert found == {"a": None, "b": None, "c": "removed"}
    fill_other = make.dag(*SPEC.tasks, dag_id="two", timetable=DAILY)
    home.put(store, fill_other)
    fill(store, 4, 4, spec=fill_other, task_regex="^b$", with_upstream=False)
    found = {ti.task_id: ti.state for ti in home.rows(store, task_instance, dag_id="two")}
    assert found == {"a": "removed", "b": None, "c": "removed"}


def test_all_tasks_may_use_one_pool_and_have_no_retries(store: Store) -> None:
    store.retrying(lambda tx: set_pool(tx, "small", 1, "", WHO))
    fill(store, 4, 4, pool="small", without_retries=True)
    (run,) = board.load(store)
    assert {task.pool for task in run.graph.tasks} == {"small"}
    assert {(ti.pool, ti.max_tries) for ti in home.rows(store, task_instance)} == {("small", 0)}
    with pytest.raises(Conflict, match="not done"):
        fill(store, 3, 3)


@pytest.mark.parametrize(
    ("values", "error", "sentence"),
    [
        ({"end": day(9)}, InvalidInput, "before it begins"),
        ({"start": day(-1), "end": day(-2)}, InvalidInput, "in the future"),
        ({"max_active_runs": 0}, InvalidInput, "must be 1 or more"),
        ({"start": day(4) + timedelta(hours=1), "end": day(4) + timedelta(hours=2)},
         InvalidInput, "has no run that is due between"),
        ({"task_regex": "("}, InvalidInput, "not a regular expression"),
        ({"task_regex": "nothing"}, InvalidInput, "No task of DAG 'one' matches"),
        ({"dag_id": "ones"}, NotFound, "Did you mean 'one'"),
        ({"pool": "nowhere"}, NotFound, "no pool 'nowhere'"),
        ({"conf": {"x": {1}}}, InvalidInput, "conf must be plain JSON"),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_is_told_in_a_sentence(
    store: Store, values: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        fill(store, **values)
    assert home.rows(store, dag_run) == home.rows(store, backfill) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"timetable": Null()}, "has no schedule with dates to fill"),
        ({"timetable": Once()}, "has no schedule with dates to fill"),
        ({"timetable": Custom(import_path="m.T")}, "a timetable of its own"),
        ({"allowed_run_types": ("manual",)}, "allows only these types of run: manual"),
    ],
)
def test_a_dag_that_cannot_be_filled_says_why(
    store: Store, values: dict[str, Any], sentence: str
) -> None:
    wanted_dag: dict[str, Any] = {"dag_id": "two", "timetable": DAILY}
    spec = make.dag(make.task("a"), **(wanted_dag | values))
    home.put(store, spec)
    with pytest.raises(Conflict, match=sentence):
        fill(store, spec=spec)


def test_a_dag_that_depends_on_its_past_is_not_run_backwards(store: Store) -> None:
    spec = make.dag(make.task("a", depends_on_past=True), dag_id="two", timetable=DAILY)
    home.put(store, spec)
    with pytest.raises(Conflict, match="cannot be run backwards"):
        fill(store, spec=spec, backwards=True)


@pytest.mark.parametrize("timetable", [Null(), Once()])
def test_a_dag_without_dates_gets_one_run_as_of_old(store: Store, timetable: Any) -> None:
    spec = make.dag(make.task("a"), dag_id="two", timetable=timetable)
    home.put(store, spec)
    made = fill(store, spec=spec, as_of_old=True)
    assert [run.logical_date for run in made.runs] == [day(5)]


def test_too_long_a_period_is_refused_before_anything_is_made(store: Store) -> None:
    often = make.dag(make.task("a"), dag_id="two", timetable=CronInterval(expr="* * * * *"))
    home.put(store, often)
    with pytest.raises(InvalidInput, match=f"more than {backfill_dates.MOST} runs"):
        fill(store, 60, 1, spec=often)


def test_a_long_period_is_made_by_few_statements(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    count = event.listens_for(store.engine, "before_cursor_execute")
    count(lambda *args: said.append(args[2]))
    fill(store, 300, 1)
    assert len(home.rows(store, task_instance)) == 900 and len(said) < 40
    monkeypatch.setattr(backfill_dates, "MOST_INSTANCES", 30)
    home.execute(store, backfill.update().values(completed_at=make.NOW))
    with pytest.raises(InvalidInput, match="more than 11 runs"):
        fill(store, 400, 301)


def test_where_every_date_has_a_run_nothing_is_made(store: Store) -> None:
    fill(store)
    for ago in (5, 4, 3):
        end(store, ago)
    home.execute(store, backfill.update().values(completed_at=make.NOW))
    made = fill(store)
    assert (made.id, made.run_ids) == (None, ()) and len(made.runs) == 3
    assert len(home.rows(store, backfill)) == 1


def test_a_dag_has_one_backfill_at_a_time(store: Store) -> None:
    first = fill(store, 5, 4)
    with pytest.raises(Conflict, match=f"airflow backfill cancel {first.id}"):
        fill(store, 3, 3)
    for ago in (5, 4):  # ended by hand, with nobody to tell the backfill
        end(store, ago)
    assert fill(store, 3, 3).id != first.id
    assert shown(store, first.id).completed_at == make.later(1)


# --- on its way --------------------------------------------------------------------------------


def loaded(store: Store, made: Backfilled) -> list[RunView]:
    return board.load(store, *made.run_ids)


def test_a_backfill_is_over_with_the_last_of_its_runs(store: Store) -> None:
    made = fill(store, 5, 4)
    for number, place in enumerate((0, 1)):
        run = loaded(store, made)[place]
        moves = [board.move(run, name, TaskState.SUCCESS) for name in "abc"]
        starts = (RunMove(run=run, state=RunState.SUCCESS, reason="done"),)
        assert shown(store, made.id).completed_at is None, number
        board.carry_out(store, *moves, run_moves=starts)
    row = shown(store, made.id)
    assert row.completed_at is not None and (row.state, row.runs) == ("success", {"success": 2})


def test_a_run_that_is_marked_or_deleted_ends_its_backfill_too(store: Store) -> None:
    made = fill(store, 5, 4)
    names = [run.run_id for run in made.runs]
    store.retrying(lambda tx: set_run_state(tx, "one", names[0], RunState.FAILED, WHO))
    assert shown(store, made.id).state == "running"
    store.retrying(lambda tx: delete_run(tx, "one", names[1], WHO))
    row = shown(store, made.id)
    assert row.completed_at == make.NOW and row.state == "failed"


def test_a_paused_backfill_pauses_its_runs_and_decisions_made_before(store: Store) -> None:
    made = fill(store)
    before = loaded(store, made)[0]
    number = shown(store, made.id).id
    changed = store.retrying(lambda tx: set_backfill_paused(tx, number, True, WHO))
    assert changed.run_ids == made.run_ids
    after = loaded(store, made)[0]
    assert after.backfill is not None and after.backfill.paused
    assert after.revision == before.revision + 1
    assert shown(store, number).state == "paused"
    store.retrying(lambda tx: set_backfill_paused(tx, number, False, WHO))
    again = loaded(store, made)[0]
    assert again.backfill is not None and not again.backfill.paused


def test_a_cancelled_backfill_fails_what_waits_and_lets_the_rest_end(store: Store) -> None:
    made = fill(store)
    number = shown(store, made.id).id
    first = dag_run.c.id == made.run_ids[0]
    home.execute(store, dag_run.update().where(first).values(state="running"))
    cancelled = store.retrying(lambda tx: cancel_backfill(tx, number, WHO))
    assert cancelled.run_ids == made.run_ids[1:]
    assert states(store) == {5: "running", 4: "failed", 3: "failed"}
    found = {(ti.run_id, ti.state) for ti in home.rows(store, task_instance)}
    assert {state for _, state in found} == {None, "skipped"}
    with pytest.raises(Conflict, match="is over since"):
        store.retrying(lambda tx: cancel_backfill(tx, number, WHO))
    with pytest.raises(NotFound, match="There is no backfill 99"):
        store.retrying(lambda tx: set_backfill_paused(tx, 99, True, WHO))
    again = fill(store, reprocess=Reprocess.FAILED, only_failed=True)
    assert len(again.run_ids) == 2
    assert {ti.state for ti in home.rows(store, task_instance)} == {None}


def test_what_is_cleared_of_a_backfill_that_is_over_is_not_paused(store: Store) -> None:
    made = fill(store, 4, 4)
    number = shown(store, made.id).id
    store.retrying(lambda tx: set_backfill_paused(tx, number, True, WHO))
    store.retrying(lambda tx: cancel_backfill(tx, number, WHO))
    home.execute(store, dag_run.update().values(state="queued"))
    (run,) = loaded(store, made)
    assert run.backfill is not None and not run.backfill.paused


def test_backfills_are_listed_newest_first(store: Store) -> None:
    two = make.dag(make.task("a"), dag_id="two", timetable=DAILY)
    home.put(store, two)
    first, second = fill(store), fill(store, spec=two)
    store.retrying(lambda tx: cancel_backfill(tx, shown(store, first.id).id, WHO))
    with store.read() as tx:
        every = list_backfills(tx, EVERY_DAG)
        open_ones = list_backfills(tx, EVERY_DAG, BackfillFilter(active=True))
        of_one = list_backfills(tx, EVERY_DAG, BackfillFilter(dag_ids=("one",), active=False))
        with pytest.raises(NotFound):
            get_backfill(tx, EVERY_DAG, 99)
    assert [row.id for row in every.rows] == [second.id, first.id]
    assert [row.dag_id for row in open_ones.rows] == ["two"]
    assert [(row.dag_id, row.runs) for row in of_one.rows] == [("one", {"failed": 3})]


# --- marking -----------------------------------------------------------------------------------


def test_a_period_is_taken_as_done_without_running(store: Store) -> None:
    made = marked(store)
    assert len(made.made) == 3 and made.run_ids == ()
    assert states(store) == {5: "success", 4: "success", 3: "success"}
    assert {ti.state for ti in home.rows(store, task_instance)} == {"success"}
    assert home.rows(store, backfill) == []
    assert board.load(store) == []


def test_runs_that_are_there_are_marked_too(store: Store) -> None:
    fill(store, 5, 4)
    end(store, 5)
    end(store, 4, RunState.FAILED)
    found = marked(store)
    assert (len(found.made), len(found.marked), len(found.run_ids)) == (1, 2, 1)
    assert set(states(store).values()) == {"success"}


def test_only_the_chosen_tasks_are_marked(store: Store) -> None:
    fill(store, 5, 5)
    found = marked(store, 5, 4, task_regex="a")
    assert len(found.run_ids) == 1
    by_day: dict[int, dict[str, str | None]] = {
        (MIDNIGHT - ti.execution_date).days: {} for ti in home.rows(store, task_instance)
    }
    for ti in home.rows(store, task_instance):
        by_day[(MIDNIGHT - ti.execution_date).days][ti.task_id] = ti.state
    assert by_day[5] == {"a": "success", "b": None, "c": None}
    assert by_day[4] == {"a": "success", "b": "removed", "c": "removed"}
    assert marked(store, 5, 5, task_regex="a").run_ids == ()
