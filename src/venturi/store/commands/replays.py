"""Replaying a run: a new run of the same dates that begins at a task, beside the old record."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, insert, select, update

from venturi.core.errors import Conflict, NotFound
from venturi.core.states import RunType, TaskState
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import DataInterval, RunInfo
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.runs import RunAlreadyExists, encoded, row_of, runnable
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.ids import take_ids
from venturi.store.runs import create_run, instance_row, run_exists
from venturi.store.schema.runs import dag_run, task_instance, xcom
from venturi.store.versions import Version, Versions


class WantedReplay(msgspec.Struct, frozen=True, kw_only=True):
    """A replay of a run from these tasks on; without any, of all of it."""

    dag_id: str
    run_id: str
    from_tasks: tuple[str, ...] = ()
    #: the newest code instead of that of the run
    latest_code: bool = False
    #: None: as the run had it
    conf: Mapping[str, Any] | None = None


class Replayed(NamedTuple):
    """The run that was made; `copied` are the tasks that it takes over, with their results."""

    id: int
    dag_id: str
    run_id: str
    copied: list[str]
    paused: bool


#: Ends that a replay takes over; whatever ended in another way, or has not ended, runs again.
_KEPT = frozenset({TaskState.SUCCESS, TaskState.SKIPPED, TaskState.REMOVED})


def replay(tx: Tx, wanted: WantedReplay, who: Actor, versions: Versions | None = None) -> Replayed:
    """Make a run with the dates and conf of another one, which stays as it is.

    The chosen tasks run, and all after them; the others are taken over with their results, but for
    those that did not succeed: they run again too. The new run has no logical date of its own, so
    that no run looks back at it, but its tasks are told that of the old one. Raises `NotFound` for
    the run or a task, `Conflict` when its code is not kept.
    """
    versions = versions or Versions()
    newest, paused = runnable(tx, wanted.dag_id, RunType.MANUAL, versions)
    row = row_of(tx, wanted.dag_id, wanted.run_id)
    version = newest if wanted.latest_code else versions.find(tx, row.version_id)
    if version is None:
        raise Conflict(
            f"The code that run {wanted.run_id!r} ran is not kept any more; replay it with the "
            "newest: --latest-code"
        )
    there = _instances(tx, row.id)
    copied = _copied(version.graph, wanted, there)
    name = f"{RunType.MANUAL}__{who.now.isoformat()}"
    if run_exists(tx, wanted.dag_id, name, None):
        raise RunAlreadyExists(f"DAG {wanted.dag_id!r} already has a run {name!r}.")
    interval = None
    if row.data_interval_start is not None and row.data_interval_end is not None:
        interval = DataInterval(start=row.data_interval_start, end=row.data_interval_end)
    conf = json.loads(row.conf or "{}") if wanted.conf is None else wanted.conf
    new_id = create_run(
        tx,
        version,
        RunInfo(run_after=who.now, data_interval=interval),
        now=who.now,
        run_type=RunType.MANUAL,
        run_id=name,
        conf=encoded(conf),
        note=f"replay of {wanted.run_id}",
        triggered_by=who.through,
        user=who.name,
    )
    told = update(dag_run).where(dag_run.c.id == new_id)
    tx.execute(told.values(execution_date=row.execution_date))
    rows = [instance for task_id in copied for instance in there[task_id]]
    _copy_instances(tx, version, new_id, name, rows, who)
    _copy_xcoms(tx, wanted.dag_id, wanted.run_id, name, copied)
    extra = {"of": wanted.run_id, "from": list(wanted.from_tasks)}
    note(tx, who, "replay", dag_id=wanted.dag_id, run_id=name, extra=extra)
    return Replayed(new_id, wanted.dag_id, name, copied, paused)


def _instances(tx: Tx, run_id: int) -> dict[str, list[Any]]:
    """The instances of a run by task, in the order of their map indexes."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = select(task_instance).where(task_instance.c.dagrun_id == run_id)
    for row in tx.execute(query.order_by(task_instance.c.map_index)):
        found[row.task_id].append(row)
    return dict(found)


def _copied(graph: Graph, wanted: WantedReplay, there: Mapping[str, Sequence[Any]]) -> list[str]:
    """The tasks that are taken over: they ended well, and nothing above them runs again."""
    if not wanted.from_tasks:
        return []
    for name in wanted.from_tasks:
        if name not in graph.index:
            raise NotFound(f"DAG {wanted.dag_id!r} has no task {name!r}.")
    again = {graph.index[name] for name in wanted.from_tasks}
    again |= {
        number
        for number, task in enumerate(graph.tasks)
        if not _ended_well(there.get(task.task_id, ()), number in graph.mapped)
    }
    again |= graph.reachable(sorted(again))
    # What a setup made has been torn down since.
    above = graph.reachable(sorted(again), down=False)
    again |= {number for number in above if graph.tasks[number].is_setup}
    return [task.task_id for number, task in enumerate(graph.tasks) if number not in again]


def _ended_well(rows: Sequence[Any], mapped: bool) -> bool:
    return bool(rows) and all(row.state in _KEPT and (mapped or row.map_index < 0) for row in rows)


#: What a copy of an instance tells of the one it is of; the rest is as in any new run.
_TOLD = (
    *("map_index", "state", "try_number", "max_tries", "skips", "first_started_at", "start_date"),
    *("end_date", "duration", "hostname", "rendered_map_index", "exit_code"),
    *("cpu_user", "cpu_system", "max_rss"),
)


def _copy_instances(
    tx: Tx, version: Version, run_id: int, name: str, rows: Iterable[Any], who: Actor
) -> None:
    copies = []
    for row in rows:
        number = version.graph.index[row.task_id]
        made = instance_row(version.graph, number, run_id, name, None, version.id)
        made |= {column: getattr(row, column) for column in _TOLD}
        copies.append(made | {"reason": f"taken over from {row.run_id}"})
    if not copies:
        return
    tx.execute(
        delete(task_instance).where(
            task_instance.c.dagrun_id == run_id,
            task_instance.c.task_id.in_({made["task_id"] for made in copies}),
        )
    )
    for made, ti_id in zip(copies, take_ids(tx, "task_instance", len(copies)), strict=True):
        made["id"] = ti_id
    tx.execute(insert(task_instance), copies)
    for state in {made["state"] for made in copies}:
        these = task_instance.c.dagrun_id == run_id, task_instance.c.state == state
        reason = copies[0]["reason"]
        record_change(tx, these, TaskState(state), who, reason, new_epoch=False)


def _copy_xcoms(tx: Tx, dag_id: str, run_id: str, name: str, tasks: Sequence[str]) -> None:
    query = select(xcom).where(
        xcom.c.dag_id == dag_id, xcom.c.run_id == run_id, xcom.c.task_id.in_(tasks)
    )
    copies = [{**row._mapping, "run_id": name} for row in tx.execute(query)]
    for copy in copies:
        del copy["id"]
    if copies:
        tx.execute(insert(xcom), copies)
