"""What belongs to a run: rows of every table that names it, whichever table that is.

Tables that come later are found by their columns, so that no row of theirs outlives its run.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Table, delete, select

from venturi.store.engine import Tx
from venturi.store.schema.all import metadata
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run, task_instance

#: Columns by which tables name a task instance, and a run, by row id.
_INSTANCE = ("task_instance_id", "ti_id")
_RUN = ("dagrun_id", "dag_run_id")


def tables_about_runs() -> list[Table]:
    """Every table whose rows belong to a run, and that of the runs.

    The audit log tells also what has become of runs that are gone: it goes by age alone.
    """
    return [table for table in metadata.sorted_tables if table is not log and _is_about(table)]


def _is_about(table: Table) -> bool:
    names = set(table.c.keys())
    by_name = "dag_id" in names and bool(names & {"run_id", "execution_date"})
    return by_name or bool(names & {*_INSTANCE, *_RUN})


def _first(table: Table, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in table.c), None)


def belongings(
    tx: Tx, dag_id: str, ids: Sequence[int]
) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Tables, and which of their rows belong to these runs of a DAG; the runs themselves last."""
    runs = tx.execute(
        select(dag_run.c.run_id, dag_run.c.logical_date).where(
            dag_run.c.dag_id == dag_id, dag_run.c.id.in_(ids)
        )
    ).all()
    names = [row.run_id for row in runs]
    # not execution_date: a replay has that of the run it replays
    dates = [row.logical_date for row in runs if row.logical_date is not None]
    instances = select(task_instance.c.id).where(task_instance.c.dagrun_id.in_(ids))
    for table in tables_about_runs():
        columns = table.c
        if table is task_instance or table is dag_run:
            continue
        if "dag_id" in columns and "run_id" in columns:
            yield table, (columns.dag_id == dag_id) & columns.run_id.in_(names)
        elif (by_instance := _first(table, _INSTANCE)) is not None:
            yield table, columns[by_instance].in_(instances)
        elif (by_run := _first(table, _RUN)) is not None:
            yield table, columns[by_run].in_(ids)
        else:
            yield table, (columns.dag_id == dag_id) & columns.execution_date.in_(dates)
    yield task_instance, task_instance.c.dagrun_id.in_(ids)
    yield dag_run, (dag_run.c.dag_id == dag_id) & dag_run.c.id.in_(ids)


def delete_runs(tx: Tx, dag_id: str, ids: Sequence[int]) -> int:
    """Delete these runs of a DAG with all that belongs to them; the number of rows."""
    return sum(
        tx.execute(delete(table).where(which)).rowcount
        for table, which in belongings(tx, dag_id, ids)
    )
