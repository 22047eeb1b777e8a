"""Tasks by runs: the states of a grid, the bars of a Gantt chart, the days of a calendar."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, select

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.queries.runs import RunRow
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history
from venturi.store.scope import DagScope

_R, _T, _H = dag_run.c, task_instance.c, task_instance_history.c

#: A cell: the state of the task in the run, or of a mapped task how many are in which state.
Cell = str | dict[str, int]


def grid_cells(tx: Tx, runs: Sequence[RunRow]) -> dict[int, dict[str, Cell]]:
    """Cells by run and task id."""
    query = select(_T.dagrun_id, _T.task_id, _T.map_index, _T.state).where(
        _T.dagrun_id.in_([run.id for run in runs])
    )
    found: dict[int, dict[str, Cell]] = {run.id: {} for run in runs}
    # At once: one row after the other takes twice as long, and there may be many thousands.
    for run, task_id, index, state in tx.execute(query).all():
        cells = found[run]
        if index < 0:
            cells[task_id] = state or "none"
            continue
        counts = cells.setdefault(task_id, {})
        if isinstance(counts, dict):
            counts[state or "none"] = counts.get(state or "none", 0) + 1
    return found


class StateCell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task in one run, for the graph: of a mapped task, counts and the outer times."""

    state: str | None
    try_number: int = 0
    start_date: Instant | None = None
    end_date: Instant | None = None
    counts: dict[str, int] | None = None


def run_cells(tx: Tx, run: RunRow) -> dict[str, StateCell]:
    """The tasks of one run with their times."""
    columns = (_T.task_id, _T.map_index, _T.state, _T.try_number, _T.start_date, _T.end_date)
    single: dict[str, StateCell] = {}
    mapped: defaultdict[str, list[Any]] = defaultdict(list)
    for row in tx.execute(select(*columns).where(_T.dagrun_id == run.id)):
        if row.map_index >= 0:
            mapped[row.task_id].append(row)
            continue
        single[row.task_id] = StateCell(
            state=row.state,
            try_number=row.try_number,
            start_date=row.start_date,
            end_date=row.end_date,
        )
    for task_id, rows in mapped.items():
        counts: dict[str, int] = {}
        for row in rows:
            counts[row.state or "none"] = counts.get(row.state or "none", 0) + 1
        starts = [row.start_date for row in rows if row.start_date]
        ends = [row.end_date for row in rows]
        single[task_id] = StateCell(
            state=None,
            try_number=max(row.try_number for row in rows),
            start_date=min(starts, default=None),
            end_date=max(ends) if all(ends) else None,
            counts=counts,
        )
    return single


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a task instance, with what it used."""

    task_id: str
    map_index: int
    try_number: int
    state: str | None
    scheduled_at: Instant | None
    queued_at: Instant | None
    start_date: Instant | None
    end_date: Instant | None
    cpu_seconds: float | None
    max_rss_bytes: int | None
    exit_code: int | None
    hostname: str | None
    operator: str | None


def gantt_bars(tx: Tx, run: RunRow, limit: int) -> list[Bar]:
    """All tries of a run, in the order of their beginning."""
    shared = ("task_id", "map_index", "try_number", "state", "queued_dttm", "start_date")
    used = ("end_date", "cpu_user", "cpu_system", "max_rss", "exit_code", "hostname")
    names = (*shared, *used)
    now = tx.execute(
        select(*(_T[name] for name in names), _T.scheduled_dttm, _T.operator)
        .where(_T.dagrun_id == run.id)
        .limit(limit)
    ).all()
    present = {(row.task_id, row.map_index, row.try_number) for row in now}
    past = tx.execute(
        select(*(_H[name] for name in names))
        .where(_H.dag_id == run.dag_id, _H.run_id == run.run_id)
        .where(_H.task_instance_id.in_(select(_T.id).where(_T.dagrun_id == run.id)))
        .limit(limit)
    ).all()
    bars = [_bar(row, row.scheduled_dttm, row.operator) for row in now]
    bars += [
        _bar(row, None, None)
        for row in past
        if (row.task_id, row.map_index, row.try_number) not in present
    ]
    end = run.end_date or run.run_after
    return sorted(bars, key=lambda bar: (bar.start_date or bar.queued_at or end, bar.task_id))


def _bar(row: Any, scheduled_at: Instant | None, operator: str | None) -> Bar:
    known = row.cpu_user is not None or row.cpu_system is not None
    return Bar(
        task_id=row.task_id,
        map_index=row.map_index,
        try_number=row.try_number,
        state=row.state,
        scheduled_at=scheduled_at,
        queued_at=row.queued_dttm,
        start_date=row.start_date,
        end_date=row.end_date,
        cpu_seconds=round((row.cpu_user or 0) + (row.cpu_system or 0), 3) if known else None,
        max_rss_bytes=row.max_rss,
        exit_code=row.exit_code,
        hostname=row.hostname,
        operator=operator,
    )


def days_of_runs(
    tx: Tx, scope: DagScope, dag_id: str, start: Instant, end: Instant
) -> dict[str, dict[str, int]]:
    """Runs by day (UTC) and state."""
    day = func.date(_R.run_after)
    query = (
        select(day, _R.state, func.count())
        .where(_R.dag_id == dag_id, _R.run_after >= start, _R.run_after < end)
        .where(*scope.conditions(_R.dag_id))
        .group_by(day, _R.state)
    )
    found: dict[str, dict[str, int]] = {}
    for at, state, count in tx.execute(query):
        found.setdefault(str(at), {})[state] = count
    return found


class TaskTime(NamedTuple):
    """How long a task took in a run."""

    run_id: str
    task_id: str
    duration: float | None
    try_number: int
    end_date: Instant | None


def task_times(tx: Tx, runs: Sequence[RunRow], task_ids: Collection[str]) -> list[TaskTime]:
    """Durations, tries and ends of these tasks in these runs; of mapped tasks, the longest."""
    query = (
        select(
            _T.run_id,
            _T.task_id,
            func.max(_T.duration),
            func.max(_T.try_number),
            func.max(_T.end_date),
        )
        .where(
            _T.dagrun_id.in_([run.id for run in runs]),
            _T.task_id.in_(task_ids),
            _T.start_date.is_not(None),
        )
        .group_by(_T.run_id, _T.task_id)
    )
    return [TaskTime(*row) for row in tx.execute(query)]


def longest_tasks(tx: Tx, runs: Sequence[RunRow]) -> list[str]:
    """The tasks that have started in these runs, the one that took longest first."""
    query = (
        select(_T.task_id)
        .where(_T.dagrun_id.in_([run.id for run in runs]), _T.start_date.is_not(None))
        .group_by(_T.task_id)
        .order_by(func.coalesce(func.max(_T.duration), 0).desc(), _T.task_id)
    )
    return list(tx.execute(query).scalars())
