"""Pausing, unpausing and deleting DAGs."""

import re
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.states import TaskState
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.unused import delete_code_of
from venturi.store.dags import condition_of, path_hash
from venturi.store.engine import Tx
from venturi.store.queries.specs import unknown_dag
from venturi.store.schema.all import metadata
from venturi.store.schema.dags import dag, dag_file, dag_version
from venturi.store.schema.people import log
from venturi.store.schema.runs import task_instance
from venturi.store.scope import EVERY_DAG


class PauseChange(NamedTuple):
    """A DAG that was paused or unpaused; `changed` is False when it was so before."""

    dag_id: str
    is_paused: bool
    changed: bool


class Deleted(NamedTuple):
    """A DAG that was deleted, and how many rows went with it."""

    dag_id: str
    rows: int
    #: its file is still there: it stays hidden until the file changes
    hidden: bool


def set_paused(tx: Tx, dag_id: str, paused: bool, who: Actor) -> PauseChange:
    """Pause or unpause a DAG. Raises `NotFound`."""
    row = tx.execute(
        select(dag.c.is_paused).where(dag.c.dag_id == dag_id, dag.c.hidden_key.is_(None))
    ).first()
    if row is None:
        raise NotFound(unknown_dag(tx, EVERY_DAG, dag_id))
    changed = bool(row.is_paused) is not paused
    if changed:
        tx.execute(update(dag).where(dag.c.dag_id == dag_id).values(is_paused=paused))
    note(tx, who, "pause" if paused else "unpause", dag_id=dag_id)
    return PauseChange(dag_id, paused, changed)


def set_paused_matching(tx: Tx, pattern: str, paused: bool, who: Actor) -> list[PauseChange]:
    """Pause or unpause all DAGs whose id a regular expression matches. Raises `NotFound` for none.

    The expression may match anywhere in the id, as in `re.search`.
    """
    return [set_paused(tx, dag_id, paused, who) for dag_id in matching(tx, pattern)]


def matching(tx: Tx, pattern: str) -> list[str]:
    """Ids of active DAGs that a regular expression matches. Raises `InvalidInput`, `NotFound`."""
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise InvalidInput(f"{pattern!r} is not a regular expression: {error}.") from error
    known = tx.execute(
        select(dag.c.dag_id).where(dag.c.is_active.is_(True)).order_by(dag.c.dag_id)
    ).scalars()
    found = [dag_id for dag_id in known if expression.search(dag_id)]
    if not found:
        raise NotFound(f"No DAG id matches {pattern!r}. See: airflow dags list")
    return found


def delete_dag(tx: Tx, dag_id: str, who: Actor) -> Deleted:
    """Delete a DAG with all its history; refused while task instances of it run.

    While its file is there the DAG stays hidden, until the file changes. Raises `NotFound`,
    `Conflict`.
    """
    row = tx.execute(select(dag).where(dag.c.dag_id == dag_id)).first()
    if row is None or row.hidden_key is not None:
        raise NotFound(unknown_dag(tx, EVERY_DAG, dag_id))
    running = tx.execute(
        select(func.count()).where(
            task_instance.c.dag_id == dag_id,
            task_instance.c.state.in_([TaskState.QUEUED, TaskState.RUNNING]),
        )
    ).scalar_one()
    if running:
        raise Conflict(
            f"DAG {dag_id!r} has {running} queued or running task instances. Pause it and wait "
            f"for them, or mark its runs failed, then delete it."
        )
    keys = select(dag_version.c.file_key).where(dag_version.c.dag_id == dag_id).distinct()
    file_keys = set(tx.execute(keys).scalars())
    rows = _delete_everywhere(tx, dag_id)
    rows += delete_code_of(tx, file_keys)
    file = tx.execute(
        select(dag_file.c.file_key, dag_file.c.depends).where(
            dag_file.c.path_hash == path_hash(row.fileloc or "")
        )
    ).first()
    hidden = bool(row.is_active) and file is not None
    if hidden and file is not None:
        tx.execute(
            update(dag)
            .where(dag.c.dag_id == dag_id)
            .values(
                is_active=False,
                hidden_key=condition_of(file.file_key, file.depends),
                version_id=None,
                next_dagrun=None,
                next_dagrun_create_after=None,
            )
        )
    else:
        rows += tx.execute(delete(dag).where(dag.c.dag_id == dag_id)).rowcount
    note(tx, who, "delete", dag_id=dag_id, extra={"rows": rows})
    return Deleted(dag_id, rows, hidden)


def _delete_everywhere(tx: Tx, dag_id: str) -> int:
    """Rows of every table that names the DAG, but its own and the audit log's."""
    count = 0
    for table in metadata.sorted_tables:
        if table is not dag and table is not log and "dag_id" in table.c:
            count += tx.execute(delete(table).where(table.c.dag_id == dag_id)).rowcount
    return count
