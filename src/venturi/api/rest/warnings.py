"""What is wrong with DAGs that can be read nevertheless."""

from datetime import datetime
from operator import attrgetter
from typing import Literal

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import ListQuery
from venturi.core.errors import InvalidInput
from venturi.store.commands.pools import list_pools
from venturi.store.queries.dags import DagFilter, list_dags

NO_POOL: Literal["non-existent pool"] = "non-existent pool"
_KINDS = Literal["asset conflict", "non-existent pool", "runtime varying value"]
_ORDERS = frozenset({"dag_id", "warning_type", "message", "timestamp"})


class WarningsQuery(ListQuery, frozen=True, kw_only=True):
    """Which warnings to list."""

    dag_id: str | None = None
    warning_type: _KINDS | None = None


class DagWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A warning about a DAG."""

    dag_id: str
    warning_type: _KINDS
    message: str
    timestamp: datetime
    dag_display_name: str


class DagWarnings(msgspec.Struct, frozen=True, kw_only=True):
    """A page of warnings."""

    dag_warnings: list[DagWarning]
    total_entries: int


def list_dag_warnings(call: Call, query: WarningsQuery) -> DagWarnings:
    """A page of warnings: tasks in pools that do not exist."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["dag_id"])
    which = DagFilter(dag_ids=None if query.dag_id is None else (query.dag_id,))
    with call.read() as tx:
        rows = list_dags(tx, call.scope, which).rows
        facts = call.api.facts.get(tx, [row.version_id for row in rows])
        pools = {pool.name for pool in list_pools(tx).rows}
    found = []
    for row in rows:
        fact = facts.get(row.version_id or 0)
        missing = sorted(set(fact.pools) - pools) if fact is not None else []
        if missing and query.warning_type in {None, NO_POOL}:
            text = f"DAG {row.dag_id!r} has tasks in pools that do not exist: {', '.join(missing)}."
            found.append(
                DagWarning(
                    dag_id=row.dag_id,
                    warning_type=NO_POOL,
                    message=text,
                    timestamp=row.last_parsed or call.now,
                    dag_display_name=row.display_name,
                )
            )
    for name in reversed(paging.order):
        field = name.removeprefix("-")
        if field not in _ORDERS:
            known = ", ".join(sorted(_ORDERS))
            raise InvalidInput(f"Cannot order by {field!r}; one of: {known}.")
        found.sort(key=attrgetter(field), reverse=name.startswith("-"))
    end = paging.offset + (paging.limit or len(found))
    return DagWarnings(dag_warnings=found[paging.offset : end], total_entries=len(found))
