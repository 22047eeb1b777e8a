"""What was late: SLAs of tasks that were missed, deadlines of runs."""

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import ListQuery
from venturi.store.queries.misses import RunDeadline, SlaMiss, list_deadlines, list_sla_misses


class SlaQuery(ListQuery, frozen=True, kw_only=True):
    """Which missed SLAs."""

    dag_id: str | None = None
    task_id: str | None = None


class DeadlinesQuery(ListQuery, frozen=True, kw_only=True):
    """Which deadlines."""

    dag_id: str | None = None
    missed: bool | None = None


class SlaMisses(msgspec.Struct, frozen=True, kw_only=True):
    """A page of missed SLAs."""

    sla_misses: list[SlaMiss]
    total_entries: int


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """A page of deadlines."""

    deadlines: list[RunDeadline]
    total_entries: int


def get_sla_misses(call: Call, query: SlaQuery) -> SlaMisses:
    """A page of SLAs that were missed."""
    paging = call.paging(query.limit, query.offset, query.order_by)
    with call.read() as tx:
        page = list_sla_misses(
            tx, call.scope, dag_id=query.dag_id, task_id=query.task_id, paging=paging
        )
    return SlaMisses(sla_misses=page.rows, total_entries=page.total)


def get_deadlines(call: Call, query: DeadlinesQuery) -> Deadlines:
    """A page of deadlines that were missed or are still ahead."""
    paging = call.paging(query.limit, query.offset, query.order_by)
    with call.read() as tx:
        page = list_deadlines(
            tx, call.scope, dag_id=query.dag_id, missed=query.missed, paging=paging
        )
    return Deadlines(deadlines=page.rows, total_entries=page.total)
