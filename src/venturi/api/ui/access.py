"""What DAGs grant to roles by themselves."""

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import ListQuery
from venturi.store.queries.access import Grant, list_grants


class GrantsQuery(ListQuery, frozen=True, kw_only=True):
    """Of which DAG, to which role."""

    dag_id: str | None = None
    role: str | None = None


class Grants(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what DAGs grant."""

    grants: list[Grant]
    total_entries: int


def get_grants(call: Call, query: GrantsQuery) -> Grants:
    """A page of what DAGs grant to roles."""
    paging = call.paging(query.limit, query.offset, query.order_by)
    with call.read() as tx:
        page = list_grants(tx, call.scope, dag_id=query.dag_id, role=query.role, paging=paging)
    return Grants(grants=page.rows, total_entries=page.total)
