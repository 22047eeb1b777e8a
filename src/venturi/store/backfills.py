"""How backfills bear on their runs."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import exists, select, update

from venturi.core.clock import Instant
from venturi.core.states import RunState
from venturi.decide.views import BackfillView
from venturi.spec.graph import Graph
from venturi.store.engine import Tx
from venturi.store.schema.later import backfill
from venturi.store.schema.runs import dag_run
from venturi.store.versions import Version

OPEN_RUNS = (RunState.QUEUED, RunState.RUNNING)


class Filling(NamedTuple):
    """What a backfill says about its runs; `pool` takes the place of their tasks' own pools."""

    view: BackfillView
    pool: str | None


def load_fillings(tx: Tx, ids: Iterable[int | None]) -> dict[int, Filling]:
    """These backfills by id; one that is over pauses nothing any more."""
    wanted = sorted(number for number in set(ids) if number is not None)
    if not wanted:
        return {}
    found: dict[int, Filling] = {}
    for start in range(0, len(wanted), 500):
        query = select(backfill).where(backfill.c.id.in_(wanted[start : start + 500]))
        for row in tx.execute(query):
            view = BackfillView(
                row.id,
                row.max_active_runs,
                paused=bool(row.is_paused) and row.completed_at is None,
                backwards=bool(row.run_backwards),
                ignores_past_at=row.ignores_past_at,
            )
            found[row.id] = Filling(view, row.pool)
    return found


class PooledGraphs:
    """Graphs whose tasks all take their slots from one pool, each compiled once."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str], Graph] = {}

    def graph(self, version: Version, filling: Filling | None) -> Graph:
        """The version's graph, in the pool that the backfill names if it names one."""
        if filling is None or filling.pool is None:
            return version.graph
        key = version.id, filling.pool
        if key not in self._made:
            spec = version.graph.spec
            tasks = tuple(msgspec.structs.replace(t, pool=filling.pool) for t in spec.tasks)
            self._made[key] = Graph(msgspec.structs.replace(spec, tasks=tasks))
        return self._made[key]


def close_backfills(tx: Tx, ids: Iterable[int | None], now: Instant) -> None:
    """Those of these backfills are over whose runs have all ended."""
    for number in sorted({number for number in ids if number is not None}):
        goes_on = exists().where(dag_run.c.backfill_id == number, dag_run.c.state.in_(OPEN_RUNS))
        tx.execute(
            update(backfill)
            .where(backfill.c.id == number, backfill.c.completed_at.is_(None), ~goes_on)
            .values(completed_at=now, updated_at=now)
        )
