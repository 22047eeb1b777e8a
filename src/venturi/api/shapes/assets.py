"""Assets, their aliases, their events, and what is remembered of them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from venturi.api.shapes.common import (
    Aware,
    Body,
    CursorQuery,
    ListQuery,
    OurCursorPage,
    between,
    pattern,
)
from venturi.store.queries.assets import (
    AliasRow,
    AssetEventRow,
    AssetFilter,
    AssetRow,
    EventFilter,
    NamedBy,
)
from venturi.store.queries.remembered import Remembered


class AssetsQuery(ListQuery, frozen=True, kw_only=True):
    """Which assets to list."""

    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    uri_pattern: str | None = None
    uri_prefix_pattern: str | None = None
    dag_ids: list[str] = []
    only_active: bool = True


class AliasesQuery(ListQuery, frozen=True, kw_only=True):
    """Which aliases to list."""

    name_pattern: str | None = None
    name_prefix_pattern: str | None = None


class AssetEventsQuery(CursorQuery, frozen=True, kw_only=True):
    """Which events to list."""

    asset_id: int | None = None
    source_dag_id: str | None = None
    source_task_id: str | None = None
    source_run_id: str | None = None
    source_map_index: int | None = None
    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    timestamp_gte: datetime | None = None
    timestamp_gt: datetime | None = None
    timestamp_lte: datetime | None = None
    timestamp_lt: datetime | None = None


class BeforeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is older."""

    before: datetime | None = None


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a list."""

    limit: Annotated[int, msgspec.Meta(ge=0)] | None = None
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


class AssetEventBody(Body, frozen=True, kw_only=True):
    """An update of an asset to report."""

    asset_id: int
    extra: dict[str, Any] = {}
    partition_key: Annotated[str, msgspec.Meta(max_length=250)] | None = None
    access_control: dict[str, Any] | None = None


class MaterializeBody(Body, frozen=True, kw_only=True):
    """The run to make of the DAG that makes an asset."""

    dag_run_id: str | None = None
    data_interval_start: Aware | None = None
    data_interval_end: Aware | None = None
    logical_date: Aware | None = None
    run_after: Aware | None = None
    conf: dict[str, Any] | None = None
    note: str | None = None
    partition_key: str | None = None


class StateBody(Body, frozen=True, kw_only=True):
    """A value to remember."""

    value: Any


class AssetAlias(msgspec.Struct, frozen=True, kw_only=True):
    """A name under which tasks add assets while they run."""

    id: int
    name: str
    group: str


class AssetAliases(msgspec.Struct, frozen=True, kw_only=True):
    """A page of aliases."""

    asset_aliases: list[AssetAlias]
    total_entries: int


class DagReference(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG that waits for an asset."""

    dag_id: str
    created_at: datetime
    updated_at: datetime


class TaskReference(msgspec.Struct, frozen=True, kw_only=True):
    """A task that reads or updates an asset."""

    dag_id: str
    task_id: str
    created_at: datetime
    updated_at: datetime


class LastAssetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The latest event of an asset."""

    id: int | None
    timestamp: datetime | None


class AssetWatcher(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger that reports events of an asset."""

    name: str
    trigger_id: int
    created_date: datetime


class AssetAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An asset."""

    id: int
    name: str
    uri: str
    group: str
    extra: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    scheduled_dags: list[DagReference]
    producing_tasks: list[TaskReference]
    consuming_tasks: list[TaskReference]
    aliases: list[AssetAlias]
    watchers: list[AssetWatcher]
    last_asset_event: LastAssetEvent | None


class Assets(msgspec.Struct, frozen=True, kw_only=True):
    """A page of assets."""

    assets: list[AssetAnswer]
    total_entries: int


class AssetRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that an event has caused."""

    run_id: str
    dag_id: str
    logical_date: datetime | None
    start_date: datetime
    end_date: datetime | None
    state: str
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    partition_key: str | None
    triggering: bool


class AssetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An update of an asset."""

    id: int
    asset_id: int
    uri: str | None
    name: str | None
    group: str | None
    extra: dict[str, Any] | None
    source_task_id: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_map_index: int
    created_dagruns: list[AssetRun]
    timestamp: datetime
    partition_key: str | None


class AssetEvents(OurCursorPage, frozen=True, kw_only=True):
    """A page of events."""

    asset_events: list[AssetEvent]


class QueuedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a DAG has not yet had a run for."""

    dag_id: str
    asset_id: int
    created_at: datetime
    dag_display_name: str


class QueuedEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Events that wait."""

    queued_events: list[QueuedEvent]
    total_entries: int


class AssetStateWriter(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a value."""

    kind: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None


class AssetState(msgspec.Struct, frozen=True, kw_only=True):
    """A value that is remembered of an asset."""

    key: str
    value: Any
    updated_at: datetime
    last_updated_by: AssetStateWriter | None


class AssetStates(msgspec.Struct, frozen=True, kw_only=True):
    """A page of values."""

    asset_state_store: list[AssetState]
    total_entries: int


def asset_filter(query: AssetsQuery) -> AssetFilter:
    """The assets that a query lets through."""
    return AssetFilter(
        active=query.only_active,
        name_pattern=pattern(query.name_pattern, query.name_prefix_pattern),
        uri_pattern=pattern(query.uri_pattern, query.uri_prefix_pattern),
        dag_ids=tuple(query.dag_ids),
    )


def event_filter(query: AssetEventsQuery) -> EventFilter:
    """The events that a query lets through."""
    return EventFilter(
        asset_id=query.asset_id,
        dag_id=query.source_dag_id,
        run_id=query.source_run_id,
        task_id=query.source_task_id,
        map_index=query.source_map_index,
        name_pattern=pattern(query.name_pattern, query.name_prefix_pattern),
        timestamp=between(
            query.timestamp_gte, query.timestamp_gt, query.timestamp_lte, query.timestamp_lt
        ),
    )


def asset_answer(row: AssetRow) -> AssetAnswer:
    """An asset from its row."""
    last = row.last_event
    return AssetAnswer(
        id=row.id,
        name=row.name,
        uri=row.uri,
        group=row.group,
        extra=row.extra,
        created_at=row.created_at,
        updated_at=row.updated_at,
        scheduled_dags=[
            DagReference(dag_id=by.dag_id, created_at=by.created_at, updated_at=by.created_at)
            for by in row.named_by
            if by.how == "schedule"
        ],
        producing_tasks=_tasks(row.named_by, "outlet"),
        consuming_tasks=_tasks(row.named_by, "inlet"),
        aliases=[],
        watchers=[],
        last_asset_event=None
        if last is None
        else LastAssetEvent(id=last.id, timestamp=last.timestamp),
    )


def _tasks(named_by: tuple[NamedBy, ...], how: str) -> list[TaskReference]:
    return [
        TaskReference(
            dag_id=by.dag_id,
            task_id=by.task_id,
            created_at=by.created_at,
            updated_at=by.created_at,
        )
        for by in named_by
        if by.how == how
    ]


def alias_answer(row: AliasRow) -> AssetAlias:
    """An alias from its row."""
    return AssetAlias(id=row.id, name=row.name, group=row.group)


def asset_event_answer(row: AssetEventRow) -> AssetEvent:
    """An event from its row."""
    same = (
        *("id", "asset_id", "uri", "name", "group", "extra", "source_task_id", "source_dag_id"),
        *("source_run_id", "source_map_index", "timestamp", "partition_key"),
    )
    return AssetEvent(**{name: getattr(row, name) for name in same}, created_dagruns=[])


def asset_state_answer(row: Remembered) -> AssetState:
    """A value from its row; all of them come through this API so far."""
    return AssetState(
        key=row.key,
        value=row.value,
        updated_at=row.updated_at,
        last_updated_by=AssetStateWriter(kind="api"),
    )
