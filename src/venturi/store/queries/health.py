"""How the components are: one answer for the web, the commands and the health checks.

A component counts as well when its loop has written its heartbeat not long ago: it made progress,
which a process that merely exists does not show.
"""

from venturi.core.clock import Instant
from venturi.store.commands.jobs import RUNNING, SCHEDULER, Job, JobFilter, list_jobs
from venturi.store.engine import Tx
from venturi.store.queries.paging import Paging

#: Components that are part of another one here: whoever asks after them is told of that one.
PART_OF = {"DagProcessorJob": SCHEDULER, "TriggererJob": SCHEDULER}


def heartbeat_of(tx: Tx, job_type: str) -> Instant | None:
    """When a running component of this type last made progress; None if there is none."""
    newest = Paging(limit=1, order=("-latest_heartbeat",))
    page = list_jobs(tx, JobFilter(job_type=job_type, state=RUNNING), newest)
    return page.rows[0].latest_heartbeat if page.rows else None


def living_scheduler(tx: Tx, since: Instant) -> Job | None:
    """A scheduler that was heard of at `since` or later; None if there is none."""
    page = list_jobs(tx, JobFilter(job_type=SCHEDULER, alive_since=since), Paging(limit=1))
    return page.rows[0] if page.rows else None
