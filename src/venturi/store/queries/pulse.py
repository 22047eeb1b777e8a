"""What changed since one last looked: few rows, by indexes, however long the history."""

from typing import NamedTuple

from sqlalchemy import func, select

from venturi.store.engine import Tx
from venturi.store.runs import ACTIVE_RUNS
from venturi.store.schema.dags import dag
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run

#: Active runs that are compared; of more, those that began last.
RUNS = 5000
#: Entries of the audit log that are read at once.
ENTRIES = 500


class Pulse(NamedTuple):
    """What can be seen of the present at a glance."""

    #: (DAG, run) -> revision and state, of the runs that are not over
    runs: dict[tuple[str, str], tuple[int, str]]
    #: the newest entry of the audit log, and the newest run
    entry: int
    run: int
    #: how many DAGs there are, and the newest version of one
    dags: tuple[object, ...]


def feel(tx: Tx) -> Pulse:
    """The present."""
    table = dag_run.c
    active = (
        select(table.dag_id, table.run_id, table.revision, table.state)
        .where(table.state.in_(ACTIVE_RUNS))
        .order_by(table.id.desc())
        .limit(RUNS)
    )
    runs = {(row[0], row[1]): (row[2], row[3]) for row in tx.execute(active)}
    entry = tx.execute(select(func.max(log.c.id))).scalar() or 0
    run = tx.execute(select(func.max(table.id))).scalar() or 0
    known = select(func.count(), func.max(dag.c.version_id)).select_from(dag)
    read = tx.execute(known).first()
    return Pulse(runs, entry, run, tuple(read or ()))


def touched_dags(tx: Tx, entry: int) -> list[tuple[str, str | None]]:
    """DAGs and runs that the audit log names after an entry."""
    query = (
        select(log.c.dag_id, log.c.run_id)
        .where(log.c.id > entry, log.c.dag_id.is_not(None))
        .distinct()
        .limit(ENTRIES)
    )
    return [(row[0], row[1]) for row in tx.execute(query)]


def new_runs(tx: Tx, after: int) -> list[tuple[str, str]]:
    """Runs that were made after the one with this number, also those that are over already."""
    table = dag_run.c
    query = select(table.dag_id, table.run_id).where(table.id > after).limit(ENTRIES)
    return [(row[0], row[1]) for row in tx.execute(query)]
