"""The next runs of a DAG."""

from venturi.core.clock import Instant
from venturi.decide.calendar import following
from venturi.spec.timetable import needs_runner
from venturi.spec.timetable.model import RunInfo
from venturi.store.dags import next_run_of
from venturi.store.engine import Tx
from venturi.store.queries.specs import spec_of
from venturi.store.runs import last_scheduled
from venturi.store.scope import EVERY_DAG


def upcoming(tx: Tx, dag_id: str, count: int, now: Instant) -> list[RunInfo]:
    """The next `count` scheduled runs, fewer when the schedule ends. Raises `NotFound`.

    Of an author's own timetable only the very next is known: its code runs in the runner only.
    """
    spec = spec_of(tx, EVERY_DAG, dag_id)
    if needs_runner(spec.timetable):
        known = next_run_of(tx, dag_id)
        return [known] if known is not None and count > 0 else []
    runs: list[RunInfo] = []
    run = following(spec, last_scheduled(tx, dag_id), now)
    while run is not None and len(runs) < count:
        runs.append(run)
        run = following(spec, run, max(now, run.run_after))
    return runs
