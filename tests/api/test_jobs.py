"""Processes that say they are alive: schedulers, workers and whoever comes, by what they are."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import make
from venturi.store.commands import jobs
from venturi.store.engine import Store


@pytest.fixture
def processes(store: Store) -> None:
    """A scheduler that has fallen silent, one that has ended, two workers and one that left."""

    def one(kind: str, hostname: str, started: int, heard: int, ended: int | None = None) -> None:
        at = make.NOW - timedelta(seconds=started)

        def body(tx: Any) -> None:
            number = jobs.register(
                *(tx, kind, at),
                hostname=hostname,
                unixname="me",
                pid=7,
                executor_class="CeleryExecutor" if kind == "SchedulerJob" else None,
            )
            jobs.heartbeat(tx, number, make.NOW - timedelta(seconds=heard))
            if ended is not None:
                jobs.finish(tx, number, make.NOW - timedelta(seconds=ended))

        store.retrying(body)

    one("SchedulerJob", "old", 9000, 8000, ended=8000)
    one("SchedulerJob", "main", 5000, 600)
    one("CeleryWorker", "celery@a", 4000, 1)
    one("CeleryWorker", "celery@b", 3000, 2)
    one("CeleryWorker", "celery@gone", 2000, 1, ended=1)


def hosts(web: TestClient, **asked: Any) -> list[str]:
    """The host names of a list."""
    answer = web.get("/jobs", params=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["total_entries"] == len(found["jobs"])
    return [each["hostname"] for each in found["jobs"]]


def at(seconds: int) -> str:
    """An instant of so long ago, as requests write it."""
    return (make.NOW - timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["old", "main", "celery@a", "celery@b", "celery@gone"]),
        ({"job_type": "CeleryWorker"}, ["celery@a", "celery@b", "celery@gone"]),
        ({"job_type": "SchedulerJob", "order_by": "-id"}, ["main", "old"]),
        ({"job_type": "TriggererJob"}, []),
        ({"hostname": "celery@b"}, ["celery@b"]),
        ({"job_state": "running"}, ["main", "celery@a", "celery@b"]),
        ({"is_alive": True}, ["celery@a", "celery@b"]),
        ({"is_alive": True, "job_type": "SchedulerJob"}, []),
        ({"is_alive": True, "job_state": "success"}, []),
        ({"is_alive": False}, ["old", "main", "celery@gone"]),
        ({"is_alive": False, "job_type": "CeleryWorker"}, ["celery@gone"]),
        ({"executor_class": "CeleryExecutor"}, ["old", "main"]),
        ({"start_date_gte": at(4000), "start_date_lt": at(2000)}, ["celery@a", "celery@b"]),
        ({"end_date_gt": at(100)}, ["celery@gone"]),
        ({"order_by": ["job_type", "-id"]}, ["celery@gone", "celery@b", "celery@a", "main", "old"]),
    ],
)
def test_processes_of_every_kind_are_listed_and_found(
    web: TestClient, processes: None, asked: dict[str, Any], found: list[str]
) -> None:
    assert hosts(web, **asked) == found


def test_a_worker_is_shown_with_its_host_state_and_last_word(
    web: TestClient, processes: None
) -> None:
    (row,) = web.get("/jobs", params={"hostname": "celery@gone"}).json()["jobs"]
    assert (row["job_type"], row["state"], row["unixname"]) == ("CeleryWorker", "success", "me")
    assert row["latest_heartbeat"] == row["end_date"]


def test_a_worker_that_is_alive_makes_no_scheduler_healthy(
    web: TestClient, processes: None
) -> None:
    health = web.get("/monitor/health").json()
    assert health["scheduler"]["status"] == "unhealthy"
    heard = health["scheduler"]["latest_scheduler_heartbeat"]
    assert heard == (make.NOW - timedelta(seconds=600)).isoformat()
