"""What deciding looks at. The shell keeps these in memory; `decide` never changes them."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from venturi.core.attempts import Result
from venturi.core.clock import Instant
from venturi.core.states import RunState, RunType, TaskState
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import DataInterval, RunInfo


class Instance:
    """A task instance: the columns of its row that decisions depend on."""

    __slots__ = (
        "due",
        "epoch",
        "id",
        "map_index",
        "max_tries",
        "queued_at",
        "reschedules",
        "skips",
        "started_at",
        "state",
        "task",
        "try_number",
    )

    def __init__(
        self,
        *,
        id: int,
        task: int,
        map_index: int = -1,
        state: TaskState = TaskState.NONE,
        try_number: int = 0,
        max_tries: int = 0,
        epoch: int = 0,
        due: Instant | None = None,
        skips: tuple[str, ...] = (),
        queued_at: Instant | None = None,
        started_at: Instant | None = None,
        reschedules: int = 0,
    ) -> None:
        self.id = id
        #: number of the task in the run's graph
        self.task = task
        self.map_index = map_index
        self.state = state
        #: 0 before the first try was scheduled
        self.try_number = try_number
        self.max_tries = max_tries
        self.epoch = epoch
        #: for UP_FOR_RETRY and UP_FOR_RESCHEDULE: not before
        self.due = due
        #: task ids that its decision excluded (branches)
        self.skips = skips
        self.queued_at = queued_at
        self.started_at = started_at
        #: how often this try has been rescheduled
        self.reschedules = reschedules


class BackfillView(NamedTuple):
    """What a backfill says about when its runs may start."""

    id: int
    #: how many of its runs may be RUNNING at once; the DAG's own limit does not count here
    limit: int
    paused: bool = False
    #: the latest run first
    backwards: bool = False
    #: the run of this logical date does not look at the run before it
    ignores_past_at: Instant | None = None


class Deadline(NamedTuple):
    """An instant by which something must be done, and that has not been found missed yet."""

    at: Instant
    #: the task with this SLA; -1: the whole run
    task: int = -1
    #: for a run: the id of its row
    id: int = 0


class RunView:
    """A run and its instances, by task number."""

    __slots__ = (
        "backfill",
        "conf",
        "dag_id",
        "deadlines",
        "external",
        "graph",
        "id",
        "instances",
        "interval",
        "lengths",
        "logical_date",
        "note",
        "open_at",
        "previous",
        "queued_at",
        "revision",
        "run_after",
        "run_id",
        "run_type",
        "start_date",
        "state",
        "told_date",
        "user",
        "version_id",
    )

    def __init__(
        self,
        *,
        id: int,
        dag_id: str,
        run_id: str,
        graph: Graph,
        instances: list[list[Instance]],
        run_after: Instant,
        state: RunState = RunState.RUNNING,
        run_type: RunType = RunType.SCHEDULED,
        logical_date: Instant | None = None,
        interval: DataInterval | None = None,
        start_date: Instant | None = None,
        queued_at: Instant | None = None,
        revision: int = 0,
        version_id: int = 0,
        previous: "RunView | None" = None,
        lengths: dict[tuple[str, str, int], int] | None = None,
        conf: str = "{}",
        external: bool = False,
        note: str | None = None,
        user: str | None = None,
        backfill: BackfillView | None = None,
        told_date: Instant | None = None,
        deadlines: Iterable[Deadline] = (),
    ) -> None:
        self.id = id
        self.dag_id = dag_id
        self.run_id = run_id
        self.graph = graph
        #: per task number, its instances by map index (one with -1 when not mapped)
        self.instances = instances
        self.run_after = run_after
        self.state = state
        self.run_type = run_type
        self.logical_date = logical_date
        self.interval = interval
        self.start_date = start_date
        self.queued_at = queued_at
        self.revision = revision
        self.version_id = version_id
        #: the run before by logical date; only where some task looks at it
        self.previous = previous
        #: lengths of results that mapped tasks expand over: (task id, key, map index) -> length
        self.lengths = lengths if lengths is not None else {}
        self.conf = conf
        self.external = external
        self.note = note
        #: the board's own: per task, how far its upstream is known to be done
        self.open_at: dict[int, int] = {}
        #: who triggered it
        self.user = user
        #: the backfill that it is part of
        self.backfill = backfill
        #: the logical date that its tasks are told: its own, or that of the run it replays
        self.told_date = logical_date or told_date
        #: earliest first
        self.deadlines: list[Deadline] = sorted(deadlines)

    @property
    def looks_back(self) -> bool:
        """Whether some task of it looks at the run before."""
        if not self.graph.depends_on_past or self.logical_date is None:
            return False
        return self.backfill is None or self.backfill.ignores_past_at != self.logical_date


class DagView(msgspec.Struct, kw_only=True):
    """A DAG as the scheduler sees it: its newest description and how its runs stand."""

    dag_id: str
    graph: Graph
    version_id: int = 0
    paused: bool = False
    #: its file is there and can be read
    present: bool = True
    #: the scheduled run that comes next, None when there is none
    next_run: RunInfo | None = None
    #: the latest scheduled run
    last_run: RunInfo | None = None
    #: runs in state RUNNING and QUEUED; those of backfills are counted apart
    running: int = 0
    queued: int = 0
    #: how many of its runs that ended last have failed, one after the other
    failures: int = 0


class PoolView(NamedTuple):
    """A pool: `slots` -1 is unlimited."""

    slots: int
    include_deferred: bool = False


#: What is worth a look: a task (by number), or one of its instances (task, map index).
Place = int | tuple[int, int]


class Candidate(NamedTuple):
    """A task instance that could take a slot now."""

    run: RunView
    instance: Instance


#: Sort key of candidates: lower is better; no two are equal.
Rank = tuple[int, Instant, int]


class Report(NamedTuple):
    """An attempt has ended; `epoch` is the one it was handed out with."""

    run: RunView
    instance: Instance
    epoch: int
    result: Result


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the whole installation."""

    parallelism: int = 32
    max_map_length: int = 1024
    #: watch the `sla=` of tasks
    check_slas: bool = True


class InUse(msgspec.Struct, kw_only=True):
    """Slots taken at present, by everything that limits them."""

    total: int = 0
    by_pool: dict[str, int] = {}
    by_dag: dict[str, int] = {}
    by_run: dict[int, int] = {}
    by_task: dict[tuple[str, str], int] = {}
    by_run_task: dict[tuple[int, str], int] = {}


class Snapshot(msgspec.Struct, kw_only=True):
    """The world as far as one step needs it.

    `touched` names the places of a run worth looking at since something near them changed; None
    means all of its tasks. Runs that are not in `touched` are not looked at.
    """

    dags: Mapping[str, DagView]
    #: what has been heard since the last step
    reports: Sequence[Report] = ()
    #: DAGs whose next run may be due, or whose queued runs may start
    due: Sequence[str] = ()
    runs: Mapping[int, RunView] = {}
    touched: Mapping[int, AbstractSet[Place] | None] = {}
    #: waiting for a slot (SCHEDULED), in groups that share all limits, best first within each
    waiting: Mapping["Gate", Sequence[Candidate]] = {}
    #: the groups, best first by the first of each: looking for the best looks at few of them
    heads: Sequence[tuple["Rank", "Gate"]] = ()
    pools: Mapping[str, PoolView] = {}
    in_use: InUse
    #: how many runs of each backfill are RUNNING
    backfilling: Mapping[int, int] = {}
    limits: Limits = Limits()
    #: free places at the executor
    capacity: int = 32


class Gate(NamedTuple):
    """What a group of candidates has in common: all limits are equal for all of them."""

    pool: str
    slots: int
    dag_id: str
    run_id: int
    task: int  # -1 unless the task has limits of its own
