"""The image of active runs that is kept between steps."""

from datetime import timedelta

import pytest

from tests import make
from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.decide.board import Board
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import Limits, RunView
from venturi.spec.timetable.model import Continuous

T = TaskState
CHAIN = make.graph(make.task("a"), make.task("b", "a"))
PAST = make.graph(
    make.task("a", depends_on_past=True), make.task("b", "a", wait_for_downstream=True)
)


def step(board: Board, *reports: tuple[RunView, str, Result], seconds: float = 0) -> Plan:
    """One step with these results, carried out."""
    now = make.later(seconds)
    board.wake(now)
    heard = [make.report(run, name, result) for run, name, result in reports]
    plan = decide(board.snapshot(heard, 32), now)
    board.fold(plan, now)
    return plan


DONE = Result(state=T.SUCCESS)


def test_a_run_goes_from_queue_to_end_step_by_step() -> None:
    run = make.run(CHAIN, RunState.QUEUED)
    board = make.board(run)
    assert board.dags["d"].queued == 1
    assert len(step(board).moves) == 1
    assert (board.dags["d"].running, board.dags["d"].queued) == (1, 0)
    assert run.start_date == make.NOW and board.in_use.total == 1
    board.begin(run, make.one(run, "a"), make.NOW)
    step(board, (run, "a", DONE))
    assert make.one(run, "b").state is T.QUEUED and make.one(run, "b").queued_at == make.NOW
    plan = step(board, (run, "b", DONE))
    assert [str(move.state) for move in plan.run_moves] == ["success"]
    assert not board.runs and not board.in_use.total and not board.owner
    assert step(board).is_empty


def test_a_step_without_news_decides_nothing() -> None:
    run = make.run(CHAIN, RunState.QUEUED)
    board = make.board(run)
    step(board)
    assert step(board).is_empty
    assert not board.touched and not board.due


def test_the_first_start_of_a_rescheduled_attempt_is_kept() -> None:
    run = make.run(CHAIN, a="queued")
    board, a = make.board(run), make.one(run, "a")
    board.begin(run, a, make.later(1))
    assert a.started_at == make.later(1)
    again = Result(state=T.UP_FOR_RESCHEDULE, reschedule_at=make.later(5))
    step(board, (run, "a", again))
    step(board, seconds=5)
    assert (a.state, a.try_number, a.reschedules) == (T.QUEUED, 1, 1)
    board.begin(run, a, make.later(6))
    assert a.started_at == make.later(1)


def test_the_board_rings_for_retries_and_for_the_end_of_a_run() -> None:
    graph = make.graph(make.task("a", retries=1, retry_delay=30.0), dagrun_timeout=600.0)
    run = make.run(graph, RunState.QUEUED)
    board = make.board(run)
    step(board)
    assert board.next_at() == make.later(600)
    step(board, (run, "a", make.failed()))
    assert board.next_at() == make.later(30)
    assert step(board, seconds=29).is_empty
    assert [m.state for m in step(board, seconds=30).moves] == [T.QUEUED]
    assert make.one(run, "a").due is None
    assert board.next_at() == make.later(600)
    plan = step(board, seconds=600)
    assert [str(move.state) for move in plan.run_moves] == ["failed"]
    assert board.next_at() is None or step(board, seconds=601).is_empty
    assert make.board().next_at() is None


def test_many_alarms_of_one_run_do_not_breed() -> None:
    tasks = [make.task(f"t{i}", retries=1, retry_delay=float(i)) for i in range(50)]
    run = make.run(make.graph(*tasks, max_active_tasks=99, dagrun_timeout=9000.0), RunState.QUEUED)
    board = make.board(run, limits=Limits(parallelism=99))
    step(board)
    while board.in_use.total:
        busy = [g[0] for g in run.instances if make.is_live(g[0])]
        names = [run.graph.tasks[each.task].task_id for each in busy]
        step(board, *((run, name, make.failed()) for name in names), seconds=100)
    step(board, seconds=200)
    assert len(board._alarms) < 60


def test_alarms_of_what_is_gone_ring_for_nobody() -> None:
    graph = make.graph(make.task("a"), dag_id="gone")
    run = make.run(graph, a="up_for_retry")
    board = make.board(run, dags=[make.view(graph, next_run=make.info(make.later(5)))])
    board.drop_dag("gone")
    board.wake(make.later(1000))
    assert not board.touched and not board.due and not board.runs


def test_a_dag_that_is_put_again_is_looked_at_with_its_runs() -> None:
    run = make.run(CHAIN, a="running")
    board = make.board(run)
    step(board)
    board.put_dag(make.view(CHAIN, paused=True))
    assert board.dags["d"].running == 1 and board.due == {"d"} and run.id in board.touched


def test_a_run_of_a_dag_that_is_not_there_is_not_counted() -> None:
    run = make.run(CHAIN)
    board = Board()
    board.put_run(run)
    board.look_at_dag("d")
    board.drop_run(run.id)
    board.drop_run(run.id)
    assert not board.runs


def test_a_run_that_is_put_again_replaces_what_was_known_of_it() -> None:
    old = make.run(CHAIN, a="running")
    board = make.board(old)
    new = make.run(CHAIN, a="scheduled", id=old.id)
    board.put_run(new)
    assert board.in_use.total == 0 and len(board.waiting) == 1 and board.dags["d"].running == 1


def test_a_run_that_has_ended_is_not_kept_but_frees_its_place() -> None:
    graph = make.graph(make.task("a"), max_active_runs=1)
    active, queued = make.run(graph, a="running"), make.run(graph, RunState.QUEUED)
    board = make.board(active, queued)
    assert step(board).is_empty
    board.put_run(make.run(graph, RunState.SUCCESS, id=active.id))
    assert [str(m.state) for m in step(board).run_moves] == ["running"]


def test_what_became_of_a_run_that_is_not_here_concerns_only_those_who_look_back() -> None:
    gone = make.run(PAST, RunState.FAILED, a="running")
    after = make.run(PAST, previous=gone, logical_date=make.NOW)
    board = make.board(after)
    board.touched.clear()
    draft = make.draft()
    draft.move(gone, make.one(gone, "a"), T.SUCCESS, "")
    board.fold(Plan(moves=tuple(draft.moves.values())), make.NOW)
    assert make.one(gone, "a").state is T.SUCCESS and not board.in_use.total
    assert board.touched == {after.id: {0}}


def test_a_mapped_task_gets_its_instances_and_what_follows_waits_for_all() -> None:
    graph = make.graph(make.mapped("m", length=2), make.task("z", "m"))
    run = make.run(graph)
    board = make.board(run)
    (expansion,) = step(board).expansions
    made = [make.instance(0, map_index=i) for i in range(expansion.count)]
    board.replace_instances(run, expansion.task, made)
    assert len(step(board).moves) == 2
    step(board, (run, "m", DONE))
    assert make.one(run, "z").state is T.NONE
    board.fold(decide(board.snapshot([make.report(run, "m", DONE, 1)], 32), make.NOW), make.NOW)
    assert make.one(run, "z").state is T.QUEUED


def test_lengths_of_results_are_kept_for_whoever_is_expanded_later() -> None:
    graph = make.graph(make.task("a"), make.task("slow"), make.mapped("m", "a", "slow"))
    run = make.run(graph, a="running", slow="running")
    board = make.board(run)
    three = Result(state=T.SUCCESS, lengths=(("return_value", 3),))
    step(board, (run, "a", three))
    assert run.lengths == {("a", "return_value", -1): 3}
    assert [e.count for e in step(board, (run, "slow", three)).expansions] == [9]


# --- who waits --------------------------------------------------------------------------------


def test_groups_and_their_heads_stay_in_order_whoever_comes_and_goes() -> None:
    tasks = [make.task(name, priority_weight=w) for name, w in (("a", 1), ("b", 3), ("c", 2))]
    run = make.run(make.graph(*tasks), c="scheduled")
    board = make.board(run)
    for name in ("a", "b"):
        draft = make.draft()
        draft.move(run, make.one(run, name), T.SCHEDULED, "")
        board.fold(Plan(moves=tuple(draft.moves.values())), make.NOW)
    (group,) = board.waiting.values()
    names = [run.graph.tasks[c.instance.task].task_id for c in group]
    assert names == ["b", "c", "a"] and len(board.heads) == 1
    for name in ("b", "a", "c"):
        draft = make.draft()
        draft.move(run, make.one(run, name), T.QUEUED, "")
        board.fold(Plan(moves=tuple(draft.moves.values())), make.NOW)
    assert not board.waiting and not board.heads and board.in_use.total == 3


# --- runs that look back ----------------------------------------------------------------------


def chain_of_runs(count: int) -> tuple[Board, list[RunView]]:
    runs: list[RunView] = []
    for day in range(count):
        before = runs[-1] if runs else None
        at = make.NOW + timedelta(days=day)
        runs.append(make.run(PAST, logical_date=at, previous=before))
    return make.board(*runs), runs


def test_a_run_goes_on_when_the_one_before_it_lets_it() -> None:
    board, (first, second) = chain_of_runs(2)
    step(board)
    assert make.one(second, "a").state is T.NONE
    step(board, (first, "a", DONE))
    step(board)
    assert make.one(second, "a").state is T.QUEUED


def test_runs_that_are_looked_at_as_a_whole_stay_so_when_a_task_changes() -> None:
    board, (first, second) = chain_of_runs(2)
    step(board)
    board.touched |= {first.id: None, second.id: None}
    board.touch(first, 0)
    assert board.touched == {first.id: None, second.id: None}


def test_a_run_that_has_ended_forgets_what_was_before_it() -> None:
    board, (first, second, third) = chain_of_runs(3)
    for name in "ab":
        step(board)
        step(board, (first, name, DONE))
    assert first.id not in board.runs
    assert second.previous is first
    for name in "ab":
        step(board)
        step(board, (second, name, DONE))
    assert [run.previous for run in (first, second, third)] == [None, None, second]


def test_those_who_look_back_see_the_run_as_it_was_loaded_last() -> None:
    board, (first, second) = chain_of_runs(2)
    step(board)
    again = make.run(PAST, id=first.id, logical_date=first.logical_date, a="success")
    board.put_run(again)
    assert second.previous is again
    step(board)
    assert make.one(second, "a").state is T.QUEUED


def test_a_run_is_not_loaded_with_a_second_view_of_the_one_before_it() -> None:
    board, (first, second) = chain_of_runs(2)
    copy = make.run(PAST, id=first.id, logical_date=first.logical_date)
    again = make.run(PAST, id=second.id, logical_date=second.logical_date, previous=copy)
    board.put_run(again)
    assert again.previous is first


def test_a_run_that_ended_by_a_click_lets_the_next_one_go() -> None:
    board, (first, second) = chain_of_runs(2)
    step(board)
    ended = make.run(
        PAST, RunState.SUCCESS, id=first.id, logical_date=first.logical_date, a="success"
    )
    board.put_run(ended)
    assert [m.run for m in step(board).moves] == [second]


def test_ended_runs_that_are_looked_back_at_are_told_with_their_revisions() -> None:
    before = make.run(PAST, RunState.FAILED, revision=7)
    board = make.board(make.run(PAST, previous=before), make.run(CHAIN))
    assert board.looked_back_at() == {before.id: 7}


@pytest.mark.parametrize("dated", [True, False])
def test_a_run_dated_before_another_becomes_the_one_before_it(dated: bool) -> None:
    board, (first, second) = chain_of_runs(2)
    assert first.logical_date is not None
    at = first.logical_date + timedelta(hours=1) if dated else None
    between = make.run(PAST, logical_date=at, run_after=make.NOW)
    board.put_run(between)
    assert second.previous is (between if dated else first)
    earliest = make.run(PAST, logical_date=make.later(-1000), a="success")
    board.put_run(earliest)
    assert first.previous is earliest


def test_a_continuous_dag_rings_once_nothing_of_it_is_active() -> None:
    graph = make.graph(make.task("a"), timetable=Continuous(), start_date=make.later(99))
    run = make.run(graph, a="running")
    board = make.board(run)
    board.wake(make.NOW)
    assert board.next_at() is None
    step(board, (run, "a", DONE))
    board.wake(make.NOW)
    assert board.next_at() == make.later(99)


def test_several_runs_may_look_back_at_the_same_one() -> None:
    first = make.run(PAST, a="running")
    undated = make.run(PAST, previous=first, logical_date=None)
    second = make.run(PAST, previous=first, logical_date=make.NOW)
    board = make.board(first, undated, second)
    board.drop_run(undated.id)
    board.touched.clear()
    step(board, (first, "a", DONE))
    assert second.id in board.touched
    assert [m.run for m in step(board).moves] == [second]


def test_an_attempt_is_live_until_it_ends_or_another_takes_its_place() -> None:
    run = make.run(CHAIN, RunState.QUEUED)
    board = make.board(run)
    instance = make.one(run, "a")
    assert not board.is_live(instance.id, instance.epoch)
    step(board)
    epoch = instance.epoch
    assert board.is_live(instance.id, epoch)
    assert not board.is_live(instance.id, epoch + 1)
    step(board, (run, "a", DONE))
    assert not board.is_live(instance.id, epoch)
    board.drop_run(run.id)
    assert not board.is_live(make.one(run, "b").id, epoch)


def test_what_was_live_when_its_run_was_put_aside_is_known_until_the_run_is_back() -> None:
    run = make.run(CHAIN, a="running")
    board = make.board(run)
    a, b = make.one(run, "a"), make.one(run, "b")
    board.park_run(run.id)
    assert run.id not in board.runs and not board.is_live(a.id, a.epoch)
    assert board.is_parked(a.id, a.epoch)
    assert not board.is_parked(a.id, a.epoch + 1) and not board.is_parked(b.id, b.epoch)
    board.put_run(run)
    assert board.is_live(a.id, a.epoch) and not board.is_parked(a.id, a.epoch)
