"""Taking a past period as done: runs that are marked successful without running."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import update

from venturi.core.states import RunState, RunType, TaskState
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.backfill_dates import (
    PlannedRun,
    WantedBackfill,
    chosen_tasks,
    make_runs,
    plan_runs,
)
from venturi.store.commands.cutshort import hold_runs, pieces
from venturi.store.commands.instances import Selection, select_instances
from venturi.store.commands.marks import mark
from venturi.store.commands.runs import runnable, set_run_state
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.schema.runs import task_instance
from venturi.store.versions import Versions


class MarkedPeriod(NamedTuple):
    """The runs that were made and marked, and those that were there and are marked now.

    `run_ids` are row ids of runs that the scheduler has to look at.
    """

    made: list[PlannedRun]
    marked: list[PlannedRun]
    run_ids: tuple[int, ...]


def mark_period(
    tx: Tx, wanted: WantedBackfill, who: Actor, versions: Versions | None = None
) -> MarkedPeriod:
    """Mark the runs of a period successful, making those that are not there.

    With `wanted.task_regex` only the chosen tasks of runs that are there. Raises what
    `plan_runs` does.
    """
    versions = versions or Versions()
    runs = plan_runs(tx, wanted, who.now, versions)
    version, _ = runnable(tx, wanted.dag_id, RunType.BACKFILL, versions)
    chosen = chosen_tasks(version.graph, wanted)
    hold_runs(tx, (run.existing.id for run in runs if run.existing is not None))
    made = [run for run in runs if run.existing is None]
    row_ids = make_runs(
        *(tx, version, made, wanted, who),
        state=RunState.SUCCESS,
        start_date=who.now,
        end_date=who.now,
        reason=f"marked success by {who.name}",
    )
    for part in pieces(row_ids):
        _mark_new(tx, part, chosen, who)
    rung: set[int] = set()
    marked = [run for run in runs if run.existing is not None]
    for run in marked:
        rung |= _mark_existing(tx, run, wanted, chosen, who, versions)
    note(tx, who, "mark_period_success", dag_id=wanted.dag_id, extra={"runs": len(runs)})
    return MarkedPeriod(made, marked, tuple(sorted(rung)))


def _mark_new(tx: Tx, row_ids: Sequence[int], chosen: set[str] | None, who: Actor) -> None:
    reason = f"marked success by {who.name}"
    table = task_instance
    of_run = table.c.dagrun_id.in_(row_ids)
    ended = {"start_date": who.now, "end_date": who.now, "updated_at": who.now}
    these = [of_run]
    if chosen is not None:
        others = of_run, table.c.task_id.not_in(sorted(chosen))
        record_change(tx, others, TaskState.REMOVED, who, "not chosen", new_epoch=False)
        tx.execute(
            update(table).where(*others).values(state=TaskState.REMOVED, reason="not chosen")
        )
        these.append(table.c.task_id.in_(sorted(chosen)))
    record_change(tx, these, TaskState.SUCCESS, who, reason, new_epoch=False)
    done = update(table).where(*these).values(state=TaskState.SUCCESS, reason=reason, **ended)
    tx.execute(done)


def _mark_existing(
    tx: Tx,
    run: PlannedRun,
    wanted: WantedBackfill,
    chosen: set[str] | None,
    who: Actor,
    versions: Versions,
) -> set[int]:
    assert run.existing is not None
    row_id, name, state = run.existing
    if chosen is None:
        if state is RunState.SUCCESS:
            return set()
        set_run_state(tx, wanted.dag_id, name, RunState.SUCCESS, who)
        return {row_id}
    which = Selection(dag_id=wanted.dag_id, run_ids=(name,), only_with_state=False)
    found = [
        instance
        for instance in select_instances(tx, which, versions)
        if instance.task_id in chosen and instance.state != TaskState.SUCCESS
    ]
    if found:
        mark(tx, found, TaskState.SUCCESS, who, versions)
    return {row_id} if found else set()
