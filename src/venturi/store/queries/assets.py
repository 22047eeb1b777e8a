"""Assets, who names them, their aliases and their events."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.store.assets import REFERENCES
from venturi.store.engine import Tx
from venturi.store.queries.keyed import Listing, fetch_keyed
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.queries.runs import Between
from venturi.store.schema.later import asset, asset_alias, asset_event
from venturi.store.scope import DagScope


class NamedBy(NamedTuple):
    """A DAG, or a task of it, that names an asset."""

    how: str
    dag_id: str
    task_id: str
    created_at: Instant


class LastEvent(NamedTuple):
    """The latest event of an asset."""

    id: int
    timestamp: Instant


class AssetRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset."""

    id: int
    name: str
    uri: str
    group: str
    extra: dict[str, Any]
    created_at: Instant
    updated_at: Instant
    named_by: tuple[NamedBy, ...] = ()
    last_event: LastEvent | None = None


class AliasRow(NamedTuple):
    """A name under which tasks add assets while they run."""

    id: int
    name: str
    group: str


class AssetEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An update of an asset."""

    id: int
    asset_id: int
    uri: str | None
    name: str | None
    group: str | None
    extra: dict[str, Any]
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int
    timestamp: Instant
    partition_key: str | None


class AssetFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which assets; what is None or empty does not restrict."""

    active: bool = True
    name_pattern: str | None = None
    uri_pattern: str | None = None
    dag_ids: tuple[str, ...] = ()


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events of assets; None does not restrict."""

    asset_id: int | None = None
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    name_pattern: str | None = None
    timestamp: Between | None = None


_ORDERS: dict[str, Any] = {
    name: asset.c[name] for name in ("id", "name", "uri", "created_at", "updated_at")
}
_ALIAS_ORDERS: dict[str, Any] = {name: asset_alias.c[name] for name in ("id", "name", "group")}
_EVENT_ORDERS: dict[str, Any] = {
    name: asset_event.c[name]
    for name in (
        *("id", "asset_id", "source_dag_id", "source_run_id", "source_task_id"),
        *("source_map_index", "timestamp"),
    )
}


def _seen(scope: DagScope) -> list[ColumnElement[bool]]:
    """Assets that some DAG of the scope names."""
    return [] if scope.every else [_named_by(scope.conditions)]


def _named_by(conditions: Any) -> ColumnElement[bool]:
    return or_(
        *(
            asset.c.id.in_(select(table.c.asset_id).where(*conditions(table.c.dag_id)))
            for table in REFERENCES.values()
        )
    )


def list_assets(
    tx: Tx, scope: DagScope, which: AssetFilter, paging: Paging = ALL
) -> Page[AssetRow]:
    """The assets that a filter lets through, with who names them and their latest event."""
    query = select(asset).where(*_seen(scope))
    if which.active:
        query = query.where(asset.c.is_active.is_(True))
    if which.name_pattern:
        query = query.where(like(asset.c.name, which.name_pattern))
    if which.uri_pattern:
        query = query.where(like(asset.c.uri, which.uri_pattern))
    if which.dag_ids:
        query = query.where(_named_by(lambda dag_id: [dag_id.in_(which.dag_ids)]))
    page = fetch(tx, query, paging, _ORDERS, ("id",))
    return Page(_rows(tx, scope, page.rows), page.total)


def get_asset(tx: Tx, scope: DagScope, asset_id: int) -> AssetRow:
    """One asset. Raises `NotFound`."""
    row = tx.execute(select(asset).where(asset.c.id == asset_id, *_seen(scope))).first()
    if row is None:
        raise NotFound(f"There is no asset {asset_id}.")
    return _rows(tx, scope, [row])[0]


def _rows(tx: Tx, scope: DagScope, rows: list[Row[Any]]) -> list[AssetRow]:
    ids = [row.id for row in rows]
    named, last = _namers(tx, scope, ids), _last_events(tx, scope, ids)
    return [
        AssetRow(
            id=row.id,
            name=row.name,
            uri=row.uri,
            group=row.group,
            extra=json.loads(row.extra) if row.extra else {},
            created_at=row.created_at,
            updated_at=row.updated_at,
            named_by=tuple(named.get(row.id, ())),
            last_event=last.get(row.id),
        )
        for row in rows
    ]


def _namers(tx: Tx, scope: DagScope, ids: Iterable[int]) -> dict[int, list[NamedBy]]:
    found: dict[int, list[NamedBy]] = {}
    for how, table in REFERENCES.items():
        query = select(table).where(table.c.asset_id.in_(ids), *scope.conditions(table.c.dag_id))
        for row in tx.execute(query.order_by(table.c.dag_id)):
            task_id = getattr(row, "task_id", "")
            by = NamedBy(how, row.dag_id, task_id, row.created_at)
            found.setdefault(row.asset_id, []).append(by)
    return found


def _last_events(tx: Tx, scope: DagScope, ids: Iterable[int]) -> Mapping[int, LastEvent]:
    newest = (
        select(func.max(asset_event.c.id))
        .where(asset_event.c.asset_id.in_(ids), *_told(scope))
        .group_by(asset_event.c.asset_id)
    )
    query = select(asset_event.c.asset_id, asset_event.c.id, asset_event.c.timestamp).where(
        asset_event.c.id.in_(newest)
    )
    return {row.asset_id: LastEvent(row.id, row.timestamp) for row in tx.execute(query)}


def _told(scope: DagScope) -> list[ColumnElement[bool]]:
    """Events that no DAG caused, and those of DAGs in the scope."""
    mine = scope.conditions(asset_event.c.source_dag_id)
    return [or_(asset_event.c.source_dag_id.is_(None), *mine)] if mine else []


def list_aliases(
    tx: Tx, scope: DagScope, pattern: str | None = None, paging: Paging = ALL
) -> Page[AliasRow]:
    """Aliases of assets; no DAG is told by them, so they are shown to who may see any asset."""
    del scope
    query = select(asset_alias.c.id, asset_alias.c.name, asset_alias.c.group)
    if pattern:
        query = query.where(like(asset_alias.c.name, pattern))
    page = fetch(tx, query, paging, _ALIAS_ORDERS, ("id",))
    return Page([AliasRow(*row) for row in page.rows], page.total)


def get_alias(tx: Tx, scope: DagScope, alias_id: int) -> AliasRow:
    """One alias. Raises `NotFound`."""
    del scope
    row = tx.execute(
        select(asset_alias.c.id, asset_alias.c.name, asset_alias.c.group).where(
            asset_alias.c.id == alias_id
        )
    ).first()
    if row is None:
        raise NotFound(f"There is no asset alias {alias_id}.")
    return AliasRow(*row)


def list_asset_events(
    tx: Tx, scope: DagScope, which: EventFilter, paging: Paging = ALL
) -> Page[AssetEventRow]:
    """Events of assets, oldest first unless ordered otherwise."""
    seen, of = _seen(scope), asset.c.id == asset_event.c.asset_id
    conditions = [*seen, *_told(scope)]
    for column, value in (
        (asset_event.c.asset_id, which.asset_id),
        (asset_event.c.source_dag_id, which.dag_id),
        (asset_event.c.source_run_id, which.run_id),
        (asset_event.c.source_task_id, which.task_id),
        (asset_event.c.source_map_index, which.map_index),
    ):
        if value is not None:
            conditions.append(column == value)
    if which.name_pattern:
        conditions.append(like(asset.c.name, which.name_pattern))
    if which.timestamp is not None:
        conditions.extend(which.timestamp.conditions(asset_event.c.timestamp))
    wide = select(asset_event, asset.c.uri, asset.c.name, asset.c.group)
    narrow = select(asset_event.c.id)
    if seen or which.name_pattern:
        narrow = narrow.outerjoin(asset, of)
    listing = Listing(
        wide=wide.outerjoin(asset, of).where(*conditions),
        narrow=narrow.where(*conditions),
        key=asset_event.c.id,
        orders=_EVENT_ORDERS,
        default=("timestamp", "id"),
    )
    page = fetch_keyed(tx, listing, paging)
    return page._replace(rows=[_event(row) for row in page.rows])


def get_asset_event(tx: Tx, scope: DagScope, event_id: int) -> AssetEventRow:
    """One event. Raises `NotFound`."""
    query = (
        select(asset_event, asset.c.uri, asset.c.name, asset.c.group)
        .outerjoin(asset, asset.c.id == asset_event.c.asset_id)
        .where(asset_event.c.id == event_id, *_seen(scope), *_told(scope))
    )
    row = tx.execute(query).first()
    if row is None:
        raise NotFound(f"There is no asset event {event_id}.")
    return _event(row)


def _event(row: Row[Any]) -> AssetEventRow:
    return AssetEventRow(
        id=row.id,
        asset_id=row.asset_id,
        uri=row.uri,
        name=row.name,
        group=row.group,
        extra=json.loads(row.extra) if row.extra else {},
        source_dag_id=row.source_dag_id,
        source_run_id=row.source_run_id,
        source_task_id=row.source_task_id,
        source_map_index=-1 if row.source_map_index is None else row.source_map_index,
        timestamp=row.timestamp,
        partition_key=row.partition_key,
    )
