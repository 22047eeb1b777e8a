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
from venturi.store.commands.jobs import SCHEDULER
from venturi.store.queries.health import heartbeat_of

HEALTHY, UNHEALTHY = "healthy", "unhealthy"


def get_health(call: Call) -> HealthInfo:
    """Database and scheduler; always 200, the body tells."""
    try:
        with call.read() as tx:
            beat = heartbeat_of(tx, SCHEDULER)
        database = HEALTHY
    except Exception:  # whatever the driver raises: the question is whether it answers
        beat, database = None, UNHEALTHY
    grace = call.api.conf.getfloat("scheduler", "scheduler_health_check_threshold")
    status = scheduler_status(beat, call.now, grace)
    shown = None if beat is None else beat.isoformat()
    return HealthInfo(
        metadatabase=BaseInfo(status=database),
        scheduler=SchedulerInfo(status=status, latest_scheduler_heartbeat=shown),
        triggerer=TriggererInfo(status=None, latest_triggerer_heartbeat=None),
        dag_processor=DagProcessorInfo(status=status, latest_dag_processor_heartbeat=shown),
    )


def scheduler_status(beat: Instant | None, now: Instant, grace: float) -> str:
    """A scheduler is healthy while its last progress is at most `grace` seconds old."""
    alive = beat is not None and (now - beat).total_seconds() <= grace
    return HEALTHY if alive else UNHEALTHY


def get_version(_call: Call) -> VersionInfo:
    """The version of this program."""
    from importlib.metadata import version

    return VersionInfo(version=version("venturi"))
