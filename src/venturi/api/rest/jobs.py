"""Processes that say they are alive."""

from datetime import datetime, timedelta

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import ListQuery, between
from venturi.store.commands.jobs import Job, JobFilter, list_jobs


class JobsQuery(ListQuery, frozen=True, kw_only=True):
    """Which processes to list."""

    is_alive: bool | None = None
    job_state: str | None = None
    job_type: str | None = None
    hostname: str | None = None
    executor_class: str | None = None
    start_date_gte: datetime | None = None
    start_date_gt: datetime | None = None
    start_date_lte: datetime | None = None
    start_date_lt: datetime | None = None
    end_date_gte: datetime | None = None
    end_date_gt: datetime | None = None
    end_date_lte: datetime | None = None
    end_date_lt: datetime | None = None


class JobAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A process."""

    id: int
    dag_id: str | None
    state: str | None
    job_type: str | None
    start_date: datetime | None
    end_date: datetime | None
    latest_heartbeat: datetime | None
    executor_class: str | None
    hostname: str | None
    unixname: str | None
    dag_display_name: str | None


class Jobs(msgspec.Struct, frozen=True, kw_only=True):
    """A page of processes."""

    jobs: list[JobAnswer]
    total_entries: int


def get_jobs(call: Call, query: JobsQuery) -> Jobs:
    """A page of processes."""
    grace = call.api.conf.getfloat("scheduler", "scheduler_health_check_threshold")
    oldest = call.now - timedelta(seconds=grace)
    which = JobFilter(
        job_type=query.job_type,
        state=query.job_state,
        hostname=query.hostname,
        executor_class=query.executor_class,
        alive_since=oldest if query.is_alive is True else None,
        not_since=oldest if query.is_alive is False else None,
        started=between(
            *(query.start_date_gte, query.start_date_gt),
            *(query.start_date_lte, query.start_date_lt),
        ),
        ended=between(query.end_date_gte, query.end_date_gt, query.end_date_lte, query.end_date_lt),
    )
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    with call.read() as tx:
        page = list_jobs(tx, which, paging)
    return Jobs(jobs=[_answer(row) for row in page.rows], total_entries=page.total)


def _answer(row: Job) -> JobAnswer:
    names = (
        *("id", "dag_id", "state", "job_type", "start_date", "end_date", "latest_heartbeat"),
        *("executor_class", "hostname", "unixname"),
    )
    return JobAnswer(**{name: getattr(row, name) for name in names}, dag_display_name=row.dag_id)
