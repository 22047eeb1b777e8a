"""Tasks and task instances: list, states, clear."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from venturi.cli.commands.runs import named_run
from venturi.cli.output import print_rows
from venturi.cli.session import (
    change,
    configured,
    confirm,
    date,
    log_folder,
    now,
    read,
    ring_bell,
)
from venturi.store.engine import Tx
from venturi.store.queries.history import Transition, transitions
from venturi.store.queries.instances import (
    InstanceFilter,
    InstanceRow,
    get_instance,
    list_instances,
)
from venturi.store.queries.runs import RunRow
from venturi.store.queries.specs import spec_of
from venturi.store.scope import EVERY_DAG

if TYPE_CHECKING:
    from venturi.decide.why import Reason
    from venturi.store.commands.audit import Actor
    from venturi.store.commands.instances import Chosen


def list_tasks(args: argparse.Namespace) -> None:
    """List the tasks of a DAG."""
    from venturi.cli.graph import tree

    if args.subdir:
        from venturi.cli.commands.local import local_dag

        spec = local_dag(args.dag_id, args.subdir)
    else:
        spec = read(lambda tx: spec_of(tx, EVERY_DAG, args.dag_id))
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
        return run, list_instances(tx, EVERY_DAG, which).rows

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


def history(args: argparse.Namespace) -> None:
    """Show every change of state of a task instance."""

    def body(tx: Tx) -> list[Transition]:
        run = named_run(tx, args.dag_id, args.logical_date_or_run_id)
        return transitions(tx, EVERY_DAG, run.dag_id, run.run_id, args.task_id, args.map_index)

    rows = [msgspec.structs.asdict(each) for each in read(body)]
    for row in rows:
        row["actor"] = row["actor"] or "scheduler"
    print_rows(rows, args.output, empty="Nothing has happened to it yet.")


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
        return get_instance(tx, EVERY_DAG, run.dag_id, run.run_id, args.task_id, args.map_index)

    print(read(body).state)


def clear(args: argparse.Namespace) -> None:
    """Let task instances run again, after showing which."""
    from venturi.store.commands import instances
    from venturi.store.commands.dags import matching
    from venturi.store.commands.instances import Chosen, Selection

    configured()
    start, end = date(args.start_date), date(args.end_date)

    def chosen(tx: Tx) -> list[Chosen]:
        ids = matching(tx, args.dag_id) if args.dag_regex else [args.dag_id]
        return [
            row
            for dag_id in ids
            for row in instances.select_instances(
                tx,
                Selection(
                    dag_id=dag_id,
                    task_regex=args.task_regex,
                    start=start,
                    end=end,
                    upstream=args.upstream,
                    downstream=args.downstream,
                    only_failed=args.only_failed,
                    only_running=args.only_running,
                ),
            )
        ]

    found = read(chosen)
    if not found:
        print("There is nothing to clear: no such task instance has run.")
        return
    _preview(found)
    confirm(f"Clear these {len(found)} task instances?", yes=args.yes)
    done = change(lambda tx, who: instances.clear(tx, chosen(tx), who, newest=True))
    ring_bell(dag_ids=sorted({row.dag_id for row in found}), run_ids=done.run_ids)
    print(f"Cleared {done.instances} task instances of {len(done.run_ids)} runs")


#: More of them than this are not all shown.
_PREVIEW = 50


def _preview(found: "Sequence[Chosen]") -> None:
    rows = [
        {
            "dag_id": row.dag_id,
            "task_id": row.task_id + (f"[{row.map_index}]" if row.map_index >= 0 else ""),
            "run_id": row.run_id,
            "state": row.state,
        }
        for row in found[:_PREVIEW]
    ]
    print_rows(rows)
    if len(found) > _PREVIEW:
        print(f"... and {len(found) - _PREVIEW} more")


def mark_success(args: argparse.Namespace) -> None:
    """Mark one task instance successful without running it."""
    from venturi.core.states import TaskState
    from venturi.store.commands.instances import Cleared, Selection, select_instances
    from venturi.store.commands.marks import mark

    def body(tx: Tx, who: "Actor") -> Cleared:
        run = named_run(tx, args.dag_id, args.logical_date_or_run_id)
        which = Selection(
            dag_id=run.dag_id,
            task_ids=(args.task_id,),
            run_ids=(run.run_id,),
            only_with_state=False,
        )
        chosen = select_instances(tx, which)
        if args.map_index >= 0:
            chosen = [row for row in chosen if row.map_index == args.map_index]
        return mark(tx, chosen, TaskState.SUCCESS, who)

    done = change(body)
    ring_bell(dag_ids=[args.dag_id], run_ids=done.run_ids)
    print(f"Marked {done.instances} task instances successful")


def failed_deps(args: argparse.Namespace) -> None:
    """Say why a task instance does not run."""
    from venturi.executors.installed import installed
    from venturi.store.queries.why import explain_task

    limits = installed(configured())

    def body(tx: Tx) -> "list[Reason]":
        run = named_run(tx, args.dag_id, args.logical_date_or_run_id)
        return explain_task(tx, run, args.task_id, args.map_index, limits, now())

    rows = [
        {
            "dependency": reason.row.replace("_", " ").title(),
            "reason": f"{reason.subject}: {reason.text}",
        }
        for reason in read(body)
        if reason.row not in {"ready", "no_scheduler"}  # not about the task
    ]
    if not rows:
        print("Task instance dependencies are all met.")
        return
    print("Task instance dependencies not met:")
    print_rows(rows, columns=("dependency", "reason"))
