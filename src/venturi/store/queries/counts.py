"""How many DAGs and runs are in which state."""

from collections.abc import Sequence

from sqlalchemy import func, select

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.schema.dags import dag, import_error
from venturi.store.schema.runs import dag_run
from venturi.store.scope import DagScope


def run_counts(
    tx: Tx,
    scope: DagScope,
    dag_ids: Sequence[str] | None = None,
    since: Instant | None = None,
) -> dict[str, int]:
    """Runs by state."""
    query = select(dag_run.c.state, func.count()).group_by(dag_run.c.state)
    query = query.where(*scope.conditions(dag_run.c.dag_id))
    if dag_ids is not None:
        query = query.where(dag_run.c.dag_id.in_(dag_ids))
    if since is not None:
        query = query.where(dag_run.c.run_after >= since)
    return {row[0]: row[1] for row in tx.execute(query)}


def runs_by_dag(
    tx: Tx, scope: DagScope, dag_ids: Sequence[str] | None = None
) -> dict[tuple[str, str], int]:
    """Runs by DAG and state, of these DAGs or of all."""
    query = (
        select(dag_run.c.dag_id, dag_run.c.state, func.count())
        .where(*scope.conditions(dag_run.c.dag_id))
        .group_by(dag_run.c.dag_id, dag_run.c.state)
    )
    if dag_ids is not None:
        query = query.where(dag_run.c.dag_id.in_(dag_ids))
    return {(dag_id, state): count for dag_id, state, count in tx.execute(query)}


def dag_counts(tx: Tx, scope: DagScope) -> dict[str, int]:
    """Active, paused and broken DAGs, and files that cannot be read."""
    active = select(func.count()).where(dag.c.is_active.is_(True), *scope.conditions(dag.c.dag_id))
    errors = (
        select(func.count())
        .select_from(import_error)
        .where(*scope.file_conditions(import_error.c.filename))
    )
    return {
        "active": tx.execute(active).scalar_one(),
        "paused": tx.execute(active.where(dag.c.is_paused.is_(True))).scalar_one(),
        "import_errors": tx.execute(errors).scalar_one(),
    }
