"""XComs."""

from typing import Any

import msgspec
from sqlalchemy import Row, select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
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


_ORDERS: dict[str, Any] = {
    "id": xcom.c.id,
    "key": xcom.c.key,
    "timestamp": xcom.c.timestamp,
    "task_id": xcom.c.task_id,
    "map_index": xcom.c.map_index,
}


def list_xcoms(
    tx: Tx,
    scope: DagScope,
    *,
    dag_id: str | None = None,
    run_id: str | None = None,
    task_id: str | None = None,
    map_index: int | None = None,
    key: str | None = None,
    key_pattern: str | None = None,
    paging: Paging = ALL,
) -> Page[XComRow]:
    """The XComs that match, in the order they were pushed; None does not restrict."""
    of = (dag_run.c.dag_id == xcom.c.dag_id) & (dag_run.c.run_id == xcom.c.run_id)
    query = (
        select(xcom, dag_run.c.logical_date)
        .outerjoin(dag_run, of)
        .where(*scope.conditions(xcom.c.dag_id))
    )
    for column, value in (
        (xcom.c.dag_id, dag_id),
        (xcom.c.run_id, run_id),
        (xcom.c.task_id, task_id),
        (xcom.c.map_index, map_index),
        (xcom.c.key, key),
    ):
        if value is not None:
            query = query.where(column == value)
    if key_pattern:
        query = query.where(like(xcom.c.key, key_pattern))
    page = fetch(tx, query, paging, _ORDERS, ("id",))
    return Page([_xcom(row) for row in page.rows], page.total)


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
    page = list_xcoms(
        tx, scope, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, key=key
    )
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
