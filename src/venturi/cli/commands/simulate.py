"""What would happen."""

import argparse
import shutil
import sys
from datetime import timedelta
from typing import Any

from venturi.cli.output import print_record, print_rows
from venturi.cli.session import configured, date, now, read
from venturi.core.errors import InvalidInput
from venturi.decide.simulate import Assumed, RunTimes, Simulation, TaskTimes, beginning, simulate
from venturi.decide.views import DagView
from venturi.executors.installed import installed
from venturi.spec.timetable import needs_runner
from venturi.store.dags import load_dags
from venturi.store.engine import Tx
from venturi.store.pools import load_pools
from venturi.store.queries.dags import get_dag
from venturi.store.queries.durations import median_seconds
from venturi.store.queries.specs import current_version
from venturi.store.queries.why import Installed
from venturi.store.runs import last_scheduled
from venturi.store.scope import EVERY_DAG
from venturi.store.versions import Versions

#: Seconds of a task of which there is no history.
UNKNOWN = 1.0


def simulate_dag(args: argparse.Namespace) -> None:
    """Show the runs and task starts that would happen, in virtual time."""
    limits = installed(configured())
    given = date(args.from_date)
    start = given or now()
    end = date(args.to_date) or start + timedelta(days=1)
    if end < start:
        raise InvalidInput("--to lies before --from.")
    seconds = _seconds(args.durations)
    if args.items < 0:
        raise InvalidInput(f"--items must not be negative, it is {args.items}.")

    def body(tx: Tx) -> tuple[DagView, Assumed]:
        return _view(tx, args.dag_id, given is None, start), _assumed(
            tx, args.dag_id, seconds, args.items, limits
        )

    view, assumed = read(body)
    _tell(view, assumed, seconds)
    _show(simulate([view], start, end, assumed), args)


def _seconds(text: str) -> float | None:
    """How long each task takes; None: as long as it took."""
    if text == "history":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise InvalidInput(f"--durations is 'history' or a number of seconds, not {text!r}.")
    return seconds


def _view(tx: Tx, dag_id: str, is_present: bool, start: Any) -> DagView:
    """The DAG as it stands now, or as it would begin at another time."""
    get_dag(tx, EVERY_DAG, dag_id)
    versions = Versions()
    version = current_version(tx, EVERY_DAG, dag_id, versions)
    if not is_present:
        return beginning(version.graph, start, version.id)
    (view,) = load_dags(tx, versions, [dag_id])
    view.last_run = last_scheduled(tx, dag_id)
    return view


def _assumed(tx: Tx, dag_id: str, seconds: float | None, items: int, limits: Installed) -> Assumed:
    history = median_seconds(tx, EVERY_DAG, dag_id) if seconds is None else {}
    return Assumed(
        durations={(dag_id, task_id): taken for task_id, taken in history.items()},
        otherwise=UNKNOWN if seconds is None else seconds,
        items=items,
        pools=load_pools(tx),
        limits=limits.limits,
        places=limits.places,
    )


def _tell(view: DagView, assumed: Assumed, seconds: float | None) -> None:
    """What one should know about the answer, on standard error."""
    spec = view.graph.spec
    if view.paused:
        print(f"DAG {view.dag_id} is paused; this is as if it were not.", file=sys.stderr)
    if needs_runner(spec.timetable):
        print("Its own timetable is code that no simulation runs.", file=sys.stderr)
    missing = {task.pool for task in spec.tasks} - set(assumed.pools or ())
    if missing:
        told = ", ".join(sorted(missing))
        print(f"There is no pool {told}: tasks of it never start.", file=sys.stderr)
    unknown = [
        task.task_id
        for task in spec.tasks
        if not task.is_empty and (view.dag_id, task.task_id) not in assumed.durations
    ]
    if seconds is None and unknown:
        told = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        print(f"Taken to last {UNKNOWN:g} s, as they have never run: {told}", file=sys.stderr)


def _show(said: Simulation, args: argparse.Namespace) -> None:
    if args.output in {"json", "yaml"}:
        record = {
            "dag_id": args.dag_id,
            "from": said.start,
            "to": said.end,
            "complete": said.is_complete,
            "runs": [_run(run) for run in said.runs],
            "tasks": [_task(task) for task in said.tasks],
        }
        print_record(record, args.output)
        return
    if args.output == "gantt":
        from venturi.cli.gantt import gantt

        print(gantt(said, shutil.get_terminal_size((100, 24)).columns))
    else:
        print_rows([_run(run) for run in said.runs], args.output, empty="No run would start.")
        if said.tasks:
            print()
            print_rows([_task(task) for task in said.tasks], args.output)
    if not said.is_complete:
        print(f"This is cut off after {len(said.runs)} runs.", file=sys.stderr)


def _run(run: RunTimes) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "logical_date": run.logical_date,
        "run_after": run.run_after,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "state": run.state,
    }


def _task(task: TaskTimes) -> dict[str, Any]:
    return {
        "started": task.started,
        "ended": task.ended,
        "waited": (task.started - task.ready).total_seconds(),
        "task_id": task.task_id,
        "map_index": task.map_index,
        "run_id": task.run_id,
    }
