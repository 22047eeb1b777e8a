"""Runs that go on with the newest code of their DAG."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Row, case, delete, insert, null, select, update

from venturi.core.errors import Conflict
from venturi.core.states import ACTIVE, RUN_TERMINAL, RunState, RunType, TaskState
from venturi.decide.calendar import is_within
from venturi.spec.model import TaskSpec
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.cutshort import hold_runs
from venturi.store.commands.literals import instant
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
    version = _newest(tx, dag_id, versions)
    if version is not None and not _is_under_way(tx, run_id):
        adopt(tx, run_id, version, who)


def add_new(
    tx: Tx, run_ids: Iterable[int], who: Actor, versions: Versions | None = None
) -> tuple[int, ...]:
    """Let runs go on with the tasks that their DAG has got since; what is there is not cleared.

    The row ids of the runs that do: one without new tasks, or deleted meanwhile, is left alone.
    Raises `Conflict` while attempts of one are under way: what they are part of does not change
    below them.
    """
    versions, wanted = versions or Versions(), sorted(set(run_ids))
    hold_runs(tx, wanted)
    return tuple(run_id for run_id in wanted if _add_new(tx, run_id, who, versions))


def _add_new(tx: Tx, run_id: int, who: Actor, versions: Versions) -> bool:
    addition = _addition(tx, run_id, versions)
    if addition is None:
        return False
    run = addition.run
    if _is_under_way(tx, run_id):
        raise Conflict(
            f"Task instances of run {run.run_id!r} are queued or running. New tasks can be added "
            "when they have ended."
        )
    adopt(tx, run_id, addition.version, who)
    reopen(tx, run_id, who, RunState.QUEUED)
    note(
        tx,
        who,
        "clear",
        dag_id=run.dag_id,
        run_id=run.run_id,
        logical_date=run.logical_date,
        extra={"tasks": sorted(task.task_id for task in addition.tasks), "only_new": True},
    )
    return True


def new_tasks(tx: Tx, run_id: int, versions: Versions) -> list[TaskSpec]:
    """The tasks that the newest version of its DAG would add to a run."""
    addition = _addition(tx, run_id, versions)
    return [] if addition is None else addition.tasks


class _Addition(NamedTuple):
    run: Row[Any]
    version: Version
    tasks: list[TaskSpec]


def _addition(tx: Tx, run_id: int, versions: Versions) -> _Addition | None:
    """What the newest version of its DAG adds to a run; None if nothing."""
    run = tx.execute(select(dag_run).where(dag_run.c.id == run_id)).first()
    version = None if run is None else _newest(tx, run.dag_id, versions)
    if run is None or version is None or version.id == run.version_id:
        return None
    query = select(task_instance.c.task_id).where(task_instance.c.dagrun_id == run_id)
    there = set(tx.execute(query.distinct()).scalars())
    tasks = [version.graph.tasks[number] for number in _missing(version, run, there)]
    return _Addition(run, version, tasks) if tasks else None


def _missing(version: Version, run: Row[Any], there: Container[str]) -> Iterator[int]:
    """The tasks of a version that take part in a run, and are not there."""
    at, run_type = run.logical_date or run.run_after, RunType(run.run_type)
    for number, task in enumerate(version.graph.tasks):
        if task.task_id not in there and is_within(task, at, run_type):
            yield number


def _newest(tx: Tx, dag_id: str, versions: Versions) -> Version | None:
    """The version of a DAG that its file has now; None where no file defines it."""
    row = tx.execute(
        select(dag.c.version_id, dag.c.is_active).where(dag.c.dag_id == dag_id)
    ).first()
    return versions.find(tx, row.version_id) if row is not None and row.is_active else None


def _is_under_way(tx: Tx, run_id: int) -> bool:
    under_way = select(task_instance.c.id).where(
        task_instance.c.dagrun_id == run_id, task_instance.c.state.in_(sorted(ACTIVE))
    )
    return tx.execute(under_way.limit(1)).first() is not None


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
    of_task = [
        instance_row(version.graph, number, run_id, row.run_id, row.logical_date, version.id)
        for number in range(len(version.graph.tasks))
    ]
    new = [of_task[number] for number in _missing(version, row, there)]
    for number, task in enumerate(version.graph.tasks):
        found = there.get(task.task_id)
        if found is None:
            continue
        open_ids = [ti_id for ti_id, state in found if state is None]
        if len(open_ids) == len(found):
            # All of it begins anew: one instance, which is expanded if the task is mapped now.
            tx.execute(delete(table).where(table.c.id.in_(open_ids[1:])))
            tx.execute(update(table).where(table.c.id == open_ids[0]).values(map_index=-1))
        kept = {name: of_task[number][name] for name in _OF_TASK}
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


def reopen(tx: Tx, run_id: int, who: Actor, state: RunState | None) -> None:
    """Have a run looked at again; one that had ended goes back to `state` unless that is None."""
    values: dict[str, Any] = {
        "revision": dag_run.c.revision + 1,
        "clear_number": dag_run.c.clear_number + 1,
    }
    if state is not None:
        over = dag_run.c.state.in_(sorted(RUN_TERMINAL))
        values |= {
            "state": case((over, state), else_=dag_run.c.state),
            "queued_at": case((over, instant(who.now)), else_=dag_run.c.queued_at),
            "start_date": case((over, null()), else_=dag_run.c.start_date),
            "end_date": None,
            "reason": None,
        }
    tx.execute(update(dag_run).where(dag_run.c.id == run_id).values(**values))


_OF_TASK = (
    *("pool", "pool_slots", "queue", "priority_weight", "operator", "task_display_name"),
    *("executor", "dag_version_id"),
)
