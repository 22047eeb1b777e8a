"""Filling a past period with runs: making a backfill, pausing and cancelling it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from venturi.core.errors import Conflict, NotFound
from venturi.core.states import RunState, RunType, TaskState
from venturi.store.backfills import close_backfills
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.backfill_dates import (
    Action,
    PlannedRun,
    WantedBackfill,
    chosen_tasks,
    make_runs,
    plan_runs,
)
from venturi.store.commands.cutshort import hold_runs, pieces
from venturi.store.commands.instances import Selection, clear, select_instances
from venturi.store.commands.reruns import adopt, reopen
from venturi.store.commands.runs import encoded, runnable
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.schema.dags import dag
from venturi.store.schema.later import backfill
from venturi.store.schema.people import slot_pool
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.versions import Versions


class Backfilled(NamedTuple):
    """The backfill that was made; `id` None: there was nothing to run.

    `paused`: its DAG is paused, so that its runs wait.
    """

    id: int | None
    dag_id: str
    runs: list[PlannedRun]
    #: row ids of the runs it has
    run_ids: tuple[int, ...]
    paused: bool


class BackfillChange(NamedTuple):
    """A backfill that was paused, unpaused or cancelled, and the runs whose rows changed."""

    id: int
    dag_id: str
    run_ids: tuple[int, ...]


def create_backfill(
    tx: Tx, wanted: WantedBackfill, who: Actor, versions: Versions | None = None
) -> Backfilled:
    """Make the runs of a period; they wait for their turn.

    A date that has a run already is cleared or left alone as `wanted.reprocess` says. Raises
    `NotFound`, `InvalidInput`, and `Conflict` while another backfill of the DAG goes on.
    """
    versions = versions or Versions()
    runs = plan_runs(tx, wanted, who.now, versions)
    version, is_paused = runnable(tx, wanted.dag_id, RunType.BACKFILL, versions)
    _refuse_second(tx, wanted.dag_id, who)
    if wanted.pool is not None and not _has_pool(tx, wanted.pool):
        raise NotFound(f"There is no pool {wanted.pool!r}. See: airflow pools list")
    todo = [run for run in runs if run.action is not Action.SKIP]
    if not todo:
        return Backfilled(None, wanted.dag_id, runs, (), is_paused)
    number = _insert(tx, wanted, who, todo)
    chosen = chosen_tasks(version.graph, wanted)
    hold_runs(tx, (run.existing.id for run in todo if run.existing is not None))
    fresh = [run for run in todo if run.action is Action.CREATE]
    made = make_runs(tx, version, fresh, wanted, who, backfill_id=number)
    _leave_out(tx, made, chosen, wanted, who)
    again = [
        _run_again(tx, run, wanted, who, number, chosen, versions)
        for run in todo
        if run.action is Action.REPROCESS
    ]
    note(tx, who, "create_backfill", dag_id=wanted.dag_id, extra={"id": number, "runs": len(todo)})
    return Backfilled(number, wanted.dag_id, runs, (*made, *again), is_paused)


def _refuse_second(tx: Tx, dag_id: str, who: Actor) -> None:
    # Two at once come here one after the other.
    tx.execute(select(dag.c.dag_id).where(dag.c.dag_id == dag_id).with_for_update()).all()
    query = select(backfill.c.id).where(
        backfill.c.dag_id == dag_id, backfill.c.completed_at.is_(None)
    )
    close_backfills(tx, tx.execute(query).scalars().all(), who.now)
    other = tx.execute(query).scalar()
    if other is not None:
        raise Conflict(
            f"Backfill {other} of DAG {dag_id!r} is not done; a DAG has one at a time. "
            f"Wait for it, or: airflow backfill cancel {other}"
        )


def _has_pool(tx: Tx, pool: str) -> bool:
    return tx.execute(select(slot_pool.c.id).where(slot_pool.c.pool == pool)).first() is not None


def _insert(tx: Tx, wanted: WantedBackfill, who: Actor, todo: Sequence[PlannedRun]) -> int:
    inserted = tx.execute(
        insert(backfill).values(
            dag_id=wanted.dag_id,
            from_date=wanted.start,
            to_date=wanted.end,
            dag_run_conf=encoded(wanted.conf),
            is_paused=False,
            reprocess_behavior=wanted.reprocess,
            max_active_runs=wanted.max_active_runs,
            run_backwards=wanted.backwards,
            pool=wanted.pool,
            ignores_past_at=min(run.logical_date for run in todo) if wanted.ignores_past else None,
            triggering_user_name=who.name,
            created_at=who.now,
            updated_at=who.now,
        )
    )
    key = inserted.inserted_primary_key
    assert key is not None
    return int(key[0])


def _leave_out(
    tx: Tx, made: Sequence[int], chosen: set[str] | None, wanted: WantedBackfill, who: Actor
) -> None:
    """New runs: tasks that were not chosen take no part; retries and pools as asked for."""
    table = task_instance
    for part in pieces(made):
        these = table.c.dagrun_id.in_(part)
        if chosen is not None:
            others = these, table.c.task_id.not_in(sorted(chosen))
            reason = f"not among {wanted.task_regex!r}"
            record_change(tx, others, TaskState.REMOVED, who, reason, new_epoch=False)
            tx.execute(update(table).where(*others).values(state=TaskState.REMOVED, reason=reason))
        values: dict[str, Any] = {}
        if wanted.without_retries:
            values["max_tries"] = 0
        if wanted.pool is not None:
            values["pool"] = wanted.pool
        if values:
            tx.execute(update(table).where(these).values(**values))


def _run_again(
    tx: Tx,
    run: PlannedRun,
    wanted: WantedBackfill,
    who: Actor,
    number: int,
    chosen: set[str] | None,
    versions: Versions,
) -> int:
    """Clear a run that is there and make it one of the backfill's; its row id."""
    assert run.existing is not None
    row = run.existing
    which = Selection(dag_id=wanted.dag_id, run_ids=(row.run_id,), only_with_state=False)
    found = select_instances(tx, which, versions)
    if chosen is not None:
        found = [instance for instance in found if instance.task_id in chosen]
    if wanted.only_failed:
        bad = [i for i in found if i.state in {TaskState.FAILED, TaskState.UPSTREAM_FAILED}]
        found = bad or found  # a run may have been marked failed, or cancelled, with none of them
    if found:
        clear(tx, found, who, versions)
    else:
        reopen(tx, row.id, who, RunState.QUEUED)
    if wanted.latest_version:
        adopt(tx, row.id, runnable(tx, wanted.dag_id, RunType.BACKFILL, versions)[0], who)
    values: dict[str, Any] = {
        "backfill_id": number,
        "run_type": RunType.BACKFILL,
        "triggered_by": "backfill",
        "triggering_user_name": who.name,
    }
    if wanted.conf:
        values["conf"] = encoded(wanted.conf)
    tx.execute(update(dag_run).where(dag_run.c.id == row.id).values(**values))
    return row.id


def set_backfill_paused(tx: Tx, number: int, paused: bool, who: Actor) -> BackfillChange:
    """Pause a backfill (runs that have begun go on), or let it go on. `NotFound`, `Conflict`."""
    dag_id = _going_on(tx, number)
    tx.execute(
        update(backfill).where(backfill.c.id == number).values(is_paused=paused, updated_at=who.now)
    )
    # Decisions to start them rest on what was paused before: they are refused by the revision.
    _of_waiting = dag_run.c.backfill_id == number, dag_run.c.state == RunState.QUEUED
    tx.execute(update(dag_run).where(*_of_waiting).values(revision=dag_run.c.revision + 1))
    changed = select(dag_run.c.id).where(*_of_waiting).order_by(dag_run.c.id)
    ids = tx.execute(changed).scalars().all()
    event = "pause_backfill" if paused else "unpause_backfill"
    note(tx, who, event, dag_id=dag_id, extra={"id": number})
    return BackfillChange(number, dag_id, tuple(ids))


def cancel_backfill(tx: Tx, number: int, who: Actor) -> BackfillChange:
    """End a backfill: runs that wait fail without beginning, those that have begun go on.

    Raises `NotFound`, and `Conflict` when it is over.
    """
    dag_id = _going_on(tx, number)
    waiting = dag_run.c.backfill_id == number, dag_run.c.state == RunState.QUEUED
    hold_runs(tx, tx.execute(select(dag_run.c.id).where(*waiting)).scalars().all())
    ids = tx.execute(select(dag_run.c.id).where(*waiting)).scalars().all()
    reason = f"backfill {number} was cancelled by {who.name}"
    table = task_instance
    ended = [TaskState.SUCCESS, TaskState.FAILED, TaskState.REMOVED, TaskState.UPSTREAM_FAILED]
    for part in pieces(ids):
        left = table.c.dagrun_id.in_(part), table.c.state.is_(None) | table.c.state.not_in(ended)
        record_change(tx, left, TaskState.SKIPPED, who, reason)
        tx.execute(
            update(table)
            .where(*left)
            .values(
                state=TaskState.SKIPPED,
                epoch=table.c.epoch + 1,
                due_at=None,
                end_date=who.now,
                updated_at=who.now,
                reason=reason,
            )
        )
        tx.execute(
            update(dag_run)
            .where(dag_run.c.id.in_(part))
            .values(
                state=RunState.FAILED,
                revision=dag_run.c.revision + 1,
                end_date=who.now,
                reason=reason,
            )
        )
    tx.execute(
        update(backfill)
        .where(backfill.c.id == number)
        .values(completed_at=who.now, updated_at=who.now)
    )
    note(tx, who, "cancel_backfill", dag_id=dag_id, extra={"id": number, "runs": len(ids)})
    return BackfillChange(number, dag_id, tuple(ids))


def _going_on(tx: Tx, number: int) -> str:
    """The DAG of a backfill that is not over. Raises `NotFound`, `Conflict`."""
    row = tx.execute(select(backfill).where(backfill.c.id == number)).first()
    if row is None:
        raise NotFound(f"There is no backfill {number}. See: airflow backfill list")
    if row.completed_at is not None:
        raise Conflict(f"Backfill {number} is over since {row.completed_at.isoformat()}.")
    return str(row.dag_id)
