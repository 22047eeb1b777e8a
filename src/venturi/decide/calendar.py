"""Which runs are due, and which waiting runs may start."""

from collections import defaultdict

from venturi.core.clock import Instant
from venturi.core.states import RunState, RunType
from venturi.decide.draft import Draft
from venturi.decide.plan import NewRun
from venturi.decide.views import BackfillView, DagView, RunView
from venturi.spec.model import DagSpec, TaskSpec
from venturi.spec.timetable import active_runs_limit, needs_runner, next_run
from venturi.spec.timetable.model import Continuous, Restriction, RunInfo

#: New runs of one DAG in one step: a long catch-up shares the scheduler with everybody else.
AT_ONCE = 32


def restriction_of(spec: DagSpec) -> Restriction:
    """The bounds that dates set to a DAG's schedule: its own, and those of its tasks.

    It starts with whatever starts first. It ends with its own end date, or when every task has
    one, with the last of them.
    """
    starts = [spec.start_date, *(task.start_date for task in spec.tasks)]
    ends = [task.end_date for task in spec.tasks]
    latest = spec.end_date
    if latest is None and ends and None not in ends:
        latest = max(end for end in ends if end is not None)
    return Restriction(
        earliest=min((start for start in starts if start is not None), default=None),
        latest=latest,
        catchup=spec.catchup,
    )


def runs_allowed(spec: DagSpec) -> int:
    """How many runs of the DAG may be active at once."""
    limit = active_runs_limit(spec.timetable)
    return spec.max_active_runs if limit is None else min(limit, spec.max_active_runs)


def create_due(draft: Draft, dag: DagView, now: Instant) -> None:
    """Plan the DAG's runs that are due, as far as max_active_runs allows."""
    if dag.paused or not dag.present:
        return
    spec = dag.graph.spec
    room = runs_allowed(spec) - dag.running - dag.queued
    info = dag.next_run
    if isinstance(spec.timetable, Continuous):
        # Its next run begins where the last one ended: it is not known before.
        info = following(spec, dag.last_run, now) if dag.running + dag.queued == 0 else None
    elif info is not None and info.run_after <= now and not spec.catchup:
        # Later ones may have come due while it waited: only the latest is wanted.
        newest = following(spec, dag.last_run, now)
        if newest is not None and info.run_after < newest.run_after <= now:
            info = newest
    made = 0
    while info is not None:
        if info.run_after > now:
            draft.wake_at(info.run_after)
            return
        if made >= min(room, AT_ONCE):
            return
        continuous = isinstance(spec.timetable, Continuous)
        then = None if continuous else following(spec, info, now)
        draft.new_runs.append(NewRun(dag_id=dag.dag_id, info=info, then=then))
        made += 1
        if needs_runner(spec.timetable):
            draft.ask_runner.append(dag.dag_id)
            return
        info = then


def following(spec: DagSpec, last: RunInfo | None, now: Instant) -> RunInfo | None:
    """The run after `last`; None for custom timetables, which only the runner can ask."""
    if needs_runner(spec.timetable):
        return None
    return next_run(spec.timetable, last, restriction_of(spec), now)


def start_queued(draft: Draft, dag: DagView, runs: list[RunView]) -> None:
    """Plan the start of queued runs, oldest first, as far as max_active_runs allows.

    Runs of a backfill have its limit and its order, and leave the DAG's own runs alone.
    """
    if dag.paused:
        return
    own: list[RunView] = []
    of_backfill: defaultdict[BackfillView, list[RunView]] = defaultdict(list)
    for run in runs:
        if run.backfill is None:
            own.append(run)
        elif not run.backfill.paused:
            of_backfill[run.backfill].append(run)
    _start(draft, own, runs_allowed(dag.graph.spec) - dag.running)
    for backfill, group in of_backfill.items():
        room = backfill.limit - draft.snapshot.backfilling.get(backfill.id, 0)
        _start(draft, group, room, latest_first=backfill.backwards)


def _start(draft: Draft, runs: list[RunView], room: int, *, latest_first: bool = False) -> None:
    runs.sort(key=lambda run: (run.run_after, run.id), reverse=latest_first)
    for run in runs[: max(0, room)]:
        draft.move_run(run, RunState.RUNNING, "its turn has come")


def is_within(task: TaskSpec, at: Instant, run_type: RunType) -> bool:
    """A task takes part in the runs between its own start and end date (backfills: in all)."""
    if run_type is not RunType.SCHEDULED:
        return True
    return (task.start_date is None or at >= task.start_date) and (
        task.end_date is None or at <= task.end_date
    )
