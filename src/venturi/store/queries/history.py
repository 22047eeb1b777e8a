"""What has become of a task instance, change by change."""

import msgspec
from sqlalchemy import select

from venturi.core.clock import Instant
from venturi.core.states import TaskState
from venturi.store.engine import Tx
from venturi.store.schema.runs import task_instance_transition


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One change of state: `none` is cleared, `actor` None the scheduler."""

    at: Instant
    state: str
    try_number: int
    epoch: int
    actor: str | None
    cause: str | None


def transitions(tx: Tx, ti_id: int, limit: int = 10_000) -> list[Transition]:
    """The changes of a task instance (by row id), oldest first; the newest `limit` of them."""
    table = task_instance_transition.c
    query = select(task_instance_transition).where(table.ti_id == ti_id)
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
