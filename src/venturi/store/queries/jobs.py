"""Processes that say they are alive."""

from typing import Any

import msgspec
from sqlalchemy import Row, func, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch
from venturi.store.queries.runs import Between
from venturi.store.schema.engine import job

#: A process that has said nothing for this many seconds does not count as alive.
ALIVE_SECONDS = 30.0


class JobFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which processes; what is None does not restrict."""

    job_type: str | None = None
    state: str | None = None
    hostname: str | None = None
    executor_class: str | None = None
    #: those that have said something since
    heard_since: Instant | None = None
    start_date: Between | None = None
    end_date: Between | None = None


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """A process as its row has it."""

    id: int
    dag_id: str | None
    state: str | None
    job_type: str | None
    start_date: Instant | None
    end_date: Instant | None
    latest_heartbeat: Instant | None
    executor_class: str | None
    hostname: str | None
    unixname: str | None
    pid: int | None


ORDERS: dict[str, ColumnElement[Any]] = {
    name: job.c[name]
    for name in (
        "id",
        "dag_id",
        "state",
        "job_type",
        "start_date",
        "end_date",
        "latest_heartbeat",
        "executor_class",
        "hostname",
        "unixname",
    )
}


def list_jobs(tx: Tx, which: JobFilter | None = None, paging: Paging = ALL) -> Page[JobRow]:
    """The processes that a filter lets through, in the order they started."""
    which = which or JobFilter()
    query = select(job)
    for column, value in (
        (job.c.job_type, which.job_type),
        (job.c.state, which.state),
        (job.c.hostname, which.hostname),
        (job.c.executor_class, which.executor_class),
    ):
        if value is not None:
            query = query.where(column == value)
    if which.heard_since is not None:
        query = query.where(job.c.state == "running", job.c.latest_heartbeat >= which.heard_since)
    for column, bounds in ((job.c.start_date, which.start_date), (job.c.end_date, which.end_date)):
        if bounds is not None:
            query = query.where(*bounds.conditions(column))
    page = fetch(tx, query, paging, ORDERS, ("id",))
    return Page([_row(row) for row in page.rows], page.total)


def last_heartbeat(tx: Tx, job_type: str) -> Instant | None:
    """When a running process of this type last said that it is alive; None if there is none."""
    query = select(func.max(job.c.latest_heartbeat)).where(
        job.c.job_type == job_type, job.c.state == "running"
    )
    found: Instant | None = tx.execute(query).scalar()
    return found


def _row(row: Row[Any]) -> JobRow:
    return JobRow(**{name: getattr(row, name) for name in JobRow.__struct_fields__})
