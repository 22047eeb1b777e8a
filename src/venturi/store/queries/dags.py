"""DAGs as lists show them; their tags and owners."""

import json
from typing import Any

import msgspec
from sqlalchemy import Row, exists, false, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.spec.timetable import ASSET_TYPE_NAMES
from venturi.store.engine import Tx
from venturi.store.queries.keyed import fetch_keyed, listing_of
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.queries.runs import Between
from venturi.store.queries.specs import unknown_dag
from venturi.store.schema.dags import dag, dag_owner, dag_tag
from venturi.store.schema.later import asset, asset_schedule
from venturi.store.schema.people import dag_favorite
from venturi.store.schema.runs import dag_run
from venturi.store.scope import DagScope


class HadRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that a DAG must have had; all of it is about the same run."""

    states: tuple[str, ...] = ()
    start_date: Between | None = None
    end_date: Between | None = None


class DagFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which DAGs; what is None or empty does not restrict."""

    active: bool | None = True
    paused: bool | None = None
    dag_ids: tuple[str, ...] | None = None
    id_pattern: str | None = None
    display_name_pattern: str | None = None
    tags: tuple[str, ...] = ()
    all_tags: bool = False  # all of `tags`, not any
    owners: tuple[str, ...] = ()
    has_import_errors: bool | None = None
    last_run_state: str | None = None
    had_run: HadRun | None = None
    bundle_name: str | None = None
    #: no DAG has one: bundles that know versions are not there yet
    bundle_version: str | None = None
    timetable_types: tuple[str, ...] = ()
    by_assets: bool | None = None
    #: found in the name or URI of an asset that the schedule waits for
    asset_pattern: str | None = None
    fileloc: str | None = None
    #: whose favourites only, or whose favourites not
    favorite_of: str | None = None
    not_favorite_of: str | None = None


class DagRow(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG as its row has it."""

    dag_id: str
    display_name: str
    is_paused: bool
    is_active: bool
    has_import_errors: bool
    last_parsed: Instant | None
    last_expired: Instant | None
    bundle_name: str | None
    fileloc: str
    relative_fileloc: str
    owners: tuple[str, ...]
    tags: tuple[str, ...]
    description: str | None
    timetable_summary: str | None
    timetable_description: str | None
    max_active_tasks: int
    max_active_runs: int
    max_consecutive_failed_dag_runs: int
    next_logical_date: Instant | None
    next_interval_start: Instant | None
    next_interval_end: Instant | None
    next_run_after: Instant | None
    version_id: int | None


ORDERS: dict[str, ColumnElement[Any]] = {
    "dag_id": dag.c.dag_id,
    "dag_display_name": dag.c.dag_display_name,
    "next_dagrun": dag.c.next_dagrun,
    "is_paused": dag.c.is_paused,
    "fileloc": dag.c.fileloc,
}


def list_dags(
    tx: Tx, scope: DagScope, which: DagFilter | None = None, paging: Paging = ALL
) -> Page[DagRow]:
    """The DAGs that a filter lets through, by id unless ordered otherwise."""
    mine = scope.conditions(dag.c.dag_id)
    conditions = [*mine, *_conditions(which or DagFilter())]
    page = fetch_keyed(tx, listing_of(dag, conditions, ORDERS, ("dag_id",)), paging)
    return page._replace(rows=[_row(row) for row in page.rows])


def _conditions(which: DagFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.active is not None:
        conditions.append(dag.c.is_active.is_(which.active))
        if which.active:
            conditions.append(dag.c.hidden_key.is_(None))
    if which.paused is not None:
        conditions.append(dag.c.is_paused.is_(which.paused))
    if which.dag_ids is not None:
        conditions.append(dag.c.dag_id.in_(which.dag_ids))
    if which.id_pattern:
        conditions.append(like(dag.c.dag_id, which.id_pattern))
    if which.display_name_pattern:
        conditions.append(like(dag.c.dag_display_name, which.display_name_pattern))
    if which.has_import_errors is not None:
        conditions.append(dag.c.has_import_errors.is_(which.has_import_errors))
    conditions += _favorites(which)
    if which.fileloc is not None:
        conditions.append(dag.c.fileloc == which.fileloc)
    if which.tags:
        conditions.append(_tagged(which.tags, which.all_tags))
    if which.owners:
        owned = select(dag_owner.c.dag_id).where(dag_owner.c.owner.in_(which.owners))
        conditions.append(dag.c.dag_id.in_(owned))
    return [*conditions, *_by_runs(which), *_scheduled(which), *_from_bundle(which)]


def _from_bundle(which: DagFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.bundle_name is not None:
        conditions.append(dag.c.bundle_name == which.bundle_name)
    if which.bundle_version is not None:
        conditions.append(false())
    return conditions


def _scheduled(which: DagFilter) -> list[ColumnElement[bool]]:
    kind = dag.c.timetable_type
    conditions: list[ColumnElement[bool]] = []
    if which.timetable_types:
        conditions.append(kind.in_(which.timetable_types))
    if which.by_assets is True:
        conditions.append(kind.in_(ASSET_TYPE_NAMES))
    if which.by_assets is False:
        conditions.append(or_(kind.is_(None), kind.not_in(ASSET_TYPE_NAMES)))
    if which.asset_pattern:
        found = (like(column, which.asset_pattern) for column in (asset.c.name, asset.c.uri))
        waiting = (
            select(asset_schedule.c.dag_id)
            .join(asset, asset.c.id == asset_schedule.c.asset_id)
            .where(or_(*found))
        )
        conditions.append(dag.c.dag_id.in_(waiting))
    return conditions


def _had(which: HadRun) -> ColumnElement[bool]:
    """Asked once for all DAGs.

    A database that goes from each DAG to its runs may take the index by state, and read all runs
    in that state again for each.
    """
    conditions: list[ColumnElement[bool]] = []
    if which.states:
        conditions.append(dag_run.c.state.in_(which.states))
    for column, bounds in (
        (dag_run.c.start_date, which.start_date),
        (dag_run.c.end_date, which.end_date),
    ):
        if bounds is not None:
            conditions += bounds.conditions(column)
    return dag.c.dag_id.in_(select(dag_run.c.dag_id).where(*conditions))


def _favorites(which: DagFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name, kept in ((which.favorite_of, True), (which.not_favorite_of, False)):
        if name is not None:
            mine = select(dag_favorite.c.dag_id).where(dag_favorite.c.username == name)
            conditions.append(dag.c.dag_id.in_(mine) if kept else dag.c.dag_id.not_in(mine))
    return conditions


def _tagged(tags: tuple[str, ...], all_of_them: bool) -> ColumnElement[bool]:
    found = (
        select(func.count())
        .where(dag_tag.c.dag_id == dag.c.dag_id, dag_tag.c.name.in_(tags))
        .scalar_subquery()
    )
    return found >= (len(set(tags)) if all_of_them else 1)


def _by_runs(which: DagFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.last_run_state is not None:
        conditions.append(_last_run_in(which.last_run_state))
    if which.had_run is not None:
        conditions.append(_had(which.had_run))
    return conditions


def _last_run_in(state: str) -> ColumnElement[bool]:
    other = dag_run.alias("other_run")
    newest = (
        select(func.max(other.c.run_after))
        .where(other.c.dag_id == dag.c.dag_id)
        .correlate(dag)
        .scalar_subquery()
    )
    return exists(
        select(dag_run.c.id).where(
            dag_run.c.dag_id == dag.c.dag_id,
            dag_run.c.run_after == newest,
            dag_run.c.state == state,
        )
    )


def get_dag(tx: Tx, scope: DagScope, dag_id: str) -> DagRow:
    """One DAG, also an inactive one. Raises `NotFound` with the closest known id."""
    which = dag.c.dag_id == dag_id, *scope.conditions(dag.c.dag_id)
    row = tx.execute(select(dag).where(*which)).first()
    if row is None or row.hidden_key is not None:
        raise NotFound(unknown_dag(tx, scope, dag_id))
    return _row(row)


def _row(row: Row[Any]) -> DagRow:
    return DagRow(
        dag_id=row.dag_id,
        display_name=row.dag_display_name or row.dag_id,
        is_paused=bool(row.is_paused),
        is_active=bool(row.is_active),
        has_import_errors=bool(row.has_import_errors),
        last_parsed=row.last_parsed_time,
        last_expired=row.last_expired,
        bundle_name=row.bundle_name,
        fileloc=row.fileloc or "",
        relative_fileloc=row.relative_fileloc or "",
        owners=tuple(owner for owner in (row.owners or "").split(", ") if owner),
        tags=tuple(json.loads(row.tags)) if row.tags else (),
        description=row.description,
        timetable_summary=row.timetable_summary,
        timetable_description=row.timetable_description,
        max_active_tasks=row.max_active_tasks or 0,
        max_active_runs=row.max_active_runs or 0,
        max_consecutive_failed_dag_runs=row.max_consecutive_failed_dag_runs or 0,
        next_logical_date=row.next_dagrun,
        next_interval_start=row.next_dagrun_data_interval_start,
        next_interval_end=row.next_dagrun_data_interval_end,
        next_run_after=row.next_dagrun_create_after,
        version_id=row.version_id,
    )


def waiting_runs(tx: Tx, scope: DagScope) -> dict[str, int]:
    """Runs that wait because their DAG is paused, by DAG."""
    query = (
        select(dag.c.dag_id, func.count())
        .join(dag_run, dag_run.c.dag_id == dag.c.dag_id)
        .where(
            dag.c.is_paused.is_(True),
            dag_run.c.state == "queued",
            *scope.conditions(dag.c.dag_id),
        )
        .group_by(dag.c.dag_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def list_tags(
    tx: Tx, scope: DagScope, pattern: str | None = None, paging: Paging = ALL
) -> Page[str]:
    """All tags of active DAGs."""
    query = (
        select(dag_tag.c.name)
        .join(dag, dag.c.dag_id == dag_tag.c.dag_id)
        .where(dag.c.is_active.is_(True), *scope.conditions(dag.c.dag_id))
        .distinct()
    )
    if pattern:
        query = query.where(like(dag_tag.c.name, pattern))
    page = fetch(tx, query, paging, {"name": dag_tag.c.name}, ("name",))
    return Page([row.name for row in page.rows], page.total)


def list_owners(tx: Tx, scope: DagScope) -> list[str]:
    """All owners of active DAGs."""
    query = (
        select(dag_owner.c.owner)
        .join(dag, dag.c.dag_id == dag_owner.c.dag_id)
        .where(dag.c.is_active.is_(True), *scope.conditions(dag.c.dag_id))
        .distinct()
    )
    return sorted(tx.execute(query).scalars())
