"""What a person changes below the scheduler: runs that are held, attempts that are taken away."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import insert, select

from venturi.core.states import TaskState
from venturi.store.commands.audit import Actor
from venturi.store.engine import Tx
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history

A = TypeVar("A")


def hold_runs(tx: Tx, ids: Iterable[int]) -> None:
    """Keep these runs as they are until the commit, but for what this transaction does.

    Whoever changes instances holds their runs first, in the order of their ids: so nobody waits for
    somebody who waits for them. (A file has one writer at a time anyway.)
    """
    for part in pieces(sorted(set(ids))):
        query = select(dag_run.c.id).where(dag_run.c.id.in_(part)).order_by(dag_run.c.id)
        tx.execute(query.with_for_update()).all()


def keep_cut_short(tx: Tx, ids: Sequence[int], who: Actor) -> None:
    """Attempts that are taken away leave a row in the history: their own end will not be heard.

    Of these instances, those that run at this moment.
    """
    for part in pieces(ids):
        rows = tx.execute(
            select(task_instance).where(
                task_instance.c.id.in_(part), task_instance.c.state == TaskState.RUNNING
            )
        ).all()
        # The clock may have been set back since it began.
        ends = {row.id: max(who.now, row.start_date or who.now) for row in rows}
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
                "end_date": ends[row.id],
                "duration": (ends[row.id] - row.start_date).total_seconds()
                if row.start_date
                else None,
                "hostname": row.hostname,
                "pid": row.pid,
                "reason": f"taken away while it ran by {who.name}",
            }
            for row in rows
        ]
        if values:
            tx.execute(insert(task_instance_history), values)


def pieces(ids: Sequence[A], size: int = 500) -> list[Sequence[A]]:
    """Ids in pieces that every database takes in one IN list."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]
