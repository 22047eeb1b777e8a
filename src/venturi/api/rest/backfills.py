"""Backfills: filling past periods with runs."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.shapes.common import Aware, Body, ListQuery
from venturi.store.bell import Ring
from venturi.store.commands import backfills as commands
from venturi.store.commands.backfill_dates import (
    Action,
    Reprocess,
    WantedBackfill,
    plan_runs,
)
from venturi.store.commands.backfills import BackfillChange
from venturi.store.engine import Tx
from venturi.store.queries.backfills import (
    BackfillFilter,
    BackfillRow,
)
from venturi.store.queries.backfills import get_backfill as find_backfill
from venturi.store.queries.backfills import list_backfills as find_backfills
from venturi.store.queries.dags import get_dag


class BackfillsQuery(ListQuery, frozen=True, kw_only=True):
    """Whose backfills to list."""

    dag_id: str


class BackfillBody(Body, frozen=True, kw_only=True):
    """The period to fill."""

    dag_id: str
    from_date: Aware
    to_date: Aware
    run_backwards: bool = False
    dag_run_conf: dict[str, Any] | None = None
    reprocess_behavior: Literal["none", "failed", "completed"] = "none"
    max_active_runs: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 10
    run_on_latest_version: bool | None = None


class BackfillAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill."""

    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    dag_run_conf: dict[str, Any] | None
    is_paused: bool
    reprocess_behavior: Literal["none", "failed", "completed"]
    max_active_runs: int
    created_at: datetime
    completed_at: datetime | None
    updated_at: datetime
    dag_display_name: str


class Backfills(msgspec.Struct, frozen=True, kw_only=True):
    """A page of backfills."""

    backfills: list[BackfillAnswer]
    total_entries: int


class PlannedBackfillRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that a backfill would make."""

    logical_date: datetime | None
    partition_key: str | None = None
    partition_date: datetime | None = None


class BackfillPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The runs that a backfill would make."""

    backfills: list[PlannedBackfillRun]
    total_entries: int


def list_backfills(call: Call, query: BackfillsQuery) -> Backfills:
    """A page of a DAG's backfills."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    with call.read() as tx:
        which = BackfillFilter(dag_ids=(query.dag_id,))
        page = find_backfills(tx, call.scope, which, paging)
    return Backfills(backfills=[_answer(row) for row in page.rows], total_entries=page.total)


def get_backfill(call: Call, backfill_id: int) -> BackfillAnswer:
    """One backfill."""
    with call.read() as tx:
        return _answer(find_backfill(tx, call.scope, backfill_id))


def create_backfill(call: Call, body: BackfillBody) -> BackfillAnswer:
    """Fill a period with runs."""
    wanted = _wanted(body)

    def change(tx: Tx) -> commands.Backfilled:
        get_dag(tx, call.scope, body.dag_id)
        return commands.create_backfill(tx, wanted, call.actor)

    made = call.change(
        change, lambda made: Ring(dag_ids=(made.dag_id,), run_ids=made.run_ids[:1000])
    )
    if made.id is None:
        raise Refused(
            409,
            f"Every date of the period has a run already; reprocess_behavior "
            f"{body.reprocess_behavior!r} leaves all of them alone.",
        )
    return get_backfill(call, made.id)


def create_backfill_dry_run(call: Call, body: BackfillBody) -> BackfillPlan:
    """The runs that a backfill would make."""
    with call.read() as tx:
        get_dag(tx, call.scope, body.dag_id)
        runs = plan_runs(tx, _wanted(body), call.now)
    planned = [
        PlannedBackfillRun(logical_date=run.logical_date)
        for run in runs
        if run.action is not Action.SKIP
    ]
    return BackfillPlan(backfills=planned, total_entries=len(planned))


def pause_backfill(call: Call, backfill_id: int) -> BackfillAnswer:
    """Start none of its runs until it is unpaused."""
    return _set_paused(call, backfill_id, paused=True)


def unpause_backfill(call: Call, backfill_id: int) -> BackfillAnswer:
    """Let it go on."""
    return _set_paused(call, backfill_id, paused=False)


def _set_paused(call: Call, number: int, *, paused: bool) -> BackfillAnswer:
    def change(tx: Tx) -> BackfillChange:
        find_backfill(tx, call.scope, number)
        return commands.set_backfill_paused(tx, number, paused, call.actor)

    call.change(change, _ring)
    return get_backfill(call, number)


def cancel_backfill(call: Call, backfill_id: int) -> BackfillAnswer:
    """End it: runs that wait fail, those that have begun go on."""

    def change(tx: Tx) -> BackfillChange:
        find_backfill(tx, call.scope, backfill_id)
        return commands.cancel_backfill(tx, backfill_id, call.actor)

    call.change(change, _ring)
    return get_backfill(call, backfill_id)


def _ring(changed: BackfillChange) -> Ring:
    return Ring(dag_ids=(changed.dag_id,), run_ids=changed.run_ids[:1000])


def _wanted(body: BackfillBody) -> WantedBackfill:
    return WantedBackfill(
        dag_id=body.dag_id,
        start=body.from_date,
        end=body.to_date,
        reprocess=Reprocess(body.reprocess_behavior),
        max_active_runs=body.max_active_runs,
        backwards=body.run_backwards,
        conf=body.dag_run_conf or {},
        latest_version=bool(body.run_on_latest_version),
    )


def _answer(row: BackfillRow) -> BackfillAnswer:
    same = (
        *("id", "dag_id", "from_date", "to_date", "is_paused", "reprocess_behavior"),
        *("max_active_runs", "created_at", "completed_at", "updated_at", "dag_display_name"),
    )
    return BackfillAnswer(
        **{name: getattr(row, name) for name in same}, dag_run_conf=row.conf or None
    )
