"""XComs."""

from typing import Any

import msgspec
from sqlalchemy import Row, null, select

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
    """An XCom; `value` is JSON text, None also where it was not asked for."""

    key: str
    value: str | None
    timestamp: Instant
    logical_date: Instant | None
    dag_id: str
    run_id: str
    task_id: str
    map_index: int


class XComFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What XComs are searched for by; patterns in the store's notation, None does not restrict."""

    key_pattern: str | None = None
    #: in the name by which people see the DAG
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


def list_xcoms(
    tx: Tx,
    scope: DagScope,
    *,
    dag_id: str | None = None,
    run_id: str | None = None,
    task_id: str | None = None,
    map_index: int | None = None,
    key: str | None = None,
    of: XComFilter | None = None,
    paging: Paging = ALL,
    with_values: bool = False,
) -> Page[XComRow]:
    """The XComs that match, in the order they were pushed; None does not restrict.

    Without values unless they are asked for: each may have megabytes.
    """
    of = of or XComFilter()
    conditions = scope.conditions(xcom.c.dag_id)
    for column, wanted in (
        (xcom.c.dag_id, dag_id),
        (xcom.c.run_id, run_id),
        (xcom.c.task_id, task_id),
        (xcom.c.map_index, map_index),
        (xcom.c.key, key),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    for searched, text in (
        (xcom.c.key, of.key_pattern),
        (xcom.c.run_id, of.run_pattern),
        (xcom.c.task_id, of.task_pattern),
        (shown(dag.c.dag_display_name, xcom.c.dag_id), of.dag_pattern),
    ):
        if text:
            conditions.append(like(searched, text))
    for date_column, bounds in (
        (dag_run.c.logical_date, of.logical_date),
        (dag_run.c.run_after, of.run_after),
    ):
        if bounds is not None:
            conditions += bounds.conditions(date_column)
    its_run = (dag_run.c.dag_id == xcom.c.dag_id) & (dag_run.c.run_id == xcom.c.run_id)
    value = xcom.c.value if with_values else null().label("value")
    columns = (each for each in xcom.c if each is not xcom.c.value)
    wide = select(*columns, value, dag_run.c.logical_date).outerjoin(dag_run, its_run)
    narrow = select(xcom.c.id)
    by_run = any(name.removeprefix("-") == "run_after" for name in paging.order)
    if by_run or of.logical_date or of.run_after:
        narrow = narrow.outerjoin(dag_run, its_run)
    if of.dag_pattern:
        its_dag = dag.c.dag_id == xcom.c.dag_id
        wide, narrow = wide.outerjoin(dag, its_dag), narrow.outerjoin(dag, its_dag)
    wide, narrow = wide.where(*conditions), narrow.where(*conditions)
    page = fetch_keyed(tx, Listing(wide, narrow, xcom.c.id, _ORDERS, ("id",)), paging)
    return page._replace(rows=[_xcom(row) for row in page.rows])


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
        tx,
        scope,
        dag_id=dag_id,
        run_id=run_id,
        task_id=task_id,
        map_index=map_index,
        key=key,
        with_values=True,
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
