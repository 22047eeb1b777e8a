"""Why something does not run: what is asked of the rows, and the rows it is asked of.

A bounded number of queries, however many runs are active elsewhere: of other DAGs only the slots
that they hold count.
"""

from datetime import timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.core.states import OCCUPYING, RunState
from venturi.decide.counting import shift
from venturi.decide.views import DagView, InUse, Limits, RunView, Snapshot
from venturi.decide.why import Reason, Workers, World, of_run, why_instance, why_run, why_task
from venturi.decide.why_dag import why_dag
from venturi.store.commands.jobs import RUNNING, WORKER, Job, JobFilter, list_jobs
from venturi.store.dags import load_dags
from venturi.store.engine import Tx
from venturi.store.pools import load_pools
from venturi.store.queries.health import living_scheduler
from venturi.store.queries.runs import RunRow
from venturi.store.queries.specs import unknown_dag
from venturi.store.runs import ACTIVE_RUNS, last_scheduled, load_runs
from venturi.store.schema.dags import dag, import_error
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import DagScope
from venturi.store.versions import Versions

#: Active runs that are looked at when a whole DAG is asked about, oldest first.
RUNS = 10
#: Files that cannot be read, named when nobody knows the DAG.
FILES = 10


class Installed(NamedTuple):
    """What the configuration says: limits, places of the executor, when a scheduler is dead."""

    limits: Limits
    places: int
    #: seconds without a sign of life
    grace: float
    #: executors whose tasks go to workers; "" stands for the one of tasks that name none
    remote: frozenset[str] = frozenset()


def explain_dag(
    tx: Tx, scope: DagScope, dag_id: str, installed: Installed, now: Instant
) -> list[Reason]:
    """Why no run of the DAG starts, and why those that are there do not end.

    Raises `NotFound` when nothing at all is known of it.
    """
    which = dag.c.dag_id == dag_id, *scope.conditions(dag.c.dag_id)
    row = tx.execute(select(dag.c.fileloc, dag.c.hidden_key).where(*which)).first()
    if row is None and not scope.every:
        raise NotFound(unknown_dag(tx, scope, dag_id))
    path = (row.fileloc or "") if row is not None else None
    if row is not None and row.hidden_key is not None:
        text = f"it was deleted; it comes back when its file {path} changes"
        return [Reason(row="dag_deleted", text=text, subject=f"DAG {dag_id}")]
    query = (
        select(dag_run.c.id)
        .where(dag_run.c.dag_id == dag_id, dag_run.c.state.in_(ACTIVE_RUNS))
        .order_by(dag_run.c.run_after, dag_run.c.id)
        .limit(RUNS)
    )
    world, runs = _world(tx, dag_id, list(tx.execute(query).scalars()), path, installed, now)
    found = why_dag(world, dag_id, path or "")
    if row is None and not world.import_errors:
        raise NotFound(unknown_dag(tx, scope, dag_id))
    for run in sorted(runs, key=lambda run: (run.run_after, run.id)):
        known = {of_run(run), *(reason.subject for reason in found)}
        said = [_of(run, r) if r.subject not in known else r for r in why_run(world, run)]
        found += [reason for reason in said if reason not in found]
    return found


def _of(run: RunView, reason: Reason) -> Reason:
    """Where several runs are told of: which one it is."""
    return msgspec.structs.replace(reason, subject=f"{reason.subject} of {run.run_id}")


def explain_run(tx: Tx, row: RunRow, installed: Installed, now: Instant) -> list[Reason]:
    """Why a run does not go on. Raises `NotFound`."""
    world, run = _one(tx, row, installed, now)
    return why_run(world, run)


def explain_task(
    tx: Tx, row: RunRow, task_id: str, map_index: int | None, installed: Installed, now: Instant
) -> list[Reason]:
    """Why a task of a run does not run; `map_index` None: all of its instances.

    Raises `NotFound` for a task that the DAG does not have.
    """
    world, run = _one(tx, row, installed, now)
    number = run.graph.index.get(task_id)
    if number is None:
        raise NotFound(f"DAG {row.dag_id!r} had no task {task_id!r} in run {row.run_id!r}.")
    if map_index is not None and map_index >= 0 and number in run.graph.mapped:
        for instance in run.instances[number]:
            if instance.map_index == map_index:
                return why_instance(world, run, instance)
        raise NotFound(f"Task {task_id!r} has no instance {map_index} in run {row.run_id!r}.")
    if not run.instances[number]:
        text = f"it takes no part in run {row.run_id}: its start_date and end_date exclude it"
        return [Reason(row="task_dates", text=text, subject=f"task {task_id}")]
    return why_task(world, run, number)


def newest_run(tx: Tx, scope: DagScope, dag_id: str) -> str | None:
    """The id of the DAG's latest active run, else of its latest run, None without any."""
    mine = scope.conditions(dag_run.c.dag_id)
    query = select(dag_run.c.run_id).where(dag_run.c.dag_id == dag_id, *mine)
    query = query.order_by(dag_run.c.run_after.desc(), dag_run.c.id.desc()).limit(1)
    active = tx.execute(query.where(dag_run.c.state.in_(ACTIVE_RUNS))).scalar()
    return active if active is not None else tx.execute(query).scalar()


# --- loading ---------------------------------------------------------------------------------


def _one(tx: Tx, row: RunRow, installed: Installed, now: Instant) -> tuple[World, RunView]:
    world, runs = _world(tx, row.dag_id, [row.id], "", installed, now)
    if not runs:
        raise NotFound(f"Nothing is known any more of what run {row.run_id!r} consists of.")
    return world, runs[0]


def _world(
    tx: Tx,
    dag_id: str,
    run_ids: list[int],
    path: str | None,
    installed: Installed,
    now: Instant,
) -> tuple[World, list[RunView]]:
    versions = Versions()
    runs = load_runs(tx, versions, run_ids)
    scheduler = living_scheduler(tx, now - timedelta(seconds=installed.grace))
    own = dag_run.c.dag_id == dag_id, dag_run.c.backfill_id.is_(None)
    queues = _places(tx, RunState.QUEUED, *own)
    in_use = _in_use(tx)
    backfills = {run.backfill.id for run in runs if run.backfill is not None}
    snapshot = Snapshot(
        dags={view.dag_id: view for view in _views(tx, versions, dag_id, len(queues))},
        runs={run.id: run for run in runs},
        pools=load_pools(tx),
        in_use=in_use,
        backfilling={
            number: len(_places(tx, RunState.RUNNING, dag_run.c.backfill_id == number))
            for number in backfills
        },
        limits=installed.limits,
        capacity=installed.places - in_use.total,
    )
    world = World(
        snapshot=snapshot,
        now=now,
        is_scheduled=scheduler is not None,
        workers=_workers(tx, installed, scheduler) if installed.remote else None,
        queues={dag_id: queues},
        backfill_queues={
            number: _places(tx, RunState.QUEUED, dag_run.c.backfill_id == number)
            for number in backfills
        },
        import_errors=_import_errors(tx, path),
        noted=_noted(tx, run_ids),
        noted_runs=_noted_runs(tx, run_ids),
    )
    return world, runs


def _views(tx: Tx, versions: Versions, dag_id: str, queued: int) -> list[DagView]:
    views = load_dags(tx, versions, [dag_id])
    own = dag_run.c.dag_id == dag_id, dag_run.c.backfill_id.is_(None)
    for view in views:
        view.running, view.queued = len(_places(tx, RunState.RUNNING, *own)), queued
        view.last_run = last_scheduled(tx, dag_id)
    return views


def _places(tx: Tx, state: RunState, *which: ColumnElement[bool]) -> list[tuple[Instant, int]]:
    """Runs in a state as they sort in a queue; those of backfills are not among the DAG's own."""
    query = select(dag_run.c.run_after, dag_run.c.id).where(dag_run.c.state == state, *which)
    return sorted((at, row_id) for at, row_id in tx.execute(query))


def _in_use(tx: Tx) -> InUse:
    """Slots that attempts hold: of active runs, as the engine counts them."""
    table = task_instance.c
    query = (
        select(table.dag_id, table.dagrun_id, table.task_id, table.pool, table.pool_slots)
        .join(dag_run, dag_run.c.id == table.dagrun_id)
        .where(
            table.state.in_([str(state) for state in OCCUPYING]), dag_run.c.state.in_(ACTIVE_RUNS)
        )
    )
    use = InUse()
    for dag_id, run_id, task_id, pool, slots in tx.execute(query):
        use.total += 1
        shift(use.by_pool, pool, slots)
        shift(use.by_dag, dag_id, 1)
        shift(use.by_run, run_id, 1)
        shift(use.by_task, (dag_id, task_id), 1)
        shift(use.by_run_task, (run_id, task_id), 1)
    return use


def _workers(tx: Tx, installed: Installed, scheduler: Job | None) -> Workers:
    """Who hears which queue, as the scheduler knows it."""
    hearing: dict[str, list[str]] = {}
    for job in list_jobs(tx, JobFilter(job_type=WORKER, state=RUNNING)).rows:
        for queue in job.queues:
            hearing.setdefault(queue, []).append(job.name or "")
    broker = (scheduler.note or "") if scheduler is not None else ""
    return Workers(executors=installed.remote, hearing=hearing, broker=broker)


def _import_errors(tx: Tx, path: str | None) -> dict[str, str]:
    """The last line of each error: of the file, or of all when it is not known (None)."""
    query = select(import_error.c.filename, import_error.c.stacktrace)
    if path is not None:
        query = query.where(import_error.c.filename == path)
    found = tx.execute(query.order_by(import_error.c.filename).limit(FILES))
    return {name: _last_line(text or "") for name, text in found}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "for an unknown reason"


def _noted(tx: Tx, run_ids: list[int]) -> dict[int, str]:
    table = task_instance.c
    query = select(table.id, table.reason).where(
        table.dagrun_id.in_(run_ids), table.reason.is_not(None)
    )
    return {row.id: row.reason for row in tx.execute(query)}


def _noted_runs(tx: Tx, run_ids: list[int]) -> dict[int, str]:
    table = dag_run.c
    query = select(table.id, table.reason).where(table.id.in_(run_ids), table.reason.is_not(None))
    return {row.id: row.reason for row in tx.execute(query)}
