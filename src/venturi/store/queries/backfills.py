"""Backfills as lists show them, with how far they are."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, func, select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.core.states import RunState
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch
from venturi.store.schema.dags import dag
from venturi.store.schema.later import backfill
from venturi.store.schema.runs import dag_run
from venturi.store.scope import DagScope


class BackfillRow(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill; `runs` are its runs by state."""

    id: int
    dag_id: str
    dag_display_name: str
    from_date: Instant
    to_date: Instant
    conf: dict[str, Any]
    is_paused: bool
    reprocess_behavior: str
    max_active_runs: int
    run_backwards: bool
    user: str | None
    created_at: Instant
    completed_at: Instant | None
    updated_at: Instant
    runs: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many runs it has."""
        return sum(self.runs.values())

    @property
    def ended(self) -> int:
        """How many of them have ended."""
        return self.runs.get("success", 0) + self.runs.get("failed", 0)

    @property
    def state(self) -> str:
        """In one word: paused, running, success or failed."""
        if self.completed_at is None and self.ended < self.total:
            return "paused" if self.is_paused else "running"
        return "failed" if self.runs.get("failed") else "success"


class BackfillFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which backfills; None does not restrict. `active`: those that are not over, or those."""

    dag_ids: tuple[str, ...] | None = None
    active: bool | None = None


_ORDERS: dict[str, Any] = {
    "id": backfill.c.id,
    "dag_id": backfill.c.dag_id,
    "from_date": backfill.c.from_date,
    "to_date": backfill.c.to_date,
    "created_at": backfill.c.created_at,
    "completed_at": backfill.c.completed_at,
    "updated_at": backfill.c.updated_at,
}


def list_backfills(
    tx: Tx, scope: DagScope, which: BackfillFilter | None = None, paging: Paging = ALL
) -> Page[BackfillRow]:
    """The backfills that a filter lets through, newest first unless ordered otherwise."""
    which = which or BackfillFilter()
    query = _query(scope)
    if which.dag_ids is not None:
        query = query.where(backfill.c.dag_id.in_(which.dag_ids))
    if which.active is not None:
        over = backfill.c.completed_at.is_not(None)
        query = query.where(~over if which.active else over)
    page = fetch(tx, query, paging, _ORDERS, ("-id",))
    counts = run_counts(tx, [row.id for row in page.rows])
    return Page([_row(row, counts.get(row.id, {})) for row in page.rows], page.total)


def get_backfill(tx: Tx, scope: DagScope, number: int) -> BackfillRow:
    """One backfill. Raises `NotFound`."""
    row = tx.execute(_query(scope).where(backfill.c.id == number)).first()
    if row is None:
        raise NotFound(f"There is no backfill {number}. See: airflow backfill list")
    return _row(row, run_counts(tx, [number]).get(number, {}))


def run_counts(tx: Tx, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The runs of these backfills by state."""
    query = (
        select(dag_run.c.backfill_id, dag_run.c.state, func.count())
        .where(dag_run.c.backfill_id.in_(list(ids)))
        .group_by(dag_run.c.backfill_id, dag_run.c.state)
    )
    found: dict[int, dict[str, int]] = {}
    for number, state, count in tx.execute(query):
        found.setdefault(number, {})[state] = count
    return found


class FailedRun(NamedTuple):
    """A run of a backfill that failed, and why."""

    dag_id: str
    run_id: str
    reason: str | None


def failed_runs(tx: Tx, scope: DagScope, number: int) -> list[FailedRun]:
    """The runs of a backfill that failed, earliest first."""
    table = dag_run.c
    query = (
        select(table.dag_id, table.run_id, table.reason)
        .where(
            table.backfill_id == number,
            table.state == RunState.FAILED,
            *scope.conditions(table.dag_id),
        )
        .order_by(table.logical_date)
    )
    return [FailedRun(*row) for row in tx.execute(query)]


def _query(scope: DagScope) -> Any:
    return (
        select(backfill, dag.c.dag_display_name)
        .outerjoin(dag, dag.c.dag_id == backfill.c.dag_id)
        .where(*scope.conditions(backfill.c.dag_id))
    )


def _row(row: Row[Any], runs: Mapping[str, int]) -> BackfillRow:
    return BackfillRow(
        id=row.id,
        dag_id=row.dag_id,
        dag_display_name=row.dag_display_name or row.dag_id,
        from_date=row.from_date,
        to_date=row.to_date,
        conf=json.loads(row.dag_run_conf) if row.dag_run_conf else {},
        is_paused=bool(row.is_paused),
        reprocess_behavior=row.reprocess_behavior,
        max_active_runs=row.max_active_runs,
        run_backwards=bool(row.run_backwards),
        user=row.triggering_user_name,
        created_at=row.created_at,
        completed_at=row.completed_at,
        updated_at=row.updated_at,
        runs=runs,
    )
