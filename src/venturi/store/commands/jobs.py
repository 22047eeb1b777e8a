"""Processes of the engine that say they are alive."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch
from venturi.store.schema.engine import job

RUNNING = "running"
#: The types of job that there are.
SCHEDULER = "SchedulerJob"
WORKER = "CeleryWorker"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A process, and when it was last heard of."""

    id: int
    dag_id: str | None
    state: str
    job_type: str
    start_date: Instant | None
    end_date: Instant | None
    latest_heartbeat: Instant | None
    executor_class: str | None
    hostname: str | None
    unixname: str | None
    pid: int | None
    #: of a worker
    name: str | None = None
    queues: tuple[str, ...] = ()
    places: int | None = None
    #: what keeps it from its work at present
    note: str | None = None

    def is_alive(self, now: Instant, grace: float) -> bool:
        """Whether it runs and was heard of in the last `grace` seconds."""
        return (
            self.state == RUNNING
            and self.latest_heartbeat is not None
            and now - self.latest_heartbeat <= timedelta(seconds=grace)
        )


class JobFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs; None does not restrict."""

    job_type: str | None = None
    state: str | None = None
    hostname: str | None = None
    dag_id: str | None = None
    executor_class: str | None = None
    #: heard of at this instant or later
    since: Instant | None = None


def register(
    tx: Tx,
    job_type: str,
    now: Instant,
    *,
    hostname: str,
    unixname: str,
    pid: int,
    executor_class: str | None = None,
    **more: str | int | None,
) -> int:
    """Note that a process has started, with `more` columns; the id to report with."""
    inserted = tx.execute(
        insert(job).values(
            state=RUNNING,
            job_type=job_type,
            start_date=now,
            latest_heartbeat=now,
            executor_class=executor_class,
            hostname=hostname,
            unixname=unixname,
            pid=pid,
            **more,
        )
    )
    key = inserted.inserted_primary_key
    assert key is not None
    return int(key[0])


def heartbeat(tx: Tx, job_id: int | None, now: Instant, note: str | None = None) -> None:
    """Note that a process is alive, and what keeps it from its work."""
    tx.execute(update(job).where(job.c.id == job_id).values(latest_heartbeat=now, note=note))


def finish(tx: Tx, job_id: int | None, now: Instant, *, success: bool = True) -> None:
    """Note that a process has ended."""
    state = "success" if success else "failed"
    tx.execute(update(job).where(job.c.id == job_id).values(state=state, end_date=now))


def close_unfinished(tx: Tx, job_type: str, now: Instant) -> None:
    """Processes of this type that still say "running" have died: the caller takes their place."""
    tx.execute(
        update(job)
        .where(job.c.job_type == job_type, job.c.state == RUNNING)
        .values(state="failed", end_date=now)
    )


_ORDERS: dict[str, Any] = {
    "id": job.c.id,
    "dag_id": job.c.dag_id,
    "state": job.c.state,
    "job_type": job.c.job_type,
    "start_date": job.c.start_date,
    "end_date": job.c.end_date,
    "latest_heartbeat": job.c.latest_heartbeat,
    "executor_class": job.c.executor_class,
    "hostname": job.c.hostname,
    "unixname": job.c.unixname,
}


def list_jobs(tx: Tx, which: JobFilter | None = None, paging: Paging = ALL) -> Page[Job]:
    """The jobs that a filter lets through, latest heard of first."""
    which = which or JobFilter()
    query = select(job)
    for column, value in (
        (job.c.job_type, which.job_type),
        (job.c.state, which.state),
        (job.c.hostname, which.hostname),
        (job.c.dag_id, which.dag_id),
        (job.c.executor_class, which.executor_class),
    ):
        if value is not None:
            query = query.where(column == value)
    if which.since is not None:
        query = query.where(job.c.latest_heartbeat >= which.since)
    page = fetch(tx, query, paging, _ORDERS, ("-latest_heartbeat", "-id"))
    return Page([_job(row) for row in page.rows], page.total)


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        dag_id=row.dag_id,
        state=row.state or "",
        job_type=row.job_type or "",
        start_date=row.start_date,
        end_date=row.end_date,
        latest_heartbeat=row.latest_heartbeat,
        executor_class=row.executor_class,
        hostname=row.hostname,
        unixname=row.unixname,
        pid=row.pid,
        name=row.name,
        queues=tuple((row.queues or "").split(",")) if row.queues else (),
        places=row.places,
        note=row.note,
    )
