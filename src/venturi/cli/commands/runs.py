"""Runs: trigger, replay, list, state."""

import argparse
import json
import sys

from venturi.cli.output import print_rows
from venturi.cli.session import change, configured, date, now, read, ring_bell
from venturi.config import get_config
from venturi.core.errors import InvalidInput
from venturi.core.states import RunState
from venturi.store.engine import Tx
from venturi.store.queries import runs as run_lists
from venturi.store.queries.dags import get_dag
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import Between, RunFilter, RunRow
from venturi.store.scope import EVERY_DAG


def trigger(args: argparse.Namespace) -> None:
    """Start a run now; its logical date is now unless given."""
    from venturi.store.commands import runs as run_commands
    from venturi.store.commands.runs import Wanted, parse_conf

    configured()
    conf = parse_conf(args.conf)
    wanted = Wanted(
        dag_id=args.dag_id,
        run_id=args.run_id,
        logical_date=date(args.logical_date) or now(),
        conf=conf,
        note=args.note,
    )
    overrides = get_config().getboolean("core", "dag_run_conf_overrides_params")
    made = change(
        lambda tx, who: run_commands.trigger(tx, wanted, who, conf_overrides_params=overrides)
    )
    ring_bell(dag_ids=[made.dag_id], run_ids=[made.id])
    row = {
        "conf": conf,
        "dag_id": made.dag_id,
        "dag_run_id": made.run_id,
        "data_interval_start": made.interval.start if made.interval else None,
        "data_interval_end": made.interval.end if made.interval else None,
        "logical_date": made.logical_date,
        "run_after": made.run_after,
        "state": "queued",
        "external_trigger": True,
        "run_type": "manual",
    }
    if args.output == "table":
        print(f"Created run {made.run_id} of {made.dag_id}")
    else:
        print_rows([row], args.output)
    if made.paused:
        _say_paused(made.dag_id)


def replay(args: argparse.Namespace) -> None:
    """Make a run that begins at a task of another one, with its dates."""
    from venturi.store.commands import replays
    from venturi.store.commands.runs import parse_conf

    configured()
    conf = parse_conf(args.conf) if args.conf is not None else None
    run = read(lambda tx: named_run(tx, args.dag_id, args.logical_date_or_run_id))
    wanted = replays.WantedReplay(
        dag_id=run.dag_id,
        run_id=run.run_id,
        from_tasks=tuple(args.from_tasks or ()),
        latest_code=args.latest_code,
        conf=conf,
    )
    made = change(lambda tx, who: replays.replay(tx, wanted, who))
    ring_bell(dag_ids=[made.dag_id], run_ids=[made.id])
    if args.output == "table":
        over = f"; taken over: {', '.join(made.copied)}" if made.copied else ""
        print(f"Created run {made.run_id} of {made.dag_id} from {run.run_id}{over}")
    else:
        row = {"dag_id": made.dag_id, "run_id": made.run_id, "of": run.run_id}
        print_rows([row | {"taken_over": made.copied}], args.output)
    if made.paused:
        _say_paused(made.dag_id)


def _say_paused(dag_id: str) -> None:
    print(
        f"DAG {dag_id} is paused: the run waits until you run `airflow dags unpause {dag_id}`",
        file=sys.stderr,
    )


def list_runs(args: argparse.Namespace) -> None:
    """List the runs of a DAG, newest first."""
    dag_id = args.dag_id_option or args.dag_id
    if dag_id is None:
        raise InvalidInput("Name a DAG: airflow dags list-runs DAG_ID")
    if args.state is not None and args.state not in set(RunState):
        raise InvalidInput(f"--state must be one of {', '.join(RunState)}.")
    which = RunFilter(
        dag_ids=(dag_id,),
        states=(args.state,) if args.state else (),
        not_run_types=("backfill",) if args.no_backfill else (),
        logical_date=Between(gte=date(args.start_date), lte=date(args.end_date)),
    )
    page = read(lambda tx: _known_then_runs(tx, dag_id, which, Paging(limit=args.limit)))
    rows = [
        {
            "dag_id": row.dag_id,
            "run_id": row.run_id,
            "state": row.state,
            "run_after": row.run_after,
            "logical_date": row.logical_date,
            "start_date": row.start_date,
            "end_date": row.end_date,
            "duration": row.duration,
            "run_type": row.run_type,
            "conf": row.conf,
            "note": row.note,
            "reason": row.reason,
        }
        for row in page
    ]
    columns = ("dag_id", "run_id", "state", "run_after", "logical_date", "start_date", "end_date")
    print_rows(rows, args.output, columns=columns, empty=f"DAG {dag_id} has no such runs.")


def _known_then_runs(tx: Tx, dag_id: str, which: RunFilter, paging: Paging) -> list[RunRow]:
    get_dag(tx, EVERY_DAG, dag_id)
    return run_lists.list_runs(tx, EVERY_DAG, which, paging).rows


def state(args: argparse.Namespace) -> None:
    """Print the state of a run, and its conf."""
    row = read(lambda tx: named_run(tx, args.dag_id, args.logical_date_or_run_id))
    conf = f", {json.dumps(row.conf)}" if row.conf else ""
    print(f"{row.state}{conf}")


def named_run(tx: Tx, dag_id: str, name: str) -> RunRow:
    """The run that a person names by its id or its logical date. Raises `NotFound`."""
    try:
        at = date(name)
    except InvalidInput:
        at = None
    return run_lists.find_run(tx, EVERY_DAG, dag_id, name, at)
