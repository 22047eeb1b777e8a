"""What task instances and assets remember by key, and the DAGs that people have marked."""

import json
from typing import Any, NamedTuple

from sqlalchemy import Row, or_, select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch
from venturi.store.schema.later import asset_state, task_state
from venturi.store.schema.people import dag_favorite
from venturi.store.scope import DagScope


class Remembered(NamedTuple):
    """A value under a key."""

    key: str
    value: Any
    updated_at: Instant
    expires_at: Instant | None = None


_TASK_ORDERS: dict[str, Any] = {"key": task_state.c.key}
_ASSET_ORDERS: dict[str, Any] = {"key": asset_state.c.key}


def list_task_state(
    tx: Tx, scope: DagScope, instance_id: int, now: Instant, paging: Paging = ALL
) -> Page[Remembered]:
    """What a task instance remembers, by key; what has expired is gone."""
    query = select(task_state).where(
        task_state.c.task_instance_id == instance_id,
        or_(task_state.c.expires_at.is_(None), task_state.c.expires_at > now),
        *scope.conditions(task_state.c.dag_id),
    )
    page = fetch(tx, query, paging, _TASK_ORDERS, ("key",))
    return Page([_task_state(row) for row in page.rows], page.total)


def get_task_state(tx: Tx, scope: DagScope, instance_id: int, key: str, now: Instant) -> Remembered:
    """One value. Raises `NotFound`."""
    row = tx.execute(
        select(task_state).where(
            task_state.c.task_instance_id == instance_id,
            task_state.c.key == key,
            or_(task_state.c.expires_at.is_(None), task_state.c.expires_at > now),
            *scope.conditions(task_state.c.dag_id),
        )
    ).first()
    if row is None:
        raise NotFound(f"The task instance remembers nothing under {key!r}.")
    return _task_state(row)


def _task_state(row: Row[Any]) -> Remembered:
    return Remembered(row.key, json.loads(row.value), row.updated_at, row.expires_at)


def list_asset_state(
    tx: Tx, scope: DagScope, asset_id: int, paging: Paging = ALL
) -> Page[Remembered]:
    """What is remembered of an asset that the scope was asked for before, by key."""
    del scope
    query = select(asset_state).where(asset_state.c.asset_id == asset_id)
    page = fetch(tx, query, paging, _ASSET_ORDERS, ("key",))
    return Page([_asset_state(row) for row in page.rows], page.total)


def get_asset_state(tx: Tx, scope: DagScope, asset_id: int, key: str) -> Remembered:
    """One value. Raises `NotFound`."""
    del scope
    row = tx.execute(
        select(asset_state).where(asset_state.c.asset_id == asset_id, asset_state.c.key == key)
    ).first()
    if row is None:
        raise NotFound(f"Nothing is remembered of the asset under {key!r}.")
    return _asset_state(row)


def _asset_state(row: Row[Any]) -> Remembered:
    return Remembered(row.key, json.loads(row.value), row.updated_at)


def favorites_of(tx: Tx, scope: DagScope, username: str) -> frozenset[str]:
    """The DAGs that somebody has marked."""
    query = select(dag_favorite.c.dag_id).where(
        dag_favorite.c.username == username, *scope.conditions(dag_favorite.c.dag_id)
    )
    return frozenset(tx.execute(query).scalars())
