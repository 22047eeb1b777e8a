"""Health and version."""

from venturi.api.call import Call
from venturi.api.shapes.monitor import (
    BaseInfo,
    DagProcessorInfo,
    HealthInfo,
    SchedulerInfo,
    TriggererInfo,
    VersionInfo,
)
from venturi.core.clock import Instant
from venturi.store.commands.jobs import JobFilter, list_jobs
from venturi.store.engine import Tx
from venturi.store.queries.paging import Paging

#: A scheduler that has said nothing for this many seconds counts as gone.
ALIVE_SECONDS = 30.0
HEALTHY, UNHEALTHY = "healthy", "unhealthy"


def get_health(call: Call) -> HealthInfo:
    """Database and scheduler; always 200, the body tells."""
    try:
        with call.read() as tx:
            beat = last_heartbeat(tx)
        database = HEALTHY
    except Exception:  # whatever the driver raises: the question is whether it answers
        beat, database = None, UNHEALTHY
    status = scheduler_status(beat, call.now)
    shown = None if beat is None else beat.isoformat()
    return HealthInfo(
        metadatabase=BaseInfo(status=database),
        scheduler=SchedulerInfo(status=status, latest_scheduler_heartbeat=shown),
        triggerer=TriggererInfo(status=None, latest_triggerer_heartbeat=None),
        dag_processor=DagProcessorInfo(status=status, latest_dag_processor_heartbeat=shown),
    )


def last_heartbeat(tx: Tx) -> Instant | None:
    """When a running scheduler last said that it is alive; None if there is none."""
    newest = Paging(limit=1, order=("-latest_heartbeat",))
    page = list_jobs(tx, JobFilter(job_type="SchedulerJob", state="running"), newest)
    return page.rows[0].latest_heartbeat if page.rows else None


def scheduler_status(beat: Instant | None, now: Instant) -> str:
    """A scheduler is healthy while its last word is not too old."""
    alive = beat is not None and (now - beat).total_seconds() < ALIVE_SECONDS
    return HEALTHY if alive else UNHEALTHY


def get_version(_call: Call) -> VersionInfo:
    """The version of this program."""
    from importlib.metadata import version

    return VersionInfo(version=version("venturi"))
