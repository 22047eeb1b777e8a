"""Taking single task instances out of a run."""

from sqlalchemy import delete, update

from venturi.core.errors import Conflict
from venturi.core.states import ACTIVE
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.queries.instances import InstanceRow
from venturi.store.schema.later import task_state
from venturi.store.schema.runs import (
    dag_run,
    rendered_fields,
    task_instance,
    task_instance_history,
    xcom,
)


def delete_instance(tx: Tx, of: InstanceRow, who: Actor) -> None:
    """Delete a task instance with what belongs to it. Raises `Conflict` for one that is active."""
    if of.state in ACTIVE:
        raise Conflict(
            f"Task {of.task_id!r} is {of.state} in run {of.run_id!r}. Mark it failed, then delete."
        )
    for table in (task_instance_history, rendered_fields, task_state):
        tx.execute(delete(table).where(table.c.task_instance_id == of.id))
    tx.execute(
        delete(xcom).where(
            xcom.c.dag_id == of.dag_id,
            xcom.c.run_id == of.run_id,
            xcom.c.task_id == of.task_id,
            xcom.c.map_index == of.map_index,
        )
    )
    removed = tx.execute(
        delete(task_instance).where(
            task_instance.c.id == of.id,
            task_instance.c.state.is_(None)
            if of.state is None
            else task_instance.c.state == of.state,
        )
    )
    if removed.rowcount == 0:
        raise Conflict(f"Task {of.task_id!r} of run {of.run_id!r} has just changed; look again.")
    tx.execute(
        update(dag_run)
        .where(dag_run.c.dag_id == of.dag_id, dag_run.c.run_id == of.run_id)
        .values(revision=dag_run.c.revision + 1)
    )
    note(
        tx,
        who,
        "delete_task_instance",
        dag_id=of.dag_id,
        run_id=of.run_id,
        task_id=of.task_id,
        map_index=of.map_index,
        logical_date=of.logical_date,
    )
