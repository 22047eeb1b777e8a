"""Why something does not run."""

import argparse
from typing import Any

from venturi.cli.commands.runs import named_run
from venturi.cli.output import print_rows
from venturi.cli.session import configured, now, read
from venturi.core.errors import NotFound
from venturi.decide.why import Reason
from venturi.executors.installed import installed
from venturi.store.engine import Tx
from venturi.store.queries.specs import spec_of
from venturi.store.queries.why import (
    Installed,
    explain_dag,
    explain_run,
    explain_task,
    newest_run,
)
from venturi.store.scope import EVERY_DAG


def why(args: argparse.Namespace) -> None:
    """Say everything that keeps a DAG, a run or a task from running."""
    limits = installed(configured())
    reasons = read(lambda tx: _reasons(tx, args, limits))
    if args.output in {"json", "yaml"}:
        print_rows([_row(reason) for reason in reasons], args.output)
        return
    print_rows([_row(reason) for reason in reasons], args.output, columns=_COLUMNS, empty=_NOTHING)


_COLUMNS = ("subject", "reason", "rule")
_NOTHING = "Nothing holds it."


def _row(reason: Reason) -> dict[str, Any]:
    return {
        "subject": reason.subject,
        "reason": reason.text,
        "rule": reason.row,
        "until": reason.until,
    }


def _reasons(tx: Tx, args: argparse.Namespace, limits: Installed) -> list[Reason]:
    dag_id, second, run = args.dag_id, args.task_id, args.logical_date_or_run_id
    if second is None:
        return explain_dag(tx, EVERY_DAG, dag_id, limits, now())
    spec = spec_of(tx, EVERY_DAG, dag_id)
    if run is None and all(task.task_id != second for task in spec.tasks):
        # The one word may be that of a run.
        try:
            return explain_run(tx, named_run(tx, dag_id, second), limits, now())
        except NotFound as error:
            raise NotFound(f"DAG {dag_id!r} has neither a task nor a run {second!r}.") from error
    name = run or newest_run(tx, EVERY_DAG, dag_id)
    if name is None:
        said = explain_dag(tx, EVERY_DAG, dag_id, limits, now())
        text = f"DAG {dag_id!r} has no run yet; one is made with: airflow dags trigger {dag_id}"
        return [*said, Reason(row="no_run", text=text, subject=f"task {second}")]
    index = args.map_index if args.map_index >= 0 else None
    return explain_task(tx, named_run(tx, dag_id, name), second, index, limits, now())
