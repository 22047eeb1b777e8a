"""When and how a run ends."""

from typing import Any

import pytest

from tests import make
from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.decide.decide import decide
from venturi.decide.plan import Move, Plan
from venturi.decide.views import RunView
from venturi.spec.model import TriggerRule

T, R = TaskState, RunState


def ends(run: RunView, **values: Any) -> tuple[RunState, str] | None:
    """How a step ends the run, if it does."""
    plan = decide(make.snapshot(run, **values), make.NOW)
    return (plan.run_moves[0].state, plan.run_moves[0].reason) if plan.run_moves else None


def moves(plan: Plan) -> dict[str, Move]:
    return {move.run.graph.tasks[move.instance.task].task_id: move for move in plan.moves}


CHAIN = make.graph(make.task("a"), make.task("b", "a"))


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ({"a": "success", "b": "success"}, R.SUCCESS),
        ({"a": "failed", "b": "success"}, R.SUCCESS),
        ({"a": "success", "b": "failed"}, R.FAILED),
        ({"a": "success", "b": "skipped"}, R.SUCCESS),
        ({"a": "failed", "b": "upstream_failed"}, R.FAILED),
        ({"a": "success", "b": "removed"}, R.SUCCESS),
    ],
)
def test_leaves_decide_how_a_run_ended(states: dict[str, str], state: RunState) -> None:
    said = ends(make.run(CHAIN, states=states))
    assert said is not None and said[0] is state


def test_a_failed_run_names_the_leaves_that_failed() -> None:
    assert ends(make.run(CHAIN, a="success", b="failed")) == (R.FAILED, "failed: b")


def test_a_run_without_tasks_succeeds() -> None:
    assert ends(make.run(make.graph())) == (R.SUCCESS, "all tasks are done")


@pytest.mark.parametrize("state", ["queued", "running", "deferred", "awaiting_input"])
def test_a_run_goes_on_while_an_attempt_does(state: str) -> None:
    assert ends(make.run(CHAIN, a=state)) is None


@pytest.mark.parametrize("state", ["scheduled", "up_for_retry", "up_for_reschedule"])
def test_a_run_goes_on_while_an_instance_waits_for_its_turn(state: str) -> None:
    assert ends(make.run(CHAIN, a=state), capacity=0) is None


def test_the_report_that_ends_the_last_task_ends_the_run() -> None:
    run = make.run(CHAIN, a="success", b="running")
    said = ends(run, reports=(make.report(run, "b"),))
    assert said == (R.SUCCESS, "all tasks are done")


# --- teardowns -------------------------------------------------------------------------------


def with_teardown(**values: object) -> RunView:
    """a > work > down, where `down` is a teardown and failed."""
    down = make.task(
        "down",
        "work",
        is_teardown=True,
        trigger_rule=TriggerRule.ALL_DONE_SETUP_SUCCESS,
        **values,
    )
    graph = make.graph(make.task("work"), down)
    return make.run(graph, work="success", down="failed")


def test_a_teardown_that_fails_does_not_fail_the_run_unless_its_file_says_so() -> None:
    assert ends(with_teardown()) == (R.SUCCESS, "all tasks are done")
    assert ends(with_teardown(on_failure_fail_dagrun=True)) == (R.FAILED, "failed: down")


def test_work_above_a_teardown_decides_also_where_something_follows_the_teardown() -> None:
    graph = make.graph(
        make.task("work"),
        make.task("down", "work", is_teardown=True),
        make.task("after", "down"),
    )
    assert [graph.tasks[number].task_id for number in graph.leaves] == ["work", "after"]
    assert ends(make.run(graph, work="failed", down="success", after="success")) == (
        R.FAILED,
        "failed: work",
    )


def test_where_there_are_only_teardowns_they_decide() -> None:
    graph = make.graph(make.task("x", is_teardown=True))
    assert ends(make.run(graph, x="failed")) == (R.FAILED, "failed: x")


# --- dagrun_timeout ----------------------------------------------------------------------------


def test_a_run_that_takes_too_long_is_ended_with_all_that_it_has() -> None:
    tasks = (*(make.task(name) for name in "abcd"), make.mapped("m", length=3))
    graph = make.graph(*tasks, dagrun_timeout=90.0)
    run = make.run(graph, a="running", b="up_for_retry", c="success", start_date=make.later(-90))
    plan = decide(make.snapshot(run), make.NOW)
    (ended,) = plan.run_moves
    assert ended.state is R.FAILED
    assert ended.reason == "the run took longer than its dagrun_timeout of 90 s"
    said = moves(plan)
    assert {name: move.state for name, move in said.items()} == {
        "a": T.FAILED,
        "b": T.SKIPPED,
        "d": T.SKIPPED,
        "m": T.SKIPPED,
    }
    assert said["a"].cancel and said["a"].epoch == said["a"].seen + 1
    assert not plan.expansions


def test_an_attempt_that_ends_with_the_time_is_not_cancelled() -> None:
    graph = make.graph(make.task("a", retries=1), dagrun_timeout=90.0)
    run = make.run(graph, a="running", start_date=make.later(-90))
    plan = decide(make.snapshot(run, reports=(make.report(run, "a", make.failed()),)), make.NOW)
    (move,) = plan.moves
    assert (move.state, move.cancel, move.epoch) == (T.SKIPPED, False, move.seen)


def test_a_run_within_its_time_goes_on_and_is_looked_at_when_it_is_up() -> None:
    graph = make.graph(make.task("a"), dagrun_timeout=90.0)
    run = make.run(graph, a="running", start_date=make.later(-80))
    plan = decide(make.snapshot(run), make.NOW)
    assert plan.is_empty and plan.next_at == make.later(10)


def test_a_run_that_is_started_again_has_all_its_time_before_it() -> None:
    graph = make.graph(make.task("a"), dagrun_timeout=90.0)
    run = make.run(graph, R.QUEUED, start_date=make.later(-9000))
    plan = decide(make.snapshot(run), make.NOW)
    assert [move.state for move in plan.run_moves] == [R.RUNNING]
    assert moves(plan)["a"].state is T.QUEUED


# --- fail_fast -----------------------------------------------------------------------------------


def test_failing_fast_ends_everything_but_teardowns() -> None:
    down = make.task("down", "c", is_teardown=True, trigger_rule=TriggerRule.ALL_DONE_SETUP_SUCCESS)
    tasks = (make.task("a"), make.task("b"), make.task("c", "a"), down)
    graph = make.graph(*tasks, fail_fast=True)
    run = make.run(graph, a="running", b="running")
    plan = decide(make.snapshot(run, reports=(make.report(run, "a", make.failed()),)), make.NOW)
    said = moves(plan)
    assert {name: move.state for name, move in said.items()} == {
        "a": T.FAILED,
        "b": T.FAILED,
        "c": T.SKIPPED,
        "down": T.QUEUED,
    }
    assert said["b"].cancel and said["b"].reason == "a failed and the DAG is set to fail fast"
    assert not plan.run_moves


def test_a_run_that_failed_fast_is_failed_although_its_leaves_were_skipped() -> None:
    graph = make.graph(make.task("a"), make.task("b", "a"), fail_fast=True)
    run = make.run(graph, a="running")
    reports = (make.report(run, "a", make.failed()),)
    assert ends(run, reports=reports) == (R.FAILED, "failed: a")


def test_a_teardown_that_does_not_count_does_not_fail_fast() -> None:
    graph = make.graph(make.task("down", is_teardown=True), make.task("a"), fail_fast=True)
    run = make.run(graph, down="failed", a="running")
    assert decide(make.snapshot(run), make.NOW).is_empty


def test_a_retry_is_left_before_a_task_fails_fast() -> None:
    graph = make.graph(make.task("a", retries=1), make.task("b"), fail_fast=True)
    run = make.run(graph, a="running", b="running")
    plan = decide(make.snapshot(run, reports=(make.report(run, "a", make.failed()),)), make.NOW)
    assert {move.state for move in plan.moves} == {T.UP_FOR_RETRY}


# --- stuck ---------------------------------------------------------------------------------------


def test_a_run_that_can_never_end_says_so() -> None:
    graph = make.graph(make.task("a", "b"), make.task("b", "a"))
    said = ends(make.run(graph))
    assert said is not None and said[0] is R.FAILED
    assert said[1] == (
        "deadlocked: a: 1 of 1 upstream tasks are not done (trigger rule all_success); "
        "b: 1 of 1 upstream tasks are not done (trigger rule all_success)"
    )


def test_a_run_that_waits_for_the_one_before_it_is_not_stuck() -> None:
    graph = make.graph(make.task("a", depends_on_past=True))
    before = make.run(graph, a="failed")
    assert ends(make.run(graph, previous=before)) is None


def test_nothing_is_stuck_that_was_only_not_looked_at() -> None:
    run = make.run(CHAIN, a="success")
    assert ends(run, touched={run.id: frozenset()}) is None


def test_a_mapped_task_that_is_about_to_get_its_instances_is_not_stuck() -> None:
    run = make.run(make.graph(make.mapped("m", length=2), make.task("z", "m")))
    plan = decide(make.snapshot(run), make.NOW)
    assert [e.count for e in plan.expansions] == [2] and not plan.run_moves


def test_a_late_result_of_an_ended_run_is_taken_without_waking_the_run() -> None:
    run = make.run(CHAIN, R.FAILED, a="running")
    snapshot = make.snapshot(reports=(make.report(run, "a", Result(state=T.SUCCESS)),))
    plan = decide(snapshot, make.NOW)
    assert [move.state for move in plan.moves] == [T.SUCCESS] and not plan.run_moves
