"""Workers behind the broker, as rows: the scheduler writes them, as a worker knows no database."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import select, update

from venturi.core.clock import Instant
from venturi.store.commands.jobs import RUNNING, WORKER, register
from venturi.store.engine import Tx
from venturi.store.schema.engine import job


class Attendant(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker says of itself."""

    name: str
    hostname: str
    pid: int
    queues: tuple[str, ...]
    places: int


def attend(tx: Tx, who: Attendant, executor: str, now: Instant) -> int:
    """The row of a worker that has come: its own from before, or a new one. Repeatable."""
    own = job.c.job_type == WORKER, job.c.hostname == who.hostname, job.c.pid == who.pid
    queues = ",".join(who.queues)
    found = tx.execute(
        select(job.c.id).where(*own, job.c.name == who.name).order_by(job.c.id.desc()).limit(1)
    ).scalar()
    if found is None:
        return register(
            tx,
            WORKER,
            now,
            hostname=who.hostname,
            unixname="",
            pid=who.pid,
            executor_class=executor,
            name=who.name,
            queues=queues,
            places=who.places,
        )
    hears = {"queues": queues, "places": who.places}
    tx.execute(update(job).where(job.c.id == found).values(**hears))
    heard(tx, [found], now)
    return int(found)


def heard(tx: Tx, ids: Iterable[int], now: Instant) -> None:
    """These were heard of: also one that was given up is there again."""
    here = {"state": RUNNING, "end_date": None, "latest_heartbeat": now}
    tx.execute(update(job).where(job.c.id.in_(sorted(ids))).values(**here))


def part(tx: Tx, ids: Iterable[int], now: Instant) -> None:
    """These have said farewell."""
    gone = {"state": "success", "end_date": now}
    tx.execute(update(job).where(job.c.id.in_(sorted(ids))).values(**gone))


def give_up_silent(tx: Tx, before: Instant, now: Instant) -> None:
    """Workers that were last heard of before `before` count as dead."""
    silent = job.c.job_type == WORKER, job.c.state == RUNNING, job.c.latest_heartbeat < before
    tx.execute(update(job).where(*silent).values(state="failed", end_date=now))
