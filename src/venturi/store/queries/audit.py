"""Who did what."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.store.engine import Tx
from venturi.store.queries.keyed import fetch_keyed, listing_of
from venturi.store.queries.paging import ALL, Page, Paging, like
from venturi.store.queries.runs import Between
from venturi.store.schema.people import log
from venturi.store.scope import DagScope


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody did."""

    id: int
    when: Instant | None
    event: str
    owner: str | None
    dag_id: str | None
    task_id: str | None
    run_id: str | None
    map_index: int | None
    try_number: int | None
    logical_date: Instant | None
    extra: str | None


_ORDERS: dict[str, Any] = {
    "id": log.c.id,
    "event_log_id": log.c.id,
    "when": log.c.dttm,
    "dttm": log.c.dttm,
    "event": log.c.event,
    "owner": log.c.owner,
    "logical_date": log.c.execution_date,
    "extra": log.c.extra,
    "dag_id": log.c.dag_id,
    "task_id": log.c.task_id,
    "run_id": log.c.run_id,
}


def list_audit(
    tx: Tx,
    scope: DagScope,
    *,
    dag_id: str | None = None,
    task_id: str | None = None,
    run_id: str | None = None,
    event: str | None = None,
    owner: str | None = None,
    map_index: int | None = None,
    try_number: int | None = None,
    included: Sequence[str] = (),
    excluded: Sequence[str] = (),
    patterns: Mapping[str, str | None] = {},
    when: Between | None = None,
    paging: Paging = ALL,
) -> Page[AuditRow]:
    """The audit log, newest first; None does not restrict.

    What is about no DAG is seen by those who see every DAG.
    """
    conditions = scope.conditions(log.c.dag_id)
    for column, value in (
        (log.c.dag_id, dag_id),
        (log.c.task_id, task_id),
        (log.c.run_id, run_id),
        (log.c.event, event),
        (log.c.owner, owner),
        (log.c.map_index, map_index),
        (log.c.try_number, try_number),
    ):
        if value is not None:
            conditions.append(column == value)
    if included:
        conditions.append(log.c.event.in_(included))
    if excluded:
        conditions.append(log.c.event.not_in(excluded))
    for name, text in patterns.items():
        if text:
            conditions.append(like(log.c[name], text))
    if when is not None:
        conditions.extend(when.conditions(log.c.dttm))
    page = fetch_keyed(tx, listing_of(log, conditions, _ORDERS, ("-id",)), paging)
    return page._replace(rows=[_row(row) for row in page.rows])


def get_audit(tx: Tx, scope: DagScope, row_id: int) -> AuditRow:
    """One row. Raises `NotFound`."""
    which = log.c.id == row_id, *scope.conditions(log.c.dag_id)
    row = tx.execute(select(log).where(*which)).first()
    if row is None:
        raise NotFound(f"There is no audit log entry {row_id}.")
    return _row(row)


def _row(row: Row[Any]) -> AuditRow:
    return AuditRow(
        id=row.id,
        when=row.dttm,
        event=row.event or "",
        owner=row.owner,
        dag_id=row.dag_id,
        task_id=row.task_id,
        run_id=row.run_id,
        map_index=row.map_index,
        try_number=row.try_number,
        logical_date=row.execution_date,
        extra=row.extra,
    )
