"""History that is old enough to go, deleted in small batches.

Each function does one batch inside the transaction it is given. A run that has not ended is never
touched, nor are the newest runs of a DAG, however old they are, nor its latest scheduled run: the
next one is computed from it.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select

from venturi.core.clock import Instant
from venturi.core.states import RUN_TERMINAL, RunType
from venturi.store.commands.belongings import delete_runs
from venturi.store.commands.unused import delete_unused_code, delete_unused_versions
from venturi.store.engine import Tx
from venturi.store.schema.dags import dag_file, import_error
from venturi.store.schema.engine import callback_request, job
from venturi.store.schema.later import backfill
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run, task_instance

#: The most runs, and about the most task instances, that one transaction deletes.
RUNS = 100
INSTANCES = 2_000
#: The most other rows that one transaction deletes.
ROWS = 2_000
#: Versions looked at in one transaction.
VERSIONS = 50

#: Runs from which the next scheduled run is computed.
_BY_TIME = (RunType.SCHEDULED, RunType.BACKFILL)


class Keep(NamedTuple):
    """What is kept: all that ended at or after `before`, and the newest `runs` of each DAG."""

    before: Instant
    runs: int


class Gone(NamedTuple):
    """Runs that were deleted, and how many rows in all."""

    run_ids: list[str]
    rows: int


def dags_with_old_runs(tx: Tx, keep: Keep) -> list[str]:
    """Ids of DAGs that may have runs to delete. Reads one index, and no rows."""
    query = (
        select(dag_run.c.dag_id)
        .group_by(dag_run.c.dag_id)
        .having(func.count() > keep.runs, func.min(dag_run.c.run_after) < keep.before)
        .order_by(dag_run.c.dag_id)
    )
    return list(tx.execute(query).scalars())


def delete_old_runs(tx: Tx, dag_id: str, keep: Keep, limit: int = RUNS) -> Gone:
    """Delete up to `limit` old runs of a DAG, oldest first, with all rows of theirs.

    None of them: there are no more.
    """
    table = dag_run.c
    last_kept = tx.execute(
        select(table.run_after, table.id)
        .where(table.dag_id == dag_id)
        .order_by(table.run_after.desc(), table.id.desc())
        .offset(keep.runs - 1)
        .limit(1)
    ).first()
    if last_kept is None:
        return Gone([], 0)
    found = tx.execute(
        select(table.id, table.run_id)
        .where(
            table.dag_id == dag_id,
            table.state.in_(sorted(RUN_TERMINAL)),
            func.coalesce(table.end_date, table.run_after) < keep.before,
            or_(
                table.run_after < last_kept.run_after,
                and_(table.run_after == last_kept.run_after, table.id < last_kept.id),
            ),
            is_not_last_by_time(),
        )
        .order_by(table.run_after, table.id)
        .limit(limit)
        .with_for_update()  # so that nobody clears one of them meanwhile
    ).all()
    names = {row.id: row.run_id for row in found}
    chosen = _not_too_many(tx, list(names))
    rows = delete_runs(tx, dag_id, chosen) if chosen else 0
    return Gone([names[number] for number in chosen], rows)


def is_not_last_by_time() -> ColumnElement[bool]:
    """Which runs are not the latest of those that their DAG's schedule goes on from."""
    later = dag_run.alias()
    return dag_run.c.run_type.not_in(_BY_TIME) | exists().where(
        later.c.dag_id == dag_run.c.dag_id,
        later.c.run_after > dag_run.c.run_after,
        later.c.run_type.in_(_BY_TIME),
    )


def _not_too_many(tx: Tx, ids: list[int]) -> list[int]:
    """The first of these runs, as many as have INSTANCES task instances in all; at least one."""
    sizes: dict[int, int] = {
        row.dagrun_id: row.size
        for row in tx.execute(
            select(task_instance.c.dagrun_id, func.count().label("size"))
            .where(task_instance.c.dagrun_id.in_(ids))
            .group_by(task_instance.c.dagrun_id)
        )
    }
    total = 0
    for place, number in enumerate(ids):
        total += sizes.get(number, 0)
        if total > INSTANCES:
            return ids[: max(1, place)]
    return ids


def delete_old_rows(tx: Tx, before: Instant, limit: int = ROWS) -> int:
    """Delete up to `limit` old rows that belong to no run; how many. 0: there are no more.

    Entries of the audit log, processes that are silent, callbacks nobody took, backfills that are
    over, errors of files that are gone.
    """
    left = limit
    for table, which in _rules(before):
        ids = list(tx.execute(select(table.c.id).where(which).limit(left)).scalars())
        for start in range(0, len(ids), 500):
            tx.execute(delete(table).where(table.c.id.in_(ids[start : start + 500])))
        left -= len(ids)
        if left <= 0:
            break
    return limit - left


def _rules(before: Instant) -> tuple[tuple[Table, ColumnElement[bool]], ...]:
    return (
        (log, log.c.dttm < before),
        (job, func.coalesce(job.c.latest_heartbeat, job.c.start_date) < before),
        (callback_request, callback_request.c.created_at < before),
        (
            backfill,
            (backfill.c.completed_at < before)
            & ~exists().where(dag_run.c.backfill_id == backfill.c.id),
        ),
        (import_error, (import_error.c.timestamp < before) & is_of_no_file()),
    )


def is_of_no_file() -> ColumnElement[bool]:
    """Which import errors are those of files that are gone."""
    return ~exists().where(dag_file.c.path == import_error.c.filename)


def delete_old_code(tx: Tx, before: Instant) -> int:
    """Delete some versions and code that no run and no DAG needs; the number of rows."""
    versions = delete_unused_versions(tx, before, VERSIONS)
    return versions + delete_unused_code(tx, before)
