"""Which runs a backfill is to make, and which that are there it is to run again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select

from venturi.core.clock import Instant
from venturi.core.errors import Conflict, InvalidInput
from venturi.core.run_ids import run_id
from venturi.core.states import RUN_TERMINAL, RunState, RunType
from venturi.decide.calendar import restriction_of
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec
from venturi.spec.timetable import can_be_scheduled, infer_manual_interval, is_periodic
from venturi.spec.timetable.model import NeedsRunner, Once, RunInfo
from venturi.spec.timetable.period import runs_of_period
from venturi.store.commands.audit import Actor
from venturi.store.commands.cutshort import pieces
from venturi.store.commands.instances import with_relatives
from venturi.store.commands.params import check_params
from venturi.store.commands.runs import encoded, runnable
from venturi.store.engine import Tx
from venturi.store.runs import create_runs
from venturi.store.schema.runs import dag_run
from venturi.store.versions import Version, Versions

#: Runs of one backfill, and their task instances: they are made in one transaction, and the
#: scheduler keeps them in memory.
MOST, MOST_INSTANCES = 10_000, 300_000


class Reprocess(StrEnum):
    """What becomes of a date that has a run already: nothing, or it runs again."""

    NONE = "none"
    FAILED = "failed"
    COMPLETED = "completed"


class Action(StrEnum):
    """What a backfill does about a date."""

    CREATE = "create"
    REPROCESS = "reprocess"
    SKIP = "skip"


class WantedBackfill(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill that somebody asks for: the logical dates from `start` to `end`, both included."""

    dag_id: str
    start: Instant
    end: Instant
    reprocess: Reprocess = Reprocess.NONE
    max_active_runs: int = 10
    #: the latest date first
    backwards: bool = False
    conf: Mapping[str, Any] = {}
    #: runs that are there already run again with the newest code instead of their own
    latest_version: bool = False
    #: as before 3.x: dates whose interval has not ended count, and a DAG without a schedule gets
    #: one run, for `start`
    as_of_old: bool = False
    #: only tasks whose id this expression matches anywhere, and by default all above them
    task_regex: str | None = None
    with_upstream: bool = True
    #: pool for all tasks instead of their own
    pool: str | None = None
    without_retries: bool = False
    #: the first run does not wait for the run before it (`depends_on_past`)
    ignores_past: bool = False
    #: of a run that is there only the tasks that failed run again
    only_failed: bool = False


class ExistingRun(NamedTuple):
    """A run that the date has already."""

    id: int
    run_id: str
    state: RunState


class PlannedRun(NamedTuple):
    """A date of a backfill and what is to be done about it."""

    logical_date: Instant
    info: RunInfo
    action: Action
    reason: str
    existing: ExistingRun | None

    @property
    def run_id(self) -> str:
        """The id of the run, the present or the future one."""
        if self.existing is not None:
            return self.existing.run_id
        return run_id(RunType.BACKFILL, self.logical_date)


def plan_runs(
    tx: Tx, wanted: WantedBackfill, now: Instant, versions: Versions | None = None
) -> list[PlannedRun]:
    """What a backfill would do, in the order in which its runs would start.

    Raises `NotFound`, `InvalidInput` or `Conflict` where it could not be made.
    """
    version, _ = runnable(tx, wanted.dag_id, RunType.BACKFILL, versions)
    _check(version.graph, wanted, now)
    infos = _dates(version.graph.spec, wanted, now)
    if not infos:
        raise InvalidInput(
            f"The schedule of DAG {wanted.dag_id!r} has no run that is due between "
            f"{wanted.start.isoformat()} and {wanted.end.isoformat()}."
        )
    dates = [date for date, _ in infos]
    there = _existing(tx, wanted.dag_id, min(dates), max(dates))
    runs = [_planned(date, info, there.get(date), wanted.reprocess) for date, info in infos]
    return runs[::-1] if wanted.backwards else runs


def _check(graph: Graph, wanted: WantedBackfill, now: Instant) -> None:
    if wanted.end < wanted.start:
        raise InvalidInput(
            f"The period ends ({wanted.end.isoformat()}) before it begins "
            f"({wanted.start.isoformat()})."
        )
    if wanted.start > now:
        raise InvalidInput(
            f"The period begins in the future ({wanted.start.isoformat()}); a backfill runs what "
            "is past."
        )
    if wanted.max_active_runs < 1:
        raise InvalidInput("max_active_runs of a backfill must be 1 or more.")
    if wanted.backwards and graph.depends_on_past:
        raise Conflict(
            f"DAG {wanted.dag_id!r} cannot be run backwards: some of its tasks depend on the run "
            "before."
        )
    check_params(graph.spec, wanted.conf)
    chosen_tasks(graph, wanted)


def chosen_tasks(graph: Graph, wanted: WantedBackfill) -> set[str] | None:
    """The tasks that take part; None is all. Raises `InvalidInput`."""
    if wanted.task_regex is None:
        return None
    try:
        expression = re.compile(wanted.task_regex)
    except re.error as error:
        raise InvalidInput(
            f"--task-regex {wanted.task_regex!r} is not a regular expression: {error}."
        ) from error
    names = {name for name in graph.index if expression.search(name)}
    if not names:
        raise InvalidInput(
            f"No task of DAG {wanted.dag_id!r} matches {wanted.task_regex!r}. "
            f"See: airflow tasks list {wanted.dag_id}"
        )
    return with_relatives(graph, names, wanted.with_upstream, False)


def _dates(spec: DagSpec, wanted: WantedBackfill, now: Instant) -> list[tuple[Instant, RunInfo]]:
    found = []
    most = min(MOST, MOST_INSTANCES // max(1, len(spec.tasks)) + 1)
    for info in islice(_period(spec, wanted), most + 1):
        at = info.logical_date or info.run_after
        if (at if wanted.as_of_old else info.run_after) > now:
            break
        found.append((at, info))
    if len(found) > most:
        raise InvalidInput(
            f"From {wanted.start.isoformat()} to {wanted.end.isoformat()} DAG {wanted.dag_id!r} "
            f"has more than {most} runs; make several backfills, one after the other."
        )
    return found


def _period(spec: DagSpec, wanted: WantedBackfill) -> Iterator[RunInfo]:
    timetable = spec.timetable
    scheduled = is_periodic(timetable) and can_be_scheduled(timetable)
    if not scheduled and not wanted.as_of_old:
        raise Conflict(
            f"DAG {spec.dag_id!r} has no schedule with dates to fill. "
            f"For one run: airflow dags trigger {spec.dag_id}"
        )
    try:
        if scheduled or isinstance(timetable, Once):
            start = restriction_of(spec).earliest
            yield from runs_of_period(timetable, wanted.start, wanted.end, start)
        else:
            interval = infer_manual_interval(timetable, wanted.start)
            yield RunInfo(run_after=wanted.start, logical_date=wanted.start, data_interval=interval)
    except NeedsRunner as error:
        raise Conflict(
            f"DAG {spec.dag_id!r} has a timetable of its own, whose past dates cannot be asked "
            f"for. For single dates: airflow dags trigger {spec.dag_id} --logical-date DATE"
        ) from error


def _existing(tx: Tx, dag_id: str, first: Instant, last: Instant) -> dict[Instant, ExistingRun]:
    table = dag_run.c
    query = select(table.logical_date, table.id, table.run_id, table.state).where(
        table.dag_id == dag_id, table.logical_date >= first, table.logical_date <= last
    )
    return {
        at: ExistingRun(row_id, name, RunState(state))
        for at, row_id, name, state in tx.execute(query)
    }


_RUNS_AGAIN = {
    Reprocess.NONE: frozenset[RunState](),
    Reprocess.FAILED: frozenset({RunState.FAILED}),
    Reprocess.COMPLETED: RUN_TERMINAL,
}


def _planned(
    at: Instant, info: RunInfo, there: ExistingRun | None, reprocess: Reprocess
) -> PlannedRun:
    if there is None:
        return PlannedRun(at, info, Action.CREATE, "it has no run yet", None)
    if there.state in _RUNS_AGAIN[reprocess]:
        return PlannedRun(at, info, Action.REPROCESS, f"its run is {there.state}", there)
    return PlannedRun(at, info, Action.SKIP, f"it has a run, which is {there.state}", there)


def make_runs(
    tx: Tx,
    version: Version,
    runs: Sequence[PlannedRun],
    wanted: WantedBackfill,
    who: Actor,
    **columns: Any,
) -> range:
    """Insert these runs; their row ids. Raises `Conflict` when another run has such an id."""
    for part in pieces([run.run_id for run in runs]):
        query = select(dag_run.c.run_id).where(
            dag_run.c.dag_id == wanted.dag_id, dag_run.c.run_id.in_(part)
        )
        taken = tx.execute(query.limit(1)).scalar()
        if taken is not None:
            raise Conflict(
                f"DAG {wanted.dag_id!r} has a run {taken!r}, of another date: a run of this period "
                "would have the same id. Delete it, or leave its date out."
            )
    return create_runs(
        tx,
        version,
        [(run.info, run.run_id) for run in runs],
        now=who.now,
        run_type=RunType.BACKFILL,
        **{"state": RunState.QUEUED, **columns},
        conf=encoded(wanted.conf),
        triggered_by="backfill",
        triggering_user_name=who.name,
    )
