"""The image of all active runs that is kept between steps, so that a step costs what changed.

`Board` is plain memory: the shell loads runs into it, takes snapshots from it, and folds plans
back once they are committed. A run whose row turns out to have another revision is dropped and
loaded again.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import timedelta
from operator import attrgetter

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, OCCUPYING, RUN_TERMINAL, TERMINAL, RunState, TaskState
from venturi.decide.admit import gate_of, rank
from venturi.decide.calendar import following
from venturi.decide.counting import shift
from venturi.decide.patience import first_open, is_patient
from venturi.decide.places import places_below
from venturi.decide.plan import Move, Plan, RunMove
from venturi.decide.views import (
    Candidate,
    DagView,
    Gate,
    Instance,
    InUse,
    Limits,
    Place,
    PoolView,
    Rank,
    Report,
    RunView,
    Snapshot,
)
from venturi.spec.timetable.model import Continuous

T = TaskState


class Board:
    """Active runs by id, who waits, what is in use, and what is due when."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.dags: dict[str, DagView] = {}
        self.runs: dict[int, RunView] = {}
        self.pools: dict[str, PoolView] = {}
        self.in_use = InUse()
        self.waiting: dict[Gate, list[Candidate]] = {}
        #: sorted: every group of `waiting` by the rank of its first
        self.heads: list[tuple[Rank, Gate]] = []
        #: instances of the runs that are here, by row id
        self.owner: dict[int, tuple[RunView, Instance]] = {}
        self.touched: dict[int, set[Place] | None] = {}
        self.due: set[str] = set()
        #: how many runs of each backfill are RUNNING
        self.backfilling: dict[int, int] = {}
        #: live attempts of runs that were put aside, by run
        self.parked: dict[int, frozenset[tuple[int, int]]] = {}
        self._runs_of: dict[str, set[int]] = {}
        #: those of them that look at the run before
        self._looking: dict[str, set[int]] = {}
        #: runs whose `previous` is this run
        self._followers: dict[int, set[int]] = {}
        #: (when, run id or dag id); some are outdated, which costs a look and nothing else
        self._alarms: list[tuple[Instant, int, str | int]] = []
        self._alarm_count = 0
        #: for which run of a DAG the alarm is set
        self._armed: dict[str, Instant] = {}

    # --- what is there ---------------------------------------------------------------------

    def put_dag(self, dag: DagView) -> None:
        """A DAG is new or has changed: look at its schedule and its runs."""
        before = self.dags.get(dag.dag_id)
        if before is not None:
            dag.failures = before.failures
        self.dags[dag.dag_id] = dag
        dag.running = dag.queued = 0
        for run_id in self._runs_of.get(dag.dag_id, ()):
            if self.runs[run_id].backfill is None:
                self._count_run(self.runs[run_id], 1)
        self.look_at_dag(dag.dag_id)

    def drop_dag(self, dag_id: str) -> None:
        """The DAG is gone, with its runs."""
        for run_id in list(self._runs_of.get(dag_id, ())):
            self.drop_run(run_id)
        self.dags.pop(dag_id, None)
        self.due.discard(dag_id)

    def look_at_dag(self, dag_id: str) -> None:
        """Consider the DAG's schedule and all its active runs in the next step."""
        self.due.add(dag_id)
        self._arm_dag(dag_id)
        for run_id in self._runs_of.get(dag_id, ()):
            self.touched[run_id] = None
            self._arm_run(self.runs[run_id])  # what was due while it was paused may not be now

    def put_run(self, run: RunView) -> None:
        """Take in a run as its rows say it is (again); one that has ended leaves the board."""
        self.drop_run(run.id)
        self._link(run)
        if run.state in RUN_TERMINAL:
            return
        self.runs[run.id] = run
        self._runs_of.setdefault(run.dag_id, set()).add(run.id)
        if run.looks_back:
            self._looking.setdefault(run.dag_id, set()).add(run.id)
        self._count_run(run, 1)
        for group in run.instances:
            for instance in group:
                self._enter(run, instance)
        if run.previous is not None:
            self._followers.setdefault(run.previous.id, set()).add(run.id)
        self.touched[run.id] = None
        self._arm_run(run)

    def _link(self, run: RunView) -> None:
        """Two views of one run must not stand side by side: those who look back see this one."""
        if run.previous is not None:
            run.previous = self.runs.get(run.previous.id, run.previous)
        for follower in self._followers.get(run.id, ()):
            self.runs[follower].previous = run
            self.touched[follower] = None
        for other_id in self._looking.get(run.dag_id, ()):
            other = self.runs[other_id]
            if _comes_between(run, other):
                self._unfollow(other)
                other.previous = run
                self._followers.setdefault(run.id, set()).add(other_id)
                self.touched[other_id] = None

    def _unfollow(self, run: RunView) -> None:
        if run.previous is not None:
            followers = self._followers[run.previous.id]
            followers.discard(run.id)
            if not followers:
                del self._followers[run.previous.id]

    def drop_run(self, run_id: int) -> None:
        """Forget a run; its place is free for another one."""
        self.parked.pop(run_id, None)
        run = self.runs.get(run_id)
        if run is None:
            return
        for group in run.instances:
            for instance in group:
                self._leave(run, instance)
        self._count_run(run, -1)
        del self.runs[run_id]
        self._runs_of[run.dag_id].discard(run_id)
        self._looking.get(run.dag_id, set()).discard(run_id)
        self._unfollow(run)
        self.touched.pop(run_id, None)
        self.due.add(run.dag_id)
        for other in self._runs_of[run.dag_id]:
            if self.runs[other].state is RunState.QUEUED:
                self.touched[other] = None

    def park_run(self, run_id: int) -> None:
        """Put a run aside until it is put here again; what its attempts tell is not lost."""
        live = frozenset(
            (instance.id, instance.epoch)
            for group in self.runs[run_id].instances
            for instance in group
            if instance.state in ACTIVE
        )
        self.drop_run(run_id)
        self.parked[run_id] = live

    def is_parked(self, ti_id: int, epoch: int) -> bool:
        """Whether this was a live attempt of a run when that was put aside."""
        return any((ti_id, epoch) in attempts for attempts in self.parked.values())

    def replace_instances(self, run: RunView, task: int, instances: list[Instance]) -> None:
        """A mapped task has its instances now."""
        for instance in run.instances[task]:
            self._leave(run, instance)
        run.instances[task] = instances
        for instance in instances:
            self._enter(run, instance)
        self.touch(run, task)

    def looked_back_at(self) -> dict[int, int]:
        """The revisions of runs that are not here but that runs here look back at.

        When a row has another revision, `put_run` that run: it is marked or cleared meanwhile.
        """
        before = (run.previous for run in self.runs.values())
        return {run.id: run.revision for run in before if run and run.id not in self.runs}

    def is_live(self, ti_id: int, epoch: int | None) -> bool:
        """Whether this attempt is the present one of its instance, and has not ended."""
        owned = self.owner.get(ti_id)
        return owned is not None and owned[1].epoch == epoch and owned[1].state in ACTIVE

    # --- a step ----------------------------------------------------------------------------

    def snapshot(self, reports: Iterable[Report], capacity: int) -> Snapshot:
        """What the next step has to look at."""
        return Snapshot(
            dags=self.dags,
            reports=tuple(reports),
            due=sorted(dag_id for dag_id in self.due if dag_id in self.dags),
            runs=self.runs,
            touched=dict(self.touched),
            waiting=self.waiting,
            heads=self.heads,
            pools=self.pools,
            in_use=self.in_use,
            backfilling=self.backfilling,
            limits=self.limits,
            capacity=capacity,
        )

    def next_at(self) -> Instant | None:
        """When something is due by itself; may be early, never late."""
        return self._alarms[0][0] if self._alarms else None

    def wake(self, now: Instant) -> None:
        """Look at whatever is due by now."""
        rung: set[str | int] = set()
        while self._alarms and self._alarms[0][0] <= now:
            rung.add(heapq.heappop(self._alarms)[2])
        for key in rung:
            if isinstance(key, str):
                self._armed.pop(key, None)
                if key in self.dags:
                    self.due.add(key)
            elif key in self.runs:
                self.touched[key] = None
                self._arm_run(self.runs[key], now)
        for dag_id in self.due:
            # What was due may not be any more, once somebody has set the clock back.
            dag = self.dags.get(dag_id)
            if dag is not None and dag.next_run is not None and dag.next_run.run_after > now:
                self._arm_dag(dag_id)
            self._arm_continuous(dag_id, now)

    def fold(self, plan: Plan, now: Instant) -> None:
        """The plan is committed: carry it out here, and note what it touches."""
        self.touched.clear()
        self.due.clear()
        for new_run in plan.new_runs:
            dag = self.dags[new_run.dag_id]
            dag.next_run, dag.last_run = new_run.then, new_run.info
            self.due.add(new_run.dag_id)
            self._arm_dag(new_run.dag_id)
        for run in plan.runs.values():
            run.revision += 1
        for move in plan.moves:
            self._fold_move(move, now)
        for miss in plan.misses:
            miss.run.deadlines.remove(miss.deadline)
        for run_move in plan.run_moves:
            self._fold_run(run_move, now)
        for pause in plan.pauses:
            self.dags[pause.dag_id].paused = True

    def _fold_move(self, move: Move, now: Instant) -> None:
        run, instance = move.run, move.instance
        before = instance.state
        self._leave(run, instance)
        instance.state = move.state
        instance.epoch = move.epoch
        instance.try_number = move.try_number
        instance.max_tries = move.max_tries
        instance.due = move.due
        instance.reschedules = move.reschedules
        if move.skips is not None:
            instance.skips = move.skips
        for key, length in move.lengths:
            run.lengths[run.graph.tasks[instance.task].task_id, key, instance.map_index] = length
        if move.state is T.QUEUED:
            instance.queued_at = now
        self._enter(run, instance)
        if move.due is not None:
            self._alarm(move.due, run.id)
        if move.state in TERMINAL or before in ACTIVE:
            succeeded = move.state is T.SUCCESS and not move.skips
            self.touch(run, instance.task, instance.map_index, succeeded=succeeded)

    def touch(self, run: RunView, task: int, index: int = -1, *, succeeded: bool = False) -> None:
        """A task, or one instance of it, changed: look at it, at what follows, and at the run that
        looks back at it.

        With `succeeded` the change is one instance's success.
        """
        if run.id in self.runs:
            places = self.touched.setdefault(run.id, set())
            if places is not None:
                places.add(task)
                places.update(
                    place
                    for place in places_below(run, task, index)
                    if not succeeded or not isinstance(place, int) or _may_matter(run, place)
                )
        followers = self._followers.get(run.id)
        if not followers:
            return
        # The same task looks back at it, and with `wait_for_downstream` the tasks above it do.
        names = [run.graph.tasks[n].task_id for n in (task, *run.graph.upstream[task])]
        for follower in followers:
            numbers = self.runs[follower].graph.index
            places = self.touched.setdefault(follower, set())
            if places is not None:
                places.update(numbers[name] for name in names if name in numbers)

    def _fold_run(self, move: RunMove, now: Instant) -> None:
        run = move.run
        self._count_run(run, -1)
        run.state = move.state
        self._count_run(run, 1)
        if move.state in RUN_TERMINAL:
            dag = self.dags.get(run.dag_id)
            if dag is not None:
                dag.failures = dag.failures + 1 if move.state is RunState.FAILED else 0
            self.drop_run(run.id)
            run.previous = None  # or a chain of all runs there ever were would be kept
        else:
            run.start_date = now
            self.touched[run.id] = None
            self._arm_run(run, now)

    def begin(self, run: RunView, instance: Instance, at: Instant) -> None:
        """An attempt has started; its slot is the one it was queued with."""
        instance.state = T.RUNNING
        if not instance.reschedules or instance.started_at is None:
            instance.started_at = at

    # --- alarms ------------------------------------------------------------------------------

    def _alarm(self, at: Instant, key: str | int) -> None:
        self._alarm_count += 1
        heapq.heappush(self._alarms, (at, self._alarm_count, key))

    def _arm_dag(self, dag_id: str) -> None:
        dag = self.dags.get(dag_id)
        if dag is not None and dag.next_run is not None:
            at = dag.next_run.run_after
            if self._armed.get(dag_id) != at:
                self._armed[dag_id] = at
                self._alarm(at, dag_id)

    def _arm_continuous(self, dag_id: str, now: Instant) -> None:
        """A continuous DAG's next run is known only once nothing of it is active."""
        dag = self.dags.get(dag_id)
        if dag is None or dag.running + dag.queued:
            return
        spec = dag.graph.spec
        if isinstance(spec.timetable, Continuous):
            info = following(spec, dag.last_run, now)
            if info is not None and info.run_after > now:
                self._alarm(info.run_after, dag_id)

    def _arm_run(self, run: RunView, after: Instant | None = None) -> None:
        """Set the alarm for the earliest thing in the run that is due by itself after `after`."""
        times = [
            instance.due
            for group in run.instances
            for instance in group
            if instance.due is not None and instance.state not in TERMINAL
        ]
        times += [deadline.at for deadline in run.deadlines]
        timeout = run.graph.spec.dagrun_timeout
        if timeout is not None and run.start_date is not None:
            times.append(run.start_date + timedelta(seconds=timeout))
        coming = [at for at in times if after is None or at > after]
        if coming:
            self._alarm(min(coming), run.id)

    # --- counting ---------------------------------------------------------------------------

    def _count_run(self, run: RunView, by: int) -> None:
        if run.backfill is not None:
            if run.state is RunState.RUNNING:
                shift(self.backfilling, run.backfill.id, by)
            return
        dag = self.dags.get(run.dag_id)
        if dag is None:
            return
        if run.state is RunState.RUNNING:
            dag.running += by
        elif run.state is RunState.QUEUED:
            dag.queued += by

    def _enter(self, run: RunView, instance: Instance) -> None:
        if run.id not in self.runs:
            return
        self.owner[instance.id] = (run, instance)
        if instance.state in OCCUPYING:
            self._use(run, instance, 1)
        elif instance.state is T.SCHEDULED:
            self._wait(Candidate(run, instance))

    def _leave(self, run: RunView, instance: Instance) -> None:
        if self.owner.pop(instance.id, None) is None:
            return
        if instance.state in OCCUPYING:
            self._use(run, instance, -1)
        elif instance.state is T.SCHEDULED:
            self._wait_no_more(Candidate(run, instance))

    def _wait(self, candidate: Candidate) -> None:
        gate, place = gate_of(candidate), rank(candidate)
        group = self.waiting.get(gate)
        if group is None:
            self.waiting[gate] = [candidate]
            insort(self.heads, (place, gate))
        elif place < rank(group[0]):
            self._unhead(group[0], gate)
            group.insert(0, candidate)
            insort(self.heads, (place, gate))
        else:
            insort(group, candidate, key=rank)

    def _wait_no_more(self, candidate: Candidate) -> None:
        gate, place = gate_of(candidate), rank(candidate)
        group = self.waiting[gate]
        number = bisect_left(group, place, key=rank)
        if number == 0:
            self._unhead(candidate, gate)
        del group[number]
        if not group:
            del self.waiting[gate]
        elif number == 0:
            insort(self.heads, (rank(group[0]), gate))

    def _unhead(self, candidate: Candidate, gate: Gate) -> None:
        del self.heads[bisect_left(self.heads, (rank(candidate), gate))]

    def _use(self, run: RunView, instance: Instance, by: int) -> None:
        use = self.in_use
        task = run.graph.tasks[instance.task]
        use.total += by
        shift(use.by_pool, task.pool, by * task.pool_slots)
        shift(use.by_dag, run.dag_id, by)
        shift(use.by_run, run.id, by)
        shift(use.by_task, (run.dag_id, task.task_id), by)
        shift(use.by_run_task, (run.id, task.task_id), by)


def _comes_between(run: RunView, other: RunView) -> bool:
    """A run of a date between `other` and what `other` takes for the one before it."""
    if run.logical_date is None or other.logical_date is None:
        return False
    before = other.previous.logical_date if other.previous is not None else None
    return run.logical_date < other.logical_date and (before is None or before < run.logical_date)


def _may_matter(run: RunView, task: int) -> bool:
    """Whether one more success above a task can change what its trigger rule says."""
    if not is_patient(run, task):
        return True
    place = run.open_at[task] = first_open(run, task, attrgetter("state"))
    return place >= len(run.graph.upstream[task])
