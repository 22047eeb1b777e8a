"""Which runs are due, and which waiting runs may start."""

from datetime import timedelta
from typing import Any

from tests import make
from venturi.core.clock import Instant
from venturi.core.states import RunState
from venturi.decide.calendar import AT_ONCE, following, restriction_of, runs_allowed
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import DagView
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import (
    Continuous,
    CronTrigger,
    Custom,
    DeltaTrigger,
    Null,
    Once,
    RunInfo,
    TimeDelta,
)

HOURLY = DeltaTrigger(delta=TimeDelta(microseconds=3_600_000_000))


def hourly(**values: Any) -> Graph:
    """A DAG every hour since ten hours ago."""
    wanted = {"timetable": HOURLY, "start_date": make.later(-36_000), "catchup": True}
    return make.graph(make.task("a"), **(wanted | values))


def at(hours: float) -> RunInfo:
    return make.info(make.later(hours * 3600))


def plan_of(dag: DagView, now: Instant = make.NOW) -> Plan:
    board = make.board(dags=[dag])
    return decide(board.snapshot((), 32), now)


def hours(plan: Plan) -> list[float]:
    return [(n.info.run_after - make.NOW).total_seconds() / 3600 for n in plan.new_runs]


def test_with_catchup_every_run_that_was_missed_is_made_as_far_as_runs_are_allowed() -> None:
    for allowed, made in ((16, 11), (3, 3)):
        graph = hourly(max_active_runs=allowed)
        plan = plan_of(make.view(graph, next_run=at(-10)))
        assert hours(plan) == [float(h) for h in range(-10, -10 + made)]
    assert plan.new_runs[-1].then is not None
    assert plan.new_runs[-1].then.run_after == make.later(-7 * 3600)


def test_a_long_catchup_is_made_in_portions() -> None:
    graph = hourly(start_date=make.later(-3_600_000), max_active_runs=1000)
    assert len(plan_of(make.view(graph, next_run=at(-1000))).new_runs) == AT_ONCE


def test_without_catchup_only_the_latest_is_made_however_long_it_was_paused() -> None:
    graph = hourly(catchup=False)
    dag = make.view(graph, next_run=at(-8), last_run=at(-9))
    plan = plan_of(dag)
    assert hours(plan) == [0.0]
    assert plan.next_at == make.later(3600)


def test_without_catchup_a_due_run_of_a_dag_without_start_does_not_run_away() -> None:
    every_hour = CronTrigger(expr="0 * * * *")
    graph = hourly(timetable=every_hour, start_date=None, catchup=False)
    assert hours(plan_of(make.view(graph, next_run=at(0)), make.later(10))) == [0.0]


def test_a_run_that_is_not_due_is_waited_for() -> None:
    plan = plan_of(make.view(hourly(), next_run=at(1)))
    assert not plan.new_runs and plan.next_at == make.later(3600)


def test_nothing_is_made_of_a_dag_that_is_paused_or_gone_or_has_no_schedule() -> None:
    assert plan_of(make.view(hourly(), next_run=at(-1), paused=True)).is_empty
    assert plan_of(make.view(hourly(), next_run=at(-1), present=False)).is_empty
    assert plan_of(make.view(hourly(timetable=Null()))).is_empty


def test_runs_that_are_active_or_wait_leave_less_room() -> None:
    graph = hourly(max_active_runs=3)
    runs = [make.run(graph), make.run(graph, RunState.QUEUED)]
    board = make.board(*runs, dags=[make.view(graph, next_run=at(-5))])
    assert len(decide(board.snapshot((), 32), make.NOW).new_runs) == 1


def test_once_is_once() -> None:
    graph = hourly(timetable=Once(), start_date=make.NOW)
    plan = plan_of(make.view(graph, next_run=at(0)))
    assert len(plan.new_runs) == 1 and plan.new_runs[0].then is None


def test_a_continuous_dag_runs_again_when_nothing_of_it_is_active() -> None:
    graph = hourly(timetable=Continuous(), max_active_runs=5)
    assert runs_allowed(graph.spec) == 1
    dag = make.view(graph)
    (made,) = plan_of(dag).new_runs
    assert made.then is None and made.info.run_after == make.NOW
    busy = make.board(make.run(graph), dags=[make.view(graph)])
    assert not decide(busy.snapshot((), 32), make.NOW).new_runs


def test_a_continuous_dag_that_starts_later_rings_then() -> None:
    graph = hourly(timetable=Continuous(), start_date=make.later(60))
    board = make.board(dags=[make.view(graph)])
    board.wake(make.NOW)
    plan = decide(board.snapshot((), 32), make.NOW)
    assert plan.is_empty and plan.next_at == make.later(60)
    assert board.next_at() == make.later(60)
    board.due.clear()
    board.wake(make.later(60))
    assert len(decide(board.snapshot((), 32), make.later(60)).new_runs) == 1


def test_a_timetable_of_the_users_own_is_asked_in_the_runner() -> None:
    graph = hourly(timetable=Custom(import_path="mine.Own"))
    plan = plan_of(make.view(graph, next_run=at(-1)))
    assert plan.ask_runner == ("d",) and len(plan.new_runs) == 1
    assert plan.new_runs[0].then is None
    assert following(graph.spec, at(-1), make.NOW) is None


def test_waiting_runs_start_oldest_first_as_far_as_runs_are_allowed() -> None:
    graph = hourly(timetable=Null(), max_active_runs=3)
    waiting = [
        make.run(graph, RunState.QUEUED, run_after=make.later(seconds))
        for seconds in (-10, -30, -20, -40)
    ]
    plan = decide(make.snapshot(make.run(graph, a="running"), *waiting), make.NOW)
    assert [move.run for move in plan.run_moves] == [waiting[3], waiting[1]]
    assert {m.run.id for m in plan.moves} == {waiting[3].id, waiting[1].id}


def test_a_waiting_run_of_a_paused_or_unknown_dag_does_not_start() -> None:
    graph = hourly(timetable=Null())
    run = make.run(graph, RunState.QUEUED)
    board = make.board(run, dags=[make.view(graph, paused=True)])
    assert decide(board.snapshot((), 32), make.NOW).is_empty
    board.dags.clear()
    assert decide(board.snapshot((), 32), make.NOW).is_empty


def test_a_run_of_a_paused_dag_does_not_go_on_but_its_results_are_taken() -> None:
    graph = make.graph(make.task("a"), make.task("b", "a"))
    run = make.run(graph, a="running")
    board = make.board(run, dags=[make.view(graph, paused=True)])
    plan = decide(board.snapshot((make.report(run, "a"),), 32), make.NOW)
    assert [str(move.state) for move in plan.moves] == ["success"]


def test_a_fold_tells_the_dag_what_comes_next() -> None:
    graph = hourly()
    dag = make.view(graph, next_run=at(-1))
    board = make.board(dags=[dag])
    plan = decide(board.snapshot((), 32), make.NOW)
    board.fold(plan, make.NOW)
    assert dag.last_run is not None and dag.last_run.run_after == make.NOW
    assert dag.next_run is not None and dag.next_run.run_after == make.later(3600)
    assert board.due == {"d"} and board.next_at() is not None
    board.wake(make.NOW + timedelta(hours=1))
    assert board.due == {"d"}


def test_a_dag_begins_with_the_first_of_its_tasks_and_ends_when_all_have_ended() -> None:
    early, late = make.later(-100), make.later(100)
    a = make.task("a", start_date=early, end_date=late)
    for b, earliest, latest in (
        (make.task("b", start_date=late, end_date=early), early, late),
        (make.task("b"), early, None),
    ):
        found = restriction_of(make.dag(a, b))
        assert (found.earliest, found.latest) == (earliest, latest)
    own = restriction_of(make.dag(a, start_date=make.NOW, end_date=make.NOW, catchup=True))
    assert (own.earliest, own.latest, own.catchup) == (early, make.NOW, True)
    assert restriction_of(make.dag()).latest is None


def test_a_run_that_is_not_due_any_more_since_the_clock_went_back_rings_again() -> None:
    graph = hourly(max_active_runs=1)
    active = make.run(graph, a="running")
    board = make.board(active, dags=[make.view(graph, next_run=at(0))])
    board.wake(make.NOW)
    board.fold(decide(board.snapshot((), 32), make.NOW), make.NOW)
    assert board.next_at() is None
    board.drop_run(active.id)
    for _ in range(3):
        board.wake(make.later(-60))
        assert decide(board.snapshot((), 32), make.later(-60)).is_empty
    assert board.next_at() == make.NOW and len(board._alarms) == 1
