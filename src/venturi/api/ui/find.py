"""What the palette finds by a few letters: DAGs, tasks, runs."""

import msgspec

from venturi.api.call import Call
from venturi.store.queries.dags import DagFilter, list_dags
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import RunFilter, list_runs

SHOWN = 10
#: DAGs whose tasks are searched, those whose names fit first.
SEARCHED = 200


class FindQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A few letters."""

    q: str


class FoundDag(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG."""

    dag_id: str
    dag_display_name: str


class FoundTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task."""

    dag_id: str
    task_id: str


class FoundRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run."""

    dag_id: str
    run_id: str
    state: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What fits."""

    dags: list[FoundDag]
    tasks: list[FoundTask]
    runs: list[FoundRun]


def get_search(call: Call, query: FindQuery) -> Found:
    """DAGs, tasks and runs whose names contain the letters."""
    wanted = query.q.strip().replace("%", "")
    if not wanted:
        return Found(dags=[], tasks=[], runs=[])
    with call.read() as tx:
        dags = list_dags(tx, call.scope, DagFilter(id_pattern=wanted), Paging(SHOWN)).rows
        runs = list_runs(
            tx, call.scope, RunFilter(run_id_pattern=f"{wanted}%"), Paging(SHOWN)
        ).rows
        every = list_dags(tx, call.scope, DagFilter(), Paging(SEARCHED)).rows
        facts = call.api.facts.get(tx, [row.version_id for row in every])
    tasks = [
        FoundTask(dag_id=row.dag_id, task_id=task_id)
        for row in every
        if row.version_id in facts
        for task_id in facts[row.version_id].task_ids
        if wanted.lower() in task_id.lower()
    ]
    return Found(
        dags=[FoundDag(dag_id=row.dag_id, dag_display_name=row.display_name) for row in dags],
        tasks=tasks[:SHOWN],
        runs=[FoundRun(dag_id=row.dag_id, run_id=row.run_id, state=row.state) for row in runs],
    )
