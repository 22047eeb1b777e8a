"""What deciding costs by itself: the real core, an executor that ends every task at once, no store.

    python -m bench.sched_only [--only NAME] [--profile]

Prints seconds and tasks per minute of each workload. Every task is queued, begins and ends in steps
of their own kind: one step takes the results of all attempts that are out and hands out new ones.
"""

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count

from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.decide.board import Board
from venturi.decide.decide import decide
from venturi.decide.views import DagView, Instance, Limits, PoolView, Report, RunView
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec, TaskSpec

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DONE = Result(state=TaskState.SUCCESS)
#: Attempts at a time, as on a machine of eight cores with four tasks each.
PLACES = 32
_ids = count(1)


def task(name: str, *upstream: str) -> TaskSpec:
    return TaskSpec(task_id=name, operator="Null", upstream=upstream)


def one_large() -> Iterator[DagSpec]:
    """One DAG of 21,407 tasks: a root, and layers of 64 below it, each task after one above."""
    tasks = [task("t0")]
    tasks += [task(f"t{i}", f"t{max(0, i - 64)}") for i in range(1, 21_407)]
    yield DagSpec(dag_id="large", tasks=tuple(tasks), max_active_tasks=100_000)


def one_flat() -> Iterator[DagSpec]:
    """One DAG of 21,407 tasks that nothing holds."""
    tasks = tuple(task(f"t{i}") for i in range(21_407))
    yield DagSpec(dag_id="flat", tasks=tasks, max_active_tasks=100_000)


def many_small() -> Iterator[DagSpec]:
    """5,000 DAGs of 10 parallel tasks."""
    for number in range(5_000):
        yield DagSpec(dag_id=f"d{number}", tasks=tuple(task(f"t{i}") for i in range(10)))


def mesh() -> Iterator[DagSpec]:
    """Ten layers of a hundred tasks, each after all of the layer above."""
    tasks = [
        task(f"t{layer}.{i}", *(f"t{layer - 1}.{j}" for j in range(100) if layer))
        for layer in range(10)
        for i in range(100)
    ]
    yield DagSpec(dag_id="mesh", tasks=tuple(tasks), max_active_tasks=100_000)


def chain() -> Iterator[DagSpec]:
    """2,000 tasks one after the other."""
    tasks = tuple(task(f"t{i}", *([f"t{i - 1}"] if i else [])) for i in range(2_000))
    yield DagSpec(dag_id="chain", tasks=tasks)


WORKLOADS: tuple[Callable[[], Iterator[DagSpec]], ...] = (
    one_large,
    one_flat,
    many_small,
    mesh,
    chain,
)


def board_of(specs: Iterator[DagSpec]) -> Board:
    """A board with a queued run of each DAG."""
    board = Board(Limits(parallelism=PLACES))
    board.pools = {"default_pool": PoolView(-1)}
    for spec in specs:
        graph = Graph(spec)
        board.put_dag(DagView(dag_id=spec.dag_id, graph=graph))
        instances = [[Instance(id=next(_ids), task=i)] for i in range(len(graph.tasks))]
        run = RunView(
            id=next(_ids),
            dag_id=spec.dag_id,
            run_id="r",
            graph=graph,
            instances=instances,
            run_after=NOW,
            state=RunState.QUEUED,
        )
        board.put_run(run)
    return board


def drive(board: Board, at_once: int | None = None) -> tuple[int, int]:
    """Steps until nothing is left: (tasks done, steps). `at_once`: results taken in one step."""
    out: list[tuple[RunView, Instance]] = []
    done = steps = 0
    while True:
        taken, out = (out, []) if at_once is None else (out[:at_once], out[at_once:])
        for run, instance in taken:
            board.begin(run, instance, NOW)
        reports = [Report(run, instance, instance.epoch, DONE) for run, instance in taken]
        plan = decide(board.snapshot(reports, PLACES - board.in_use.total), NOW)
        steps += 1
        if plan.is_empty and not out:
            return done, steps
        done += len(reports)
        board.fold(plan, NOW)
        out += [(m.run, m.instance) for m in plan.moves if m.state is TaskState.QUEUED]


def measure(workload: Callable[[], Iterator[DagSpec]], at_once: int | None) -> str:
    """Run one workload and tell its figures."""
    begin = time.perf_counter()
    board = board_of(workload())
    loaded = time.perf_counter()
    done, steps = drive(board, at_once)
    seconds = time.perf_counter() - loaded
    kind = "singly" if at_once == 1 else "together"
    return (
        f"{workload.__name__:<12} {kind:<9} {done:>7,} tasks {steps:>7,} steps "
        f"load {loaded - begin:6.2f} s  decide {seconds:7.2f} s  {done / seconds * 60:>11,.0f}/min"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sched_only", description=__doc__)
    parser.add_argument("--only", help="name of a workload")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    parser.add_argument("--together", action="store_true", help="skip taking results one by one")
    asked = parser.parse_args()
    profile = cProfile.Profile() if asked.profile else None
    for workload in WORKLOADS:
        if asked.only in {None, workload.__name__}:
            for at_once in (None,) if asked.together else (None, 1):
                if profile is not None:
                    profile.enable()
                print(measure(workload, at_once), flush=True)
                if profile is not None:
                    profile.disable()
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
