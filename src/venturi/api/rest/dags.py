"""DAGs."""

from venturi.api.call import Call
from venturi.api.facts import UNKNOWN
from venturi.api.shapes.common import ListQuery, page_facts, pattern
from venturi.api.shapes.dags import (
    DagAnswer,
    DagDetails,
    DagPatch,
    Dags,
    DagsQuery,
    DagTags,
    MaskQuery,
    dag_answer,
    details_answer,
    had_run,
)
from venturi.core.errors import InvalidInput
from venturi.store.bell import Ring
from venturi.store.commands import dags as commands
from venturi.store.commands.remembered import mark_favorite, unmark_favorite
from venturi.store.engine import Tx
from venturi.store.queries.dags import DagFilter, DagRow, list_dags, list_tags
from venturi.store.queries.dags import get_dag as find_dag
from venturi.store.queries.facts import version_rows
from venturi.store.queries.paging import Page, Paging
from venturi.store.queries.remembered import favorites_of
from venturi.store.queries.runs import RunFilter, list_runs
from venturi.store.queries.specs import spec_of


class DagsPageQuery(DagsQuery, frozen=True, kw_only=True):
    """Which DAGs to list, and from where on."""

    cursor: str | None = None


def get_dags(call: Call, query: DagsPageQuery) -> Dags:
    """A page of DAGs."""
    with call.read() as tx:
        paging = call.paging(query.limit, query.offset, query.order_by, query.cursor)
        return _answer(call, tx, list_dags(tx, call.scope, _filter(call, query), paging))


def _filter(call: Call, query: DagsQuery) -> DagFilter:
    active = query.exclude_stale if query.only_active is None else query.only_active
    return DagFilter(
        active=True if active else None,
        paused=query.paused,
        id_pattern=pattern(query.dag_id_pattern, query.dag_id_prefix_pattern),
        display_name_pattern=pattern(
            query.dag_display_name_pattern, query.dag_display_name_prefix_pattern
        ),
        tags=tuple(query.tags),
        all_tags=query.tags_match_mode == "all",
        owners=tuple(query.owners),
        has_import_errors=query.has_import_errors,
        last_run_state=query.last_dag_run_state,
        had_run=had_run(query),
        bundle_name=query.bundle_name,
        bundle_version=query.bundle_version,
        timetable_types=tuple(query.timetable_type),
        by_assets=query.has_asset_schedule,
        asset_pattern=pattern(query.asset_dependency, None),
        favorite_of=call.user if query.is_favorite is True else None,
        not_favorite_of=call.user if query.is_favorite is False else None,
    )


def _answer(call: Call, tx: Tx, page: Page[DagRow]) -> Dags:
    facts = call.api.facts.get(tx, [row.version_id for row in page.rows])
    return Dags(
        dags=[dag_answer(row, facts.get(row.version_id or 0, UNKNOWN)) for row in page.rows],
        **page_facts(page),
    )


def get_dag(call: Call, dag_id: str) -> DagAnswer:
    """One DAG."""
    with call.read() as tx:
        row = find_dag(tx, call.scope, dag_id)
        facts = call.api.facts.get(tx, [row.version_id])
    return dag_answer(row, facts.get(row.version_id or 0, UNKNOWN))


def get_dag_details(call: Call, dag_id: str) -> DagDetails:
    """One DAG with what its description says."""
    with call.read() as tx:
        row = find_dag(tx, call.scope, dag_id)
        facts = call.api.facts.get(tx, [row.version_id])
        spec = spec_of(tx, call.scope, dag_id)
        active = list_runs(
            tx, call.scope, RunFilter(dag_ids=(dag_id,), states=("queued", "running")), _ONE
        )
        version = version_rows(tx, [row.version_id]).get(row.version_id or 0)
        kept = dag_id in favorites_of(tx, call.scope, call.user)
    fact = facts.get(row.version_id or 0, UNKNOWN)
    return details_answer(row, fact, spec, active.total, version, kept)


#: One row is enough where only the total is asked for.
_ONE = Paging(limit=1)


def patch_dag(call: Call, dag_id: str, query: MaskQuery, body: DagPatch) -> DagAnswer:
    """Pause or unpause a DAG."""
    _check_mask(query.update_mask)
    call.change(
        lambda tx: commands.set_paused(tx, dag_id, body.is_paused, call.actor),
        Ring(dag_ids=(dag_id,)),
    )
    return get_dag(call, dag_id)


def patch_dags(call: Call, query: DagsQuery, body: DagPatch) -> Dags:
    """Pause or unpause all DAGs that the query lets through."""
    paging = call.paging(query.limit, query.offset, query.order_by)

    def change(tx: Tx) -> Page[DagRow]:
        page = list_dags(tx, call.scope, _filter(call, query), paging)
        for row in page.rows:
            commands.set_paused(tx, row.dag_id, body.is_paused, call.actor)
        rows = [find_dag(tx, call.scope, row.dag_id) for row in page.rows]
        return Page(rows, page.total)

    page = call.change(change, lambda page: Ring(dag_ids=tuple(row.dag_id for row in page.rows)))
    with call.read() as tx:
        return _answer(call, tx, page)


def _check_mask(mask: list[str]) -> None:
    if mask and mask != ["is_paused"]:
        raise InvalidInput("Only `is_paused` of a DAG can be changed through the REST API.")


def delete_dag(call: Call, dag_id: str) -> None:
    """Delete a DAG with all its history."""
    call.change(lambda tx: commands.delete_dag(tx, dag_id, call.actor), Ring(dag_ids=(dag_id,)))


class TagsQuery(ListQuery, frozen=True, kw_only=True):
    """Which tags to list."""

    tag_name_pattern: str | None = None
    tag_name_prefix_pattern: str | None = None


def get_dag_tags(call: Call, query: TagsQuery) -> DagTags:
    """Names of tags in use."""
    wanted = pattern(query.tag_name_pattern, query.tag_name_prefix_pattern)
    with call.read() as tx:
        paging = call.paging(query.limit, query.offset, query.order_by)
        page = list_tags(tx, call.scope, wanted, paging)
    return DagTags(tags=page.rows, total_entries=page.total)


def favorite_dag(call: Call, dag_id: str) -> None:
    """Mark a DAG as one of your favourites."""

    def change(tx: Tx) -> None:
        find_dag(tx, call.scope, dag_id)
        mark_favorite(tx, call.user, dag_id)

    call.change(change)


def unfavorite_dag(call: Call, dag_id: str) -> None:
    """Take the mark away."""

    def change(tx: Tx) -> None:
        find_dag(tx, call.scope, dag_id)
        unmark_favorite(tx, call.user, dag_id)

    call.change(change)
