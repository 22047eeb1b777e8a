"""`airflow db clean`: rows older than a date, table by table, kept in archive tables.

The rules are Airflow's: each table has the column that tells the age of its rows. Beyond them,
nothing of a run that has not ended is deleted, and nothing that the engine still needs.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
)

from venturi.core.clock import Instant
from venturi.core.errors import InvalidInput
from venturi.core.states import RUN_TERMINAL
from venturi.store.commands.belongings import belongings, tables_about_runs
from venturi.store.commands.retention import RUNS, is_not_last_by_time, is_of_no_file
from venturi.store.commands.unused import delete_unused_code, is_unused_version
from venturi.store.engine import Store, Tx
from venturi.store.schema.all import metadata
from venturi.store.schema.dags import dag, dag_tag, dag_version, import_error
from venturi.store.schema.engine import callback_request, job
from venturi.store.schema.later import asset_event, trigger
from venturi.store.schema.people import log, sla_miss, task_fail
from venturi.store.schema.runs import (
    dag_run,
    deadline,
    task_instance,
    task_instance_history,
    xcom,
)

#: Rows of one transaction, unless a person says how many.
BATCH = 10_000
#: Keys of one statement.
_KEYS = 300

#: Tables that `db clean` of some Airflow knows and that are not here: there is nothing to clean.
ABSENT = frozenset(
    {
        "_xcom_archive",
        "celery_taskmeta",
        "celery_tasksetmeta",
        "dag_warning",
        "revoked_token",
        "session",
        "task_reschedule",
    }
)


class Rule(NamedTuple):
    """Which rows of a table may go."""

    table: Table
    #: the column that tells a row's age
    age: Column[Instant]
    which: ColumnElement[bool]
    #: the column that tells its DAG; None: rows of this table are of no DAG
    dag_id: Column[str] | None = None


class Wish(NamedTuple):
    """What a person wants deleted: rows older than `before`, of these DAGs or but of those."""

    before: Instant
    dag_ids: frozenset[str] = frozenset()
    exclude_dag_ids: frozenset[str] = frozenset()


def rules() -> dict[str, Rule]:
    """The rules by the name of the table, in the order in which tables are cleaned.

    Runs come first: all that belongs to a run goes with it.
    """
    made = (
        Rule(
            dag_run,
            dag_run.c.start_date,
            dag_run.c.state.in_(sorted(RUN_TERMINAL)) & is_not_last_by_time(),
            dag_run.c.dag_id,
        ),
        Rule(
            task_instance,
            task_instance.c.start_date,
            ~exists().where(
                dag_run.c.id == task_instance.c.dagrun_id, _is_open() | ~is_not_last_by_time()
            ),
            task_instance.c.dag_id,
        ),
        _of_ended_run(task_instance_history, task_instance_history.c.start_date),
        _of_ended_run(xcom, xcom.c.timestamp),
        _of_ended_run(callback_request, callback_request.c.created_at),
        Rule(log, log.c.dttm, true(), log.c.dag_id),
        Rule(job, job.c.latest_heartbeat, job.c.state != "running", job.c.dag_id),
        Rule(import_error, import_error.c.timestamp, is_of_no_file()),
        _of_ended_run(sla_miss, sla_miss.c.timestamp),
        Rule(
            deadline,
            deadline.c.deadline_time,
            ~exists().where(dag_run.c.id == deadline.c.dagrun_id, _is_open()),
            deadline.c.dag_id,
        ),
        _of_ended_run(task_fail, task_fail.c.start_date),
        Rule(asset_event, asset_event.c.timestamp, true(), asset_event.c.source_dag_id),
        Rule(
            trigger,
            trigger.c.created_date,
            trigger.c.id.not_in(
                select(task_instance.c.trigger_id).where(task_instance.c.trigger_id.is_not(None))
            ),
        ),
        Rule(
            dag,
            dag.c.last_parsed_time,
            dag.c.is_active.is_(False)
            & dag.c.hidden_key.is_(None)
            & ~exists().where(dag_run.c.dag_id == dag.c.dag_id),
            dag.c.dag_id,
        ),
        Rule(dag_version, dag_version.c.last_updated, is_unused_version(), dag_version.c.dag_id),
    )
    return {rule.table.name: rule for rule in made}


def _is_open() -> ColumnElement[bool]:
    state = dag_run.c.state
    return state.is_(None) | state.not_in(sorted(RUN_TERMINAL))


def _of_ended_run(table: Table, age: Column[Instant]) -> Rule:
    same = (
        dag_run.c.run_id == table.c.run_id
        if "run_id" in table.c
        else dag_run.c.logical_date == table.c.execution_date
    )
    goes_on = exists().where(dag_run.c.dag_id == table.c.dag_id, same, _is_open())
    return Rule(table, age, ~goes_on, table.c.dag_id)


def choose_rules(names: Collection[str], wish: Wish) -> tuple[list[Rule], list[str]]:
    """The rules for these tables (none named: all), and a remark for each table left out.

    Raises `InvalidInput` for a name that no Airflow has.
    """
    known = rules()
    strange = [name for name in names if name not in known and name not in ABSENT]
    if strange:
        raise InvalidInput(
            f"There is no table {strange[0]!r} to clean. Choose from: {', '.join(sorted(known))}."
        )
    remarks = [f"Table {name} does not exist here: skipped." for name in names if name in ABSENT]
    chosen = []
    for name, rule in known.items():
        if names and name not in names:
            continue
        if wish.dag_ids and rule.dag_id is None:
            if names:
                remarks.append(f"Rows of table {name} belong to no DAG: skipped.")
            continue
        chosen.append(rule)
    return chosen, remarks


def count_rows(tx: Tx, rule: Rule, wish: Wish) -> int:
    """How many rows the rule would delete now; of a run, not counting what goes with it."""
    query = select(func.count()).select_from(rule.table).where(_condition(rule, wish))
    return int(tx.execute(query).scalar_one())


def _condition(rule: Rule, wish: Wish) -> ColumnElement[bool]:
    conditions = [rule.age < wish.before, rule.which]
    if rule.dag_id is not None:
        if wish.dag_ids:
            conditions.append(rule.dag_id.in_(sorted(wish.dag_ids)))
        if wish.exclude_dag_ids:
            others = rule.dag_id.not_in(sorted(wish.exclude_dag_ids))
            conditions.append(rule.dag_id.is_(None) | others)
    return and_(*conditions)


def tables_to_archive(chosen: Iterable[Rule]) -> list[Table]:
    """Every table that cleaning by these rules may delete rows from."""
    wanted = {rule.table.name for rule in chosen}
    if dag_run.name in wanted:
        wanted |= {table.name for table in tables_about_runs()}
    return [table for table in metadata.sorted_tables if table.name in wanted]


def clean_batch(
    store: Store, rule: Rule, wish: Wish, archives: Mapping[str, Table], batch: int = BATCH
) -> int:
    """Delete up to `batch` rows of the rule in one transaction; how many. 0: there are no more.

    `archives`, by table, take the rows in before; of a table without one they are just deleted.
    """
    if rule.table is dag_run:
        return store.retrying(lambda tx: _clean_runs(tx, rule, wish, archives, min(batch, RUNS)))
    return store.retrying(lambda tx: _clean_rows(tx, rule, wish, archives, batch))


def _clean_runs(tx: Tx, rule: Rule, wish: Wish, archives: Mapping[str, Table], limit: int) -> int:
    query = select(dag_run.c.id, dag_run.c.dag_id).where(_condition(rule, wish))
    found = tx.execute(query.order_by(dag_run.c.id).limit(limit).with_for_update()).all()
    by_dag: dict[str, list[int]] = {}
    for row in found:
        by_dag.setdefault(row.dag_id, []).append(row.id)
    for dag_id, ids in by_dag.items():
        for table, which in belongings(tx, dag_id, ids):
            _move(tx, table, which, archives)
    return len(found)


def _clean_rows(tx: Tx, rule: Rule, wish: Wish, archives: Mapping[str, Table], limit: int) -> int:
    keys = list(rule.table.primary_key.columns)
    found = tx.execute(select(*keys).where(_condition(rule, wish)).limit(limit)).all()
    for start in range(0, len(found), _KEYS):
        some = found[start : start + _KEYS]
        if len(keys) == 1:
            which: ColumnElement[bool] = keys[0].in_([row[0] for row in some])
        else:
            which = or_(*(and_(*(k == v for k, v in zip(keys, row, strict=True))) for row in some))
        _move(tx, rule.table, which, archives)
        if rule.table is dag:
            tx.execute(delete(dag_tag).where(dag_tag.c.dag_id.in_([row[0] for row in some])))
    if rule.table is dag_version:
        delete_unused_code(tx, wish.before)
    return len(found)


def _move(tx: Tx, table: Table, which: ColumnElement[bool], archives: Mapping[str, Table]) -> None:
    archive = archives.get(table.name)
    if archive is not None:
        tx.execute(
            insert(archive).from_select([c.name for c in table.c], select(table).where(which))
        )
    tx.execute(delete(table).where(which))
