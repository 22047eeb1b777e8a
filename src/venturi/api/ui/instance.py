"""Attempts of a task instance, and what happened to it."""

from datetime import datetime

import msgspec

from venturi.api.call import Call
from venturi.store.queries.audit import list_audit
from venturi.store.queries.history import transitions
from venturi.store.queries.instances import InstanceRow, get_instance, list_tries
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import get_run

ENTRIES = 200
#: Changes of state that are shown, the newest.
CHANGES = 1000


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try: where, when, how it ended, what it used."""

    try_number: int
    state: str | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    hostname: str | None
    pid: int | None
    exit_code: int | None
    reason: str | None
    cpu_seconds: float | None
    max_rss_bytes: int | None


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """All tries, oldest first, and how the present one stands."""

    attempts: list[Attempt]
    max_tries: int
    due_at: datetime | None
    reason: str | None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened."""

    at: datetime
    event: str
    state: str | None = None
    try_number: int | None = None
    who: str | None = None
    reason: str | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, oldest first."""

    entries: list[Entry]


def get_attempts(call: Call, dag_id: str, run_id: str, task_id: str, map_index: int) -> Attempts:
    """The tries of a task instance."""
    with call.read() as tx:
        now = get_instance(tx, call.scope, dag_id, run_id, task_id, map_index)
        rows = list_tries(tx, call.scope, dag_id, run_id, task_id, map_index)
    return Attempts(
        attempts=[_attempt(row) for row in rows if row.try_number > 0],
        max_tries=now.max_tries,
        due_at=now.due_at,
        reason=now.reason,
    )


def _attempt(row: InstanceRow) -> Attempt:
    return Attempt(
        try_number=row.try_number,
        state=row.state,
        queued_at=row.queued_at,
        start_date=row.start_date,
        end_date=row.end_date,
        hostname=row.hostname,
        pid=row.pid,
        exit_code=row.exit_code,
        reason=row.reason,
        cpu_seconds=row.cpu_seconds,
        max_rss_bytes=row.max_rss_bytes,
    )


def get_history(call: Call, dag_id: str, run_id: str, task_id: str, map_index: int) -> History:
    """What happened to a task instance: every change of state, and what people did to it."""
    with call.read() as tx:
        run = get_run(tx, call.scope, dag_id, run_id)
        changes = transitions(tx, call.scope, dag_id, run_id, task_id, map_index, CHANGES)
        deeds = list_audit(
            tx, call.scope, dag_id=dag_id, run_id=run_id, paging=Paging(limit=ENTRIES)
        ).rows
    entries = [
        Entry(
            at=change.at,
            event="state",
            state=change.state,
            try_number=change.try_number or None,
            who=change.actor,
            reason=change.cause,
        )
        for change in changes
    ]
    if run.queued_at is not None:
        who = run.user or run.triggered_by
        entries.append(Entry(at=run.queued_at, event="run created", who=who))
    entries += [
        Entry(at=deed.when, event=deed.event, who=deed.owner, reason=deed.extra)
        for deed in deeds
        if deed.when is not None
        and deed.task_id in {None, task_id}
        and deed.map_index in {None, -1, map_index}
    ]
    return History(entries=sorted(entries, key=lambda entry: entry.at))
