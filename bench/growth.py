"""What one more completed task costs, with ever more history and ever more DAGs."""

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert

from bench.figures import Figure
from bench.null_engine import NOW, NullEngine, Statements, fresh_store, put_specs
from venturi.core.states import RunState, RunType, TaskState
from venturi.spec.model import DagSpec, TaskSpec
from venturi.store.engine import Store, Tx
from venturi.store.ids import take_ids
from venturi.store.queries.specs import current_version
from venturi.store.runs import instance_row
from venturi.store.schema.runs import (
    dag_run,
    task_instance,
    task_instance_history,
    task_instance_transition,
)
from venturi.store.scope import EVERY_DAG

#: Task instances of history, and DAGs: the first is what the others are compared with.
HISTORY = (1_000, 10_000, 100_000, 1_000_000)
DAGS = (10, 100, 1_000, 10_000)
#: Tasks of the measured run, and of each run of the history.
CHAIN = 200
TASKS = 100
#: How often the measured run is made; the median counts.
RUNS = 7


def chain(dag_id: str, count: int) -> DagSpec:
    """A DAG of tasks one after the other."""
    tasks = tuple(
        TaskSpec(task_id=f"t{i}", operator="Null", upstream=(f"t{i - 1}",) if i else ())
        for i in range(count)
    )
    return DagSpec(dag_id=dag_id, tasks=tasks)


def cost(store: Store, label: str) -> tuple[float, float, float]:
    """CPU ms and wall ms per completed task of a chain, and statements per task."""
    engine = NullEngine(store)
    statements = Statements(store)
    cpu, wall, sent = [], [], []
    for number in range(RUNS + 1):
        engine.trigger("measured", run_id=f"{label}-{number}")
        at, used, before = time.perf_counter(), time.process_time(), statements.count
        done = engine.drive()
        assert done == CHAIN
        wall.append((time.perf_counter() - at) * 1000 / done)
        cpu.append((time.process_time() - used) * 1000 / done)
        sent.append((statements.count - before) / done)
    # The first only fills caches.
    return statistics.median(cpu[1:]), statistics.median(wall[1:]), statistics.median(sent[1:])


def fill_history(store: Store, wanted: int, have: int) -> None:
    """Add ended runs of a DAG until there are so many task instances, with attempts and changes."""
    for first in range(have // TASKS, wanted // TASKS, 50):
        runs = range(first, min(first + 50, wanted // TASKS))
        store.retrying(lambda tx, runs=runs: _add_runs(tx, runs))  # type: ignore[misc]


def _add_runs(tx: Tx, runs: Sequence[int]) -> None:
    version = current_version(tx, EVERY_DAG, "history")
    ids = take_ids(tx, "dag_run", len(runs))
    ended = {"start_date": NOW, "end_date": NOW, "queued_at": NOW}
    tx.execute(
        insert(dag_run),
        [
            {
                "id": row_id,
                "dag_id": "history",
                "run_id": f"h{number}",
                "run_type": RunType.SCHEDULED,
                "state": RunState.SUCCESS,
                "logical_date": NOW - timedelta(minutes=number + 1),
                "run_after": NOW - timedelta(minutes=number),
                "version_id": version.id,
                **ended,
            }
            for row_id, number in zip(ids, runs, strict=True)
        ],
    )
    rows = [
        instance_row(version.graph, task, row_id, f"h{number}", NOW, version.id)
        | {"state": TaskState.SUCCESS, "try_number": 1, "epoch": 1, **_ENDED}
        for row_id, number in zip(ids, runs, strict=True)
        for task in range(TASKS)
    ]
    for row, ti_id in zip(rows, take_ids(tx, "task_instance", len(rows)), strict=True):
        row["id"] = ti_id
    tx.execute(insert(task_instance), rows)
    names = ("dag_id", "run_id", "task_id", "map_index", "try_number", "epoch", "state")
    attempts = [{name: row[name] for name in names} | _ENDED for row in rows]
    for attempt, row in zip(attempts, rows, strict=True):
        attempt["task_instance_id"] = row["id"]
    tx.execute(insert(task_instance_history), attempts)
    tx.execute(
        insert(task_instance_transition),
        [
            {"ti_id": row["id"], "at": NOW, "state": state, "try_number": 1, "epoch": 1}
            for row in rows
            for state in ("queued", "running", "success")
        ],
    )


_ENDED = {"start_date": NOW, "end_date": NOW, "duration": 0.1, "hostname": "here", "pid": 1}


def by_history(sizes: Sequence[int] = HISTORY) -> list[Figure]:
    """One more task with ever more task instances that have ended."""
    found = []
    with fresh_store() as store:
        put_specs(store, [chain("measured", CHAIN), chain("history", TASKS)])
        have = 0
        for size in sizes:
            fill_history(store, size, have)
            have = size
            found.append((f"{size:,} task instances", *cost(store, f"h{size}")))
    return figures("growth by history", found)


def by_dags(sizes: Sequence[int] = DAGS) -> list[Figure]:
    """One more task with ever more DAGs."""
    found = []
    with fresh_store() as store:
        put_specs(store, [chain("measured", CHAIN)])
        have = 0
        for size in sizes:
            put_specs(store, (chain(f"d{number}", 10) for number in range(have, size)))
            have = size
            found.append((f"{size:,} DAGs", *cost(store, f"d{size}")))
    return figures("growth by DAGs", found)


def figures(title: str, found: Sequence[tuple[str, float, float, float]]) -> list[Figure]:
    """Each size's cost, and the largest over the smallest."""
    made = [
        Figure(
            name=f"{title}: {size}",
            unit="ms/task",
            values=[cpu],
            notes=(f"CPU; {wall:.2f} ms wall", f"{sent:.1f} statements per task"),
        )
        for size, cpu, wall, sent in found
    ]
    ratio = found[-1][1] / found[0][1]
    return [*made, Figure(name=f"{title}: last over first", unit="x", values=[ratio], budget=1.2)]
