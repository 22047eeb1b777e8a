"""Who gets a slot: parallelism, pools, and the limits of DAGs, runs and tasks, by priority.

Candidates come in groups that share every limit, so a group that is blocked is put aside as a
whole and never stands in front of one that is not (rule R11).
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from venturi.decide.counting import shift
from venturi.decide.views import Candidate, Gate, InUse, PoolView, Rank
from venturi.spec.model import Era


class Admission(NamedTuple):
    """Who may be queued, in order, and what held the first of every group that was put aside.

    Groups that were not reached wait for a slot of the installation.
    """

    granted: list[Candidate]
    refused: list[tuple[Candidate, str]]


class Refusal(NamedTuple):
    """A limit that holds a candidate: `row` names it, `text` says it with its numbers."""

    row: str
    text: str


class Group(NamedTuple):
    """Candidates that share all limits, best first; `first` is the rank of the first of them."""

    first: Rank
    gate: Gate
    candidates: Sequence[Candidate]


def rank(candidate: Candidate) -> Rank:
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
    groups: Iterable[Group],
    in_use: InUse,
    pools: Mapping[str, PoolView],
    capacity: int,
    parallelism: int,
    *,
    freed: Sequence[Candidate] = (),
    is_paused: Callable[[str], bool] = lambda _dag_id: False,
) -> Admission:
    """Grant slots, best candidate first, until nothing is free or nobody is waiting.

    `groups` come best first and are looked at no further than needed; a gate may have several.
    `freed` are in `in_use` and have just ended: others may have their slots.
    """
    granted: list[Candidate] = []
    refused: list[tuple[Candidate, str]] = []
    free = min(capacity, parallelism - in_use.total) + len(freed)
    taken = Taken(in_use, pools, is_paused)
    for candidate in freed:
        taken.count(gate_of(candidate), candidate, -1)
    unseen = iter(groups)
    fresh = next(unseen, None)
    #: groups of which some were granted: (rank of the next, group, place of the next)
    begun: list[tuple[Rank, Group, int]] = []
    while free > 0 and (begun or fresh is not None):
        if fresh is not None and (not begun or fresh.first < begun[0][0]):
            group, place = fresh, 0
            fresh = next(unseen, None)
        else:
            _, group, place = heapq.heappop(begun)
        candidate = group.candidates[place]
        refusal = next(taken.refusals(group.gate, candidate), None)
        if refusal is not None:
            refused.append((candidate, refusal.text))
            continue
        taken.count(group.gate, candidate, 1)
        granted.append(candidate)
        free -= 1
        if place + 1 < len(group.candidates):
            heapq.heappush(begun, (rank(group.candidates[place + 1]), group, place + 1))
    return Admission(granted, refused)


class Taken:
    """Slots in use, with those granted in this step on top."""

    def __init__(
        self, in_use: InUse, pools: Mapping[str, PoolView], is_paused: Callable[[str], bool]
    ) -> None:
        self.pools, self.is_paused = pools, is_paused
        self.pool = dict(in_use.by_pool)
        self.dag, self.run = dict(in_use.by_dag), dict(in_use.by_run)
        self.task, self.run_task = dict(in_use.by_task), dict(in_use.by_run_task)

    def refusals(self, gate: Gate, candidate: Candidate) -> Iterator[Refusal]:
        """Every limit that holds the candidate; none when it may have a slot."""
        if self.is_paused(gate.dag_id):
            yield Refusal("dag_paused", f"DAG {gate.dag_id!r} is paused")
        pool = self.pools.get(gate.pool)
        used = self.pool.get(gate.pool, 0)
        if pool is None:
            yield Refusal("pool_missing", f"pool {gate.pool!r} does not exist")
        elif 0 <= pool.slots < gate.slots:
            text = f"it takes {gate.slots} slots of pool {gate.pool!r}, which has {pool.slots}"
            yield Refusal("pool_too_small", text)
        elif pool.slots >= 0 and used + gate.slots > pool.slots:
            text = f"pool {gate.pool!r} is full: {used} of {pool.slots} slots are taken"
            yield Refusal("pool_full", text)
        spec = candidate.run.graph.spec
        # From 3.x on the limit is one of each run, before it was one of all runs together.
        of_run = spec.era is Era.V3
        active = self.run.get(gate.run_id, 0) if of_run else self.dag.get(gate.dag_id, 0)
        limit = spec.max_active_tasks
        if active >= limit:
            of = "this run" if of_run else f"DAG {gate.dag_id!r}"
            text = f"{active} tasks of {of} are active, max_active_tasks is {limit}"
            yield Refusal("max_active_tasks", text)
        if gate.task >= 0:
            yield from self._task_refusals(gate, candidate)

    def _task_refusals(self, gate: Gate, candidate: Candidate) -> Iterator[Refusal]:
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
                text = f"{active} instances of {task.task_id!r} are active, {name} is {limit}"
                yield Refusal(name, text)

    def count(self, gate: Gate, candidate: Candidate, by: int) -> None:
        """Count a granted (or freed) slot."""
        name = candidate.run.graph.tasks[candidate.instance.task].task_id
        shift(self.pool, gate.pool, by * gate.slots)
        shift(self.dag, gate.dag_id, by)
        shift(self.run, gate.run_id, by)
        shift(self.task, (gate.dag_id, name), by)
        shift(self.run_task, (gate.run_id, name), by)
