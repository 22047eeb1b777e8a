"""Attempts that a person takes away while they run."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from venturi.core.states import TaskState
from venturi.store.commands.audit import Actor
from venturi.store.engine import Tx
from venturi.store.schema.runs import task_instance, task_instance_history


def keep_cut_short(tx: Tx, running: Sequence[int], who: Actor) -> None:
    """Attempts that are taken away leave a row in the history: their own end will not be heard."""
    for part in pieces(running):
        rows = tx.execute(select(task_instance).where(task_instance.c.id.in_(part))).all()
        values = [
            {
                "task_instance_id": row.id,
                "dag_id": row.dag_id,
                "run_id": row.run_id,
                "task_id": row.task_id,
                "map_index": row.map_index,
                "try_number": row.try_number,
                "epoch": row.epoch,
                "state": TaskState.FAILED,
                "queued_dttm": row.queued_dttm,
                "start_date": row.start_date,
                "end_date": who.now,
                "duration": (who.now - row.start_date).total_seconds() if row.start_date else None,
                "hostname": row.hostname,
                "pid": row.pid,
                "reason": f"taken away while it ran by {who.name}",
            }
            for row in rows
        ]
        if values:
            tx.execute(insert(task_instance_history), values)


def pieces(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    """Ids in pieces that every database takes in one IN list."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
