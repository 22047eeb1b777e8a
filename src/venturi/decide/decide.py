"""The order of the steps."""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping

from venturi.core.clock import Instant
from venturi.core.states import RunState, TaskState
from venturi.decide.admit import Group, admit, gate_of, rank
from venturi.decide.calendar import create_due, start_queued
from venturi.decide.conclude import conclude
from venturi.decide.draft import Draft
from venturi.decide.finish import cut_short, finish
from venturi.decide.plan import Plan
from venturi.decide.ready import ready
from venturi.decide.views import Candidate, Gate, RunView, Snapshot
from venturi.decide.watch import find_missed, pause_failing

T = TaskState


def decide(snapshot: Snapshot, now: Instant) -> Plan:
    """What has to change now. Deterministic; the snapshot stays as it is."""
    draft = Draft(snapshot)
    for report in snapshot.reports:
        conclude(draft, report, now)
    draft.look_below()
    for run_id in draft.touched:
        find_missed(draft, snapshot.runs[run_id], now)
    for dag_id in snapshot.due:
        create_due(draft, snapshot.dags[dag_id], now)
    for dag_id, runs in _queued_runs(draft).items():
        start_queued(draft, snapshot.dags[dag_id], runs)
    for run in _moving_runs(draft):
        cut_short(draft, run, now)
        if draft.run_state_of(run) is RunState.RUNNING:
            ready(draft, run, now)
            finish(draft, run, now)
    pause_failing(draft)
    _admit(draft)
    return Plan(
        new_runs=tuple(draft.new_runs),
        run_moves=tuple(draft.run_moves.values()),
        moves=tuple(draft.moves.values()),
        expansions=tuple(draft.expansions.values()),
        misses=tuple(draft.misses),
        pauses=tuple(draft.pauses.values()),
        ask_runner=tuple(draft.ask_runner),
        next_at=draft.next_at,
    )


def _queued_runs(draft: Draft) -> Mapping[str, list[RunView]]:
    """Touched runs that wait for their start, by DAG."""
    snapshot = draft.snapshot
    waiting: defaultdict[str, list[RunView]] = defaultdict(list)
    for run_id in draft.touched:
        run = snapshot.runs[run_id]
        if run.state is RunState.QUEUED and run.dag_id in snapshot.dags:
            waiting[run.dag_id].append(run)
    return waiting


def _moving_runs(draft: Draft) -> list[RunView]:
    """Touched runs whose tasks may move: running, and their DAG is not paused."""
    snapshot = draft.snapshot
    moving = []
    for run_id in draft.touched:
        run = snapshot.runs[run_id]
        dag = snapshot.dags.get(run.dag_id)
        if draft.run_state_of(run) is RunState.RUNNING and not (dag is not None and dag.paused):
            moving.append(run)
    return moving


def _admit(draft: Draft) -> None:
    snapshot = draft.snapshot
    if not (snapshot.heads or draft.going):
        return  # nobody waits for a slot
    admission = admit(
        _groups(draft),
        snapshot.in_use,
        snapshot.pools,
        snapshot.capacity,
        snapshot.limits.parallelism,
        freed=draft.ended,
        is_paused=draft.is_paused,
    )
    for run, instance in admission.granted:
        draft.move(run, instance, T.QUEUED, "it got a slot")


def _groups(draft: Draft) -> Iterator[Group]:
    """Those who waited before this step, less those it moved, plus those it made ready."""
    snapshot = draft.snapshot
    fresh: defaultdict[Gate, list[Candidate]] = defaultdict(list)
    moved: set[Gate] = set()
    for move in draft.moves.values():
        candidate = Candidate(move.run, move.instance)
        if move.state is T.SCHEDULED:
            fresh[gate_of(candidate)].append(candidate)
        elif move.instance.state is T.SCHEDULED:
            moved.add(gate_of(candidate))
    changed = [sorted(group, key=rank) for group in fresh.values()]
    for gate in moved:
        waiting = snapshot.waiting[gate]
        changed.append([c for c in waiting if draft.state_of(c.instance) is T.SCHEDULED])
    old = (
        Group(first, gate, snapshot.waiting[gate])
        for first, gate in snapshot.heads
        if gate not in moved
    )
    new = sorted(Group(rank(group[0]), gate_of(group[0]), group) for group in changed if group)
    return heapq.merge(old, new)
