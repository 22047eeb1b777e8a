"""The audit log: who did what."""

from datetime import datetime

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import CursorQuery, OurCursorPage, between, page_facts, pattern
from venturi.store.queries.audit import AuditRow, get_audit, list_audit


class EventLogsQuery(CursorQuery, frozen=True, kw_only=True):
    """Which entries to list."""

    dag_id: str | None = None
    task_id: str | None = None
    run_id: str | None = None
    owner: str | None = None
    event: str | None = None
    map_index: int | None = None
    try_number: int | None = None
    included_events: list[str] = []
    excluded_events: list[str] = []
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    owner_pattern: str | None = None
    owner_prefix_pattern: str | None = None
    event_pattern: str | None = None
    event_prefix_pattern: str | None = None
    before: datetime | None = None
    after: datetime | None = None


class EventLog(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody did."""

    event_log_id: int
    when: datetime | None
    dag_id: str | None
    task_id: str | None
    run_id: str | None
    map_index: int | None
    try_number: int | None
    event: str
    logical_date: datetime | None
    owner: str | None
    extra: str | None
    dag_display_name: str | None
    task_display_name: str | None


class EventLogs(OurCursorPage, frozen=True, kw_only=True):
    """A page of the audit log."""

    event_logs: list[EventLog]


def get_event_logs(call: Call, query: EventLogsQuery) -> EventLogs:
    """A page of the audit log."""
    with call.read() as tx:
        page = list_audit(
            tx,
            call.scope,
            dag_id=query.dag_id,
            task_id=query.task_id,
            run_id=query.run_id,
            owner=query.owner,
            event=query.event,
            map_index=query.map_index,
            try_number=query.try_number,
            included=query.included_events,
            excluded=query.excluded_events,
            patterns={
                name: pattern(
                    getattr(query, f"{name}_pattern"), getattr(query, f"{name}_prefix_pattern")
                )
                for name in ("dag_id", "task_id", "run_id", "owner", "event")
            },
            when=between(None, query.after, None, query.before),
            paging=call.paging(query.limit, query.offset, query.order_by or ["id"], query.cursor),
        )
    return EventLogs(event_logs=[_answer(row) for row in page.rows], **page_facts(page))


def get_event_log(call: Call, event_log_id: int) -> EventLog:
    """One entry."""
    with call.read() as tx:
        return _answer(get_audit(tx, call.scope, event_log_id))


def _answer(row: AuditRow) -> EventLog:
    names = ("when", "dag_id", "task_id", "run_id", "map_index", "try_number", "event")
    return EventLog(
        **{name: getattr(row, name) for name in names},
        event_log_id=row.id,
        logical_date=row.logical_date,
        owner=row.owner,
        extra=row.extra,
        dag_display_name=row.dag_id,
        task_display_name=row.task_id,
    )
