"""Deciding is a function: the same question has the same answer, and asking changes nothing."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import make
from tests.sim import laws
from tests.sim.seeds import script_of
from tests.sim.world import World
from venturi.core.states import RunState, TaskState
from venturi.decide.board import Board
from venturi.decide.calendar import following
from venturi.decide.decide import decide
from venturi.decide.views import Instance, RunView
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec, TriggerRule
from venturi.spec.timetable.model import DeltaInterval, RunInfo, TimeDelta


@given(st.integers(min_value=0, max_value=1 << 32))
def test_the_same_snapshot_has_the_same_plan_and_stays_as_it_is(seed: int) -> None:
    rng = Random(seed)
    world = World(rng, thorough=False)
    for name in script_of(seed)[:30]:
        getattr(world, name)()
    board = world.shell.board
    board.wake(world.now)
    snapshot = board.snapshot((), world.places)
    before = laws.board_picture(board)
    plan = decide(snapshot, world.now)
    assert decide(snapshot, world.now) == plan
    assert laws.board_picture(board) == before


def test_one_step_is_enough_for_the_whole_graph() -> None:
    """What an end leads to is decided with it: the same instant asked again has no answer."""
    tasks = [make.task("root", is_empty=True)]
    tasks += [make.task(f"s{i}", f"s{i - 1}" if i else "root", is_empty=True) for i in range(20)]
    tasks += [make.task("end", "s19", trigger_rule=TriggerRule.ALL_DONE)]
    run = make.run(make.graph(*tasks), RunState.QUEUED)
    board = make.board(run)
    board.fold(decide(board.snapshot((), 32), make.NOW), make.NOW)
    assert make.one(run, "end").state is TaskState.QUEUED
    assert decide(board.snapshot((), 31), make.NOW).is_empty


HOUR = TimeDelta(microseconds=3_600_000_000)


@pytest.mark.timeout(120)
def test_a_year_of_an_hourly_dag_that_looks_back_runs_through_in_order() -> None:
    """8,760 runs of three tasks, in virtual time; every task ends at once."""
    hours = 8760
    spec = DagSpec(
        dag_id="hourly",
        timetable=DeltaInterval(delta=HOUR),
        start_date=make.NOW,
        end_date=make.later((hours - 1) * 3600),
        catchup=True,
        max_active_runs=3,
        tasks=(
            make.task("a", depends_on_past=True),
            make.task("b", "a", depends_on_past=True, wait_for_downstream=True),
            make.task("c", "b"),
        ),
    )
    board = make.board(dags=[make.view(Graph(spec), next_run=_first(spec))])
    ended = _drive(board, Graph(spec))
    assert len(ended) == hours
    assert ended == sorted(ended)
    assert not board.runs and not board.in_use.total and not board._followers


def _first(spec: DagSpec) -> RunInfo:
    info = following(spec, None, make.NOW)
    assert info is not None
    return info


def _drive(board: Board, graph: Graph) -> list[str]:
    """Let everything happen at once that may; the run ids in the order in which they ended."""
    now, ended = make.NOW, list[str]()
    out: list[tuple[RunView, Instance]] = []
    latest = None
    while True:
        board.wake(now)
        reports = [make.report(run, run.graph.tasks[i.task].task_id) for run, i in out]
        plan = decide(board.snapshot(reports, 32), now)
        if plan.is_empty:
            at = board.next_at()
            if at is None:
                return ended
            board.touched.clear()
            board.due.clear()
            now = max(now, at)
            continue
        board.fold(plan, now)
        out = [(m.run, m.instance) for m in plan.moves if m.state is TaskState.QUEUED]
        ended += [m.run.run_id for m in plan.run_moves if m.state is RunState.SUCCESS]
        for new in plan.new_runs:
            at_date = new.info.logical_date
            assert at_date is not None
            latest = make.run(
                graph,
                RunState.QUEUED,
                run_id=f"scheduled__{at_date.isoformat()}",
                logical_date=at_date,
                run_after=new.info.run_after,
                previous=latest,
            )
            board.put_run(latest)
