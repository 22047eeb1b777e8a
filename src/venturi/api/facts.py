"""What lists say of a DAG that only its description knows; kept so that it is decoded once."""

from collections.abc import Collection
from threading import Lock

import msgspec

from venturi.core.clock import Instant
from venturi.spec.model import DagSpec
from venturi.spec.timetable.facts import can_be_scheduled, is_periodic
from venturi.store.engine import Tx
from venturi.store.queries.facts import specs_by_version, update_times


class DagFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The few words that a list needs of a description."""

    has_task_limits: bool = False
    is_periodic: bool = False
    is_backfillable: bool = False
    allowed_run_types: tuple[str, ...] | None = None
    task_ids: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()


UNKNOWN = DagFacts()


def facts_of(spec: DagSpec) -> DagFacts:
    """The facts of one description."""
    periodic = is_periodic(spec.timetable)
    return DagFacts(
        has_task_limits=any(
            task.max_active_tis_per_dag is not None or task.max_active_tis_per_dagrun is not None
            for task in spec.tasks
        ),
        is_periodic=periodic,
        is_backfillable=periodic and can_be_scheduled(spec.timetable),
        allowed_run_types=spec.allowed_run_types,
        task_ids=tuple(task.task_id for task in spec.tasks),
        pools=tuple(sorted({task.pool for task in spec.tasks})),
    )


class Facts:
    """Facts by version, forgotten when the version is written anew or there are too many."""

    def __init__(self, keep: int = 10_000) -> None:
        self._known: dict[int, tuple[Instant, DagFacts]] = {}
        self._keep = keep
        self._lock = Lock()

    def get(self, tx: Tx, version_ids: Collection[int | None]) -> dict[int, DagFacts]:
        """The facts of these versions, one or two queries in all."""
        times = update_times(tx, version_ids)
        with self._lock:
            known = {
                number: self._known[number][1]
                for number, at in times.items()
                if number in self._known and self._known[number][0] == at
            }
        specs = specs_by_version(tx, times.keys() - known.keys())
        fresh = {number: facts_of(spec) for number, spec in specs.items()}
        with self._lock:
            if len(self._known) + len(fresh) > self._keep:
                self._known.clear()
            self._known.update({number: (times[number], fact) for number, fact in fresh.items()})
        return known | fresh
