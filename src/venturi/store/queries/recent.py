"""The last runs of DAGs, how long runs usually take, and what is under way: for overviews."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from statistics import median
from typing import NamedTuple

from sqlalchemy import TextualSelect, case, func, select, text

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, FAILED_STATES, TERMINAL, RunState
from venturi.store.engine import Tx
from venturi.store.schema.dags import dag
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import DagScope

#: DAGs whose last runs one statement asks for.
AT_ONCE = 50
#: Runs from which the usual duration is taken.
USUAL_OF = 15
_R, _T = dag_run.c, task_instance.c


class Bar(NamedTuple):
    """A run as one of many small bars."""

    dag_id: str
    run_id: str
    state: str
    run_type: str
    run_after: Instant
    start_date: Instant | None
    end_date: Instant | None

    @property
    def duration(self) -> float | None:
        """Seconds from start to end."""
        if self.start_date is None or self.end_date is None:
            return None
        return (self.end_date - self.start_date).total_seconds()


_BAR = (_R.dag_id, _R.run_id, _R.state, _R.run_type, _R.run_after, _R.start_date, _R.end_date)


def last_runs(tx: Tx, dag_ids: Iterable[str], count: int) -> dict[str, list[Bar]]:
    """The last `count` runs of each of these DAGs, oldest first."""
    wanted = list(dict.fromkeys(dag_ids))
    found: dict[str, list[Bar]] = {dag_id: [] for dag_id in wanted}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        values = {f"d{place}": dag_id for place, dag_id in enumerate(part)}
        rows = tx.execute(_last_runs(len(part)), {**values, "count": count}).all()
        for row in sorted(rows, key=lambda row: (row.run_after, row.id)):
            found[row.dag_id].append(Bar(*row[1:]))
    return found


@cache
def _last_runs(dags: int) -> TextualSelect:
    """A small query for each DAG, all in one statement.

    With the index each costs what it returns, however long the history; a window over all runs of
    these DAGs would read them all, and one statement each would be a way to the server and back.
    """
    columns = (_R.id, *_BAR)
    names = ", ".join(column.name for column in columns)
    parts = (
        f"SELECT * FROM (SELECT {names} FROM {dag_run.name} WHERE dag_id = :d{place}"  # noqa: S608
        " ORDER BY run_after DESC, id DESC LIMIT :count"
        f") AS r{place}"
        for place in range(dags)
    )
    return text(" UNION ALL ".join(parts)).columns(*columns)


def usual_seconds(tx: Tx, dag_id: str) -> float | None:
    """How long a run of the DAG usually takes: the median of those that ended well lately."""
    query = (
        select(_R.start_date, _R.end_date)
        .where(
            _R.dag_id == dag_id,
            _R.state == RunState.SUCCESS,
            _R.start_date.is_not(None),
            _R.end_date.is_not(None),
        )
        .order_by(_R.run_after.desc())
        .limit(USUAL_OF)
    )
    lengths = [(end - start).total_seconds() for start, end in tx.execute(query)]
    return median(lengths) if lengths else None


def active_tasks(tx: Tx, scope: DagScope) -> dict[str, dict[str, int]]:
    """Task instances that are queued or running, by DAG and state."""
    query = (
        select(_T.dag_id, _T.state, func.count())
        .where(_T.state.in_(ACTIVE), *scope.conditions(_T.dag_id))
        .group_by(_T.dag_id, _T.state)
    )
    found: dict[str, dict[str, int]] = {}
    for dag_id, state, count in tx.execute(query):
        found.setdefault(dag_id, {})[state] = count
    return found


class Progress(NamedTuple):
    """How far a run is."""

    dag_id: str
    dag_display_name: str
    run_id: str
    state: str
    start_date: Instant | None
    total: int
    done: int
    failed: int


def runs_under_way(tx: Tx, scope: DagScope, limit: int) -> list[Progress]:
    """Runs that are running, the longest first, with how many of their tasks have ended."""
    ended = func.sum(case((_T.state.in_(TERMINAL), 1), else_=0))
    bad = func.sum(case((_T.state.in_(FAILED_STATES), 1), else_=0))
    chosen = (
        select(_R.id, _R.dag_id, _R.run_id, _R.state, _R.start_date)
        .where(_R.state == RunState.RUNNING, *scope.conditions(_R.dag_id))
        .order_by(_R.start_date, _R.id)
        .limit(limit)
    )
    rows = list(tx.execute(chosen))
    counted = select(_T.dagrun_id, func.count(), ended, bad).where(
        _T.dagrun_id.in_([row.id for row in rows])
    )
    counts = {row[0]: row[1:] for row in tx.execute(counted.group_by(_T.dagrun_id))}
    names = display_names(tx, {row.dag_id for row in rows})
    return [
        Progress(
            row.dag_id,
            names.get(row.dag_id, row.dag_id),
            row.run_id,
            row.state,
            row.start_date,
            *(int(each or 0) for each in counts.get(row.id, (0, 0, 0))),
        )
        for row in rows
    ]


def display_names(tx: Tx, dag_ids: Iterable[str]) -> Mapping[str, str]:
    """What these DAGs are called."""
    query = select(dag.c.dag_id, dag.c.dag_display_name).where(dag.c.dag_id.in_(set(dag_ids)))
    return {dag_id: name or dag_id for dag_id, name in tx.execute(query)}


class FailedRun(NamedTuple):
    """The newest failed run of a DAG, and the first task that failed in it."""

    dag_id: str
    run_id: str
    run_after: Instant
    end_date: Instant | None
    reason: str | None
    failed_runs: int
    task_id: str | None
    map_index: int
    try_number: int
    max_tries: int


def failed_dags(tx: Tx, scope: DagScope, since: Instant, limit: int) -> list[FailedRun]:
    """DAGs whose newest ended run failed since then, the latest first: one row a DAG."""
    query = (
        select(_R.dag_id, func.count(), func.max(_R.end_date))
        .where(_R.state == RunState.FAILED, _R.end_date >= since, *scope.conditions(_R.dag_id))
        .group_by(_R.dag_id)
        .order_by(func.max(_R.end_date).desc())
        .limit(limit)
    )
    found = []
    for dag_id, count, _ in tx.execute(query).all():
        newest = tx.execute(
            select(_R.id, _R.run_id, _R.run_after, _R.end_date, _R.reason, _R.state)
            .where(_R.dag_id == dag_id, _R.state.in_((RunState.FAILED, RunState.SUCCESS)))
            .order_by(_R.end_date.desc(), _R.id.desc())
            .limit(1)
        ).first()
        if newest is None or newest.state != RunState.FAILED:
            continue  # it is well again
        task = tx.execute(
            select(_T.task_id, _T.map_index, _T.try_number, _T.max_tries, _T.reason)
            .where(_T.dagrun_id == newest.id, _T.state == "failed")
            .order_by(_T.end_date, _T.id)
            .limit(1)
        ).first()
        found.append(
            FailedRun(
                dag_id,
                newest.run_id,
                newest.run_after,
                newest.end_date,
                (task.reason if task is not None else None) or newest.reason,
                count,
                None if task is None else task.task_id,
                -1 if task is None else task.map_index,
                0 if task is None else task.try_number,
                0 if task is None else task.max_tries,
            )
        )
    return found


class Upcoming(NamedTuple):
    """When a DAG's next run is due."""

    dag_id: str
    dag_display_name: str
    run_after: Instant


def upcoming_runs(
    tx: Tx, scope: DagScope, start: Instant | None, end: Instant, limit: int
) -> list[Upcoming]:
    """Next runs of active DAGs that are not paused, due in a span of time, earliest first."""
    due = dag.c.next_dagrun_create_after
    query = (
        select(dag.c.dag_id, dag.c.dag_display_name, due)
        .where(
            due < end,
            dag.c.is_active.is_(True),
            dag.c.hidden_key.is_(None),
            dag.c.is_paused.is_(False),
            *([] if start is None else [due >= start]),
            *scope.conditions(dag.c.dag_id),
        )
        .order_by(due)
        .limit(limit)
    )
    return [Upcoming(dag_id, name or dag_id, at) for dag_id, name, at in tx.execute(query)]


#: A run that is due for longer than this and has not begun is late.
LATE = timedelta(seconds=60)
