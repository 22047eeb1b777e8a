"""Who gets a slot."""

from typing import Any

from tests import make
from venturi.core.states import TaskState
from venturi.decide.admit import Admission, Group, admit, gate_of, rank
from venturi.decide.decide import decide
from venturi.decide.views import Candidate, InUse, Limits, PoolView, RunView
from venturi.spec.model import Era, WeightRule

POOLS = {"default_pool": PoolView(128), "one": PoolView(1), "none": PoolView(0)}


def grant(*candidates: Candidate, **values: Any) -> Admission:
    """What is granted to these, each in the group of its gate."""
    groups: dict[object, list[Candidate]] = {}
    for each in sorted(candidates, key=rank):
        groups.setdefault(gate_of(each), []).append(each)
    queue = sorted(Group(rank(group[0]), gate_of(group[0]), group) for group in groups.values())
    wanted: dict[str, Any] = {
        "in_use": make.in_use(),
        "pools": POOLS,
        "capacity": 100,
        "parallelism": 100,
    }
    return admit(queue, **(wanted | values))


def names(admission: Admission) -> list[str]:
    return [run.graph.tasks[i.task].task_id for run, i in admission.granted]


def waiting(run: RunView) -> list[Candidate]:
    return [Candidate(run, instance) for group in run.instances for instance in group]


def flat(count: int, **values: Any) -> RunView:
    """A run of so many tasks beside each other, all alike."""
    spec = {"max_active_tasks": 10_000} | {k: values.pop(k) for k in list(values) if k in DAG}
    tasks = [make.task(f"t{i}", **values) for i in range(count)]
    return make.run(make.graph(*tasks, **spec))


DAG = {"dag_id", "max_active_tasks", "era"}


def test_higher_weights_come_first_then_older_runs_then_older_instances() -> None:
    tasks = [make.task("low"), make.task("high", priority_weight=3), make.task("last")]
    graph = make.graph(*tasks)
    run, older = make.run(graph), make.run(graph, run_after=make.later(-100_000))
    admission = grant(*waiting(run), *waiting(older))
    assert names(admission) == ["high", "high", "low", "last", "low", "last"]
    assert admission.granted[0].run is older


def test_no_more_is_granted_than_there_are_places() -> None:
    run = flat(10)
    assert len(grant(*waiting(run), capacity=3).granted) == 3
    assert len(grant(*waiting(run), parallelism=4).granted) == 4
    assert len(grant(*waiting(run), parallelism=4, in_use=make.in_use(total=3)).granted) == 1
    assert not grant(*waiting(run), capacity=0).granted
    assert not grant(*waiting(run), capacity=-5).granted


def test_a_pool_gives_as_many_slots_as_it_has() -> None:
    admission = grant(*waiting(flat(3, pool="one")))
    assert len(admission.granted) == 1
    assert [reason for _, reason in admission.refused] == [
        "pool 'one' is full: 1 of 1 slots are taken"
    ]
    assert not grant(*waiting(flat(1, pool="none"))).granted
    assert not grant(*waiting(flat(1, pool="one")), in_use=make.in_use(by_pool={"one": 1})).granted


def test_a_pool_of_minus_one_is_without_limit() -> None:
    pools = {"free": PoolView(-1)}
    assert len(grant(*waiting(flat(90, pool="free", pool_slots=9)), pools=pools).granted) == 90


def test_a_pool_that_is_not_there_gives_nothing_and_the_reason_names_it() -> None:
    admission = grant(*waiting(flat(1, pool="gone")))
    assert admission.refused[0][1] == "pool 'gone' does not exist"


def test_a_task_takes_as_many_slots_of_its_pool_as_it_says() -> None:
    pools = {"p": PoolView(5)}
    assert len(grant(*waiting(flat(9, pool="p", pool_slots=2)), pools=pools).granted) == 2
    assert not grant(*waiting(flat(1, pool="p", pool_slots=6)), pools=pools).granted


def test_a_thousand_that_are_blocked_hide_nobody() -> None:
    blocked = [flat(250, pool="one", priority_weight=2, dag_id=f"a{i}") for i in range(4)]
    free = flat(100, dag_id="b")
    full = make.in_use(by_pool={"one": 1}, total=1)
    candidates = [c for run in (*blocked, free) for c in waiting(run)]
    admission = grant(*candidates, in_use=full, capacity=20)
    assert len(admission.granted) == 20 and {c.run.dag_id for c in admission.granted} == {"b"}
    assert len(admission.refused) == 4


def test_from_3_on_max_active_tasks_counts_each_run_and_before_it_all_runs_of_the_dag() -> None:
    for era, total in ((Era.V1, 2), (Era.V2, 2), (Era.V3, 4)):
        graph = make.graph(*(make.task(f"t{i}") for i in range(5)), max_active_tasks=2, era=era)
        candidates = [c for _ in range(2) for c in waiting(make.run(graph))]
        admission = grant(*candidates)
        assert len(admission.granted) == total, era
        what = "this run" if era is Era.V3 else "DAG 'd'"
        assert {reason for _, reason in admission.refused} == {
            f"2 tasks of {what} are active, max_active_tasks is 2"
        }


def test_a_limit_of_a_task_counts_all_runs_and_another_one_each_run() -> None:
    limits = {"max_active_tis_per_dag": (3, 3), "max_active_tis_per_dagrun": (2, 4)}
    for limit, (value, total) in limits.items():
        graph = make.graph(make.mapped("m", length=5, **{limit: value}))
        runs = [make.run(graph, m=["none"] * 5) for _ in range(2)]
        admission = grant(*(c for run in runs for c in waiting(run)))
        assert len(admission.granted) == total
        assert f"{value} instances of 'm' are active, {limit} is {value}" in {
            reason for _, reason in admission.refused
        }


def test_a_paused_dag_gets_nothing() -> None:
    admission = grant(*waiting(flat(2)), is_paused=lambda dag_id: dag_id == "d")
    assert not admission.granted and admission.refused[0][1] == "DAG 'd' is paused"
    run = make.run(make.graph(make.task("a")), a="scheduled")
    board = make.board(run, dags=[make.view(run.graph, paused=True)])
    assert decide(board.snapshot((), 32), make.NOW).is_empty


def test_slots_of_attempts_that_just_ended_are_free() -> None:
    graph = make.graph(make.task("a", pool="one"), make.task("b", pool="one"))
    run = make.run(graph, a="running", b="scheduled")
    board = make.board(run, pools={"one": 1}, limits=Limits(parallelism=1))
    assert decide(board.snapshot((), 0), make.NOW).is_empty
    plan = decide(board.snapshot((make.report(run, "a"),), 0), make.NOW)
    assert [m.state for m in plan.moves] == [TaskState.SUCCESS, TaskState.QUEUED]


def test_who_waited_and_who_is_made_ready_now_compete_by_weight() -> None:
    old, new = make.task("old", priority_weight=1), make.task("new", priority_weight=2)
    run = make.run(make.graph(old, new), old="scheduled")
    plan = decide(make.snapshot(run, capacity=1), make.NOW)
    assert {m.instance.task: str(m.state) for m in plan.moves} == {1: "queued"}


def test_a_waiting_instance_that_is_skipped_in_this_step_gets_no_slot() -> None:
    graph = make.graph(make.task("a"), make.task("b"), fail_fast=True)
    run = make.run(graph, a="failed", b="scheduled")
    plan = decide(make.snapshot(run), make.NOW)
    assert [str(m.state) for m in plan.moves] == ["skipped"]


def test_weights_of_the_rule_count_not_the_ones_of_the_file() -> None:
    tasks = (
        make.task("a", weight_rule=WeightRule.ABSOLUTE, priority_weight=2),
        make.task("b"),
        make.task("c", "b"),
        make.task("d", "c"),
    )
    run = make.run(make.graph(*tasks))
    assert names(grant(make.candidate(run, "a"), make.candidate(run, "b"))) == ["b", "a"]


def test_counting_leaves_what_is_in_use_as_it_is() -> None:
    used: InUse = make.in_use(total=1, by_pool={"default_pool": 1})
    grant(*waiting(flat(3)), in_use=used)
    assert (used.total, used.by_pool, used.by_dag) == (1, {"default_pool": 1}, {})
