"""Runs of DAGs as lists show them."""

import json
from math import isfinite
from typing import Any

import msgspec
from sqlalchemy import Row, Select, false, func, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import InvalidInput, NotFound
from venturi.store.engine import Tx
from venturi.store.queries.keyed import Listing, fetch_keyed
from venturi.store.queries.paging import ALL, Page, Paging, like, shown
from venturi.store.queries.specs import unknown_dag
from venturi.store.schema.dags import dag, dag_version
from venturi.store.schema.runs import dag_run
from venturi.store.scope import DagScope
from venturi.store.seconds import seconds_between


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """A range of instants; None is open, `gte`/`lte` include their end."""

    gte: Instant | None = None
    gt: Instant | None = None
    lte: Instant | None = None
    lt: Instant | None = None

    def conditions(self, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The range as conditions on a column."""
        bounds = (
            (self.gte, column.__ge__),
            (self.gt, column.__gt__),
            (self.lte, column.__le__),
            (self.lt, column.__lt__),
        )
        return [compare(bound) for bound, compare in bounds if bound is not None]


#: A range of seconds: at least, more than, at most, less than; None is open.
Seconds = tuple[float | None, float | None, float | None, float | None]


def within(column: ColumnElement[Any], bounds: Seconds) -> list[ColumnElement[bool]]:
    """A range of seconds as conditions on a column.

    Raises `InvalidInput` for what is no number or has no end: not every database can be told it.
    """
    if not all(isfinite(bound) for bound in bounds if bound is not None):
        raise InvalidInput("A duration is a number of seconds, and a finite one.")
    compare = (column.__ge__, column.__gt__, column.__le__, column.__lt__)
    return [made(bound) for made, bound in zip(compare, bounds, strict=True) if bound is not None]


class RunFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs; what is None or empty does not restrict."""

    dag_ids: tuple[str, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    states: tuple[str, ...] = ()
    run_types: tuple[str, ...] = ()
    not_run_types: tuple[str, ...] = ()
    run_id_pattern: str | None = None
    logical_date: Between | None = None
    run_after: Between | None = None
    start_date: Between | None = None
    end_date: Between | None = None
    updated_at: Between | None = None
    duration: Seconds | None = None
    user_pattern: str | None = None
    partition_key: str | None = None
    dag_pattern: str | None = None
    partition_pattern: str | None = None
    conf_contains: str | None = None
    version_numbers: tuple[int, ...] = ()
    #: something is asked for that no run here has
    is_none: bool = False


class RunRow(msgspec.Struct, frozen=True):
    """A run as its row has it. Its fields stand in the order of `_COLUMNS`."""

    id: int
    dag_id: str
    dag_display_name: str
    run_id: str
    run_type: str
    state: str
    logical_date: Instant | None
    data_interval_start: Instant | None
    data_interval_end: Instant | None
    run_after: Instant
    queued_at: Instant | None
    start_date: Instant | None
    end_date: Instant | None
    last_decision: Instant | None
    external_trigger: bool
    conf: dict[str, Any]
    reason: str | None
    note: str | None
    triggered_by: str | None
    user: str | None
    version_id: int | None
    version_number: int | None
    partition_key: str | None

    @property
    def duration(self) -> float | None:
        """Seconds from start to end, None before the end."""
        if self.start_date is None or self.end_date is None:
            return None
        return (self.end_date - self.start_date).total_seconds()


ORDERS: dict[str, ColumnElement[Any]] = {
    "id": dag_run.c.id,
    "dag_id": dag_run.c.dag_id,
    "run_id": dag_run.c.run_id,
    "dag_run_id": dag_run.c.run_id,
    "state": dag_run.c.state,
    "run_type": dag_run.c.run_type,
    "logical_date": dag_run.c.logical_date,
    "execution_date": dag_run.c.logical_date,
    "run_after": dag_run.c.run_after,
    "start_date": dag_run.c.start_date,
    "end_date": dag_run.c.end_date,
    "updated_at": dag_run.c.last_scheduling_decision,
    "duration": seconds_between(dag_run.c.start_date, dag_run.c.end_date),
    "conf": dag_run.c.conf,
}


_R = dag_run.c
#: What `RunRow` is made of.
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(_R.id, _R.dag_id, shown(dag.c.dag_display_name, _R.dag_id), _R.run_id, _R.run_type),
    *(_R.state, _R.logical_date, _R.data_interval_start, _R.data_interval_end, _R.run_after),
    *(_R.queued_at, _R.start_date, _R.end_date, _R.last_scheduling_decision),
    *(func.coalesce(_R.external_trigger, false()), _R.conf, _R.reason, _R.note, _R.triggered_by),
    *(_R.triggering_user_name, _R.version_id, dag_version.c.version_number, _R.partition_key),
)
_CONF = _COLUMNS.index(_R.conf)
#: Built once: putting many columns together takes as long as asking for them.
_WIDE = (
    select(*_COLUMNS)
    .outerjoin(dag, dag.c.dag_id == _R.dag_id)
    .outerjoin(dag_version, dag_version.c.id == _R.version_id)
)


def _query(scope: DagScope) -> Select[Any]:
    return _WIDE.where(*scope.conditions(_R.dag_id))


def list_runs(
    tx: Tx, scope: DagScope, which: RunFilter | None = None, paging: Paging = ALL
) -> Page[RunRow]:
    """The runs that a filter lets through, newest first unless ordered otherwise."""
    conditions = _conditions(which or RunFilter())
    listing = Listing(
        wide=_query(scope).where(*conditions),
        narrow=select(dag_run.c.id).where(*scope.conditions(dag_run.c.dag_id), *conditions),
        key=dag_run.c.id,
        orders=ORDERS,
        default=("-run_after", "-id"),
    )
    page = fetch_keyed(tx, listing, paging)
    return page._replace(rows=[_row(row) for row in page.rows])


def _conditions(which: RunFilter) -> list[ColumnElement[bool]]:
    table = dag_run.c
    conditions: list[ColumnElement[bool]] = [false()] if which.is_none else []
    for column, values in (
        (table.dag_id, which.dag_ids),
        (table.run_id, which.run_ids),
        (table.state, which.states or None),
        (table.run_type, which.run_types or None),
    ):
        if values is not None:
            conditions.append(column.in_(values))
    if which.not_run_types:
        conditions.append(table.run_type.not_in(which.not_run_types))
    for text, column in (
        (which.dag_pattern, table.dag_id),
        (which.partition_pattern, table.partition_key),
        (which.conf_contains, table.conf),
        (which.run_id_pattern, table.run_id),
        (which.user_pattern, table.triggering_user_name),
    ):
        if text:
            conditions.append(like(column, text))
    if which.version_numbers:
        of_number = select(dag_version.c.id).where(
            dag_version.c.version_number.in_(which.version_numbers)
        )
        conditions.append(table.version_id.in_(of_number))
    if which.partition_key is not None:
        conditions.append(table.partition_key == which.partition_key)
    for date_column, bounds in (
        (table.logical_date, which.logical_date),
        (table.run_after, which.run_after),
        (table.start_date, which.start_date),
        (table.end_date, which.end_date),
        (table.last_scheduling_decision, which.updated_at),
    ):
        if bounds is not None:
            conditions.extend(bounds.conditions(date_column))
    if which.duration is not None:
        conditions += within(seconds_between(table.start_date, table.end_date), which.duration)
    return conditions


def get_run(tx: Tx, scope: DagScope, dag_id: str, run_id: str) -> RunRow:
    """One run by its id. Raises `NotFound` for the DAG or the run."""
    row = tx.execute(
        _query(scope).where(dag_run.c.dag_id == dag_id, dag_run.c.run_id == run_id)
    ).first()
    if row is None:
        raise NotFound(_missing(tx, scope, dag_id, f"run {run_id!r}"))
    return _row(row)


def find_run(
    tx: Tx, scope: DagScope, dag_id: str, run_id: str | None, logical_date: Instant | None
) -> RunRow:
    """One run by its id or else by its logical date, as commands name runs. Raises `NotFound`."""
    if run_id is not None:
        row = tx.execute(
            _query(scope).where(dag_run.c.dag_id == dag_id, dag_run.c.run_id == run_id)
        ).first()
        if row is not None:
            return _row(row)
    if logical_date is not None:
        row = tx.execute(
            _query(scope).where(dag_run.c.dag_id == dag_id, dag_run.c.logical_date == logical_date)
        ).first()
        if row is not None:
            return _row(row)
    wanted = f"run {run_id!r}" if logical_date is None else f"run for {logical_date.isoformat()}"
    raise NotFound(_missing(tx, scope, dag_id, wanted))


def _missing(tx: Tx, scope: DagScope, dag_id: str, wanted: str) -> str:
    which = dag.c.dag_id == dag_id, *scope.conditions(dag.c.dag_id)
    if tx.execute(select(dag.c.dag_id).where(*which)).first() is None:
        return unknown_dag(tx, scope, dag_id)
    return f"DAG {dag_id!r} has no {wanted}. See: airflow dags list-runs {dag_id}"


def _row(row: Row[Any]) -> RunRow:
    values = list(row[: len(_COLUMNS)])
    values[_CONF] = json.loads(values[_CONF]) if values[_CONF] else {}
    return RunRow(*values)
