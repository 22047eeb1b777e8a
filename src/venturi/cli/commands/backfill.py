"""Backfills: create, list, pause, unpause, cancel."""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from venturi.cli.output import print_rows
from venturi.cli.session import change, configured, date, now, read, ring_bell
from venturi.config import get_config
from venturi.core.errors import InvalidInput
from venturi.store.engine import Tx
from venturi.store.queries.backfills import BackfillFilter, list_backfills
from venturi.store.scope import EVERY_DAG

if TYPE_CHECKING:
    from venturi.store.commands.backfill_dates import PlannedRun, WantedBackfill
    from venturi.store.commands.backfills import Backfilled


def create(args: argparse.Namespace) -> None:
    """Make a backfill; the scheduler runs it."""
    from venturi.store.commands.backfill_dates import Reprocess, WantedBackfill
    from venturi.store.commands.runs import parse_conf

    configured()
    start, end = date(args.from_date), date(args.to_date)
    assert start is not None and end is not None  # both are required
    wanted = WantedBackfill(
        dag_id=args.dag_id,
        start=start,
        end=end,
        reprocess=Reprocess(args.reprocess_behavior),
        max_active_runs=args.max_active_runs,
        backwards=args.run_backwards,
        conf=parse_conf(args.dag_run_conf),
        latest_version=args.run_on_latest_version,
    )
    if args.dry_run:
        print_plan(planned(wanted), args.output)
        return
    made = make(wanted)
    if args.output in {"json", "yaml"}:
        print_plan(made.runs, args.output)
    say_made(made)
    if made.id is None:
        print(why_nothing(made.runs, "--reprocess-behavior failed|completed"), file=sys.stderr)
        return
    say_what_holds(made)


def planned(wanted: "WantedBackfill") -> "list[PlannedRun]":
    """What the backfill would do."""
    from venturi.store.commands.backfill_dates import plan_runs

    return read(lambda tx: plan_runs(tx, wanted, now()))


def make(wanted: "WantedBackfill") -> "Backfilled":
    """Create the backfill and wake the scheduler."""
    from venturi.store.commands.backfills import create_backfill

    made = change(lambda tx, who: create_backfill(tx, wanted, who))
    if made.run_ids:
        ring_bell(run_ids=made.run_ids)
    return made


def print_plan(runs: "Sequence[PlannedRun]", output: str) -> None:
    """List what is done about each date."""
    rows = [
        {
            "logical_date": run.logical_date,
            "action": str(run.action),
            "run_id": run.run_id,
            "reason": run.reason,
        }
        for run in runs
    ]
    print_rows(rows, output)


def say_made(made: "Backfilled") -> None:
    """One line about what was made, on standard error so that lists stay clean."""
    if made.id is None:
        return
    left = len(made.runs) - len(made.run_ids)
    more = f"; {left} dates have a run already and are left alone" if left else ""
    print(f"Backfill {made.id} of {made.dag_id}: {len(made.run_ids)} runs{more}", file=sys.stderr)


def why_nothing(runs: "Sequence[PlannedRun]", way_out: str) -> str:
    """The sentence that says why no run was made."""
    states: dict[str, int] = {}
    for run in runs:
        if run.existing is not None:
            states[run.existing.state] = states.get(run.existing.state, 0) + 1
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return f"Nothing to do: every date has a run already ({told}). To run them again: {way_out}"


def say_what_holds(made: "Backfilled") -> None:
    """Say what keeps the runs from starting: a paused DAG, no scheduler."""
    if made.paused:
        print(
            f"DAG {made.dag_id} is paused: the runs wait until you run "
            f"`airflow dags unpause {made.dag_id}`",
            file=sys.stderr,
        )
    if not read(scheduler_lives):
        print(NO_SCHEDULER, file=sys.stderr)


NO_SCHEDULER = "No scheduler is running: the runs wait until you start one: airflow scheduler"


def scheduler_lives(tx: Tx) -> bool:
    """Whether a scheduler can be rung here, or has been heard of lately."""
    from venturi.store.queries.health import living_scheduler

    if ring_bell(run_ids=[0]):  # a run that nobody has: it only listens
        return True
    grace = get_config().getfloat("scheduler", "scheduler_health_check_threshold")
    return living_scheduler(tx, now() - timedelta(seconds=grace)) is not None


def list_all(args: argparse.Namespace) -> None:
    """List the backfills, newest first."""
    which = BackfillFilter(
        dag_ids=(args.dag_id,) if args.dag_id else None, active=True if args.active else None
    )
    found = read(lambda tx: list_backfills(tx, EVERY_DAG, which)).rows
    rows = [
        {
            "id": row.id,
            "dag_id": row.dag_id,
            "state": row.state,
            "done": f"{row.ended} of {row.total}",
            "from_date": row.from_date,
            "to_date": row.to_date,
            "runs": dict(row.runs),
            "max_active_runs": row.max_active_runs,
            "reprocess_behavior": row.reprocess_behavior,
            "run_backwards": row.run_backwards,
            "conf": row.conf,
            "is_paused": row.is_paused,
            "user": row.user,
            "created_at": row.created_at,
            "completed_at": row.completed_at,
        }
        for row in found
    ]
    columns = ("id", "dag_id", "state", "done", "runs", "from_date", "to_date", "completed_at")
    print_rows(rows, args.output, columns=columns, empty="There are no such backfills.")


def pause(args: argparse.Namespace) -> None:
    """Start no more of its runs."""
    _set_paused(args.backfill_id, True)
    print(f"Backfill {args.backfill_id} is paused. See: airflow backfill unpause")


def unpause(args: argparse.Namespace) -> None:
    """Let it go on."""
    _set_paused(args.backfill_id, False)
    print(f"Backfill {args.backfill_id} goes on.")


def _set_paused(number: int, paused: bool) -> None:
    from venturi.store.commands.backfills import set_backfill_paused

    changed = change(lambda tx, who: set_backfill_paused(tx, number, paused, who))
    ring_bell(run_ids=changed.run_ids)


def cancel(args: argparse.Namespace) -> None:
    """End it."""
    from venturi.store.commands.backfills import cancel_backfill

    changed = change(lambda tx, who: cancel_backfill(tx, args.backfill_id, who))
    ring_bell(run_ids=changed.run_ids)
    print(f"Backfill {args.backfill_id} is cancelled: {len(changed.run_ids)} runs do not start.")


def required_period(args: argparse.Namespace) -> tuple[str, str]:
    """First and last date as written; one alone is both. Raises `InvalidInput` for none."""
    first, last = args.start_date or args.end_date, args.end_date or args.start_date
    if first is None:
        raise InvalidInput("Name a period: --start-date DATE, --end-date DATE, or both.")
    return first, last
