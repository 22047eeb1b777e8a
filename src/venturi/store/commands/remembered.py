"""Writing what task instances and assets remember by key, and marking DAGs."""

import json
from typing import Any

from sqlalchemy import delete, insert, select, update

from venturi.core.clock import Instant
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.queries.instances import InstanceRow
from venturi.store.schema.later import asset_state, task_state
from venturi.store.schema.people import dag_favorite

KEY_LENGTH = 250


def set_task_state(
    tx: Tx, of: InstanceRow, key: str, value: Any, expires_at: Instant | None, who: Actor
) -> None:
    """Let a task instance remember a value. Raises `InvalidInput` for a key that cannot be."""
    values: dict[str, Any] = {"value": _encoded(key, value), "updated_at": who.now}
    values["expires_at"] = expires_at
    named = {"task_instance_id": of.id, "key": key}
    changed = tx.execute(update(task_state).filter_by(**named).values(**values))
    if changed.rowcount == 0:
        tx.execute(insert(task_state).values(dag_id=of.dag_id, **named, **values))
    _note(tx, of, "set_task_state", key, who)


def change_task_state(tx: Tx, of: InstanceRow, key: str, value: Any, who: Actor) -> None:
    """Change a value that is there; when it expires stays. Raises `NotFound`."""
    changed = tx.execute(
        update(task_state)
        .where(task_state.c.task_instance_id == of.id, task_state.c.key == key)
        .values(value=_encoded(key, value), updated_at=who.now)
    )
    if changed.rowcount == 0:
        raise NotFound(f"The task instance remembers nothing under {key!r}.")
    _note(tx, of, "change_task_state", key, who)


def forget_task_state(tx: Tx, of: InstanceRow, key: str | None, who: Actor) -> int:
    """Forget one value, or with a key of None all; how many."""
    which = [task_state.c.task_instance_id == of.id]
    if key is not None:
        which.append(task_state.c.key == key)
    count = tx.execute(delete(task_state).where(*which)).rowcount
    _note(tx, of, "forget_task_state", key, who)
    return count


def _note(tx: Tx, of: InstanceRow, event: str, key: str | None, who: Actor) -> None:
    note(
        tx,
        who,
        event,
        dag_id=of.dag_id,
        run_id=of.run_id,
        task_id=of.task_id,
        map_index=of.map_index,
        logical_date=of.logical_date,
        extra=None if key is None else {"key": key},
    )


def set_asset_state(tx: Tx, asset_id: int, key: str, value: Any, who: Actor) -> None:
    """Remember a value of an asset. Raises `InvalidInput` for a key that cannot be."""
    values = {"value": _encoded(key, value), "updated_at": who.now}
    named = {"asset_id": asset_id, "key": key}
    changed = tx.execute(update(asset_state).filter_by(**named).values(**values))
    if changed.rowcount == 0:
        tx.execute(insert(asset_state).values(**named, **values))
    note(tx, who, "set_asset_state", extra={"asset_id": asset_id, "key": key})


def forget_asset_state(tx: Tx, asset_id: int, key: str | None, who: Actor) -> int:
    """Forget one value of an asset, or with a key of None all; how many."""
    which = [asset_state.c.asset_id == asset_id]
    if key is not None:
        which.append(asset_state.c.key == key)
    count = tx.execute(delete(asset_state).where(*which)).rowcount
    note(tx, who, "forget_asset_state", extra={"asset_id": asset_id, "key": key})
    return count


def _encoded(key: str, value: Any) -> str:
    if not 1 <= len(key) <= KEY_LENGTH:
        raise InvalidInput(f"A key has 1 to {KEY_LENGTH} characters.")
    return json.dumps(value)


def mark_favorite(tx: Tx, username: str, dag_id: str) -> None:
    """Mark a DAG; one that is marked stays so."""
    which = dag_favorite.c.username == username, dag_favorite.c.dag_id == dag_id
    if tx.execute(select(dag_favorite.c.dag_id).where(*which)).first() is None:
        tx.execute(insert(dag_favorite).values(username=username, dag_id=dag_id))


def unmark_favorite(tx: Tx, username: str, dag_id: str) -> None:
    """Take a mark away. Raises `Conflict` where there is none."""
    which = dag_favorite.c.username == username, dag_favorite.c.dag_id == dag_id
    if tx.execute(delete(dag_favorite).where(*which)).rowcount == 0:
        raise Conflict(f"DAG {dag_id!r} is not one of your favourites.")
