"""The home page's four answers, and whether the installation is well."""

from datetime import datetime, timedelta

import msgspec

from venturi.api.call import Call
from venturi.api.rest.monitor import get_health
from venturi.executors.installed import installed
from venturi.store.engine import Tx
from venturi.store.queries.counts import dag_counts
from venturi.store.queries.recent import (
    LATE,
    FailedRun,
    active_tasks,
    display_names,
    failed_dags,
    runs_under_way,
    upcoming_runs,
    usual_seconds,
)
from venturi.store.queries.why import explain_dag

SHOWN = 12
UPCOMING = 40
DAY, WEEK = timedelta(days=1), timedelta(days=7)
#: Late DAGs of which the reason is looked for.
REASONS = 5


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the installation, and when it was last heard of."""

    status: str | None
    heartbeat: str | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether all parts are well, and how busy they are."""

    scheduler: Heard
    triggerer: Heard
    database: Heard
    executor: str
    slots: int | None
    running: int
    queued: int


class DagCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many DAGs there are."""

    total: int
    active: int
    paused: int


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG whose newest ended run failed."""

    dag_id: str
    dag_display_name: str
    run_id: str
    run_after: datetime
    end_date: datetime | None
    failed_runs: int
    task_id: str | None
    map_index: int
    try_number: int
    max_tries: int
    reason: str | None


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG whose run is due and has not begun."""

    dag_id: str
    dag_display_name: str
    run_after: datetime
    reason: str | None


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is under way."""

    dag_id: str
    dag_display_name: str
    run_id: str
    state: str
    start_date: datetime | None
    usual_seconds: float | None
    done: int
    total: int
    failed: int


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """A run that comes."""

    dag_id: str
    dag_display_name: str
    run_after: datetime


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """What the home page tells."""

    now: datetime
    instance_name: str | None
    health: Health
    import_errors: int
    dags: DagCounts
    failed: list[Failed]
    late: list[Late]
    running: list[Running]
    next: list[Next]


def get_home(call: Call) -> Home:
    """What failed, is late, runs, and comes next."""
    health = get_health(call)
    with call.read() as tx:
        counts = dag_counts(tx, call.scope)
        busy = active_tasks(tx, call.scope)
        failed = failed_dags(tx, call.scope, call.now - DAY, SHOWN) or failed_dags(
            tx, call.scope, call.now - WEEK, SHOWN
        )
        names = display_names(tx, {row.dag_id for row in failed})
        running = [
            Running(
                dag_id=each.dag_id,
                dag_display_name=each.dag_display_name,
                run_id=each.run_id,
                state=each.state,
                start_date=each.start_date,
                usual_seconds=usual_seconds(tx, each.dag_id),
                done=each.done,
                total=each.total,
                failed=each.failed,
            )
            for each in runs_under_way(tx, call.scope, SHOWN)
        ]
        late = _late(tx, call)
        coming = upcoming_runs(tx, call.scope, call.now, call.now + DAY, UPCOMING)
    slots = installed(call.api.conf).places
    conf = call.api.conf
    return Home(
        now=call.now,
        instance_name=conf.get("api", "instance_name", fallback=None) or None,
        health=Health(
            scheduler=Heard(
                status=health.scheduler.status,
                heartbeat=health.scheduler.latest_scheduler_heartbeat,
            ),
            triggerer=Heard(
                status=health.triggerer.status,
                heartbeat=health.triggerer.latest_triggerer_heartbeat,
            ),
            database=Heard(status=health.metadatabase.status),
            executor=conf.get_mandatory_value("core", "executor"),
            slots=slots,
            running=sum(each.get("running", 0) for each in busy.values()),
            queued=sum(each.get("queued", 0) for each in busy.values()),
        ),
        import_errors=counts["import_errors"],
        dags=DagCounts(
            total=counts["active"],
            active=counts["active"] - counts["paused"],
            paused=counts["paused"],
        ),
        failed=[_failed(row, names.get(row.dag_id, row.dag_id)) for row in failed],
        late=late,
        running=running,
        next=[
            Next(dag_id=each.dag_id, dag_display_name=each.dag_display_name, run_after=each.run_after)
            for each in coming
        ],
    )


def _late(tx: Tx, call: Call) -> list[Late]:
    limits = installed(call.api.conf)
    found = []
    for place, each in enumerate(upcoming_runs(tx, call.scope, None, call.now - LATE, SHOWN)):
        reasons = explain_dag(tx, call.scope, each.dag_id, limits, call.now) if place < REASONS else []
        found.append(
            Late(
                dag_id=each.dag_id,
                dag_display_name=each.dag_display_name,
                run_after=each.run_after,
                reason=reasons[0].text if reasons else None,
            )
        )
    return found


def _failed(row: FailedRun, name: str) -> Failed:
    return Failed(
        dag_id=row.dag_id,
        dag_display_name=name,
        run_id=row.run_id,
        run_after=row.run_after,
        end_date=row.end_date,
        failed_runs=row.failed_runs,
        task_id=row.task_id,
        map_index=row.map_index,
        try_number=row.try_number,
        max_tries=row.max_tries,
        reason=row.reason,
    )
