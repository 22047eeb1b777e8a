"""Runs that ended long ago, with a row in every table that can tell of them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, insert, update
from sqlalchemy.sql.sqltypes import Boolean, Float, Integer, LargeBinary

from tests import make
from tests.store import home
from venturi.core.clock import Instant
from venturi.spec.model import DagSpec
from venturi.store.engine import Store
from venturi.store.schema import base
from venturi.store.schema.all import metadata
from venturi.store.schema.base import UtcDateTime
from venturi.store.schema.runs import dag_run, task_instance

#: Filled by `home.run`, or about DAGs and not about runs.
_MADE = {"dag_run", "task_instance", "dag", "dag_version"}


def days(count: float) -> Instant:
    """The instant so many days before the tests' present."""
    return make.NOW - timedelta(days=count)


def ended(
    store: Store,
    spec: DagSpec,
    run_id: str,
    days_ago: int,
    *,
    state: str = "success",
    run_type: str = "manual",
) -> int:
    """A run that ended so many days ago, alone in its tables; its row id."""
    row_id = home.run(store, spec, run_id, state=state, days_ago=days_ago)
    values = {"run_type": run_type, "run_after": days(days_ago), "end_date": days(days_ago)}
    home.execute(store, update(dag_run).where(dag_run.c.id == row_id).values(**values))
    return row_id


def tables_about_runs() -> Iterator[Table]:
    """Every table that names runs or task instances, beside their own and the audit log."""
    for table in metadata.sorted_tables:
        names = set(table.c.keys())
        tells = {"dag_id", "run_id"} <= names or {"dag_id", "execution_date"} <= names
        tells = tells or bool(names & {"task_instance_id", "ti_id", "dag_run_id", "dagrun_id"})
        if tells and table.name not in _MADE | {"log"}:
            yield table


def tables_of_dags() -> Iterator[Table]:
    """Every table that names a DAG, beside its own and the audit log."""
    for table in metadata.sorted_tables:
        if "dag_id" in table.c and table.name not in {"dag", "log"}:
            yield table


def add_row(store: Store, table: Table, **known: Any) -> None:
    """A row with these values, as far as the table has them; the rest is made up."""
    values: dict[str, Any] = {}
    for column in table.c:
        if column.name in known:
            values[column.name] = known[column.name]
        elif not column.nullable and column.default is None and not _counts(table, column.name):
            values[column.name] = _some(column.type)
    home.execute(store, insert(table).values(**values))


def _counts(table: Table, name: str) -> bool:
    keys = list(table.primary_key.columns)
    return len(keys) == 1 and keys[0].name == name and keys[0].autoincrement is True


def _some(kind: Any) -> Any:
    match kind:
        case UtcDateTime():
            return days(1000)
        case Boolean() | Integer() | base.Integer() | Float():
            return 1
        case LargeBinary():
            return b"x"
        case _:
            return "x"


def fill(store: Store, spec: DagSpec, run_id: str) -> None:
    """A row about the run in every table that can have one."""
    row = home.rows(store, dag_run, dag_id=spec.dag_id, run_id=run_id)[0]
    instance = home.rows(store, task_instance, dagrun_id=row.id)[0]
    known = {
        "dag_id": spec.dag_id,
        "run_id": run_id,
        "task_id": instance.task_id,
        "execution_date": row.execution_date,
        "task_instance_id": instance.id,
        "ti_id": instance.id,
        "dag_run_id": row.id,
        "dagrun_id": row.id,
    }
    for table in tables_about_runs():
        add_row(store, table, **known)
