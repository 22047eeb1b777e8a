"""Runs of backfills: when they start, and what they leave alone."""

from datetime import timedelta
from typing import Any

import pytest

from tests import make
from venturi.core.states import RunState, RunType
from venturi.decide.board import Board
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import BackfillView, RunView
from venturi.decide.why import World, why_run
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import DeltaTrigger, TimeDelta

GRAPH = make.graph(make.task("a"), max_active_runs=2)
TWO = BackfillView(id=7, limit=2)


def of(backfill: BackfillView, days_ago: int, graph: Graph = GRAPH, **values: Any) -> RunView:
    """A run of a backfill, which has not started unless told otherwise."""
    at = make.NOW - timedelta(days=days_ago)
    state = values.pop("state", RunState.QUEUED)
    more: dict[str, Any] = {"run_type": RunType.BACKFILL, "logical_date": at, "run_after": at}
    return make.run(graph, state, backfill=backfill, **(more | values))


def plan_of(board: Board) -> Plan:
    return decide(board.snapshot((), 32), make.NOW)


def started(board: Board) -> list[RunView]:
    return [move.run for move in plan_of(board).run_moves]


@pytest.mark.parametrize(("backwards", "places"), [(False, [0, 1]), (True, [3, 2])])
def test_as_many_start_as_the_backfill_allows_in_its_order(
    backwards: bool, places: list[int]
) -> None:
    backfill = TWO._replace(backwards=backwards)
    runs = [of(backfill, days) for days in (9, 8, 7, 6)]
    assert started(make.board(*runs)) == [runs[place] for place in places]


def test_runs_of_a_backfill_and_the_dags_own_do_not_count_against_each_other() -> None:
    own = [make.run(GRAPH, a="running"), make.run(GRAPH, RunState.QUEUED)]
    filling = [of(TWO, days, state=RunState.RUNNING, a="running") for days in (9, 8)]
    waiting = of(TWO, 7)
    board = make.board(*own, *filling, waiting)
    assert (board.dags["d"].running, board.dags["d"].queued) == (1, 1)
    assert board.backfilling == {7: 2}
    assert started(board) == [own[1]]


def test_two_backfills_have_a_limit_each() -> None:
    other = BackfillView(id=8, limit=1)
    runs = [of(TWO, 9), of(TWO, 8), of(other, 7), of(other, 6)]
    assert started(make.board(*runs)) == runs[:3]


def test_the_schedule_goes_on_beside_a_backfill() -> None:
    hour = TimeDelta(microseconds=3_600_000_000)
    graph = make.graph(
        make.task("a"),
        timetable=DeltaTrigger(delta=hour),
        start_date=make.later(-36_000),
        max_active_runs=1,
    )
    dag = make.view(graph, next_run=make.info(make.NOW))
    board = make.board(of(TWO, 9, graph), of(TWO, 8, graph), dags=[dag])
    assert len(plan_of(board).new_runs) == 1


def test_nothing_of_a_paused_backfill_or_dag_starts() -> None:
    assert plan_of(make.board(of(TWO._replace(paused=True), 9))).is_empty
    paused = make.board(of(TWO, 9), dags=[make.view(GRAPH, paused=True)])
    assert plan_of(paused).is_empty


def test_a_run_that_ends_makes_place_for_the_next_of_its_backfill() -> None:
    alone = TWO._replace(limit=1)
    ending = of(alone, 9, state=RunState.RUNNING, a="success")
    waiting = of(alone, 8)
    board = make.board(ending, waiting)
    plan = plan_of(board)
    assert [move.run for move in plan.run_moves] == [ending]
    board.fold(plan, make.NOW)
    assert board.backfilling == {}
    assert started(board) == [waiting]


def test_a_dag_that_is_put_again_does_not_count_its_backfills_twice() -> None:
    board = make.board(of(TWO, 9, state=RunState.RUNNING, a="running"))
    board.put_dag(make.view(GRAPH))
    assert board.backfilling == {7: 1} and board.dags["d"].running == 0


def test_the_first_run_of_a_backfill_may_ignore_its_past_and_the_others_do_not() -> None:
    graph = make.graph(make.task("a", depends_on_past=True))
    first = make.NOW - timedelta(days=9)
    backfill = TWO._replace(ignores_past_at=first)
    begins, follows = of(backfill, 9, graph), of(backfill, 8, graph)
    older = make.run(graph, a="running", logical_date=first - timedelta(days=1))
    assert not begins.looks_back and follows.looks_back
    board = make.board(begins, follows)
    board.put_run(older)
    assert begins.previous is None
    board.put_run(of(backfill, 10, graph))
    assert begins.previous is None


def test_a_run_for_no_date_looks_at_no_run_before() -> None:
    graph = make.graph(make.task("a", depends_on_past=True))
    assert not make.run(graph, logical_date=None).looks_back


def test_where_the_leaves_take_no_part_the_last_that_do_decide() -> None:
    graph = make.graph(make.task("a"), make.task("b", "a"), make.task("c", "b"))
    run = make.run(graph, a="failed", b="removed", c="removed")
    (move,) = decide(make.snapshot(run), make.NOW).run_moves
    assert (move.state, move.reason) == (RunState.FAILED, "failed: a")
    run = make.run(graph, a="removed", b="success", c="removed")
    (move,) = decide(make.snapshot(run), make.NOW).run_moves
    assert move.state is RunState.SUCCESS


@pytest.mark.parametrize(
    ("backwards", "first"),
    [(False, {0: "its_turn", 1: "backfill_max_active_runs"}), (True, {1: "its_turn"})],
)
def test_a_run_waits_for_those_before_it_in_the_order_of_its_backfill(
    backwards: bool, first: dict[int, str]
) -> None:
    backfill = TWO._replace(backwards=backwards)
    active = of(backfill, 20, state=RunState.RUNNING, a="running")
    waiting = [of(backfill, 9), of(backfill, 8)]
    queue = [(run.run_after, run.id) for run in waiting]
    snapshot = make.board(active, *waiting).snapshot((), 32)
    world = World(snapshot=snapshot, now=make.NOW, backfill_queues={7: queue})
    for place, row in first.items():
        assert [reason.row for reason in why_run(world, waiting[place])] == [row]
    (reason,) = why_run(world, waiting[0 if backwards else 1])
    assert reason.text == (
        "1 runs of backfill 7 are running and 1 wait before it, its max_active_runs is 2"
    )


def test_a_run_of_a_paused_backfill_or_a_full_one_says_so() -> None:
    paused = of(TWO._replace(paused=True), 9)
    world = World(snapshot=make.board(paused).snapshot((), 32), now=make.NOW)
    (reason,) = why_run(world, paused)
    assert (reason.row, reason.text) == (
        "backfill_paused",
        "backfill 7 is paused; let it go on with: airflow backfill unpause 7",
    )
    alone = TWO._replace(limit=1)
    waiting = of(alone, 8)
    board = make.board(of(alone, 9, state=RunState.RUNNING, a="running"), waiting)
    (reason,) = why_run(World(snapshot=board.snapshot((), 32), now=make.NOW), waiting)
    assert reason.text == "1 runs of backfill 7 are running, its max_active_runs is 1"
