"""How long tasks took."""

from collections import defaultdict
from statistics import median

from sqlalchemy import select

from venturi.core.states import TaskState
from venturi.store.engine import Tx
from venturi.store.schema.runs import task_instance
from venturi.store.scope import DagScope

#: Rows of a DAG that are looked at, newest first.
ROWS = 20_000


def median_seconds(tx: Tx, scope: DagScope, dag_id: str) -> dict[str, float]:
    """The median duration of each task of a DAG that has ended well, by task id."""
    table = task_instance.c
    query = (
        select(table.task_id, table.duration)
        .where(
            table.dag_id == dag_id,
            *scope.conditions(table.dag_id),
            table.state == TaskState.SUCCESS,
            table.duration.is_not(None),
        )
        .order_by(table.id.desc())
        .limit(ROWS)
    )
    found: defaultdict[str, list[float]] = defaultdict(list)
    for task_id, seconds in tx.execute(query):
        found[task_id].append(seconds)
    return {task_id: median(seconds) for task_id, seconds in found.items()}
