"""How many runs of which DAG are in which state."""

import msgspec

from venturi.api.call import Call
from venturi.core.states import RunState
from venturi.store.queries.counts import runs_by_dag
from venturi.store.queries.dags import DagFilter, list_dags


class StatsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which DAGs; none named: all."""

    dag_ids: list[str] = []


class StateCount(msgspec.Struct, frozen=True, kw_only=True):
    """Runs in a state."""

    state: str
    count: int


class DagStats(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of a DAG by state."""

    dag_id: str
    dag_display_name: str
    stats: list[StateCount]


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of DAGs by state."""

    dags: list[DagStats]
    total_entries: int


def get_dag_stats(call: Call, query: StatsQuery) -> Stats:
    """Runs of DAGs by state."""
    wanted = tuple(query.dag_ids) or None
    with call.read() as tx:
        rows = list_dags(tx, call.scope, DagFilter(dag_ids=wanted)).rows
        counts = runs_by_dag(tx, call.scope, wanted)
    dags = [
        DagStats(
            dag_id=row.dag_id,
            dag_display_name=row.display_name,
            stats=[
                StateCount(state=state, count=counts.get((row.dag_id, state), 0))
                for state in RunState
            ],
        )
        for row in rows
    ]
    return Stats(dags=dags, total_entries=len(dags))
