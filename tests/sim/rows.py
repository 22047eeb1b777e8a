"""The database of the simulation: rows in memory, with the same guards as `store.apply`.

A run's rows are one `RunView` that nobody else holds; everybody gets copies. A plan is written as a
whole or not at all: `Stale` when a run has another revision or an instance another epoch than the
plan has seen, `LostLease` when another scheduler has taken over.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import count

from tests.sim import laws
from venturi.core.clock import Instant
from venturi.core.run_ids import run_id
from venturi.core.states import RUN_TERMINAL, TERMINAL, RunState, RunType, TaskState
from venturi.decide.plan import Expansion, NewRun, Plan
from venturi.decide.views import DagView, Deadline, Instance, PoolView, RunView
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import RunInfo

T = TaskState


class Stale(Exception):
    """What the plan rests on has changed."""

    def __init__(self, run_ids: Iterable[int]) -> None:
        super().__init__()
        self.run_ids = frozenset(run_ids)


class LostLease(Exception):
    """Another scheduler has taken over."""


class Rows:
    """All rows there are."""

    def __init__(self) -> None:
        self.ids = count(1)
        self.term = 0
        self.dags: dict[str, DagView] = {}
        self.runs: dict[int, RunView] = {}
        self.pools: dict[str, PoolView] = {}
        self.parallelism = 32
        self.where: dict[int, tuple[RunView, Instance]] = {}
        self.taken: set[tuple[str, Instant]] = set()
        self.paused_by_engine: set[str] = set()
        #: every state an instance has been in, for the message of a law that was broken
        self.story: dict[int, list[str]] = {}
        #: results that were taken, by instance and epoch
        self.accepted: set[tuple[int, int]] = set()

    # --- reading -----------------------------------------------------------------------------

    def load_dags(self) -> list[DagView]:
        return [copy_dag(dag) for dag in self.dags.values()]

    def load_runs(self, ids: Iterable[int] | None = None) -> list[RunView]:
        """Copies of runs, with the run before each where its tasks look at it."""
        if ids is None:
            ids = [run.id for run in self.runs.values() if run.state not in RUN_TERMINAL]
        copies = {i: copy_run(self.runs[i]) for i in ids if i in self.runs}
        for run in list(copies.values()):
            before = self.before(run)
            if run.graph.depends_on_past and before is not None:
                run.previous = copies.get(before.id) or copy_run(before)
        return list(copies.values())

    def before(self, run: RunView) -> RunView | None:
        """The run of the same DAG with the latest logical date before this one's."""
        at = run.logical_date
        if at is None:
            return None
        earlier = [
            other
            for other in self.runs.values()
            if other.dag_id == run.dag_id
            and other.logical_date is not None
            and other.logical_date < at
        ]
        return max(earlier, key=lambda other: other.logical_date or at, default=None)

    # --- writing -----------------------------------------------------------------------------

    def apply(
        self,
        plan: Plan,
        begun: Sequence[tuple[RunView, Instance]],
        reported: dict[int, int],
        now: Instant,
        term: int,
    ) -> tuple[list[int], list[tuple[Expansion, list[Instance]]]]:
        """Write a plan; the runs it created and the instances it made. `reported`: id -> epoch."""
        if term != self.term:
            raise LostLease
        seen = plan.runs | {run.id: run for run, _ in begun}
        stale = {
            i
            for i, run in seen.items()
            if i not in self.runs or self.runs[i].revision != run.revision
        }
        stale |= {
            m.run.id
            for m in plan.moves
            if m.run.id not in stale and self.where[m.instance.id][1].epoch != m.seen
        }
        if stale:
            raise Stale(stale)
        for row_id in seen:
            self.runs[row_id].revision += 1
        self._write_moves(plan, reported, now)
        for run, instance in begun:
            row = self.where[instance.id][1]
            self._set(self.runs[run.id], row, T.RUNNING)
            if not row.reschedules or row.started_at is None:
                row.started_at = now
        for move in plan.run_moves:
            laws.run_may(self, self.runs[move.run.id], move.state)
            run = self.runs[move.run.id]
            run.state = move.state
            if move.state is RunState.RUNNING:
                run.start_date = now
        for miss in plan.misses:
            laws.miss_may(self, miss, now)
            self.runs[miss.run.id].deadlines.remove(miss.deadline)
        for pause in plan.pauses:
            self.dags[pause.dag_id].paused = True
            self.paused_by_engine.add(pause.dag_id)
        made = [self._create(new) for new in plan.new_runs]
        created = [row_id for row_id in made if row_id is not None]
        expanded = [(e, self._expand(e)) for e in plan.expansions]
        laws.after_apply(self, plan)
        return created, expanded

    def _write_moves(self, plan: Plan, reported: dict[int, int], now: Instant) -> None:
        for move in plan.moves:
            run, row = self.where[move.instance.id]
            if move.instance.id in reported:
                laws.accept(self, row, reported[move.instance.id])
            laws.move_may(self, run, row, move)
            self._set(run, row, move.state)
            row.epoch, row.try_number, row.max_tries = move.epoch, move.try_number, move.max_tries
            row.due, row.reschedules = move.due, move.reschedules
            if move.skips is not None:
                row.skips = move.skips
            if move.state is T.QUEUED:
                row.queued_at = now
            for key, length in move.lengths:
                run.lengths[run.graph.tasks[row.task].task_id, key, row.map_index] = length
        laws.rules_held(self, plan)
        laws.limits_held(self, plan)

    def _set(self, run: RunView, row: Instance, state: TaskState) -> None:
        self.story.setdefault(row.id, []).append(f"{state}/{row.epoch}")
        row.state = state

    def _create(self, new: NewRun) -> int | None:
        dag = self.dags[new.dag_id]
        dag.next_run, dag.last_run = new.then, new.info
        return self.create_run(dag, new.info, RunType.SCHEDULED)

    def create_run(self, dag: DagView, info: RunInfo, run_type: RunType) -> int | None:
        """Insert a run of the DAG's newest version; None when its logical date is taken."""
        at = info.logical_date
        if at is not None:
            if (dag.dag_id, at) in self.taken:
                return None
            self.taken.add((dag.dag_id, at))
        run_slas = dag.graph.slas if run_type is RunType.SCHEDULED else ()
        run = RunView(
            id=next(self.ids),
            dag_id=dag.dag_id,
            run_id=run_id(run_type, at or info.run_after),
            graph=dag.graph,
            instances=[],
            run_after=info.run_after,
            state=RunState.QUEUED,
            run_type=run_type,
            logical_date=at,
            interval=info.data_interval,
            deadlines=[
                Deadline(info.run_after + timedelta(seconds=sla), number)
                for number, sla in run_slas
            ],
        )
        run.instances = [[self._row(run.graph, number)] for number in range(len(run.graph.tasks))]
        self._own(run)
        self.runs[run.id] = run
        return run.id

    def _row(self, graph: Graph, number: int, map_index: int = -1) -> Instance:
        retries = graph.tasks[number].retries
        return Instance(id=next(self.ids), task=number, map_index=map_index, max_tries=retries)

    def _own(self, run: RunView) -> None:
        self.where |= {row.id: (run, row) for group in run.instances for row in group}

    def _expand(self, expansion: Expansion) -> list[Instance]:
        run = self.runs[expansion.run.id]
        number = expansion.task
        there = run.instances[number]
        if not expansion.have:
            (first,) = there
            assert first.map_index == -1, "a mapped task is expanded once"
            first.map_index = 0
        assert [row.map_index for row in there] == list(range(max(1, expansion.have)))
        assert expansion.count > expansion.have, "instances are never taken away"
        new = range(len(there), expansion.count)
        run.instances[number] = there + [self._row(run.graph, number, i) for i in new]
        self._own(run)
        return [copy_instance(row) for row in run.instances[number]]

    # --- what people do ------------------------------------------------------------------------

    def clear(self, run: RunView, numbers: Iterable[int]) -> None:
        """Let tasks run again; a run that has ended goes back to the queue."""
        run.revision += 1
        for number in numbers:
            for row in run.instances[number]:
                self._set(run, row, T.NONE)
                row.epoch += 1
                row.max_tries = row.try_number + run.graph.tasks[number].retries
                row.due, row.skips, row.reschedules = None, (), 0
        if run.state in RUN_TERMINAL:
            run.state = RunState.QUEUED

    def mark_task(self, run: RunView, row: Instance, state: TaskState) -> None:
        """Say how an instance ended, whatever it does."""
        run.revision += 1
        self._set(run, row, state)
        row.epoch += 1
        row.due = None
        if run.state in RUN_TERMINAL:
            run.state = RunState.QUEUED

    def mark_run(self, run: RunView, state: RunState) -> None:
        """Say how a run ended: what has not ended goes with it."""
        run.revision += 1
        run.state = state
        left = T.SUCCESS if state is RunState.SUCCESS else T.FAILED
        for group in run.instances:
            for row in group:
                if row.state not in TERMINAL:
                    self._set(run, row, left)
                    row.epoch += 1
                    row.due = None


def copy_instance(row: Instance) -> Instance:
    return Instance(**{name: getattr(row, name) for name in Instance.__slots__})


def copy_run(run: RunView) -> RunView:
    # `open_at` is what a board remembers, and no part of the row.
    values = {name: getattr(run, name) for name in RunView.__slots__ if name != "open_at"}
    values["instances"] = [[copy_instance(row) for row in group] for group in run.instances]
    values["lengths"] = dict(run.lengths)
    return RunView(**values)


def copy_dag(dag: DagView) -> DagView:
    return DagView(
        dag_id=dag.dag_id,
        graph=dag.graph,
        paused=dag.paused,
        present=dag.present,
        next_run=dag.next_run,
        last_run=dag.last_run,
    )
