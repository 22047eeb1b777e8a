"""The list of DAGs with their last runs."""

from datetime import datetime
from typing import Literal

import msgspec

from venturi.api.call import Call
from venturi.store.queries.dags import DagFilter, DagRow, list_dags, list_owners, list_tags
from venturi.store.queries.paging import Paging
from venturi.store.queries.recent import Bar, active_tasks, last_runs
from venturi.store.queries.remembered import favorites_of

#: Small bars beside a DAG.
BARS = 14
ROWS_MAX = 200


class DagListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which DAGs, and which part of the list."""

    search: str | None = None
    dag_id: list[str] = []
    tags: list[str] = []
    owners: list[str] = []
    paused: bool | None = None
    #: only the favourites of who asks, or only the others
    favorite: bool | None = None
    state: Literal["queued", "running", "success", "failed"] | None = None
    order_by: str = "dag_id"
    cursor: int = 0
    limit: int = 50


class RunBar(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a small bar."""

    run_id: str
    state: str
    run_type: str
    run_after: datetime
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None


class DagInList(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG in the list."""

    dag_id: str
    display_name: str
    description: str | None
    owners: tuple[str, ...]
    tags: tuple[str, ...]
    is_paused: bool
    is_favorite: bool
    has_import_errors: bool
    schedule: str | None
    schedule_text: str | None
    next_run_after: datetime | None
    running_tasks: int
    queued_tasks: int
    runs: list[RunBar]


class DagList(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list; tags and owners are all there are, with the first part only."""

    dags: list[DagInList]
    next_cursor: int | None
    total: int
    tags: list[str]
    owners: list[str]


def get_dag_list(call: Call, query: DagListQuery) -> DagList:
    """DAGs with their last runs."""
    which = DagFilter(
        id_pattern=query.search or None,
        dag_ids=tuple(query.dag_id) or None,
        tags=tuple(query.tags),
        owners=tuple(query.owners),
        paused=query.paused,
        last_run_state=query.state,
        favorite_of=call.user if query.favorite is True else None,
        not_favorite_of=call.user if query.favorite is False else None,
    )
    limit = max(1, min(query.limit, ROWS_MAX))
    order = (query.order_by, "dag_id") if query.order_by.lstrip("-") != "dag_id" else ()
    with call.read() as tx:
        paging = Paging(limit, max(0, query.cursor), order or (query.order_by,))
        page = list_dags(tx, call.scope, which, paging)
        runs = last_runs(tx, (row.dag_id for row in page.rows), BARS)
        tasks = active_tasks(tx, call.scope)
        liked = favorites_of(tx, call.scope, call.user)
        first = query.cursor == 0
        tags = list_tags(tx, call.scope).rows if first else []
        owners = list_owners(tx, call.scope) if first else []
    after = query.cursor + len(page.rows)
    return DagList(
        dags=[
            _row(row, runs[row.dag_id], tasks.get(row.dag_id, {}), row.dag_id in liked)
            for row in page.rows
        ],
        next_cursor=after if after < page.total else None,
        total=page.total,
        tags=tags,
        owners=[owner for owner in owners if owner],
    )


def run_bar(bar: Bar) -> RunBar:
    """A run as a small bar."""
    return RunBar(
        run_id=bar.run_id,
        state=bar.state,
        run_type=bar.run_type,
        run_after=bar.run_after,
        start_date=bar.start_date,
        end_date=bar.end_date,
        duration=bar.duration,
    )


def _row(row: DagRow, runs: list[Bar], tasks: dict[str, int], is_favorite: bool) -> DagInList:
    return DagInList(
        dag_id=row.dag_id,
        display_name=row.display_name,
        description=row.description,
        owners=row.owners,
        tags=row.tags,
        is_paused=row.is_paused,
        is_favorite=is_favorite,
        has_import_errors=row.has_import_errors,
        schedule=row.timetable_summary,
        schedule_text=row.timetable_description,
        next_run_after=row.next_run_after,
        running_tasks=tasks.get("running", 0),
        queued_tasks=tasks.get("queued", 0),
        runs=[run_bar(bar) for bar in runs],
    )
