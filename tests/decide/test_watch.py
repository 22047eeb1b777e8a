"""Deadlines that pass, and DAGs that only fail."""

from typing import Any

import pytest

from tests import make
from tests.make import NOW, later
from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.decide.calls import calls_due
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import Deadline, Limits, RunView
from venturi.spec.deadlines import deadline_at
from venturi.spec.graph import Graph
from venturi.spec.model import Callback, DeadlineSpec, EmailSpec, Reference

T = TaskState


def late(run: RunView, **values: Any) -> list[Deadline]:
    return [miss.deadline for miss in decide(make.snapshot(run, **values), NOW).misses]


def with_sla(*deadlines: Deadline, **states: Any) -> RunView:
    graph = make.graph(make.task("a", sla=60.0), make.task("b", "a", sla=600.0))
    assert graph.slas == ((0, 60.0), (1, 600.0))
    return make.run(graph, deadlines=deadlines, **states)


def test_a_task_that_is_not_done_when_its_sla_is_over_has_missed_it() -> None:
    passed = Deadline(later(-1), 0)
    assert late(with_sla(passed, a="running")) == [passed]


@pytest.mark.parametrize("state", ["success", "skipped"])
def test_a_task_that_is_done_has_met_its_sla(state: str) -> None:
    assert late(with_sla(Deadline(later(-1), 0), a=state)) == []


def test_a_success_that_arrives_with_the_deadline_is_in_time() -> None:
    run = with_sla(Deadline(NOW, 0), a="running")
    done = make.report(run, "a", Result(state=T.SUCCESS))
    assert late(run, reports=(done,)) == []


def test_the_next_deadline_wakes_the_engine() -> None:
    run = with_sla(Deadline(later(30), 1), Deadline(later(20), 0), a="running")
    board = make.board(run)
    assert board.next_at() == later(20)
    assert decide(board.snapshot((), 32), NOW).next_at == later(20)


def test_what_was_found_missed_is_not_found_again() -> None:
    run = with_sla(Deadline(later(-1), 0), Deadline(later(60), 1), a="running")
    board = make.board(run)
    plan = decide(board.snapshot((), 32), NOW)
    assert plan.runs == {run.id: run} and not plan.is_empty
    board.fold(plan, NOW)
    assert run.deadlines == [Deadline(later(60), 1)]
    board.look_at_dag("d")
    assert decide(board.snapshot((), 32), NOW).misses == ()


def test_slas_are_not_watched_while_the_dag_is_paused_or_when_switched_off() -> None:
    run = with_sla(Deadline(later(-1), 0), Deadline(later(-1)), a="running")
    paused = {"d": make.view(run.graph, paused=True)}
    assert late(run, dags=paused) == [Deadline(later(-1))]
    assert late(run, limits=Limits(check_slas=False)) == [Deadline(later(-1))]


def test_a_run_that_waits_for_its_start_misses_its_deadline_too() -> None:
    run = make.run(make.graph(make.task("a")), RunState.QUEUED, deadlines=[Deadline(NOW, id=7)])
    assert late(run) == [Deadline(NOW, id=7)]


def test_one_call_tells_of_all_slas_of_a_run() -> None:
    mail = EmailSpec(to=("x@y",))
    graph = make.graph(
        make.task("a", sla=1.0, email=mail),
        make.task("b", sla=1.0),
        callbacks=(Callback.SLA_MISS,),
    )
    run = make.run(graph, deadlines=[Deadline(NOW, 0), Deadline(NOW, 1)])
    (call,) = calls_due(decide(make.snapshot(run), NOW), {})
    assert (call.kind, call.missed, call.callbacks, call.email) == (
        Callback.SLA_MISS,
        ("a", "b"),
        True,
        True,
    )


def test_nobody_is_called_where_nobody_wants_to_hear() -> None:
    run = make.run(make.graph(make.task("a", sla=1.0)), deadlines=[Deadline(NOW, 0)])
    plan = decide(make.snapshot(run), NOW)
    assert plan.misses and not list(calls_due(plan, {}))


def test_a_deadline_of_a_run_calls_its_alert() -> None:
    run = make.run(make.graph(make.task("a")), deadlines=[Deadline(NOW, id=7)])
    (call,) = calls_due(decide(make.snapshot(run), NOW), {})
    assert (call.kind, call.deadline) == (Callback.DEADLINE, Deadline(NOW, id=7))


# --- when a run must have ended -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "known", "expected"),
    [
        ({"reference": Reference.LOGICAL_DATE}, {}, later(-50)),
        ({"reference": Reference.LOGICAL_DATE}, {"logical_date": None}, None),
        ({"reference": Reference.QUEUED_AT}, {}, later(10)),
        ({"reference": Reference.FIXED, "at": later(100)}, {}, later(110)),
        ({"reference": Reference.FIXED}, {}, None),
        ({"reference": Reference.AVERAGE}, {"average": 5.0}, later(15)),
        ({"reference": Reference.AVERAGE}, {}, None),
        ({"reference": Reference.QUEUED_AT, "variable": "v"}, {"interval": None}, None),
    ],
)
def test_a_deadline_counts_from_its_reference(
    spec: dict[str, Any], known: dict[str, Any], expected: Any
) -> None:
    facts = {"logical_date": later(-60), "queued_at": NOW, "interval": 10.0, "average": None}
    assert deadline_at(DeadlineSpec(**spec), **{**facts, **known}) == expected


# --- DAGs that only fail --------------------------------------------------------------------------


def ending(graph: Graph, state: T, failures: int, **view: Any) -> Plan:
    run = make.run(graph, a="running")
    board = make.board(run, dags=[make.view(graph, failures=failures, **view)])
    plan = decide(board.snapshot((make.report(run, "a", Result(state=state)),), 32), NOW)
    board.fold(plan, NOW)
    dag = board.dags["d"]
    assert dag.paused == (bool(plan.pauses) or view.get("paused", False))
    assert dag.failures == (failures + 1 if state is T.FAILED else 0)
    return plan


def test_a_dag_is_paused_when_so_many_runs_failed_in_a_row() -> None:
    graph = make.graph(make.task("a"), max_consecutive_failed_dag_runs=3)
    (pause,) = ending(graph, T.FAILED, 2).pauses
    assert pause.dag_id == "d" and "3 runs failed in a row" in pause.reason


@pytest.mark.parametrize(
    ("limit", "state", "failures"), [(3, T.FAILED, 1), (3, T.SUCCESS, 9), (0, T.FAILED, 99)]
)
def test_it_goes_on_otherwise(limit: int, state: T, failures: int) -> None:
    graph = make.graph(make.task("a"), max_consecutive_failed_dag_runs=limit)
    assert ending(graph, state, failures).pauses == ()


def test_several_runs_that_end_in_one_step_are_counted_one_after_the_other() -> None:
    graph = make.graph(make.task("a"), max_consecutive_failed_dag_runs=2)
    runs = [make.run(graph, a="running") for _ in range(2)]
    reports = tuple(make.report(run, "a", Result(state=T.FAILED)) for run in runs)
    board = make.board(*runs, dags=[make.view(graph)])
    waiting = make.run(graph)
    board.put_run(waiting)
    plan = decide(board.snapshot(reports, 32), NOW)
    assert [pause.dag_id for pause in plan.pauses] == ["d"]
    # what was about to get a slot in this very step does not
    assert TaskState.QUEUED not in {move.state for move in plan.moves}


def test_a_dag_that_nobody_knows_any_more_is_not_paused() -> None:
    graph = make.graph(make.task("a"), max_consecutive_failed_dag_runs=1)
    run = make.run(graph, a="running")
    reports = (make.report(run, "a", Result(state=T.FAILED)),)
    board = make.board(run)
    board.dags.clear()
    plan = decide(board.snapshot(reports, 32), NOW)
    assert plan.run_moves and not plan.pauses
    board.fold(plan, NOW)


def test_a_new_version_of_a_dag_does_not_forget_its_failures() -> None:
    graph = make.graph(make.task("a"))
    board = make.board(dags=[make.view(graph, failures=2)])
    board.put_dag(make.view(graph))
    assert board.dags["d"].failures == 2
