"""Creating runs with their task instances, and loading them for deciding."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update

from venturi.core.clock import Instant
from venturi.core.run_ids import run_id as make_run_id
from venturi.core.states import RunState, RunType, TaskState
from venturi.decide.calendar import is_within
from venturi.decide.views import Instance, RunView
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import DataInterval, RunInfo
from venturi.store.backfills import PooledGraphs, load_fillings
from venturi.store.deadlines import load_deadlines, set_deadlines
from venturi.store.engine import Tx
from venturi.store.ids import take_ids
from venturi.store.schema.runs import dag_run, task_instance, xcom
from venturi.store.versions import Version, Versions

ACTIVE_RUNS = (RunState.QUEUED, RunState.RUNNING)
#: Task instances that are inserted by one statement.
ROWS_AT_ONCE = 5_000

_I = task_instance.c
_VIEW_COLUMNS = (
    _I.id,
    _I.dagrun_id,
    _I.task_id,
    _I.map_index,
    _I.state,
    _I.try_number,
    _I.max_tries,
    _I.epoch,
    _I.due_at,
    _I.skips,
    _I.queued_dttm,
    _I.start_date,
    _I.first_started_at,
    _I.reschedules,
)


def run_exists(tx: Tx, dag_id: str, run_id: str, logical_date: Instant | None) -> bool:
    """Whether the DAG has a run with this id, or for this logical date."""
    table = dag_run
    same = [table.c.run_id == run_id]
    if logical_date is not None:
        same.append(table.c.logical_date == logical_date)
    found = tx.execute(select(table.c.id).where(table.c.dag_id == dag_id, or_(*same)).limit(1))
    return found.first() is not None


def create_run(
    tx: Tx,
    version: Version,
    info: RunInfo,
    *,
    now: Instant,
    run_type: RunType = RunType.SCHEDULED,
    run_id: str | None = None,
    conf: str = "{}",
    note: str | None = None,
    triggered_by: str | None = None,
    user: str | None = None,
    state: RunState = RunState.QUEUED,
) -> int:
    """Insert a run and its task instances; the row id of the run.

    The caller has made sure that neither its id nor its logical date is taken.
    """
    (row_id,) = create_runs(
        tx,
        version,
        [(info, run_id or make_run_id(run_type, info.logical_date or info.run_after))],
        now=now,
        run_type=run_type,
        state=state,
        conf=conf,
        note=note,
        triggered_by=triggered_by,
        triggering_user_name=user,
    )
    return row_id


def create_runs(
    tx: Tx,
    version: Version,
    wanted: Sequence[tuple[RunInfo, str]],
    *,
    now: Instant,
    run_type: RunType,
    **columns: Any,
) -> range:
    """Insert runs with these dates and ids, and their task instances; their row ids, in order.

    Each has the same further `columns`. A few statements for many runs.
    """
    row_ids = take_ids(tx, "dag_run", len(wanted))
    common = {
        "dag_id": version.graph.spec.dag_id,
        "run_type": run_type,
        "queued_at": now,
        "external_trigger": run_type not in (RunType.SCHEDULED, RunType.BACKFILL),
        "version_id": version.id,
        **columns,
    }
    at_once = max(1, ROWS_AT_ONCE // max(1, len(version.graph.tasks)))
    numbered = list(zip(row_ids, wanted, strict=True))
    for start in range(0, len(numbered), at_once):
        part = numbered[start : start + at_once]
        tx.execute(
            insert(dag_run),
            [{"id": i, "run_id": name, **_dates(info), **common} for i, (info, name) in part],
        )
        rows = [
            instance_row(version.graph, number, row_id, name, info.logical_date, version.id)
            for row_id, (info, name) in part
            for number, task in enumerate(version.graph.tasks)
            if is_within(task, info.logical_date or info.run_after, run_type)
        ]
        if rows:
            for row, ti_id in zip(rows, take_ids(tx, "task_instance", len(rows)), strict=True):
                row["id"] = ti_id
            tx.execute(insert(task_instance), rows)
    made = ((i, info) for i, (info, _) in numbered)
    set_deadlines(tx, version.graph.spec, made, now)
    return row_ids


def _dates(info: RunInfo) -> dict[str, Instant | None]:
    interval = info.data_interval
    return {
        "logical_date": info.logical_date,
        "execution_date": info.logical_date,
        "data_interval_start": interval.start if interval else None,
        "data_interval_end": interval.end if interval else None,
        "run_after": info.run_after,
    }


def instance_row(
    graph: Graph,
    number: int,
    dagrun_id: int,
    run_id: str,
    logical_date: Instant | None,
    version_id: int,
    map_index: int = -1,
) -> dict[str, Any]:
    """The columns of a new task instance, without its id."""
    task = graph.tasks[number]
    return {
        "dagrun_id": dagrun_id,
        "dag_id": graph.spec.dag_id,
        "run_id": run_id,
        "task_id": task.task_id,
        "map_index": map_index,
        "execution_date": logical_date,
        "max_tries": task.retries,
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "queue": task.queue,
        "priority_weight": graph.weights[number],
        "operator": task.operator,
        "task_display_name": task.label or task.task_id,
        "executor": task.executor,
        "dag_version_id": version_id,
        "try_number": 0,
        "epoch": 0,
        "reschedules": 0,
    }


def load_runs(
    tx: Tx, versions: Versions, run_ids: Iterable[int] | None = None, *, previous: bool = True
) -> list[RunView]:
    """Runs with their instances: the given ones, or all that are active. Few queries for many.

    Where some task looks at the run before, that run is loaded too.
    """
    table = dag_run
    query = select(table)
    if run_ids is None:
        rows = tx.execute(query.where(table.c.state.in_(ACTIVE_RUNS))).all()
    else:
        wanted = sorted(set(run_ids))
        rows = [
            row
            for chunk in _chunks(wanted)
            for row in tx.execute(query.where(table.c.id.in_(chunk))).all()
        ]
    runs = _views(tx, versions, rows)
    if previous:
        _link_previous(tx, versions, runs)
    return runs


def _views(tx: Tx, versions: Versions, rows: Sequence[Row[Any]]) -> list[RunView]:
    runs: dict[int, RunView] = {}
    fillings = load_fillings(tx, {row.backfill_id for row in rows})
    in_pool = PooledGraphs()
    for row in rows:
        version = versions.find(tx, row.version_id)
        if version is None:
            continue
        filling = fillings.get(row.backfill_id)
        interval = None
        if row.data_interval_start is not None and row.data_interval_end is not None:
            interval = DataInterval(start=row.data_interval_start, end=row.data_interval_end)
        runs[row.id] = RunView(
            id=row.id,
            dag_id=row.dag_id,
            run_id=row.run_id,
            graph=in_pool.graph(version, filling),
            instances=[[] for _ in version.graph.tasks],
            run_after=row.run_after,
            state=RunState(row.state),
            run_type=RunType(row.run_type),
            logical_date=row.logical_date,
            interval=interval,
            start_date=row.start_date,
            queued_at=row.queued_at,
            revision=row.revision,
            version_id=row.version_id,
            conf=row.conf or "{}",
            external=bool(row.external_trigger),
            note=row.note,
            user=row.triggering_user_name,
            backfill=filling.view if filling is not None else None,
            told_date=row.execution_date,
        )
    _fill_instances(tx, runs)
    _fill_lengths(tx, runs)
    load_deadlines(tx, list(runs.values()))
    return list(runs.values())


def _fill_instances(tx: Tx, runs: dict[int, RunView]) -> None:
    for chunk in _chunks(sorted(runs)):
        query = select(*_VIEW_COLUMNS).where(_I.dagrun_id.in_(chunk)).order_by(_I.dagrun_id, _I.id)
        for row in tx.execute(query):
            run = runs[row.dagrun_id]
            number = run.graph.index.get(row.task_id)
            if number is not None:  # rows of tasks that its version does not have are history
                run.instances[number].append(instance_of(row, number))
    for run in runs.values():
        for number in run.graph.mapped:
            run.instances[number].sort(key=lambda instance: instance.map_index)


def instance_of(row: Any, number: int) -> Instance:
    """The view of a task_instance row that has the columns of `_VIEW_COLUMNS`."""
    return Instance(
        id=row.id,
        task=number,
        map_index=row.map_index,
        state=TaskState.NONE if row.state is None else TaskState(row.state),
        try_number=row.try_number,
        max_tries=row.max_tries,
        epoch=row.epoch,
        due=row.due_at,
        skips=tuple(json.loads(row.skips)) if row.skips else (),
        queued_at=row.queued_dttm,
        # A rescheduled attempt counts its time from when it first began.
        started_at=row.first_started_at if row.reschedules else row.start_date,
        reschedules=row.reschedules,
    )


def _fill_lengths(tx: Tx, runs: dict[int, RunView]) -> None:
    """Lengths of the results that mapped tasks of these runs expand over."""
    mapped = [run for run in runs.values() if run.graph.mapped]
    table = xcom
    for run in mapped:
        query = select(table.c.task_id, table.c.key, table.c.map_index, table.c.length).where(
            table.c.dag_id == run.dag_id,
            table.c.run_id == run.run_id,
            table.c.length.is_not(None),
        )
        for task_id, key, map_index, length in tx.execute(query):
            run.lengths[task_id, key, map_index] = length


def _link_previous(tx: Tx, versions: Versions, runs: list[RunView]) -> None:
    """Set `previous` of the runs whose tasks look at it; runs of one DAG become a chain."""
    by_dag: defaultdict[str, list[RunView]] = defaultdict(list)
    for run in runs:
        if run.looks_back:
            by_dag[run.dag_id].append(run)
    for dag_id, group in by_dag.items():
        known = {run.id: run for run in group}
        for run in group:
            before = previous_id(tx, dag_id, run.logical_date)
            if before is None:
                continue
            if before not in known:
                found = load_runs(tx, versions, [before], previous=False)
                if not found:
                    continue  # people have deleted what would show it
                known[before] = found[0]
            run.previous = known[before]


def previous_id(tx: Tx, dag_id: str, logical_date: Instant | None) -> int | None:
    """The row id of the DAG's run with the latest logical date before this one."""
    if logical_date is None:
        return None
    table = dag_run
    return tx.execute(
        select(table.c.id)
        .where(and_(table.c.dag_id == dag_id, table.c.logical_date < logical_date))
        .order_by(table.c.logical_date.desc())
        .limit(1)
    ).scalar()


def _chunks(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    """Ids in pieces that every database takes in one IN list."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def last_scheduled(tx: Tx, dag_id: str) -> RunInfo | None:
    """The dates of the DAG's latest scheduled (or backfilled) run, for computing the next."""
    table = dag_run
    row = tx.execute(
        select(table)
        .where(
            table.c.dag_id == dag_id,
            table.c.run_type.in_([RunType.SCHEDULED, RunType.BACKFILL]),
        )
        .order_by(table.c.run_after.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    interval = None
    if row.data_interval_start is not None and row.data_interval_end is not None:
        interval = DataInterval(start=row.data_interval_start, end=row.data_interval_end)
    return RunInfo(run_after=row.run_after, logical_date=row.logical_date, data_interval=interval)


def active_revisions(tx: Tx) -> dict[int, int]:
    """The revision of every active run, by row id."""
    query = select(dag_run.c.id, dag_run.c.revision).where(dag_run.c.state.in_(ACTIVE_RUNS))
    return {row.id: row.revision for row in tx.execute(query)}


def revisions_of(tx: Tx, run_ids: Iterable[int]) -> dict[int, int]:
    """The revisions of these runs, those that are there."""
    query = select(dag_run.c.id, dag_run.c.revision)
    return {
        row.id: row.revision
        for chunk in _chunks(sorted(run_ids))
        for row in tx.execute(query.where(dag_run.c.id.in_(chunk)))
    }


def active_runs_of(tx: Tx, dag_ids: Sequence[str]) -> set[int]:
    """Row ids of the active runs of some DAGs."""
    query = select(dag_run.c.id).where(
        dag_run.c.dag_id.in_(dag_ids), dag_run.c.state.in_(ACTIVE_RUNS)
    )
    return set(tx.execute(query).scalars())


def note_reason(tx: Tx, run_id: int, reason: str) -> None:
    """Say why a run does not move."""
    tx.execute(update(dag_run).where(dag_run.c.id == run_id).values(reason=reason))
