"""Who gets a slot: parallelism, pools, and the limits of DAGs, runs and tasks, by priority.

Candidates come in groups that share every limit, so a group that is blocked is put aside as a
whole and never stands in front of one that is not (rule R11).
"""

import heapq
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from venturi.core.clock import Instant
from venturi.decide.counting import shift
from venturi.decide.views import Candidate, Gate, InUse, PoolView
from venturi.spec.model import Era


class Admission(NamedTuple):
    """Who may be queued, in order, and what held the first of every group that was put aside."""

    granted: list[Candidate]
    refused: list[tuple[Candidate, str]]


def rank(candidate: Candidate) -> tuple[int, Instant, int]:
    """Sort key: higher priority weight first, then the older run, then the older instance."""
    run, instance = candidate
    return (-run.graph.weights[instance.task], run.run_after, instance.id)


def gate_of(candidate: Candidate) -> Gate:
    """The group that shares all limits with this candidate."""
    run, instance = candidate
    task = run.graph.tasks[instance.task]
    alone = task.max_active_tis_per_dag is not None or task.max_active_tis_per_dagrun is not None
    return Gate(task.pool, task.pool_slots, run.dag_id, run.id, instance.task if alone else -1)


def admit(
    waiting: Iterable[tuple[Gate, Sequence[Candidate]]],
    in_use: InUse,
    pools: Mapping[str, PoolView],
    capacity: int,
    parallelism: int,
    paused: Container[str] = (),
    freed: Sequence[Candidate] = (),
) -> Admission:
    """Grant slots, best candidate first, until nothing is free or nobody is waiting.

    Each group is sorted by `rank`; a gate may have several groups. Nothing of the DAGs in `paused`
    is granted. `freed` are in `in_use` and have just ended: others may have their slots.
    """
    granted: list[Candidate] = []
    refused: list[tuple[Candidate, str]] = []
    free = min(capacity, parallelism - in_use.total) + len(freed)
    groups = [(gate, group) for gate, group in waiting if group]
    heads = [(rank(group[0]), number, 0) for number, (_, group) in enumerate(groups)]
    heapq.heapify(heads)
    taken = _Taken(in_use, pools, paused)
    for candidate in freed:
        taken.count(gate_of(candidate), candidate, -1)
    while heads and free > 0:
        _, number, position = heads[0]
        gate, group = groups[number]
        candidate = group[position]
        reason = taken.refusal(gate, candidate)
        if reason is not None:
            refused.append((candidate, reason))
            heapq.heappop(heads)
            continue
        taken.count(gate, candidate, 1)
        granted.append(candidate)
        free -= 1
        if position + 1 < len(group):
            heapq.heapreplace(heads, (rank(group[position + 1]), number, position + 1))
        else:
            heapq.heappop(heads)
    refused.extend(
        (groups[number][1][position], f"all {parallelism} slots of the installation are taken")
        for _, number, position in heads
    )
    return Admission(granted, refused)


class _Taken:
    """Slots in use, with those granted in this step on top."""

    def __init__(
        self, in_use: InUse, pools: Mapping[str, PoolView], paused: Container[str]
    ) -> None:
        self.pools, self.paused = pools, paused
        self.pool = dict(in_use.by_pool)
        self.dag, self.run = dict(in_use.by_dag), dict(in_use.by_run)
        self.task, self.run_task = dict(in_use.by_task), dict(in_use.by_run_task)

    def refusal(self, gate: Gate, candidate: Candidate) -> str | None:
        """The limit that holds the candidate, in words; None when it may have a slot."""
        if gate.dag_id in self.paused:
            return f"DAG {gate.dag_id!r} is paused"
        pool = self.pools.get(gate.pool)
        if pool is None:
            return f"pool {gate.pool!r} does not exist"
        used = self.pool.get(gate.pool, 0)
        if pool.slots >= 0 and used + gate.slots > pool.slots:
            return f"pool {gate.pool!r} is full: {used} of {pool.slots} slots are taken"
        spec = candidate.run.graph.spec
        # From 3.x on the limit is one of each run, before it was one of all runs together.
        of_run = spec.era is Era.V3
        active = self.run.get(gate.run_id, 0) if of_run else self.dag.get(gate.dag_id, 0)
        if active >= spec.max_active_tasks:
            of = "this run" if of_run else f"DAG {gate.dag_id!r}"
            return f"{active} tasks of {of} are active, max_active_tasks is {spec.max_active_tasks}"
        return self._task_refusal(gate, candidate) if gate.task >= 0 else None

    def _task_refusal(self, gate: Gate, candidate: Candidate) -> str | None:
        task = candidate.run.graph.tasks[gate.task]
        for limit, active, name in (
            (
                task.max_active_tis_per_dag,
                self.task.get((gate.dag_id, task.task_id), 0),
                "max_active_tis_per_dag",
            ),
            (
                task.max_active_tis_per_dagrun,
                self.run_task.get((gate.run_id, task.task_id), 0),
                "max_active_tis_per_dagrun",
            ),
        ):
            if limit is not None and active >= limit:
                return f"{active} instances of {task.task_id!r} are active, {name} is {limit}"
        return None

    def count(self, gate: Gate, candidate: Candidate, by: int) -> None:
        """Count a granted (or freed) slot."""
        name = candidate.run.graph.tasks[candidate.instance.task].task_id
        shift(self.pool, gate.pool, by * gate.slots)
        shift(self.dag, gate.dag_id, by)
        shift(self.run, gate.run_id, by)
        shift(self.task, (gate.dag_id, name), by)
        shift(self.run_task, (gate.run_id, name), by)
