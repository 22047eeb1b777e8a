"""A database of its own for each test, with DAGs in it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Executable, Table, select, update

from tests import make
from venturi.core.attempts import FileRef
from venturi.core.messages import Loaded
from venturi.core.states import RunType, TaskState
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import RunInfo
from venturi.store.commands.audit import Actor
from venturi.store.dags import put_dag, put_file
from venturi.store.engine import Store
from venturi.store.runs import create_run
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import EVERY_DAG

WHO = Actor("tester", make.NOW)


def put(store: Store, spec: DagSpec, *, path: str = "/dags/d.py", key: str = "k1") -> None:
    """Take in a DAG, as if its file had been read."""
    loaded = Loaded(file=FileRef(path=path, key=key, root="/dags"), dags=(encode(spec),))

    def body(tx: Any) -> None:
        put_file(tx, loaded, make.NOW)
        put_dag(tx, spec, loaded, None, now=make.NOW, paused_at_creation=False)

    store.retrying(body)


def run(
    store: Store,
    spec: DagSpec,
    run_id: str = "r1",
    *,
    state: str = "running",
    days_ago: int = 1,
    instances: Mapping[str, Mapping[str, Any]] | None = None,
) -> int:
    """A run of a DAG that has been put, with columns of its instances set by task id."""
    from venturi.store.queries.specs import current_version

    at = make.NOW - timedelta(days=days_ago)

    def body(tx: Any) -> int:
        version = current_version(tx, EVERY_DAG, spec.dag_id)
        row_id = create_run(
            tx,
            version,
            RunInfo(run_after=at, logical_date=at),
            now=make.NOW,
            run_type=RunType.MANUAL,
            run_id=run_id,
        )
        tx.execute(update(dag_run).where(dag_run.c.id == row_id).values(state=state))
        for task_id, values in (instances or {}).items():
            tx.execute(
                update(task_instance)
                .where(task_instance.c.dagrun_id == row_id, task_instance.c.task_id == task_id)
                .values(**values)
            )
        return row_id

    return store.retrying(body)


def execute(store: Store, statement: Executable) -> None:
    """Carry out a statement."""
    with store.write() as tx:
        tx.execute(statement)


def begun(state: TaskState = TaskState.SUCCESS, **values: Any) -> dict[str, Any]:
    """Columns of an instance in its first try."""
    return {"state": state, "try_number": 1, "epoch": 1, "start_date": make.NOW, **values}


def rows(store: Store, table: Table, **where: Any) -> list[Any]:
    """Rows of a table with these values, in the order of its key."""
    query = select(table).where(*(table.c[name] == value for name, value in where.items()))
    query = query.order_by(*table.primary_key.columns)
    with store.read() as tx:
        return list(tx.execute(query).all())


def task_row(store: Store, task_id: str, run_id: str = "r1", map_index: int = -1) -> Any:
    """The one row of a task instance."""
    (row,) = rows(store, task_instance, task_id=task_id, run_id=run_id, map_index=map_index)
    return row


def run_row(store: Store, run_id: str = "r1") -> Any:
    """The one row of a run."""
    (row,) = rows(store, dag_run, run_id=run_id)
    return row
