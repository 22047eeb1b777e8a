"""XComs."""

from typing import Any

import msgspec
from sqlalchemy import Row, Select, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.store.engine import Tx
from venturi.store.queries.keyed import Listing, fetch_keyed
from venturi.store.queries.paging import ALL, Page, Paging, like, shown
from venturi.store.queries.runs import Between
from venturi.store.schema.dags import dag
from venturi.store.schema.runs import dag_run, xcom
from venturi.store.scope import DagScope


class XComRow(msgspec.Struct, frozen=True, kw_only=True):
    """An XCom; `value` is JSON text."""

    key: str
    value: str | None
    timestamp: Instant
    logical_date: Instant | None
    dag_id: str
    run_id: str
    task_id: str
    map_index: int


class XComFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which XComs; None does not restrict."""

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    key: str | None = None
    key_pattern: str | None = None
    #: of the DAG's name for people
    dag_pattern: str | None = None
    run_pattern: str | None = None
    task_pattern: str | None = None
    logical_date: Between | None = None
    run_after: Between | None = None


_ORDERS: dict[str, Any] = {
    "id": xcom.c.id,
    "key": xcom.c.key,
    "timestamp": xcom.c.timestamp,
    "dag_id": xcom.c.dag_id,
    "run_id": xcom.c.run_id,
    "run_after": dag_run.c.run_after,
    "task_id": xcom.c.task_id,
    "map_index": xcom.c.map_index,
}


_OF_RUN = (dag_run.c.dag_id == xcom.c.dag_id) & (dag_run.c.run_id == xcom.c.run_id)


def list_xcoms(
    tx: Tx, scope: DagScope, which: XComFilter | None = None, paging: Paging = ALL
) -> Page[XComRow]:
    """The XComs that a filter lets through, in the order they were pushed."""
    which = which or XComFilter()
    conditions = [*scope.conditions(xcom.c.dag_id), *_conditions(which)]
    wide = select(xcom, dag_run.c.logical_date).outerjoin(dag_run, _OF_RUN)
    narrow = select(xcom.c.id)
    by_run = any(name.removeprefix("-") == "run_after" for name in paging.order)
    if by_run or which.logical_date is not None or which.run_after is not None:
        narrow = narrow.outerjoin(dag_run, _OF_RUN)
    listing = Listing(
        wide=_with_names(wide, which).where(*conditions),
        narrow=_with_names(narrow, which).where(*conditions),
        key=xcom.c.id,
        orders=_ORDERS,
        default=("id",),
    )
    page = fetch_keyed(tx, listing, paging)
    return page._replace(rows=[_xcom(row) for row in page.rows])


def _with_names(query: Select[Any], which: XComFilter) -> Select[Any]:
    return query.outerjoin(dag, dag.c.dag_id == xcom.c.dag_id) if which.dag_pattern else query


def _conditions(which: XComFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (xcom.c.dag_id, which.dag_id),
            (xcom.c.run_id, which.run_id),
            (xcom.c.task_id, which.task_id),
            (xcom.c.map_index, which.map_index),
            (xcom.c.key, which.key),
        )
        if value is not None
    ]
    conditions += [
        like(column, text)
        for text, column in (
            (which.key_pattern, xcom.c.key),
            (which.dag_pattern, shown(dag.c.dag_display_name, xcom.c.dag_id)),
            (which.run_pattern, xcom.c.run_id),
            (which.task_pattern, xcom.c.task_id),
        )
        if text
    ]
    for date_column, bounds in (
        (dag_run.c.logical_date, which.logical_date),
        (dag_run.c.run_after, which.run_after),
    ):
        if bounds is not None:
            conditions.extend(bounds.conditions(date_column))
    return conditions


def get_xcom(
    tx: Tx,
    scope: DagScope,
    dag_id: str,
    run_id: str,
    task_id: str,
    key: str,
    map_index: int = -1,
) -> XComRow:
    """One XCom. Raises `NotFound`."""
    which = XComFilter(dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, key=key)
    page = list_xcoms(tx, scope, which)
    if not page.rows:
        raise NotFound(f"Task {task_id!r} has no XCom {key!r} in run {run_id!r}.")
    return page.rows[-1]


def _xcom(row: Row[Any]) -> XComRow:
    return XComRow(
        key=row.key,
        value=row.value,
        timestamp=row.timestamp,
        logical_date=row.logical_date,
        dag_id=row.dag_id,
        run_id=row.run_id,
        task_id=row.task_id,
        map_index=row.map_index,
    )
