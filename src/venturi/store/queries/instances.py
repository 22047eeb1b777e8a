"""Task instances as lists show them, and their earlier tries."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.core.log_paths import log_path
from venturi.store.engine import Tx
from venturi.store.queries.keyed import Listing, fetch_keyed
from venturi.store.queries.paging import ALL, Page, Paging, like, shown
from venturi.store.queries.runs import Between, Seconds, within
from venturi.store.schema.dags import dag, dag_version
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history
from venturi.store.scope import DagScope


class InstanceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which task instances; what is None or empty does not restrict. A state "none" is no state."""

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    task_ids: tuple[str, ...] | None = None
    map_indexes: tuple[int, ...] = ()
    #: named one by one: DAG, run, task, map index
    keys: tuple[tuple[str, str, str, int], ...] | None = None
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
    duration: Seconds | None = None
    logical_date: Between | None = None
    run_after: Between | None = None
    start_date: Between | None = None
    end_date: Between | None = None
    updated_at: Between | None = None


class InstanceRow(msgspec.Struct, frozen=True):
    """A task instance, or one of its tries, with what it used and where its log lies.

    Its fields stand in the order of `_COLUMNS`: a page has many rows, made from many columns.
    """

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
    #: seconds of CPU time, of the program and of the system for it
    cpu_user: float | None
    cpu_system: float | None
    max_rss_bytes: int | None

    @property
    def cpu_seconds(self) -> float | None:
        """CPU time in all; None where it was not measured."""
        if self.cpu_user is None and self.cpu_system is None:
            return None
        return round((self.cpu_user or 0.0) + (self.cpu_system or 0.0), 6)

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
    "operator": _T.operator,
}


#: What `InstanceRow` is made of.
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(_T.id, _T.dag_id, shown(dag.c.dag_display_name, _T.dag_id), _T.run_id, _T.task_id),
    *(shown(_T.task_display_name, _T.task_id), _T.map_index, _T.rendered_map_index),
    *(dag_run.c.logical_date, dag_run.c.run_after, _T.state, _T.try_number, _T.max_tries),
    *(_T.scheduled_dttm, _T.queued_dttm, _T.start_date, _T.end_date, _T.duration, _T.due_at),
    *(_T.reason, _T.note, _T.hostname, _T.unixname, _T.pid, _T.exit_code, _T.pool),
    *(_T.pool_slots, _T.queue, _T.priority_weight, _T.operator, _T.executor, _T.dag_version_id),
    *(dag_version.c.version_number, _T.cpu_user, _T.cpu_system, _T.max_rss),
)


#: Built once: it has many columns, and putting them together takes as long as asking.
_WIDE = (
    select(*_COLUMNS)
    .join(dag_run, dag_run.c.id == _T.dagrun_id)
    .outerjoin(dag, dag.c.dag_id == _T.dag_id)
    .outerjoin(dag_version, dag_version.c.id == _T.dag_version_id)
)


def _query(scope: DagScope) -> Select[Any]:
    return _WIDE.where(*scope.conditions(_T.dag_id))


def list_instances(
    tx: Tx, scope: DagScope, which: InstanceFilter | None = None, paging: Paging = ALL
) -> Page[InstanceRow]:
    """The task instances that a filter lets through, in the order they were made."""
    which = which or InstanceFilter()
    conditions = _conditions(which)
    listing = Listing(
        wide=_query(scope).where(*conditions),
        narrow=_narrow(which, paging).where(*scope.conditions(_T.dag_id), *conditions),
        key=_T.id,
        orders=ORDERS,
        default=("id",),
    )
    page = fetch_keyed(tx, listing, paging)
    return page._replace(rows=[_row(row) for row in page.rows])


def _narrow(which: InstanceFilter, paging: Paging) -> Select[Any]:
    """The ids, with no other table than filter and order look at."""
    query = select(_T.id)
    ordered = (ORDERS.get(name.removeprefix("-")) for name in paging.order)
    of_run = any(getattr(column, "table", None) is dag_run for column in ordered)
    if of_run or which.logical_date is not None or which.run_after is not None:
        query = query.join(dag_run, dag_run.c.id == _T.dagrun_id)
    if which.version_numbers:
        query = query.join(dag_version, dag_version.c.id == _T.dag_version_id)
    return query


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
    if which.keys is not None:
        named = tuple_(_T.dag_id, _T.run_id, _T.task_id, _T.map_index)
        conditions.append(named.in_(which.keys))
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
        conditions += within(_T.duration, which.duration)
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
        cpu_user=row.cpu_user,
        cpu_system=row.cpu_system,
        max_rss_bytes=row.max_rss,
    )


def _row(row: Row[Any]) -> InstanceRow:
    return InstanceRow(*row[: len(_COLUMNS)])
