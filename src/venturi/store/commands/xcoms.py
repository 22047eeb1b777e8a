"""XComs that people write."""

import json
from typing import Any

from sqlalchemy import delete, insert, select, update

from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.queries.instances import InstanceRow
from venturi.store.schema.runs import xcom


def create_xcom(tx: Tx, of: InstanceRow, key: str, value: Any, who: Actor) -> None:
    """Write an XCom of a task instance. Raises `Conflict` when it is there, `InvalidInput`."""
    if not 1 <= len(key) <= 512:
        raise InvalidInput("The key of an XCom has 1 to 512 characters.")
    if tx.execute(select(xcom.c.id).where(*_named(of, key))).first() is not None:
        raise Conflict(f"Task {of.task_id!r} already has an XCom {key!r} in run {of.run_id!r}.")
    tx.execute(
        insert(xcom).values(
            dag_id=of.dag_id,
            run_id=of.run_id,
            task_id=of.task_id,
            map_index=of.map_index,
            key=key,
            timestamp=who.now,
            execution_date=of.logical_date,
            **_stored(value),
        )
    )
    _note(tx, of, "create_xcom", key, who)


def update_xcom(tx: Tx, of: InstanceRow, key: str, value: Any, who: Actor) -> None:
    """Change an XCom. Raises `NotFound`."""
    changed = tx.execute(
        update(xcom).where(*_named(of, key)).values(timestamp=who.now, **_stored(value))
    )
    if changed.rowcount == 0:
        raise NotFound(_missing(of, key))
    _note(tx, of, "update_xcom", key, who)


def delete_xcom(tx: Tx, of: InstanceRow, key: str, who: Actor) -> None:
    """Delete an XCom. Raises `NotFound`."""
    if tx.execute(delete(xcom).where(*_named(of, key))).rowcount == 0:
        raise NotFound(_missing(of, key))
    _note(tx, of, "delete_xcom", key, who)


def _named(of: InstanceRow, key: str) -> tuple[Any, ...]:
    return (
        xcom.c.dag_id == of.dag_id,
        xcom.c.run_id == of.run_id,
        xcom.c.task_id == of.task_id,
        xcom.c.map_index == of.map_index,
        xcom.c.key == key,
    )


def _stored(value: Any) -> dict[str, Any]:
    length = len(value) if isinstance(value, list | dict) else None
    return {"value": json.dumps(value), "length": length}


def _missing(of: InstanceRow, key: str) -> str:
    return f"Task {of.task_id!r} has no XCom {key!r} in run {of.run_id!r}."


def _note(tx: Tx, of: InstanceRow, event: str, key: str, who: Actor) -> None:
    note(
        tx,
        who,
        event,
        dag_id=of.dag_id,
        task_id=of.task_id,
        run_id=of.run_id,
        map_index=of.map_index,
        logical_date=of.logical_date,
        extra={"key": key},
    )
