"""Task instances as lists show them, and their earlier tries."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.core.log_paths import log_path
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.queries.runs import Between
from venturi.store.schema.dags import dag, dag_version
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history
from venturi.store.scope import DagScope


class InstanceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which task instances; what is None or empty does not restrict. A state "none" is no state."""

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    task_ids: tuple[str, ...] | None = None
    map_indexes: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    executors: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    version_numbers: tuple[int, ...] = ()
    try_numbers: tuple[int, ...] = ()
    task_pattern: str | None = None
    dag_pattern: str | None = None
    run_pattern: str | None = None
    pool_pattern: str | None = None
    queue_pattern: str | None = None
    operator_pattern: str | None = None
    map_index_pattern: str | None = None
    #: seconds: at least, more than, at most, less than
    duration: tuple[float | None, float | None, float | None, float | None] | None = None
    logical_date: Between | None = None
    run_after: Between | None = None
    start_date: Between | None = None
    end_date: Between | None = None
    updated_at: Between | None = None


class InstanceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A task instance, or one of its tries, with what it used and where its log lies."""

    id: int
    dag_id: str
    dag_display_name: str
    run_id: str
    task_id: str
    task_display_name: str
    map_index: int
    rendered_map_index: str | None
    logical_date: Instant | None
    run_after: Instant | None
    state: str | None
    try_number: int
    max_tries: int
    scheduled_at: Instant | None
    queued_at: Instant | None
    start_date: Instant | None
    end_date: Instant | None
    duration: float | None
    due_at: Instant | None
    reason: str | None
    note: str | None
    hostname: str | None
    unixname: str | None
    pid: int | None
    exit_code: int | None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    executor: str | None
    version_id: int | None
    version_number: int | None
    cpu_seconds: float | None
    max_rss_bytes: int | None

    @property
    def log_path(self) -> str | None:
        """Where the log of this try lies, below the log folder; None before the first try."""
        if self.try_number < 1:
            return None
        return log_path(self.dag_id, self.run_id, self.task_id, self.map_index, self.try_number)


_T = task_instance.c

ORDERS: dict[str, ColumnElement[Any]] = {
    "id": _T.id,
    "dag_id": _T.dag_id,
    "run_id": _T.run_id,
    "task_id": _T.task_id,
    "task_display_name": _T.task_display_name,
    "state": _T.state,
    "duration": _T.duration,
    "start_date": _T.start_date,
    "end_date": _T.end_date,
    "map_index": _T.map_index,
    "rendered_map_index": _T.rendered_map_index,
    "try_number": _T.try_number,
    "logical_date": dag_run.c.logical_date,
    "run_after": dag_run.c.run_after,
    "data_interval_start": dag_run.c.data_interval_start,
    "data_interval_end": dag_run.c.data_interval_end,
    "queued_when": _T.queued_dttm,
    "updated_at": _T.updated_at,
}


def _query(scope: DagScope) -> Any:
    return (
        select(
            task_instance,
            dag_run.c.logical_date,
            dag_run.c.run_after,
            dag.c.dag_display_name,
            dag_version.c.version_number,
        )
        .join(dag_run, dag_run.c.id == _T.dagrun_id)
        .outerjoin(dag, dag.c.dag_id == _T.dag_id)
        .outerjoin(dag_version, dag_version.c.id == _T.dag_version_id)
        .where(*scope.conditions(_T.dag_id))
    )


def list_instances(
    tx: Tx, scope: DagScope, which: InstanceFilter | None = None, paging: Paging = ALL
) -> Page[InstanceRow]:
    """The task instances that a filter lets through, in the order they were made."""
    which = which or InstanceFilter()
    conditions = _conditions(which)
    query = _query(scope).where(*conditions)
    page = fetch(tx, query, paging, ORDERS, ("id",), _count(scope, which, conditions))
    return Page([_row(row) for row in page.rows], page.total)


def _count(
    scope: DagScope, which: InstanceFilter, conditions: list[ColumnElement[bool]]
) -> Select[Any]:
    """How many rows `_query` has, without looking at other tables for nothing."""
    query = select(func.count()).select_from(task_instance)
    if which.logical_date is not None or which.run_after is not None:
        query = query.join(dag_run, dag_run.c.id == _T.dagrun_id)
    if which.version_numbers:
        query = query.join(dag_version, dag_version.c.id == _T.dag_version_id)
    return query.where(*scope.conditions(_T.dag_id), *conditions)


def in_states(column: ColumnElement[Any], states: tuple[str, ...]) -> ColumnElement[bool]:
    """Whether a state column has one of these; "none" (and "no_status") is NULL."""
    names = [state for state in states if state not in {"none", "no_status"}]
    conditions = [column.in_(names)] if names else []
    if len(names) < len(states):
        conditions.append(column.is_(None))
    return or_(*conditions)


def _conditions(which: InstanceFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    listed: tuple[tuple[ColumnElement[Any], tuple[Any, ...] | None], ...] = (
        (_T.dag_id, which.dag_ids),
        (_T.run_id, which.run_ids),
        (_T.task_id, which.task_ids),
        (_T.map_index, which.map_indexes or None),
        (_T.pool, which.pools or None),
        (_T.queue, which.queues or None),
        (_T.executor, which.executors or None),
        (_T.operator, which.operators or None),
        (_T.try_number, which.try_numbers or None),
        (dag_version.c.version_number, which.version_numbers or None),
    )
    conditions.extend(column.in_(values) for column, values in listed if values is not None)
    if which.states:
        conditions.append(in_states(_T.state, which.states))
    for text, column in (
        (which.task_pattern, _T.task_id),
        (which.dag_pattern, _T.dag_id),
        (which.run_pattern, _T.run_id),
        (which.pool_pattern, _T.pool),
        (which.queue_pattern, _T.queue),
        (which.operator_pattern, _T.operator),
        (which.map_index_pattern, _T.rendered_map_index),
    ):
        if text:
            conditions.append(like(column, text))
    if which.duration is not None:
        compare = (_T.duration.__ge__, _T.duration.__gt__, _T.duration.__le__, _T.duration.__lt__)
        conditions += [
            made(bound)
            for made, bound in zip(compare, which.duration, strict=True)
            if bound is not None
        ]
    for column, bounds in (
        (dag_run.c.logical_date, which.logical_date),
        (dag_run.c.run_after, which.run_after),
        (_T.start_date, which.start_date),
        (_T.end_date, which.end_date),
        (_T.updated_at, which.updated_at),
    ):
        if bounds is not None:
            conditions.extend(bounds.conditions(column))
    return conditions


def get_instance(
    tx: Tx, scope: DagScope, dag_id: str, run_id: str, task_id: str, map_index: int = -1
) -> InstanceRow:
    """One task instance. Raises `NotFound`, with a hint for a mapped task named without index."""
    named = (
        _T.dag_id == dag_id,
        _T.run_id == run_id,
        _T.task_id == task_id,
        *scope.conditions(_T.dag_id),
    )
    row = tx.execute(_query(scope).where(*named, _T.map_index == map_index)).first()
    if row is not None:
        return _row(row)
    others = list(tx.execute(select(_T.map_index).where(*named)).scalars())
    if not others:
        raise NotFound(f"Run {run_id!r} of DAG {dag_id!r} has no task {task_id!r}.")
    if map_index == -1:
        raise NotFound(
            f"Task {task_id!r} is mapped in run {run_id!r}: name one of its instances, "
            f"map index {min(others)} to {max(others)}."
        )
    raise NotFound(f"Task {task_id!r} has no map index {map_index} in run {run_id!r}.")


def list_tries(
    tx: Tx, scope: DagScope, dag_id: str, run_id: str, task_id: str, map_index: int = -1
) -> list[InstanceRow]:
    """Every try of a task instance, oldest first, the present one last.

    A try that ended and has not been followed by another is the present one.
    """
    now = get_instance(tx, scope, dag_id, run_id, task_id, map_index)
    table = task_instance_history
    rows = tx.execute(
        select(table).where(table.c.task_instance_id == now.id).order_by(table.c.id)
    ).all()
    # A rescheduled sensor has several rows of one try: the latest tells.
    latest = {row.try_number: row for row in rows}
    past = [
        _of_history(now, row) for number, row in sorted(latest.items()) if number != now.try_number
    ]
    return [*past, now] if now.try_number or not past else past


def _of_history(now: InstanceRow, row: Row[Any]) -> InstanceRow:
    return msgspec.structs.replace(
        now,
        state=row.state,
        try_number=row.try_number,
        queued_at=row.queued_dttm,
        start_date=row.start_date,
        end_date=row.end_date,
        duration=row.duration,
        due_at=None,
        reason=row.reason,
        hostname=row.hostname,
        pid=row.pid,
        exit_code=row.exit_code,
        cpu_seconds=_cpu(row),
        max_rss_bytes=row.max_rss,
    )


def _cpu(row: Row[Any]) -> float | None:
    if row.cpu_user is None and row.cpu_system is None:
        return None
    return round((row.cpu_user or 0.0) + (row.cpu_system or 0.0), 6)


def _row(row: Row[Any]) -> InstanceRow:
    return InstanceRow(
        id=row.id,
        dag_id=row.dag_id,
        dag_display_name=row.dag_display_name or row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        task_display_name=row.task_display_name or row.task_id,
        map_index=row.map_index,
        rendered_map_index=row.rendered_map_index,
        logical_date=row.logical_date,
        run_after=row.run_after,
        state=row.state,
        try_number=row.try_number,
        max_tries=row.max_tries,
        scheduled_at=row.scheduled_dttm,
        queued_at=row.queued_dttm,
        start_date=row.start_date,
        end_date=row.end_date,
        duration=row.duration,
        due_at=row.due_at,
        reason=row.reason,
        note=row.note,
        hostname=row.hostname,
        unixname=row.unixname,
        pid=row.pid,
        exit_code=row.exit_code,
        pool=row.pool,
        pool_slots=row.pool_slots,
        queue=row.queue,
        priority_weight=row.priority_weight,
        operator=row.operator,
        executor=row.executor,
        version_id=row.dag_version_id,
        version_number=row.version_number,
        cpu_seconds=_cpu(row),
        max_rss_bytes=row.max_rss,
    )
