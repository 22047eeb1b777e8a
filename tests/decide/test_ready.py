"""Verdicts carried along the graph, and how mapped tasks get their instances."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests import make
from venturi.core.attempts import Result
from venturi.core.states import TaskState
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import Limits, RunView
from venturi.spec.model import MapSource, MapSpec, TaskSpec, TriggerRule, XComSource

T = TaskState


def states(plan: Plan) -> dict[str, str]:
    return {m.run.graph.tasks[m.instance.task].task_id: str(m.state) for m in plan.moves}


def test_a_skip_is_carried_to_the_end_in_one_step() -> None:
    tasks = [make.task("t0"), *(make.task(f"t{i}", f"t{i - 1}") for i in range(1, 50))]
    run = make.run(make.graph(*tasks), t0="running")
    skipped = Result(state=T.SKIPPED)
    plan = decide(make.snapshot(run, reports=(make.report(run, "t0", skipped),)), make.NOW)
    assert set(states(plan).values()) == {"skipped"} and len(plan.moves) == 50


def test_the_tasks_behind_an_ended_one_get_slots_in_the_same_step() -> None:
    graph = make.graph(make.task("a"), make.task("b", "a"), make.task("c", "b"))
    run = make.run(graph, a="running")
    snapshot = make.snapshot(run, reports=(make.report(run, "a"),), touched={}, capacity=0)
    assert states(decide(snapshot, make.NOW)) == {"a": "success", "b": "queued"}


def test_what_is_not_touched_is_not_looked_at() -> None:
    run = make.run(make.graph(make.task("a"), make.task("b")))
    plan = decide(make.snapshot(run, touched={run.id: {1}}), make.NOW)
    assert states(plan) == {"b": "queued"}


def test_empty_tasks_pass_in_one_step() -> None:
    tasks = [make.task(f"t{i}", *([f"t{i - 1}"] if i else []), is_empty=True) for i in range(5)]
    plan = decide(make.snapshot(make.run(make.graph(*tasks))), make.NOW)
    assert set(states(plan).values()) == {"success"} and len(plan.run_moves) == 1


def test_a_plan_says_when_the_next_retry_is_due() -> None:
    soon = make.instance(1, "up_for_retry", due=make.later(5))
    run = make.run(make.graph(make.task("a"), make.task("b")), a="up_for_retry", b=soon)
    assert decide(make.snapshot(run), make.NOW).next_at == make.later(5)


def test_a_touched_child_may_come_before_its_parent_in_the_file() -> None:
    graph = make.graph(make.task("z", "a"), make.task("a", "b"), make.task("b"))
    run = make.run(graph, b="running")
    reports = (make.report(run, "b", Result(state=T.SKIPPED)),)
    plan = decide(make.snapshot(run, reports=reports, touched={}), make.NOW)
    assert states(plan) == {"b": "skipped", "a": "skipped", "z": "skipped"}


# --- mapped tasks --------------------------------------------------------------------------------


def expand(run: RunView, **values: Any) -> list[int]:
    plan = decide(make.snapshot(run, **values), make.NOW)
    return [expansion.count for expansion in plan.expansions]


def over(*sources: MapSource) -> TaskSpec:
    above = sorted({xcom.task_id for source in sources for xcom in source.xcoms})
    return make.task("m", *above, mapped=MapSpec(sources=sources))


def xcoms(how: str, *names: str, literals: tuple[int, ...] = ()) -> MapSource:
    sources = tuple(XComSource(task_id=name) for name in names)
    return MapSource(argument=how, how=how, xcoms=sources, literals=literals)


LITERAL = MapSource(argument="x", length=4)


@pytest.mark.parametrize(
    ("sources", "count"),
    [
        ([LITERAL], 4),
        ([LITERAL, xcoms("one", "a")], 8),
        ([xcoms("zip", "a", "b")], 2),
        ([xcoms("zip", "a", "b", literals=(1,))], 1),
        ([xcoms("zip_longest", "a", "b", literals=(1,))], 5),
        ([xcoms("concat", "a", "b", literals=(3,))], 10),
        ([xcoms("one", "a"), xcoms("one", "b")], 10),
    ],
)
def test_a_mapped_task_has_the_product_of_what_it_is_expanded_over(
    sources: Sequence[MapSource], count: int
) -> None:
    graph = make.graph(make.task("a"), make.task("b"), over(*sources))
    lengths = {("a", "return_value", -1): 2, ("b", "return_value", -1): 5}
    assert expand(make.run(graph, a="success", b="success", lengths=lengths)) == [count]


def test_the_length_that_comes_with_the_last_result_counts() -> None:
    graph = make.graph(make.task("a"), make.mapped("m", "a"))
    run = make.run(graph, a="running")
    ended = Result(state=T.SUCCESS, lengths=(("other", 9), ("return_value", 3)))
    assert expand(run, reports=(make.report(run, "a", ended),)) == [3]


def test_a_task_judged_twice_in_a_step_is_expanded_once() -> None:
    graph = make.graph(
        make.mapped("m", "y", length=2, trigger_rule=TriggerRule.ALWAYS),
        make.task("y", is_empty=True),
    )
    run = make.run(graph)
    assert expand(run, touched={run.id: {0, 1}}) == [2]


def test_over_nothing_it_is_skipped_with_all_that_follows() -> None:
    graph = make.graph(make.mapped("m", length=0), make.task("z", "m"))
    plan = decide(make.snapshot(make.run(graph)), make.NOW)
    assert states(plan) == {"m": "skipped", "z": "skipped"}


def test_over_too_much_it_fails_and_says_which_option_sets_the_limit() -> None:
    graph = make.graph(make.mapped("m", length=1025))
    plan = decide(make.snapshot(make.run(graph)), make.NOW)
    (move,) = plan.moves
    assert move.state is T.FAILED and move.reason == (
        "it would expand into 1025 instances, more than [core] max_map_length = 1024"
    )
    assert expand(make.run(graph), limits=Limits(max_map_length=2000)) == [1025]


@pytest.mark.parametrize(
    ("above", "state"),
    [
        ("failed", T.UPSTREAM_FAILED),
        ("upstream_failed", T.UPSTREAM_FAILED),
        ("skipped", T.SKIPPED),
        ("success", T.UPSTREAM_FAILED),
    ],
)
def test_over_a_result_that_is_missing_it_does_not_run(above: str, state: TaskState) -> None:
    graph = make.graph(make.task("a"), make.mapped("m", "a", trigger_rule=TriggerRule.ALL_DONE))
    plan = decide(make.snapshot(make.run(graph, a=above)), make.NOW)
    (move,) = plan.moves
    assert (move.state, move.reason) == (state, "a result it expands over is missing")


def test_over_a_task_that_is_not_in_the_dag_it_does_not_run() -> None:
    graph = make.graph(make.task("m", mapped=MapSpec(sources=(xcoms("one", "gone"),))))
    assert states(decide(make.snapshot(make.run(graph)), make.NOW)) == {"m": "upstream_failed"}


def test_over_a_mapped_task_it_has_one_instance_for_each_that_succeeded() -> None:
    graph = make.graph(
        make.mapped("a", length=3), make.mapped("m", "a", trigger_rule=TriggerRule.ALL_DONE)
    )
    run = make.run(graph, a=["success", "failed", "running"])
    assert expand(run) == []
    assert expand(run, reports=(make.report(run, "a", index=2),)) == [2]


def test_over_a_task_that_goes_on_it_waits_whatever_its_rule() -> None:
    graph = make.graph(
        make.mapped("a", length=2), make.mapped("m", "a", trigger_rule=TriggerRule.ALWAYS)
    )
    run = make.run(graph, a=["success", "running"])
    assert decide(make.snapshot(run), make.NOW).is_empty
    assert expand(run, reports=(make.report(run, "a", index=1),)) == [2]


def test_over_a_mapped_task_over_nothing_it_is_skipped() -> None:
    graph = make.graph(
        make.mapped("a", length=0), make.mapped("m", "a", trigger_rule=TriggerRule.ALL_DONE)
    )
    plan = decide(make.snapshot(make.run(graph)), make.NOW)
    assert states(plan) == {"a": "skipped", "m": "skipped"}


# --- the upstream ran again and returned another number of items ----------------------------------


def _again(length: int, states: list[Any], **limits: Any) -> Plan:
    """The step in which a mapped task that has instances learns a new length."""
    graph = make.graph(make.task("list"), make.mapped("m", "list"))
    run = make.run(graph, list="success", m=states)
    run.lengths["list", "return_value", -1] = length
    return decide(make.snapshot(run, limits=Limits(**limits)), make.NOW)


def test_instances_that_are_missing_are_made() -> None:
    plan = _again(5, ["none"] * 3)
    assert [(e.count, e.have) for e in plan.expansions] == [(5, 3)]
    assert [move.instance.map_index for move in plan.moves] == [0, 1, 2]


def test_instances_that_are_too_many_are_removed_unless_they_have_run() -> None:
    plan = _again(1, ["none", "none", "success", "none"])
    told = {move.instance.map_index: str(move.state) for move in plan.moves}
    assert told == {0: "queued", 1: "removed", 3: "removed"}


def test_when_nothing_is_left_to_expand_over_what_has_not_run_is_skipped() -> None:
    assert {str(move.state) for move in _again(0, ["none", "none"]).moves} == {"skipped"}


def test_when_there_is_too_much_to_expand_over_what_has_not_run_fails() -> None:
    plan = _again(9, ["none", "success"], max_map_length=8)
    assert [str(move.state) for move in plan.moves] == ["failed"]
    assert "max_map_length = 8" in plan.moves[0].reason


def test_what_has_run_altogether_is_left_as_it_is() -> None:
    plan = _again(5, ["success", "failed"])
    assert not plan.expansions and not plan.moves
