"""The workers behind the broker, as the scheduler knows them: from rows, the broker is not asked."""

from datetime import timedelta

import msgspec

from venturi.api.call import Call
from venturi.core.clock import Instant
from venturi.executors.installed import installed
from venturi.store.claims import held_by_worker
from venturi.store.commands.jobs import RUNNING, WORKER, JobFilter, list_jobs
from venturi.store.queries.health import living_scheduler


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker: what it serves, how many tasks it has, how many it takes at once."""

    name: str
    hostname: str
    pid: int
    queues: list[str]
    active: int
    places: int
    heard_at: Instant | None


class Workers(msgspec.Struct, frozen=True, kw_only=True):
    """All workers that are there; `is_remote`: tasks run on workers at all."""

    is_remote: bool
    workers: list[Worker] = []
    #: why the broker cannot be used at present
    problem: str | None = None


def get_workers(call: Call) -> Workers:
    """The workers that the scheduler has heard of lately, by name."""
    rules = installed(call.api.conf)
    if not rules.remote:
        return Workers(is_remote=False)
    with call.read() as tx:
        rows = list_jobs(tx, JobFilter(job_type=WORKER, state=RUNNING)).rows
        scheduler = living_scheduler(tx, call.now - timedelta(seconds=rules.grace))
        held = held_by_worker(tx)
    return Workers(
        is_remote=True,
        problem=scheduler.note if scheduler is not None else None,
        workers=[
            Worker(
                name=row.name or "",
                hostname=row.hostname or "",
                pid=row.pid or 0,
                queues=list(row.queues),
                active=held.get(row.name or "", 0),
                places=row.places or 0,
                heard_at=row.latest_heartbeat,
            )
            for row in sorted(rows, key=lambda row: row.name or "")
        ],
    )
