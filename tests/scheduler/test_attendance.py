"""Which workers are there, as rows."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import make
from venturi.core.clock import Instant
from venturi.scheduler.attendance import Attendance
from venturi.store.commands.jobs import WORKER, Job, JobFilter, list_jobs
from venturi.store.commands.workers import Attendant
from venturi.store.engine import Store
from venturi.store.migrate import migrate

LEASE = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store(f"sqlite:///{tmp_path}/airflow.db")
    migrate(opened)
    return opened


def someone(**values: object) -> Attendant:
    known = {"name": "celery@a", "hostname": "a", "pid": 7, "queues": ("default",), "places": 16}
    return Attendant(**{**known, **values})  # type: ignore[arg-type]


def at(seconds: float) -> Instant:
    return make.NOW + timedelta(seconds=seconds)


def beat(store: Store, attendance: Attendance, seconds: float) -> None:
    """What the scheduler does with its heartbeat."""
    store.retrying(lambda tx: attendance.write(tx, at(seconds)))()


def rows(store: Store) -> list[Job]:
    with store.read() as tx:
        return list(list_jobs(tx, JobFilter(job_type=WORKER)).rows)


def test_a_worker_comes_is_heard_and_leaves(store: Store) -> None:
    here = Attendance("CeleryExecutor", LEASE)
    here.come("w", someone(queues=("default", "gpu")))
    assert here.has_news, "it is written at once"
    beat(store, here, 0)
    (job,) = rows(store)
    assert (job.state, job.name, job.hostname, job.pid) == ("running", "celery@a", "a", 7)
    assert (job.queues, job.places, job.executor_class) == (
        ("default", "gpu"),
        16,
        "CeleryExecutor",
    )
    here.hear("w")
    beat(store, here, 5)
    beat(store, here, 10)
    assert rows(store)[0].latest_heartbeat == at(5), "only who says something is heard"
    here.leave("w")
    assert here.has_news
    beat(store, here, 15)
    (job,) = rows(store)
    assert (job.state, job.end_date) == ("success", at(15))


def test_other_queues_are_another_word_of_the_same_worker(store: Store) -> None:
    here = Attendance("CeleryExecutor", LEASE)
    for queues in (("default",), ("default", "special")):
        here.come("w", someone(queues=queues))
        beat(store, here, 0)
    (job,) = rows(store)
    assert job.queues == ("default", "special")


def test_the_next_scheduler_knows_a_worker_by_its_row(store: Store) -> None:
    for seconds in (0, 10):
        here = Attendance("CeleryExecutor", LEASE)
        here.come("w", someone())
        beat(store, here, seconds)
    (job,) = rows(store)
    assert job.latest_heartbeat == at(10)


def test_who_is_silent_for_the_lease_counts_as_dead_until_heard_again(store: Store) -> None:
    here = Attendance("CeleryExecutor", LEASE)
    here.come("w", someone())
    beat(store, here, 0)
    beat(store, here, LEASE)
    assert rows(store)[0].state == "running"
    beat(store, here, LEASE + 1)
    assert rows(store)[0].state == "failed"
    here.hear("w")
    beat(store, here, LEASE + 2)
    (job,) = rows(store)
    assert (job.state, job.end_date) == ("running", None)


def test_what_was_not_committed_is_written_again(store: Store) -> None:
    here = Attendance("CeleryExecutor", LEASE)
    here.come("w", someone())
    with store.read() as tx:
        here.write(tx, at(0))  # and nobody says that it was committed
    assert here.has_news and rows(store) == []
    beat(store, here, 1)
    assert len(rows(store)) == 1
