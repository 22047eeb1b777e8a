"""Gantt, calendar, durations."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from venturi.api.call import Call
from venturi.api.ui.grid import GridRun, grid_run
from venturi.decide.calendar import following
from venturi.spec.timetable import needs_runner
from venturi.store.queries.dags import get_dag
from venturi.store.queries.grid import Bar, days_of_runs, gantt_bars, longest_tasks, task_times
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import RunFilter, get_run, list_runs
from venturi.store.queries.specs import spec_of
from venturi.store.runs import last_scheduled

BARS_MAX = 10_000
RUNS_MAX = 500
#: Planned runs that are computed for a calendar, and days that it may show.
PLANNED_MAX = 2000
DAYS_MAX = 800
#: Tasks whose times are told: of those that are asked for, and unasked.
TASKS_MAX = 50
SLOWEST = 8


class Gantt(msgspec.Struct, frozen=True, kw_only=True):
    """A run and all tries of its tasks."""

    run: GridRun
    bars: list[Bar]


class CalendarQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Days (UTC), the last one included; by default the year up to two months from now."""

    start: str | None = None
    end: str | None = None


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of a day by state; `planned` are those that are still to come."""

    date: str
    counts: dict[str, int]
    planned: int


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which there is something."""

    start: str
    end: str
    days: list[Day]


class DurationsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How many runs, the newest; the tasks whose times are wanted: by default the slowest."""

    limit: int = 50
    task_id: list[str] = []


class RunTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long a run took, waited, and how long after it was due it had ended."""

    run_id: str
    state: str
    run_after: datetime
    duration: float | None
    queued_seconds: float | None
    landing_seconds: float | None


class TaskTime(msgspec.Struct, frozen=True, kw_only=True):
    """The same of a task."""

    run_id: str
    duration: float | None
    try_number: int
    landing_seconds: float | None


class Durations(msgspec.Struct, frozen=True, kw_only=True):
    """Runs, oldest first; the names of all their tasks, the slowest first; times of some by id."""

    runs: list[RunTime]
    names: list[str]
    tasks: dict[str, list[TaskTime]]


def get_gantt(call: Call, dag_id: str, run_id: str) -> Gantt:
    """A run as bars of time."""
    with call.read() as tx:
        row = get_run(tx, call.scope, dag_id, run_id)
        return Gantt(run=grid_run(row), bars=gantt_bars(tx, row, BARS_MAX))


def get_calendar(call: Call, dag_id: str, query: CalendarQuery) -> Calendar:
    """Runs by day, and how many are planned."""
    today = call.now.date()
    start = _day(query.start) or today.replace(month=1, day=1)
    end = min(_day(query.end) or start.replace(month=12, day=31), start + timedelta(DAYS_MAX))
    first = datetime.combine(start, time.min, UTC)
    last = datetime.combine(end + timedelta(1), time.min, UTC)
    with call.read() as tx:
        get_dag(tx, call.scope, dag_id)
        counts = days_of_runs(tx, call.scope, dag_id, first, last)
        spec = spec_of(tx, call.scope, dag_id)
        planned: dict[str, int] = {}
        if not needs_runner(spec.timetable):
            run = following(spec, last_scheduled(tx, dag_id), call.now)
            for _ in range(PLANNED_MAX):
                if run is None or run.run_after >= last:
                    break
                if run.run_after > call.now:
                    day = run.run_after.date().isoformat()
                    planned[day] = planned.get(day, 0) + 1
                run = following(spec, run, max(call.now, run.run_after))
    return Calendar(
        start=start.isoformat(),
        end=end.isoformat(),
        days=[
            Day(date=day, counts=counts.get(day, {}), planned=planned.get(day, 0))
            for day in sorted({*counts, *planned})
        ],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])


def get_durations(call: Call, dag_id: str, query: DurationsQuery) -> Durations:
    """How long the last runs and their tasks took, how late they ended, how often they tried."""
    with call.read() as tx:
        get_dag(tx, call.scope, dag_id)
        limit = max(1, min(query.limit, RUNS_MAX))
        page = list_runs(tx, call.scope, RunFilter(dag_ids=(dag_id,)), Paging(limit))
        names = longest_tasks(tx, page.rows)
        times = task_times(tx, page.rows, query.task_id[:TASKS_MAX] or names[:SLOWEST])
    runs = page.rows[::-1]
    due = {row.run_id: row.run_after for row in runs}
    tasks: dict[str, list[TaskTime]] = {}
    order = {row.run_id: place for place, row in enumerate(runs)}
    for each in sorted(times, key=lambda each: (each.task_id, order[each.run_id])):
        tasks.setdefault(each.task_id, []).append(
            TaskTime(
                run_id=each.run_id,
                duration=each.duration,
                try_number=each.try_number,
                landing_seconds=_since(due[each.run_id], each.end_date),
            )
        )
    return Durations(
        runs=[
            RunTime(
                run_id=row.run_id,
                state=row.state,
                run_after=row.run_after,
                duration=row.duration,
                queued_seconds=_since(row.queued_at, row.start_date),
                landing_seconds=_since(row.run_after, row.end_date),
            )
            for row in runs
        ],
        names=names,
        tasks=tasks,
    )


def _since(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()
