"""What DAGs grant to roles by themselves."""

from typing import Any

import msgspec
from sqlalchemy import select

from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch
from venturi.store.schema.dags import dag_access
from venturi.store.scope import DagScope

_A = dag_access.c
_ORDERS: dict[str, Any] = {name: _A[name] for name in ("dag_id", "role", "action")}


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a DAG lets a role do."""

    dag_id: str
    role: str
    action: str


def list_grants(
    tx: Tx,
    scope: DagScope,
    *,
    dag_id: str | None = None,
    role: str | None = None,
    paging: Paging = ALL,
) -> Page[Grant]:
    """What the `access_control` of DAGs says, by DAG; None does not restrict."""
    query = select(dag_access).where(*scope.conditions(_A.dag_id))
    for column, value in ((_A.dag_id, dag_id), (_A.role, role)):
        if value is not None:
            query = query.where(column == value)
    page = fetch(tx, query, paging, _ORDERS, ("dag_id", "role", "action"))
    grants = [Grant(dag_id=row.dag_id, role=row.role, action=row.action) for row in page.rows]
    return Page(grants, page.total)
