"""Runs that go on with the newest code of their DAG."""

from collections import defaultdict

from sqlalchemy import delete, insert, select, update

from venturi.core.states import ACTIVE, TaskState
from venturi.store.commands.audit import Actor
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.ids import take_ids
from venturi.store.runs import instance_row
from venturi.store.schema.dags import dag
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.versions import Version, Versions


def adopt_newest(tx: Tx, run_id: int, dag_id: str, versions: Versions, who: Actor) -> None:
    """Bind a run to the newest version of its DAG: who clears a task has mended its file.

    Not when no file defines the DAG any more, and not while attempts of the run are under way:
    what they are part of does not change below them.
    """
    row = tx.execute(
        select(dag.c.version_id, dag.c.is_active).where(dag.c.dag_id == dag_id)
    ).first()
    version = versions.find(tx, row.version_id) if row is not None and row.is_active else None
    under_way = select(task_instance.c.id).where(
        task_instance.c.dagrun_id == run_id, task_instance.c.state.in_(sorted(ACTIVE))
    )
    if version is not None and tx.execute(under_way.limit(1)).first() is None:
        adopt(tx, run_id, version, who)


def adopt(tx: Tx, run_id: int, version: Version, who: Actor) -> None:
    """Bind a run to a version, and its instances to the tasks of that version.

    Tasks that are new get an instance, those that are gone take no part any more, mapped ones are
    expanded anew unless they have succeeded. Instances that have ended stay as they are.
    """
    row = tx.execute(select(dag_run).where(dag_run.c.id == run_id)).one()
    if row.version_id == version.id:
        return
    table = task_instance
    query = select(table.c.id, table.c.task_id, table.c.state).where(table.c.dagrun_id == run_id)
    there: defaultdict[str, list[tuple[int, str | None]]] = defaultdict(list)
    for ti_id, task_id, state in tx.execute(query.order_by(table.c.map_index)):
        there[task_id].append((ti_id, state))
    gone = sorted(there.keys() - version.graph.index.keys())
    vanished = table.c.dagrun_id == run_id, table.c.task_id.in_(gone)
    reason = "its DAG does not have it any more"
    record_change(tx, vanished, TaskState.REMOVED, who, reason, new_epoch=False)
    tx.execute(update(table).where(*vanished).values(state=TaskState.REMOVED, reason=reason))
    new = []
    for number, task in enumerate(version.graph.tasks):
        values = instance_row(
            version.graph, number, run_id, row.run_id, row.logical_date, version.id
        )
        found = there.get(task.task_id)
        if found is None:
            new.append(values)
            continue
        open_ids = [ti_id for ti_id, state in found if state is None]
        if len(open_ids) == len(found):
            # All of it begins anew: one instance, which is expanded if the task is mapped now.
            tx.execute(delete(table).where(table.c.id.in_(open_ids[1:])))
            tx.execute(update(table).where(table.c.id == open_ids[0]).values(map_index=-1))
        kept = {name: values[name] for name in _OF_TASK}
        tx.execute(
            update(table)
            .where(table.c.dagrun_id == run_id, table.c.task_id == task.task_id)
            .where(table.c.state.is_(None))
            .values(max_tries=table.c.try_number + task.retries, updated_at=who.now, **kept)
        )
    for values, ti_id in zip(new, take_ids(tx, "task_instance", len(new)), strict=True):
        values["id"] = ti_id
    if new:
        tx.execute(insert(table), new)
    tx.execute(update(dag_run).where(dag_run.c.id == run_id).values(version_id=version.id))


_OF_TASK = (
    *("pool", "pool_slots", "queue", "priority_weight", "operator", "task_display_name"),
    *("executor", "dag_version_id"),
)
