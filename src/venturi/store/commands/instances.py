"""Choosing task instances, and clearing them: letting them run again."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, or_, select, update

from venturi.core.clock import Instant
from venturi.core.errors import InvalidInput, NotFound
from venturi.core.states import FAILED_STATES, RunState, TaskState
from venturi.spec.graph import Graph
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.cutshort import hold_runs, keep_cut_short, pieces
from venturi.store.commands.reruns import adopt_newest, reopen
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.queries.specs import current_version
from venturi.store.schema.runs import dag_run, task_instance, xcom
from venturi.store.scope import EVERY_DAG
from venturi.store.versions import Versions

_T = task_instance.c


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which task instances of a DAG; what is None or empty does not restrict.

    `upstream` and `downstream` add the tasks before and after the chosen ones; the other
    conditions then hold for all of them.
    """

    dag_id: str
    task_ids: tuple[str, ...] | None = None
    task_regex: str | None = None
    #: (task id, map index) pairs that are chosen besides `task_ids`
    mapped: tuple[tuple[str, int], ...] = ()
    run_ids: tuple[str, ...] | None = None
    start: Instant | None = None
    end: Instant | None = None
    upstream: bool = False
    downstream: bool = False
    only_failed: bool = False
    only_running: bool = False
    #: only instances that have begun or ended; False takes those without state too
    only_with_state: bool = True


class Chosen(NamedTuple):
    """A task instance that a selection chose."""

    id: int
    dagrun_id: int
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    logical_date: Instant | None
    run_after: Instant
    state: str | None
    try_number: int
    max_tries: int


class Cleared(NamedTuple):
    """What was cleared: instances, and the row ids of their runs, for the bell."""

    instances: int
    run_ids: tuple[int, ...]


def select_instances(tx: Tx, which: Selection, versions: Versions | None = None) -> list[Chosen]:
    """The task instances that a selection chooses, in the order of their runs.

    Raises `NotFound` for the DAG or for a task it does not have, `InvalidInput` for a regular
    expression that is none.
    """
    graph = current_version(tx, EVERY_DAG, which.dag_id, versions).graph
    names = _chosen_tasks(graph, which)
    conditions: list[Any] = [_T.dag_id == which.dag_id]
    if names is not None or which.mapped:
        either: list[Any] = [_T.task_id.in_(names)] if names else []
        either += [(_T.task_id == task) & (_T.map_index == index) for task, index in which.mapped]
        if not either:
            return []
        conditions.append(or_(*either))
    if which.run_ids is not None:
        conditions.append(_T.run_id.in_(which.run_ids))
    if which.start is not None:
        conditions.append(dag_run.c.logical_date >= which.start)
    if which.end is not None:
        conditions.append(dag_run.c.logical_date <= which.end)
    states = [
        *(sorted(FAILED_STATES) if which.only_failed else ()),
        *([TaskState.RUNNING] if which.only_running else ()),
    ]
    if states:
        conditions.append(_T.state.in_(states))
    elif which.only_with_state:
        conditions.append(_T.state.is_not(None))
    query = (
        select(
            _T.id,
            _T.dagrun_id,
            _T.dag_id,
            _T.run_id,
            _T.task_id,
            _T.map_index,
            dag_run.c.logical_date,
            dag_run.c.run_after,
            _T.state,
            _T.try_number,
            _T.max_tries,
        )
        .join(dag_run, dag_run.c.id == _T.dagrun_id)
        .where(*conditions)
        .order_by(dag_run.c.run_after, _T.dagrun_id, _T.id)
    )
    return [Chosen(*row) for row in tx.execute(query)]


def _chosen_tasks(graph: Graph, which: Selection) -> set[str] | None:
    """Task ids; None is all."""
    if which.task_ids is None and which.task_regex is None:
        return None if not which.mapped else set()
    names: set[str] = set()
    for name in which.task_ids or ():
        if name not in graph.index:
            raise NotFound(f"DAG {which.dag_id!r} has no task {name!r}.")
        names.add(name)
    if which.task_regex is not None:
        expression = _compiled(which.task_regex)
        names |= {name for name in graph.index if expression.search(name)}
    return with_relatives(graph, names, which.upstream, which.downstream)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise InvalidInput(f"{pattern!r} is not a regular expression: {error}.") from error


def with_relatives(graph: Graph, names: Iterable[str], up: bool, down: bool) -> set[str]:
    """These tasks, with all before and all after them where asked."""
    numbers = {graph.index[name] for name in names}
    found = set(numbers)
    if up:
        found |= graph.reachable(sorted(numbers), down=False)
    if down:
        found |= graph.reachable(sorted(numbers))
    return {graph.tasks[number].task_id for number in found}


def clear(
    tx: Tx,
    chosen: Sequence[Chosen],
    who: Actor,
    versions: Versions | None = None,
    *,
    run_state: RunState | None = RunState.QUEUED,
    newest: bool = False,
) -> Cleared:
    """Let these task instances run again, as if they never had, with all their retries anew.

    What runs is cancelled: its words carry an old epoch from now on. Runs that had ended become
    `run_state` (None leaves them as they are). An instance that is mapped over a result which is
    made anew is put back to be expanded anew. With `newest` the runs go on with the newest version
    of their DAG, else with the one they began with.
    """
    if not chosen:
        return Cleared(0, ())
    versions = versions or Versions()
    by_run: defaultdict[int, list[Chosen]] = defaultdict(list)
    for instance in chosen:
        by_run[instance.dagrun_id].append(instance)
    hold_runs(tx, by_run)
    for run_id in sorted(by_run):
        _clear_in_run(tx, run_id, by_run[run_id], who, versions, run_state)
        if newest:
            adopt_newest(tx, run_id, by_run[run_id][0].dag_id, versions, who)
    return Cleared(len(chosen), tuple(sorted(by_run)))


def _clear_in_run(
    tx: Tx,
    run_id: int,
    chosen: Sequence[Chosen],
    who: Actor,
    versions: Versions,
    run_state: RunState | None,
) -> None:
    reopen(tx, run_id, who, run_state)
    version_id = tx.execute(select(dag_run.c.version_id).where(dag_run.c.id == run_id)).scalar()
    graph = versions.get(tx, version_id).graph if version_id is not None else None
    keep_cut_short(tx, [row.id for row in chosen], who)
    retries = _retries(graph, chosen)
    for count in sorted(set(retries.values())):
        ids = [row.id for row in chosen if retries[row.task_id] == count]
        for part in pieces(ids):
            these = _T.id.in_(part)
            record_change(tx, [these], TaskState.NONE, who, f"cleared by {who.name}")
            tx.execute(update(task_instance).where(these).values(_anew(count, who)))
    for row in chosen:
        tx.execute(
            delete(xcom).where(
                xcom.c.dag_id == row.dag_id,
                xcom.c.run_id == row.run_id,
                xcom.c.task_id == row.task_id,
                xcom.c.map_index == row.map_index,
            )
        )
    if graph is not None:
        _fold_mapped(tx, run_id, graph, {row.task_id for row in chosen})
    note(
        tx,
        who,
        "clear",
        dag_id=chosen[0].dag_id,
        run_id=chosen[0].run_id,
        logical_date=chosen[0].logical_date,
        extra={"tasks": sorted({row.task_id for row in chosen})},
    )


def _retries(graph: Graph | None, chosen: Sequence[Chosen]) -> dict[str, int]:
    """Retries by task; a task that the version no longer has keeps what it had left."""
    known = {task.task_id: task.retries for task in graph.tasks} if graph is not None else {}
    return {
        row.task_id: known.get(row.task_id, max(0, row.max_tries - row.try_number))
        for row in chosen
    }


def _anew(retries: int, who: Actor) -> dict[Any, Any]:
    gone = (
        *("state", "due_at", "skips", "scheduled_dttm", "queued_dttm", "first_started_at"),
        *("start_date", "end_date", "duration", "lease_until", "pid", "exit_code", "reason"),
        *("trigger_id", "trigger_timeout", "next_method", "next_kwargs", "external_executor_id"),
        *("cpu_user", "cpu_system", "max_rss", "rendered_map_index"),
    )
    return {
        **dict.fromkeys(gone),
        # The tries so far stay counted: the next one has the next number, and its own log.
        "max_tries": _T.try_number + retries,
        "epoch": _T.epoch + 1,
        "reschedules": 0,
        "updated_at": who.now,
    }


def _fold_mapped(tx: Tx, run_id: int, graph: Graph, cleared: set[str]) -> None:
    """Make one placeholder of a cleared mapped task whose source is cleared too.

    Its number of instances is not known any more; it is expanded when the source is there again.
    """
    for number in graph.mapped:
        task = graph.tasks[number]
        assert task.mapped is not None
        sources = {x.task_id for source in task.mapped.sources for x in source.xcoms}
        if task.task_id not in cleared or not sources & cleared:
            continue
        of_task = (_T.dagrun_id == run_id, _T.task_id == task.task_id)
        states = tx.execute(select(_T.state).where(*of_task)).scalars().all()
        if any(state is not None for state in states):
            continue  # some instances were not cleared: they keep their places
        first = tx.execute(select(_T.id).where(*of_task).order_by(_T.map_index).limit(1)).scalar()
        tx.execute(delete(task_instance).where(*of_task, _T.id != first))
        tx.execute(update(task_instance).where(_T.id == first).values(map_index=-1))
