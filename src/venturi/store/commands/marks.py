"""Setting the state of task instances by hand, and writing notes on them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from venturi.core.errors import InvalidInput
from venturi.core.states import FAILED_STATES, RunState, TaskState
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.cutshort import hold_runs, keep_cut_short, pieces
from venturi.store.commands.instances import (
    Chosen,
    Cleared,
    Selection,
    clear,
    select_instances,
)
from venturi.store.commands.literals import instant
from venturi.store.commands.reruns import reopen
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.versions import Versions

_T = task_instance.c

#: What a person may say of a task instance.
MARKS = (TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED)


def mark(
    tx: Tx,
    chosen: Sequence[Chosen],
    state: TaskState,
    who: Actor,
    versions: Versions | None = None,
) -> Cleared:
    """Set the state of these task instances; what runs of them is cancelled.

    Instances after them that failed are cleared, so that they get their chance; runs that had ended
    are looked at again. Returns how many were set and the row ids of their runs, for the bell.
    Raises `InvalidInput` for a state that is not one of `MARKS`.
    """
    if state not in MARKS:
        raise InvalidInput(f"A task instance can be marked {', '.join(MARKS)}, not {state}.")
    versions = versions or Versions()
    reason = f"marked {state} by {who.name}"
    hold_runs(tx, (row.dagrun_id for row in chosen))
    keep_cut_short(tx, [row.id for row in chosen], who)
    for part in pieces([row.id for row in chosen]):
        these = _T.id.in_(part)
        record_change(tx, [these], state, who, reason)
        tx.execute(
            update(task_instance)
            .where(these)
            .values(
                state=state,
                epoch=_T.epoch + 1,
                due_at=None,
                start_date=func.coalesce(_T.start_date, instant(who.now)),
                end_date=who.now,
                updated_at=who.now,
                reason=reason,
            )
        )
    runs: dict[int, list[Chosen]] = {}
    for row in chosen:
        runs.setdefault(row.dagrun_id, []).append(row)
    for run_id, rows in sorted(runs.items()):
        _after(tx, run_id, rows, who, versions)
        for row in rows:
            note(
                tx,
                who,
                f"mark_{state}",
                dag_id=row.dag_id,
                task_id=row.task_id,
                run_id=row.run_id,
                map_index=row.map_index,
                logical_date=row.logical_date,
            )
    return Cleared(len(chosen), tuple(sorted(runs)))


def _after(tx: Tx, run_id: int, rows: Sequence[Chosen], who: Actor, versions: Versions) -> None:
    """Clear what failed after the marked ones, and have the run looked at again."""
    reopen(tx, run_id, who, RunState.QUEUED)
    version_id = tx.execute(select(dag_run.c.version_id).where(dag_run.c.id == run_id)).scalar()
    if version_id is None:
        return
    graph = versions.get(tx, version_id).graph
    numbers = sorted({graph.index[row.task_id] for row in rows if row.task_id in graph.index})
    marked = {row.task_id for row in rows}
    below = {graph.tasks[n].task_id for n in graph.reachable(numbers)} - marked
    if not below:
        return
    which = Selection(dag_id=rows[0].dag_id, run_ids=(rows[0].run_id,), only_failed=True)
    failed = [row for row in select_instances(tx, which, versions) if row.task_id in below]
    assert all(row.state in FAILED_STATES for row in failed)
    clear(tx, failed, who, versions)


def set_instance_note(
    tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int, text: str | None, who: Actor
) -> None:
    """Write a person's note on a task instance."""
    values: dict[str, Any] = {"note": text}
    tx.execute(
        update(task_instance)
        .where(
            _T.dag_id == dag_id,
            _T.run_id == run_id,
            _T.task_id == task_id,
            _T.map_index == map_index,
        )
        .values(**values)
    )
    note(tx, who, "set_note", dag_id=dag_id, task_id=task_id, run_id=run_id, map_index=map_index)
