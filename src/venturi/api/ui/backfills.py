"""Backfills with how far they are."""

from datetime import datetime

import msgspec

from venturi.api.call import Call
from venturi.store.queries.backfills import BackfillFilter, list_backfills
from venturi.store.queries.paging import Paging

SHOWN = 100


class BackfillsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which DAG; none named: of all."""

    dag_id: str | None = None


class BackfillInList(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill and its runs by state."""

    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    state: str
    is_paused: bool
    max_active_runs: int
    user: str | None
    created_at: datetime
    completed_at: datetime | None
    runs: dict[str, int]


class BackfillList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest backfills."""

    backfills: list[BackfillInList]


def get_backfill_list(call: Call, query: BackfillsQuery) -> BackfillList:
    """The newest backfills, with their runs by state."""
    which = BackfillFilter(dag_ids=None if query.dag_id is None else (query.dag_id,))
    with call.read() as tx:
        page = list_backfills(tx, call.scope, which, Paging(SHOWN))
    return BackfillList(
        backfills=[
            BackfillInList(
                id=row.id,
                dag_id=row.dag_id,
                from_date=row.from_date,
                to_date=row.to_date,
                state=row.state,
                is_paused=row.is_paused,
                max_active_runs=row.max_active_runs,
                user=row.user,
                created_at=row.created_at,
                completed_at=row.completed_at,
                runs=dict(row.runs),
            )
            for row in page.rows
        ]
    )
