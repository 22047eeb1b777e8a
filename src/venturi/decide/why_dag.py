"""Why no new run of a DAG starts: every condition that is not met.

Asked of what `calendar` looks at: the schedule, the dates, the limit of active runs.
"""

from collections.abc import Iterator

import msgspec

from venturi.core.clock import Instant
from venturi.decide.calendar import following, restriction_of, runs_allowed
from venturi.decide.views import DagView
from venturi.decide.why import Reason, World, dag_paused, no_scheduler
from venturi.spec.model import DagSpec
from venturi.spec.timetable import is_asset_triggered, needs_runner
from venturi.spec.timetable.model import Continuous, Null, Once


def why_dag(world: World, dag_id: str, path: str = "") -> list[Reason]:
    """All that keeps the DAG's next run from being made; empty when it is due and may start.

    `path` is the file that defines it, as far as known.
    """
    found = [*no_scheduler(world), *_file(world, dag_id, path), *dag_paused(world, dag_id)]
    dag = world.snapshot.dags.get(dag_id)
    if dag is None:
        return found
    if dag.present:
        found += _schedule(world, dag)
    return [*found, *_room(dag)]


def _file(world: World, dag_id: str, path: str) -> Iterator[Reason]:
    dag = world.snapshot.dags.get(dag_id)
    error = world.import_errors.get(path)
    subject = f"DAG {dag_id}"
    if dag is None:
        for other, why in world.import_errors.items():
            text = f"no file defines it at present, and {other} cannot be read: {why}"
            yield Reason(row="import_error", text=text, subject=subject)
    elif error is not None:
        goes_on = "" if not dag.present else "; what is known of it is from before"
        text = f"its file {path} cannot be read: {error}{goes_on}"
        yield Reason(row="import_error", text=text, subject=subject)
    elif not dag.present:
        text = f"its file {path} is gone, or does not define it any more"
        yield Reason(row="file_gone", text=text, subject=subject)


def _schedule(world: World, dag: DagView) -> Iterator[Reason]:
    """What its timetable and its dates say."""
    spec, subject = dag.graph.spec, f"DAG {dag.dag_id}"
    if spec.start_date is not None and spec.start_date > world.now:
        text = f"its start_date is {spec.start_date.isoformat()}"
        yield Reason(row="start_date", text=text, subject=subject, until=spec.start_date)
    if isinstance(spec.timetable, Continuous) and dag.running + dag.queued:
        text = "its schedule is @continuous: the next run begins when the present one has ended"
        yield Reason(row="continuous", text=text, subject=subject)
        return
    info = dag.next_run
    if isinstance(spec.timetable, Continuous):
        info = following(spec, dag.last_run, world.now)
    if info is None:
        row, text = _no_more(dag, world.now)
        yield Reason(row=row, text=text, subject=subject)
    elif info.run_after > world.now:
        text = f"its next run is due at {info.run_after.isoformat()}"
        yield Reason(row="not_due", text=text, subject=subject, until=info.run_after)


def _no_more(dag: DagView, now: Instant) -> tuple[str, str]:
    """Why there is no next run."""
    spec = dag.graph.spec
    if isinstance(spec.timetable, Null):
        return "no_schedule", "it has no schedule: its runs start when they are triggered"
    if is_asset_triggered(spec.timetable):
        return "no_schedule", "it runs when the assets it is scheduled on are updated"
    if needs_runner(spec.timetable):
        return "custom_timetable", "its own timetable names no next run"
    bounds = restriction_of(spec)
    begun = msgspec.structs.replace(spec, start_date=now, end_date=None)
    if bounds.earliest is None and following(begun, dag.last_run, now) is not None:
        text = "it has no start_date, and its schedule cannot begin without one"
        return "no_start_date", text
    limit = bounds.latest
    beyond = following(_endless(spec), dag.last_run, now)
    if limit is not None and beyond is not None:
        at = (beyond.logical_date or beyond.run_after).isoformat()
        return "end_date", f"its next run would be of {at}, its end_date is {limit.isoformat()}"
    if isinstance(spec.timetable, Once):
        return "schedule_ended", "its schedule is @once, and it has had its run"
    return "schedule_ended", "its schedule has no further run"


def _endless(spec: DagSpec) -> DagSpec:
    """The DAG without its end."""
    tasks = tuple(msgspec.structs.replace(task, end_date=None) for task in spec.tasks)
    return msgspec.structs.replace(spec, end_date=None, tasks=tasks)


def _room(dag: DagView) -> Iterator[Reason]:
    limit = runs_allowed(dag.graph.spec)
    if isinstance(dag.graph.spec.timetable, Continuous) or dag.running + dag.queued < limit:
        return
    queued = f" and {dag.queued} wait to start" if dag.queued else ""
    text = f"{dag.running} runs of it are running{queued}, max_active_runs is {limit}"
    yield Reason(row="max_active_runs", text=text, subject=f"DAG {dag.dag_id}")
