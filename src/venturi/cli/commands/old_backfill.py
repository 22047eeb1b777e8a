"""`backfill` as 1.x and 2.x had it: the same backfills, waited for."""

import argparse
import sys
from typing import TYPE_CHECKING

from venturi.cli.backfill_watch import watch
from venturi.cli.commands.backfill import (
    make,
    planned,
    print_plan,
    required_period,
    say_made,
    say_what_holds,
    why_nothing,
)
from venturi.cli.session import change, configured, confirm, date, read, ring_bell
from venturi.core.errors import VenturiError
from venturi.core.states import RunState
from venturi.store.engine import Tx
from venturi.store.queries.specs import spec_of
from venturi.store.scope import EVERY_DAG

if TYPE_CHECKING:
    from venturi.store.commands.backfill_dates import WantedBackfill

_AGAIN = "--rerun-failed-tasks for what failed, --reset-dagruns for everything"


def backfill(args: argparse.Namespace) -> int:
    """Run a period, show how far it is, and exit with 0 when every run of it succeeded."""
    configured()
    wanted = read(lambda tx: _wanted(tx, args))
    if args.dry_run:
        for one in wanted:
            print(f"{one.dag_id}:")
            print_plan(planned(one), "table")
        return 0
    if args.reset_dagruns:
        names = ", ".join(one.dag_id for one in wanted)
        confirm(f"Run completed runs of {names} in this period again?", yes=args.yes)
    if args.mark_success:
        for one in wanted:
            _mark(one)
        return 0
    return _run(wanted)


def _wanted(tx: Tx, args: argparse.Namespace) -> "list[WantedBackfill]":
    from venturi.store.commands.backfill_dates import Reprocess, WantedBackfill
    from venturi.store.commands.dags import matching
    from venturi.store.commands.runs import parse_conf

    first, last = map(date, required_period(args))
    assert first is not None and last is not None
    reprocess = Reprocess.NONE
    if args.reset_dagruns:
        reprocess = Reprocess.COMPLETED
    elif args.rerun_failed_tasks:
        reprocess = Reprocess.FAILED
    names = matching(tx, args.dag_id) if args.treat_dag_id_as_regex else [args.dag_id]
    return [
        WantedBackfill(
            dag_id=name,
            start=first,
            end=last,
            reprocess=reprocess,
            max_active_runs=max(1, spec_of(tx, EVERY_DAG, name).max_active_runs),
            backwards=args.run_backwards,
            conf=parse_conf(args.conf),
            as_of_old=True,
            task_regex=args.task_regex,
            with_upstream=not args.ignore_dependencies,
            pool=args.pool,
            without_retries=args.disable_retry,
            ignores_past=args.ignore_first_depends_on_past,
            only_failed=args.rerun_failed_tasks and not args.reset_dagruns,
        )
        for name in names
    ]


def _mark(wanted: "WantedBackfill") -> None:
    from venturi.store.commands.backfill_marks import mark_period

    done = change(lambda tx, who: mark_period(tx, wanted, who))
    if done.run_ids:
        ring_bell(run_ids=done.run_ids)
    print(
        f"{wanted.dag_id}: {len(done.made)} runs made and marked success, "
        f"{len(done.marked)} that were there marked"
    )


def _run(wanted: "list[WantedBackfill]") -> int:
    ids: list[int] = []
    failed = False
    for one in wanted:
        try:
            made = make(one)
        except VenturiError:
            if ids:
                print(_goes_on(ids), file=sys.stderr)
            raise
        say_made(made)
        failed |= any(
            run.existing is not None and run.existing.state is RunState.FAILED
            for run in made.runs
            if run.action == "skip"
        )
        if made.id is None:
            print(f"{one.dag_id}: {why_nothing(made.runs, _AGAIN)}", file=sys.stderr)
            continue
        say_what_holds(made)
        ids.append(made.id)
    try:
        ended = watch(ids)
    except KeyboardInterrupt:
        print(f"\n{_goes_on(ids)}", file=sys.stderr)
        return 130
    if failed and ended:
        print("Some dates have a run that failed earlier. To run them again: " + _AGAIN)
    return 0 if ended and not failed else 1


def _goes_on(ids: list[int]) -> str:
    first = ids[0] if ids else "ID"
    cancel = " && ".join(f"airflow backfill cancel {number}" for number in ids)
    return f"The backfill goes on without you: airflow backfill list. To end it: {cancel or first}"
