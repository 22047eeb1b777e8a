"""Plans are carried out whole or not at all, and never over somebody else's change."""

import json
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import update

from tests import make
from tests.make import NOW, later
from tests.store import board, home
from venturi.core.attempts import Result, Usage, XComValue
from venturi.core.states import RunState, RunType, TaskState
from venturi.decide.plan import Expansion, NewRun
from venturi.decide.views import RunView
from venturi.spec.timetable.model import RunInfo
from venturi.store.apply import Stale
from venturi.store.engine import Store
from venturi.store.queries.instances import list_instances
from venturi.store.queries.specs import current_version
from venturi.store.schema.dags import dag
from venturi.store.schema.runs import (
    dag_run,
    rendered_fields,
    task_instance,
    task_instance_history,
    xcom,
)
from venturi.store.scope import EVERY_DAG

T = TaskState
SPEC = make.dag(make.task("a", retries=1), make.task("b", "a"))


@pytest.fixture
def run(store: Store) -> RunView:
    """A run of two tasks that has begun."""
    home.put(store, SPEC)
    (found,) = board.load(store, home.run(store, SPEC))
    return found


def begin(store: Store, run: RunView, task_id: str = "a") -> RunView:
    """Queue a task; the run as it is then."""
    board.carry_out(store, board.move(run, task_id, T.QUEUED))
    (found,) = board.load(store, run.id)
    return found


def test_a_queued_attempt_has_its_try_epoch_and_time(store: Store, run: RunView) -> None:
    board.carry_out(store, board.move(run, "a", T.QUEUED, reason="it got a slot"))
    row = home.task_row(store, "a")
    assert (row.state, row.try_number, row.epoch, row.reason, row.queued_by_job_id) == (
        "queued",
        1,
        1,
        "it got a slot",
        5,
    )
    assert row.queued_dttm == later(20)
    assert home.run_row(store).revision == run.revision + 1


def test_started_and_ended_in_one_commit(store: Store, run: RunView) -> None:
    run = begin(store, run)
    word = board.started(run, "a")
    end = board.move(run, "a", T.SUCCESS, epoch=1, try_number=1)
    board.carry_out(store, end, finished={end.instance.id: board.finished(end)}, started=(word,))
    row = home.task_row(store, "a")
    assert (row.state, row.start_date, row.end_date, row.duration) == (
        "success",
        NOW,
        later(10),
        10.0,
    )
    assert (row.pid, row.hostname, row.exit_code, row.max_rss) == (42, "here", 0, 1 << 20)
    assert home.run_row(store).revision == run.revision + 1


def test_seconds_are_floats_on_every_database(store: Store, run: RunView) -> None:
    """Also nought, which a sum with another kind of number would not bear."""
    run = begin(store, run)
    end = board.move(run, "a", T.SUCCESS, epoch=1, try_number=1)
    word = msgspec.structs.replace(board.finished(end), usage=Usage(cpu_user=0.25, cpu_system=0.0))
    board.carry_out(store, end, finished={end.instance.id: word})
    row = home.task_row(store, "a")
    assert [type(each) for each in (row.duration, row.cpu_user, row.cpu_system)] == [float] * 3
    with store.read() as tx:
        (shown,) = [each for each in list_instances(tx, EVERY_DAG).rows if each.task_id == "a"]
    assert shown.cpu_seconds == 0.25


def test_a_start_alone_is_written_with_its_place(store: Store, run: RunView) -> None:
    run = begin(store, run)
    board.carry_out(store, started=(board.started(run, "a"),))
    row = home.task_row(store, "a")
    assert (row.state, row.pid, row.hostname, row.start_date) == ("running", 42, "here", later(1))
    (found,) = board.load(store, run.id)
    assert found.instances[0][0].state is T.RUNNING


def test_every_attempt_that_ended_has_a_row_of_history(store: Store, run: RunView) -> None:
    run = begin(store, run)
    again = board.move(run, "a", T.UP_FOR_RETRY, epoch=1, try_number=1, due=later(60))
    failure = board.finished(again, exit_code=-9, result=Result(state=T.FAILED, reason="killed"))
    board.carry_out(store, again, finished={again.instance.id: failure})
    (run,) = board.load(store, run.id)
    assert run.instances[0][0].due == later(60)
    run = begin(store, run)
    end = board.move(run, "a", T.SUCCESS, epoch=2, try_number=2)
    board.carry_out(store, end, finished={end.instance.id: board.finished(end)})
    history = home.rows(store, task_instance_history)
    assert [(row.try_number, row.epoch, row.state, row.exit_code) for row in history] == [
        (1, 1, "up_for_retry", -9),
        (2, 2, "success", 0),
    ]


def test_results_take_the_place_of_older_ones(store: Store, run: RunView) -> None:
    run = begin(store, run)
    for number, value in enumerate(["1", "[1, 2]"]):
        (run,) = board.load(store, run.id)
        end = board.move(run, "a", T.UP_FOR_RESCHEDULE, epoch=1, try_number=1)
        result = Result(
            state=T.UP_FOR_RESCHEDULE,
            xcoms=(
                XComValue(task_id="a", value=value),
                XComValue(task_id="a", key="other", value='"x"'),
            ),
            lengths=(("return_value", 2),) if number else (),
            rendered=json.dumps({"text": number}),
        )
        board.carry_out(store, end, finished={end.instance.id: board.finished(end, result=result)})
    values = {row.key: (row.value, row.length) for row in home.rows(store, xcom)}
    assert values == {"return_value": ("[1, 2]", 2), "other": ('"x"', None)}
    (row,) = home.rows(store, rendered_fields)
    assert row.rendered_fields == '{"text": 1}'
    (found,) = board.load(store, run.id)
    assert found.instances[0][0].state is T.UP_FOR_RESCHEDULE


def test_a_new_try_forgets_what_the_last_one_pushed_and_a_reschedule_does_not(
    store: Store, run: RunView
) -> None:
    run = begin(store, run)
    for task_id in ("a", "b"):
        row = {"dag_id": "d", "run_id": "r1", "timestamp": NOW, "value": "1"}
        home.execute(store, xcom.insert().values(task_id=task_id, key="half", **row))
    board.carry_out(store, board.move(run, "a", T.QUEUED, try_number=1, reschedules=1))
    assert len(home.rows(store, xcom)) == 2
    (run,) = board.load(store, run.id)
    board.carry_out(store, board.move(run, "a", T.QUEUED, reschedules=0))
    assert [row.task_id for row in home.rows(store, xcom)] == ["b"]


def test_a_run_that_ends_has_its_dates(store: Store, run: RunView) -> None:
    board.carry_out(
        store,
        board.move(run, "a", T.SKIPPED),
        run_moves=(board.ends(run, RunState.SUCCESS),),
    )
    row = home.run_row(store)
    assert (row.state, row.start_date, row.end_date, row.reason) == (
        "success",
        later(20),
        later(20),
        "all is done",
    )
    assert board.load(store) == []


def test_a_run_over_which_the_clock_was_set_back_does_not_end_before_its_start(
    store: Store, run: RunView
) -> None:
    board.carry_out(store, run_moves=(board.ends(run, RunState.RUNNING),))
    run.start_date = later(3600)  # as it would be, had the clock been set back since
    run.revision += 1
    board.carry_out(store, run_moves=(board.ends(run, RunState.SUCCESS),))
    assert home.run_row(store).end_date == later(3600)


def test_a_run_that_somebody_changed_is_not_written_over(store: Store, run: RunView) -> None:
    """Also when the other has changed it exactly once, as this plan would have."""
    home.execute(
        store, update(dag_run).where(dag_run.c.id == run.id).values(revision=run.revision + 1)
    )
    with pytest.raises(Stale) as stale:
        board.carry_out(store, board.move(run, "a", T.QUEUED))
    assert run.id in stale.value.run_ids
    assert home.task_row(store, "a").state is None


def test_nothing_is_written_of_a_plan_of_which_a_part_is_stale(store: Store, run: RunView) -> None:
    (other,) = board.load(store, home.run(store, SPEC, "r2", days_ago=2))
    home.execute(
        store, update(dag_run).where(dag_run.c.id == other.id).values(revision=other.revision + 7)
    )
    with pytest.raises(Stale) as stale:
        board.carry_out(store, board.move(run, "a", T.QUEUED), board.move(other, "a", T.QUEUED))
    assert other.id in stale.value.run_ids
    assert home.run_row(store, "r1").revision == run.revision
    assert home.task_row(store, "a", "r1").state is None


def test_a_deleted_run_is_stale(store: Store, run: RunView) -> None:
    home.execute(store, dag_run.delete())
    with pytest.raises(Stale) as stale:
        board.carry_out(store, board.move(run, "a", T.QUEUED))
    assert run.id in stale.value.run_ids


@pytest.mark.parametrize("how", ["moved", "started", "ended"])
def test_an_instance_with_another_epoch_is_not_written_over(
    store: Store, run: RunView, how: str
) -> None:
    run = begin(store, run)
    before = home.task_row(store, "a")
    home.execute(
        store, update(task_instance).where(task_instance.c.id == before.id).values(epoch=9)
    )
    end = board.move(run, "a", T.SUCCESS, epoch=1, try_number=1)
    writes: dict[str, Callable[[], object]] = {
        "moved": lambda: board.carry_out(store, board.move(run, "a", T.SKIPPED)),
        "started": lambda: board.carry_out(store, started=(board.started(run, "a"),)),
        "ended": lambda: board.carry_out(
            store, end, finished={end.instance.id: board.finished(end)}
        ),
    }
    with pytest.raises(Stale):
        writes[how]()
    row = home.task_row(store, "a")
    assert (row.state, row.epoch, row.start_date) == ("queued", 9, None)
    assert home.rows(store, task_instance_history) == []
    assert home.run_row(store).revision == run.revision


def test_a_mapped_task_gets_its_instances(store: Store) -> None:
    spec = make.dag(make.task("a"), make.mapped("m", "a", retries=2))
    home.put(store, spec)
    (run,) = board.load(store, home.run(store, spec))
    placeholder = run.instances[1][0]
    applied = board.carry_out(store, expansions=(Expansion(run=run, task=1, count=3),))
    ((_, made),) = applied.expanded
    assert [instance.map_index for instance in made] == [0, 1, 2]
    assert made[0].id == placeholder.id and len({instance.id for instance in made}) == 3
    (found,) = board.load(store, run.id)
    assert [(i.id, i.map_index, i.max_tries) for i in found.instances[1]] == [
        (i.id, i.map_index, i.max_tries) for i in made
    ]


def new_run(store: Store, days: int) -> tuple[NewRun, RunInfo]:
    info = RunInfo(run_after=later(86_400 * days), logical_date=later(86_400 * days))
    then = RunInfo(run_after=later(86_400 * (days + 1)), logical_date=later(86_400 * (days + 1)))
    return NewRun(dag_id="d", info=info, then=then), then


def test_a_due_run_is_made_once(store: Store) -> None:
    home.put(store, SPEC)
    with store.read() as tx:
        versions = {"d": current_version(tx, EVERY_DAG, "d")}
    wanted, then = new_run(store, 1)
    first = board.carry_out(store, new_runs=(wanted,), versions=versions)
    second = board.carry_out(store, new_runs=(wanted,), versions=versions)
    assert len(first.created) == 1 and second.created == []
    (run,) = board.load(store)
    assert run.run_type is RunType.SCHEDULED and run.logical_date == wanted.info.logical_date
    assert [len(group) for group in run.instances] == [1, 1]
    (row,) = home.rows(store, dag)
    assert row.next_dagrun_create_after == then.run_after


def test_a_due_run_whose_date_is_taken_is_not_made(store: Store) -> None:
    home.put(store, SPEC)
    home.run(store, SPEC, "by_hand", days_ago=0)
    info = RunInfo(run_after=NOW, logical_date=NOW)
    with store.read() as tx:
        versions = {"d": current_version(tx, EVERY_DAG, "d")}
    applied = board.carry_out(
        store,
        new_runs=(NewRun(dag_id="d", info=info, then=None),),
        versions=versions,
    )
    assert applied.created == []
    assert [row.run_id for row in home.rows(store, dag_run)] == ["by_hand"]
    (row,) = home.rows(store, dag)
    assert row.next_dagrun_create_after is None


def test_a_task_takes_part_only_between_its_own_dates(store: Store) -> None:
    spec = make.dag(
        make.task("always"),
        make.task("not_yet", start_date=NOW + timedelta(days=30)),
        make.task("no_more", end_date=NOW - timedelta(days=30)),
    )
    home.put(store, spec)
    with store.read() as tx:
        versions = {"d": current_version(tx, EVERY_DAG, "d")}
    board.carry_out(store, new_runs=(new_run(store, 1)[0],), versions=versions)
    assert [row.task_id for row in home.rows(store, task_instance)] == ["always"]
