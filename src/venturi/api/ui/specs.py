"""Descriptions that pages ask for again and again: decoded, and put in order, once."""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from venturi.api.ui.structure import GridTask, grid_rows
from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.spec.model import DagSpec
from venturi.store.engine import Tx
from venturi.store.queries.dags import DagRow
from venturi.store.queries.facts import specs_by_version, update_times

#: DAGs that are kept: those that people look at.
KEEP = 64


class Described(NamedTuple):
    """A DAG's description and the rows of its grid."""

    spec: DagSpec
    rows: list[GridTask]


class Specs:
    """Descriptions by version, forgotten when the version is written anew or others are wanted."""

    def __init__(self, keep: int = KEEP) -> None:
        self._known: OrderedDict[int, tuple[Instant, Described]] = OrderedDict()
        self._keep = keep
        self._lock = Lock()

    def of(self, tx: Tx, row: DagRow) -> Described:
        """The present description of a DAG that a scope has let through. Raises `NotFound`."""
        number = row.version_id
        times = update_times(tx, [number])
        if number is None or number not in times:
            raise NotFound(f"The DAG {row.dag_id!r} has no version.")
        with self._lock:
            known = self._known.get(number)
            if known is not None and known[0] == times[number]:
                self._known.move_to_end(number)
                return known[1]
        spec = specs_by_version(tx, [number])[number]
        found = Described(spec, grid_rows(spec))
        with self._lock:
            self._known[number] = times[number], found
            if len(self._known) > self._keep:
                self._known.popitem(last=False)
        return found
