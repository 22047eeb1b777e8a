"""What was late: SLAs of tasks that were missed, and deadlines of runs."""

from typing import Any

import msgspec
from sqlalchemy import select

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch
from venturi.store.schema.people import sla_miss
from venturi.store.schema.runs import dag_run, deadline
from venturi.store.scope import DagScope

_S, _D, _R = sla_miss.c, deadline.c, dag_run.c


class SlaMiss(msgspec.Struct, frozen=True, kw_only=True):
    """A task that had not ended in time; `run_id` None: its run is no more."""

    dag_id: str
    task_id: str
    run_id: str | None
    logical_date: Instant
    #: when it was found out
    timestamp: Instant | None
    notification_sent: bool
    email_sent: bool


class RunDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """By when a run must have ended; those that were met are not kept."""

    id: int
    dag_id: str
    run_id: str | None
    run_state: str | None
    name: str | None
    deadline_time: Instant
    missed: bool


_SLA_ORDERS: dict[str, Any] = {
    "timestamp": _S.timestamp,
    "dag_id": _S.dag_id,
    "task_id": _S.task_id,
    "logical_date": _S.execution_date,
}
_DEADLINE_ORDERS: dict[str, Any] = {
    "id": _D.id,
    "deadline_time": _D.deadline_time,
    "dag_id": _D.dag_id,
}


def list_sla_misses(
    tx: Tx,
    scope: DagScope,
    *,
    dag_id: str | None = None,
    task_id: str | None = None,
    paging: Paging = ALL,
) -> Page[SlaMiss]:
    """SLAs that were missed, the latest first; None does not restrict."""
    same_run = (_R.dag_id == _S.dag_id) & (_R.logical_date == _S.execution_date)
    query = (
        select(sla_miss, _R.run_id).outerjoin(dag_run, same_run).where(*scope.conditions(_S.dag_id))
    )
    for column, value in ((_S.dag_id, dag_id), (_S.task_id, task_id)):
        if value is not None:
            query = query.where(column == value)
    page = fetch(tx, query, paging, _SLA_ORDERS, ("-timestamp", "dag_id", "task_id"))
    misses = [
        SlaMiss(
            dag_id=row.dag_id,
            task_id=row.task_id,
            run_id=row.run_id,
            logical_date=row.execution_date,
            timestamp=row.timestamp,
            notification_sent=bool(row.notification_sent),
            email_sent=bool(row.email_sent),
        )
        for row in page.rows
    ]
    return Page(misses, page.total)


def list_deadlines(
    tx: Tx,
    scope: DagScope,
    *,
    dag_id: str | None = None,
    missed: bool | None = None,
    paging: Paging = ALL,
) -> Page[RunDeadline]:
    """Deadlines that were missed or are still ahead, the latest first; None does not restrict."""
    query = (
        select(deadline, _R.run_id, _R.state.label("run_state"))
        .outerjoin(dag_run, _R.id == _D.dagrun_id)
        .where(*scope.conditions(_D.dag_id))
    )
    if dag_id is not None:
        query = query.where(_D.dag_id == dag_id)
    if missed is not None:
        query = query.where(_D.missed.is_(missed))
    page = fetch(tx, query, paging, _DEADLINE_ORDERS, ("-deadline_time", "-id"))
    deadlines = [
        RunDeadline(
            id=row.id,
            dag_id=row.dag_id,
            run_id=row.run_id,
            run_state=row.run_state,
            name=row.name,
            deadline_time=row.deadline_time,
            missed=bool(row.missed),
        )
        for row in page.rows
    ]
    return Page(deadlines, page.total)
