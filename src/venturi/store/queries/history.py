"""What has become of a task instance, change by change."""

import msgspec
from sqlalchemy import select

from venturi.core.clock import Instant
from venturi.core.states import TaskState
from venturi.store.engine import Tx
from venturi.store.queries.instances import get_instance
from venturi.store.schema.runs import task_instance_transition
from venturi.store.scope import DagScope


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One change of state: `none` is cleared, `actor` None the scheduler."""

    at: Instant
    state: str
    try_number: int
    epoch: int
    actor: str | None
    cause: str | None


def transitions(
    tx: Tx,
    scope: DagScope,
    dag_id: str,
    run_id: str,
    task_id: str,
    map_index: int = -1,
    limit: int = 10_000,
) -> list[Transition]:
    """The changes of a task instance, oldest first; the newest `limit` of them.

    Raises `NotFound` as `get_instance` does.
    """
    instance = get_instance(tx, scope, dag_id, run_id, task_id, map_index)
    table = task_instance_transition.c
    query = select(task_instance_transition).where(table.ti_id == instance.id)
    rows = tx.execute(query.order_by(table.id.desc()).limit(limit)).all()
    return [
        Transition(
            at=row.at,
            state=row.state or TaskState.NONE,
            try_number=row.try_number,
            epoch=row.epoch,
            actor=row.actor,
            cause=row.cause,
        )
        for row in reversed(rows)
    ]
