"""Tasks and task instances: list, states, clear."""

import argparse
from typing import Any

from venturi.cli.commands.runs import named_run
from venturi.cli.output import print_rows
from venturi.cli.session import log_folder, read
from venturi.store.engine import Tx
from venturi.store.queries.instances import (
    InstanceFilter,
    InstanceRow,
    get_instance,
    list_instances,
)
from venturi.store.queries.runs import RunRow
from venturi.store.queries.specs import spec_of


def list_tasks(args: argparse.Namespace) -> None:
    """List the tasks of a DAG."""
    from venturi.cli.graph import tree

    if args.subdir:
        from venturi.cli.commands.local import local_dag

        spec = local_dag(args.dag_id, args.subdir)
    else:
        spec = read(lambda tx: spec_of(tx, args.dag_id))
    if args.tree:
        print(tree(spec))
        return
    if args.output in {"json", "yaml"}:
        rows = [
            {
                "task_id": task.task_id,
                "operator": task.operator,
                "upstream": list(task.upstream),
                "trigger_rule": str(task.trigger_rule),
            }
            for task in spec.tasks
        ]
        print_rows(rows, args.output)
        return
    # One name per line, as every line of Airflow prints it.
    for name in sorted(task.task_id for task in spec.tasks):
        print(name)


_SHORT = (
    *("task_id", "map_index", "state", "try_number", "start_date", "end_date", "duration"),
    *("cpu_seconds", "memory", "reason"),
)


def states_for_dag_run(args: argparse.Namespace) -> None:
    """Show all task instances of a run."""

    def body(tx: Tx) -> tuple[RunRow, list[InstanceRow]]:
        run = named_run(tx, args.dag_id, args.logical_date_or_run_id)
        which = InstanceFilter(dag_ids=(run.dag_id,), run_ids=(run.run_id,))
        return run, list_instances(tx, which).rows

    _, found = read(body)
    rows = [_instance(row) for row in found]
    if args.output in {"table", "plain"}:
        for row in rows:
            row["memory"] = _mebibytes(row["max_rss_bytes"])
        columns = [
            name for name in _SHORT if name != "map_index" or any(r.map_index >= 0 for r in found)
        ]
        columns = [c for c in columns if c != "reason" or any(r.reason for r in found)]
        print_rows(rows, args.output, columns=columns)
        if found:
            print(f"Logs are in {log_folder() / _common(found[0])}")
        return
    print_rows(rows, args.output)


def _common(row: InstanceRow) -> str:
    return f"dag_id={row.dag_id}/run_id={row.run_id}"


def _mebibytes(size: int | None) -> str:
    return "" if size is None else f"{size / 2**20:.0f} MiB"


def _instance(row: InstanceRow) -> dict[str, Any]:
    path = row.log_path
    return {
        "dag_id": row.dag_id,
        "logical_date": row.logical_date,
        "run_id": row.run_id,
        "task_id": row.task_id,
        "map_index": row.map_index,
        "state": row.state,
        "try_number": row.try_number,
        "max_tries": row.max_tries,
        "start_date": row.start_date,
        "end_date": row.end_date,
        "duration": row.duration,
        "cpu_seconds": row.cpu_seconds,
        "max_rss_bytes": row.max_rss_bytes,
        "hostname": row.hostname,
        "pid": row.pid,
        "exit_code": row.exit_code,
        "operator": row.operator,
        "reason": row.reason,
        "log_path": str(log_folder() / path) if path else None,
    }


def state(args: argparse.Namespace) -> None:
    """Print the state of a task instance."""

    def body(tx: Tx) -> InstanceRow:
        run = named_run(tx, args.dag_id, args.logical_date_or_run_id)
        return get_instance(tx, run.dag_id, run.run_id, args.task_id, args.map_index)

    print(read(body).state)
