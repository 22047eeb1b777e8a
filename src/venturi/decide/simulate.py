"""What would happen: the decisions of the engine, carried out in virtual time.

The real `Board` and `decide`; only the clock, the rows and the executor are make-believe. Every
attempt succeeds after the seconds it is given, and every result that a mapped task expands over has
as many items as is said. Nothing else is assumed: limits, pools, weights and the past count.
"""

import heapq
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count

import msgspec

from venturi.core.attempts import Result
from venturi.core.clock import Instant
from venturi.core.run_ids import run_id
from venturi.core.states import ACTIVE, RUN_TERMINAL, RunState, RunType, TaskState
from venturi.decide.board import Board
from venturi.decide.calendar import following, is_within
from venturi.decide.decide import decide
from venturi.decide.plan import Expansion, Move, NewRun, Plan
from venturi.decide.views import DagView, Instance, Limits, PoolView, Report, RunView
from venturi.spec.graph import Graph

T = TaskState

#: Runs after which a simulation ends by itself.
MOST = 100_000


class Assumed(msgspec.Struct, frozen=True, kw_only=True):
    """What is assumed of the world: how long tasks take, how much they return, what is there."""

    #: seconds by DAG and task
    durations: Mapping[tuple[str, str], float] = {}
    #: seconds that all other tasks take
    otherwise: float = 0.0
    #: items of a result that mapped tasks expand over
    items: int = 1
    #: None: every pool has room
    pools: Mapping[str, PoolView] | None = None
    limits: Limits = Limits()
    #: places of the executor
    places: int = 32


class RunTimes(msgspec.Struct, kw_only=True, gc=False):
    """A run that would be made; what has not happened when the simulation ends is None."""

    dag_id: str
    run_id: str
    logical_date: Instant | None
    run_after: Instant
    created: Instant
    started: Instant | None = None
    ended: Instant | None = None
    state: RunState = RunState.QUEUED


class TaskTimes(msgspec.Struct, kw_only=True, gc=False):
    """A task instance that would start; `ready` is when nothing but a free slot was missing."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    ready: Instant
    started: Instant
    ended: Instant | None = None


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """What would happen from `start` to `end`, in order of time."""

    start: Instant
    end: Instant
    runs: tuple[RunTimes, ...]
    tasks: tuple[TaskTimes, ...]
    #: False: there would be more, but so many runs are enough
    is_complete: bool = True


def simulate(
    dags: Sequence[DagView],
    start: Instant,
    end: Instant,
    assumed: Assumed | None = None,
    *,
    most: int = MOST,
) -> Simulation:
    """What would happen to these DAGs from `start` to `end`, both included.

    They begin as they are given, with the run that comes next (see `beginning`); nothing of them
    runs yet. They are taken as not paused. After `most` runs the simulation ends.
    """
    world = _World(dags, start, assumed or Assumed())
    now: Instant | None = start
    while now is not None and now <= end and len(world.runs) < most:
        world.settle(now)
        now = world.next_at()
    return Simulation(
        start=start,
        end=end,
        runs=tuple(world.runs.values()),
        tasks=tuple(world.tasks),
        is_complete=now is None or now > end,
    )


def beginning(graph: Graph, start: Instant, version_id: int = 0) -> DagView:
    """A DAG whose next run is the first that is due at `start` or later."""
    spec = graph.spec
    # Without catching up, the schedule itself tells which run is the latest at `start`.
    passing = msgspec.structs.replace(spec, catchup=False)
    last, info = None, following(passing, None, start)
    while info is not None and info.run_after < start:
        last, info = info, following(spec, info, start)
    return DagView(
        dag_id=spec.dag_id, graph=graph, version_id=version_id, next_run=info, last_run=last
    )


class _World:
    """A board, and instead of rows and executor: lists of what happened, and who ends when."""

    def __init__(self, dags: Sequence[DagView], now: Instant, assumed: Assumed) -> None:
        self.assumed = assumed
        self.board = Board(assumed.limits)
        self.runs: dict[int, RunTimes] = {}
        self.tasks: list[TaskTimes] = []
        self.ids = count(1)
        #: the latest run of each DAG
        self.latest: dict[str, RunView] = {}
        #: task instances that are ready, and those at work
        self.ready: dict[int, Instant] = {}
        self.working: dict[int, TaskTimes] = {}
        #: (when it ends, order, run, instance, epoch)
        self.ends: list[tuple[Instant, int, RunView, Instance, int]] = []
        self.results: dict[tuple[str, int], Result] = {}
        roomy = {task.pool: PoolView(-1) for dag in dags for task in dag.graph.tasks}
        self.board.pools = roomy if assumed.pools is None else dict(assumed.pools)
        for dag in dags:
            self.board.put_dag(msgspec.structs.replace(dag, paused=False))

    def next_at(self) -> Instant | None:
        """When something happens next."""
        alarm = self.board.next_at()
        if self.ends and (alarm is None or self.ends[0][0] < alarm):
            return self.ends[0][0]
        return alarm

    def settle(self, now: Instant) -> None:
        """Steps until nothing more happens at this instant."""
        board = self.board
        while True:
            board.wake(now)
            reports = self._ended(now)
            capacity = self.assumed.places - board.in_use.total
            plan = decide(board.snapshot(reports, capacity), now)
            if not plan.is_empty or reports:
                board.fold(plan, now)
                self._carry_out(plan, now)
            else:
                board.touched.clear()
                board.due.clear()
            if not (board.touched or board.due or self._is_due(now)):
                return

    def _is_due(self, now: Instant) -> bool:
        at = self.next_at()
        return at is not None and at <= now

    def _ended(self, now: Instant) -> list[Report]:
        reports = []
        while self.ends and self.ends[0][0] <= now:
            _, _, run, instance, epoch = heapq.heappop(self.ends)
            if instance.epoch == epoch and instance.state in ACTIVE:
                reports.append(Report(run, instance, epoch, self._result(run, instance)))
        return reports

    def _result(self, run: RunView, instance: Instance) -> Result:
        """Success, and the assumed length of every result that somebody expands over."""
        key = run.dag_id, instance.task
        known = self.results.get(key)
        if known is None:
            name = run.graph.tasks[instance.task].task_id
            mapped = [task.mapped for task in run.graph.tasks if task.mapped is not None]
            names = sorted(
                {x.key for m in mapped for s in m.sources for x in s.xcoms if x.task_id == name}
            )
            lengths = tuple((key, self.assumed.items) for key in names)
            known = self.results[key] = Result(state=T.SUCCESS, lengths=lengths)
        return known

    # --- what a plan says ----------------------------------------------------------------------

    def _carry_out(self, plan: Plan, now: Instant) -> None:
        for move in plan.moves:
            self._carry_out_move(move, now)
        for run_move in plan.run_moves:
            times = self.runs[run_move.run.id]
            times.state = run_move.state
            if run_move.state in RUN_TERMINAL:
                times.ended = now
            else:
                times.started = now
        for expansion in plan.expansions:
            self._expand(expansion)
        for new_run in plan.new_runs:
            self._create(new_run, now)

    def _carry_out_move(self, move: Move, now: Instant) -> None:
        run, instance = move.run, move.instance
        if move.state is T.SCHEDULED:
            self.ready[instance.id] = now
        elif move.state is T.QUEUED:
            self._start(run, instance, self.ready.pop(instance.id, now), now)
            self.board.begin(run, instance, now)
            name = run.graph.tasks[instance.task].task_id
            seconds = self.assumed.durations.get((run.dag_id, name), self.assumed.otherwise)
            at = now + timedelta(seconds=seconds)
            heapq.heappush(self.ends, (at, next(self.ids), run, instance, move.epoch))
        else:  # it has ended: nothing ever fails but for a run whose time is up
            self.ready.pop(instance.id, None)
            if move.state is T.SUCCESS and instance.id not in self.working:
                self._start(run, instance, now, now)  # it has nothing to execute
            times = self.working.pop(instance.id, None)
            if times is not None:
                times.ended = now

    def _start(self, run: RunView, instance: Instance, ready: Instant, now: Instant) -> None:
        times = TaskTimes(
            dag_id=run.dag_id,
            run_id=run.run_id,
            task_id=run.graph.tasks[instance.task].task_id,
            map_index=instance.map_index,
            ready=ready,
            started=now,
        )
        self.working[instance.id] = times
        self.tasks.append(times)

    def _expand(self, expansion: Expansion) -> None:
        run, number = expansion.run, expansion.task
        made = [
            Instance(id=next(self.ids), task=number, map_index=index)
            for index in range(expansion.count)
        ]
        self.board.replace_instances(run, number, made)

    def _create(self, new_run: NewRun, now: Instant) -> None:
        dag, info = self.board.dags[new_run.dag_id], new_run.info
        at = info.logical_date or info.run_after
        run = RunView(
            id=next(self.ids),
            dag_id=dag.dag_id,
            run_id=run_id(RunType.SCHEDULED, at),
            graph=dag.graph,
            instances=[
                [Instance(id=next(self.ids), task=number)]
                if is_within(task, at, RunType.SCHEDULED)
                else []
                for number, task in enumerate(dag.graph.tasks)
            ],
            run_after=info.run_after,
            state=RunState.QUEUED,
            logical_date=info.logical_date,
            interval=info.data_interval,
            queued_at=now,
            version_id=dag.version_id,
            previous=self.latest.get(dag.dag_id) if dag.graph.depends_on_past else None,
        )
        self.latest[dag.dag_id] = run
        self.runs[run.id] = RunTimes(
            dag_id=run.dag_id,
            run_id=run.run_id,
            logical_date=run.logical_date,
            run_after=run.run_after,
            created=now,
        )
        self.board.put_run(run)
