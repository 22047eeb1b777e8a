"""Tasks in a mapped group: each instance waits for its own index of the others."""

from typing import Any

from tests import make
from tests.make import NOW
from venturi.core.attempts import Result
from venturi.core.states import TaskState
from venturi.decide.board import Board
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import Instance, Report, RunView
from venturi.decide.why import World, why_task
from venturi.spec.graph import Graph
from venturi.spec.model import GroupSpec, MapSource, MapSpec, TaskSpec, TriggerRule, XComSource

T = TaskState
OVER_THREE = MapSource(argument="x", length=3)
OVER_LIST = MapSource(argument="x", xcoms=(XComSource(task_id="list"),))


def inside(task_id: str, *upstream: str, **values: Any) -> TaskSpec:
    """A task of the group "g"; `own` is a further number of instances for each index."""
    own, over = values.pop("own", None), values.pop("over", OVER_THREE)
    deeper = (MapSource(argument="y", length=own),) if own else ()
    mapped = MapSpec(sources=(over, *deeper))
    return make.task(task_id, *upstream, group="g", mapped=mapped, **values)


def graph(*tasks: TaskSpec, over: MapSource = OVER_THREE) -> Graph:
    group = GroupSpec(group_id="g", mapped=MapSpec(sources=(over,)))
    return make.graph(*tasks, groups=(group,))


def moved(plan: Plan) -> dict[tuple[str, int], str]:
    return {
        (move.run.graph.tasks[move.instance.task].task_id, move.instance.map_index): str(move.state)
        for move in plan.moves
    }


def step(board: Board, *reports: Report) -> Plan:
    """One decision, folded into the board; mapped tasks get their instances."""
    board.wake(NOW)
    plan = decide(board.snapshot(reports, 32), NOW)
    board.fold(plan, NOW)
    for expansion in plan.expansions:
        made = [make.instance(expansion.task, map_index=index) for index in range(expansion.count)]
        board.replace_instances(expansion.run, expansion.task, made)
    return plan


def report(run: RunView, instance: Instance, **values: Any) -> Report:
    return Report(run, instance, instance.epoch, Result(**{"state": T.SUCCESS, **values}))


def test_an_instance_goes_on_when_its_own_index_above_is_done() -> None:
    of = graph(inside("a"), inside("b", "a"))
    run = make.run(of, a=["success", "running", "none"], b=["none", "none", "none"])
    assert moved(step(make.board(run))) == {("a", 2): "queued", ("b", 0): "queued"}


def test_all_tasks_of_a_group_expand_at_once() -> None:
    of = graph(inside("a"), inside("b", "a"), make.task("join", "b"))
    run = make.run(of)
    plan = step(make.board(run))
    assert [(e.task, e.count) for e in plan.expansions] == [(0, 3), (1, 3)]


def test_one_success_touches_its_own_index_below_and_nothing_else() -> None:
    of = graph(inside("a"), inside("b", "a"))
    run = make.run(of, a=["running", "running", "running"], b=["none", "none", "none"])
    board = make.board(run)
    step(board)
    plan = step(board, report(run, make.one(run, "a", 1)))
    assert moved(plan) == {("a", 1): "success", ("b", 1): "queued"}
    assert board.touched == {run.id: {0, (1, 1)}}


def test_one_failure_fails_its_own_index_below() -> None:
    of = graph(inside("a"), inside("b", "a"), inside("c", "b"), make.task("join", "c"))
    run = make.run(of, a=["failed", "running", "running"], b=["none"] * 3, c=["none"] * 3)
    board = make.board(run)
    assert moved(step(board)) == {("b", 0): "upstream_failed", ("c", 0): "upstream_failed"} | {
        ("join", -1): "upstream_failed"
    }


def test_what_comes_after_the_group_waits_for_all_of_it() -> None:
    of = graph(inside("a"), make.task("join", "a"))
    run = make.run(of, a=["success", "success", "running"])
    board = make.board(run)
    assert moved(step(board)) == {}
    assert moved(step(board, report(run, make.one(run, "a", 2)))) == {
        ("a", 2): "success",
        ("join", -1): "queued",
    }


def test_a_task_in_the_group_waits_for_all_of_what_is_outside() -> None:
    of = graph(make.mapped("m", length=2), inside("a"), inside("b", "a", "m"))
    run = make.run(of, m=["success", "running"], a=["success"] * 3, b=["none"] * 3)
    board = make.board(run)
    assert moved(step(board)) == {}
    told = moved(step(board, report(run, make.one(run, "m", 1))))
    assert {key for key, state in told.items() if state == "queued"} == {
        ("b", 0),
        ("b", 1),
        ("b", 2),
    }


def test_the_last_of_what_is_outside_may_end_after_the_own_index() -> None:
    of = graph(make.task("setup"), inside("a"), inside("b", "a", "setup"))
    run = make.run(of, setup="running", a=["running", "running", "running"], b=["none"] * 3)
    board = make.board(run)
    step(board)
    step(board, report(run, make.one(run, "a", 0)))
    assert moved(step(board, report(run, make.one(run, "setup")))) == {
        ("setup", -1): "success",
        ("b", 0): "queued",
    }


def test_a_group_expands_when_the_result_it_is_over_is_there() -> None:
    of = graph(
        make.task("list"),
        inside("a", "list", over=OVER_LIST),
        inside("b", "a", over=OVER_LIST),
        over=OVER_LIST,
    )
    run = make.run(of, list="running")
    board = make.board(run)
    step(board)
    plan = step(board, report(run, make.one(run, "list"), lengths=(("return_value", 2),)))
    assert [(e.task, e.count) for e in plan.expansions] == [(1, 2), (2, 2)]
    assert moved(step(board)) == {("a", 0): "queued", ("a", 1): "queued"}


def test_while_that_result_is_missing_it_is_said_what_is_waited_for() -> None:
    of = graph(make.task("list"), inside("a", "list", over=OVER_LIST), over=OVER_LIST)
    run = make.run(of, list="running")
    snapshot = make.snapshot(run)
    rows = [reason.row for reason in why_task(World(snapshot=snapshot, now=NOW), run, 1)]
    assert rows[0] == "not_expanded"


def test_a_group_over_nothing_is_skipped_with_all_its_tasks() -> None:
    nothing = MapSource(argument="x", length=0)
    of = graph(
        inside("a", over=nothing),
        inside("b", "a", over=nothing),
        make.task("join", "b", trigger_rule=TriggerRule.ALL_DONE),
        over=nothing,
    )
    run = make.run(of)
    assert moved(step(make.board(run))) == {
        ("a", -1): "skipped",
        ("b", -1): "skipped",
        ("join", -1): "queued",
    }


def test_a_group_over_the_result_of_a_failed_task_fails_with_all_its_tasks() -> None:
    of = graph(
        make.task("list"),
        inside("a", "list", over=OVER_LIST),
        inside("b", "a", over=OVER_LIST),
        over=OVER_LIST,
    )
    run = make.run(of, list="failed")
    assert moved(step(make.board(run))) == {
        ("a", -1): "upstream_failed",
        ("b", -1): "upstream_failed",
    }


def test_a_branch_in_the_group_decides_for_its_own_index() -> None:
    of = graph(inside("choose", can_skip=True), inside("left", "choose"), inside("right", "choose"))
    run = make.run(of, choose=["running"] * 3, left=["none"] * 3, right=["none"] * 3)
    board = make.board(run)
    step(board)
    plan = step(board, report(run, make.one(run, "choose", 1), skips=("left",)))
    assert moved(plan) == {
        ("choose", 1): "success",
        ("left", 1): "skipped",
        ("right", 1): "queued",
    }


def test_of_a_branch_with_many_instances_one_that_wants_a_task_is_enough() -> None:
    of = make.graph(make.mapped("choose", length=2), make.task("x", "choose"))
    run = make.run(of, choose=["running", "running"])
    board = make.board(run)
    step(board)
    first = step(board, report(run, make.one(run, "choose", 0), skips=("x",)))
    assert moved(first) == {("choose", 0): "success"}
    assert moved(step(board, report(run, make.one(run, "choose", 1)))) == {
        ("choose", 1): "success",
        ("x", -1): "queued",
    }


def test_when_all_instances_of_a_branch_exclude_a_task_it_is_skipped() -> None:
    of = make.graph(make.mapped("choose", length=2), make.task("x", "choose"))
    run = make.run(of, choose=["running", "running"])
    board = make.board(run)
    step(board)
    both = [report(run, make.one(run, "choose", i), skips=("x",)) for i in (0, 1)]
    assert moved(step(board, *both))["x", -1] == "skipped"


def test_a_task_expanded_once_more_in_the_group_belongs_to_its_index_by_blocks() -> None:
    of = graph(inside("a"), inside("b", "a", own=2), inside("c", "b"))
    run = make.run(of, a=["success", "running", "running"], b=["none"] * 6, c=["none"] * 3)
    board = make.board(run)
    assert moved(step(board)) == {("b", 0): "queued", ("b", 1): "queued"}
    board.begin(run, make.one(run, "b", 0), NOW)
    board.begin(run, make.one(run, "b", 1), NOW)
    assert ("c", 0) not in moved(step(board, report(run, make.one(run, "b", 0))))
    assert moved(step(board, report(run, make.one(run, "b", 1))))["c", 0] == "queued"


def test_before_a_sibling_is_expanded_all_of_it_is_waited_for() -> None:
    of = graph(inside("a"), inside("b", "a"))
    run = make.run(of, b=["none"] * 3)
    assert ("b", 0) not in moved(step(make.board(run)))


def test_without_the_length_of_the_group_all_of_a_block_is_waited_for() -> None:
    of = graph(
        make.task("list"),
        inside("a", "list", over=OVER_LIST),
        inside("b", "a", over=OVER_LIST, own=2),
        over=OVER_LIST,
    )
    run = make.run(of, list="success", a=["success", "running"], b=["none"] * 4)
    assert moved(step(make.board(run))) == {}


def test_instances_are_found_by_their_index_where_some_are_missing() -> None:
    of = graph(inside("a"), inside("b", "a"))
    run = make.run(of, a=["success", "running", "running"], b=["none"] * 3)
    del run.instances[0][1]
    assert moved(step(make.board(run))) == {("b", 0): "queued"}
    run.instances[0][1].state = T.SUCCESS
    assert ("b", 2) in moved(step(make.board(run)))


def test_a_group_over_a_task_that_is_not_there_expands_by_nothing() -> None:
    ghost = MapSource(argument="x", xcoms=(XComSource(task_id="ghost"),))
    of = graph(inside("a", over=ghost), over=ghost)
    assert of.affected == ((),)


def test_nested_groups_share_as_much_as_is_around_both() -> None:
    outer = GroupSpec(group_id="g", mapped=MapSpec(sources=(OVER_THREE,)))
    two = MapSource(argument="z", length=2)
    inner = GroupSpec(group_id="g.h", parent="g", mapped=MapSpec(sources=(two,)))
    of = make.graph(
        inside("a"),
        make.task("b", "a", group="g.h", mapped=MapSpec(sources=(OVER_THREE, two))),
        make.task("c", "b", group="g.h", mapped=MapSpec(sources=(OVER_THREE, two))),
        groups=(outer, inner),
    )
    assert of.kin == {1: {0: 1}, 2: {1: 2}}
    assert of.alongside == {1: frozenset({2})}
    run = make.run(of, a=["success", "none", "none"], b=["none"] * 6, c=["none"] * 6)
    told = moved(step(make.board(run)))
    assert {key for key in told if key[0] == "b"} == {("b", 0), ("b", 1)}


def test_tasks_of_different_mapped_groups_wait_for_all_of_each_other() -> None:
    groups = tuple(
        GroupSpec(group_id=name, mapped=MapSpec(sources=(OVER_THREE,))) for name in ("g", "h")
    )
    of = make.graph(
        inside("a"),
        make.task("b", "a", group="h", mapped=MapSpec(sources=(OVER_THREE,))),
        groups=groups,
    )
    assert of.kin == {} and of.grouped == {0, 1}
    run = make.run(of, a=["success", "success", "running"], b=["none"] * 3)
    assert moved(step(make.board(run))) == {}
