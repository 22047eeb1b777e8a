"""Callbacks and mails that are due: rows until they have been run (at least once)."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, insert, select

from venturi.core.clock import Instant
from venturi.core.messages import Call
from venturi.spec.model import Callback
from venturi.store.deadlines import note_told
from venturi.store.engine import Tx
from venturi.store.schema.engine import callback_request


def put_calls(tx: Tx, calls: Iterable[tuple[Call, int | None]], now: Instant) -> list[Call]:
    """Insert calls (with the id of their task instance, if any); they come back numbered."""
    numbered = []
    for call, ti_id in calls:
        inserted = tx.execute(
            insert(callback_request).values(
                created_at=now,
                dag_id=call.dag_id,
                run_id=call.run.run_id,
                task_instance_id=ti_id,
                kind=call.kind,
                callback_data=msgspec.msgpack.encode(call),
                attempts=0,
            )
        )
        key = inserted.inserted_primary_key
        assert key is not None
        numbered.append(msgspec.structs.replace(call, call_id=key[0]))
    return numbered


def open_calls(tx: Tx) -> list[Call]:
    """All calls that have not been acknowledged, oldest first."""
    table = callback_request
    return [
        msgspec.structs.replace(
            msgspec.msgpack.decode(row.callback_data, type=Call), call_id=row.id
        )
        for row in tx.execute(select(table).order_by(table.c.id))
    ]


def drop_calls(tx: Tx, ids: Iterable[int]) -> None:
    """These calls have been run."""
    table = callback_request
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        these = table.c.id.in_(wanted[start : start + 500])
        of_slas = select(table.c.callback_data).where(these, table.c.kind == Callback.SLA_MISS)
        for data in tx.execute(of_slas).scalars().all():
            call = msgspec.msgpack.decode(data, type=Call)
            if call.run.logical_date is not None:
                note_told(tx, call.dag_id, call.run.logical_date, call.missed, call.email)
        tx.execute(delete(table).where(these))
