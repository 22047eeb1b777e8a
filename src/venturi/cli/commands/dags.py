"""DAGs: list, show, pause, delete."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from venturi.cli.output import print_record, print_rows
from venturi.cli.session import change, confirm, now, read, ring_bell
from venturi.core.errors import InvalidInput
from venturi.store.queries import dags as dag_lists
from venturi.store.queries import files
from venturi.store.queries.dags import DagRow
from venturi.store.queries.specs import list_versions, spec_of
from venturi.store.scope import EVERY_DAG

_COLUMNS = ("dag_id", "fileloc", "owners", "is_paused", "schedule", "next_run", "note")


def list_dags(args: argparse.Namespace) -> None:
    """List the DAGs; those that wait because they are paused say so."""
    if args.report:
        report(args)
        return
    if args.local or args.subdir:
        from venturi.cli.commands.local import list_local_dags

        list_local_dags(args)
        return
    page, waiting, errors = read(
        lambda tx: (
            dag_lists.list_dags(tx, EVERY_DAG),
            dag_lists.waiting_runs(tx, EVERY_DAG),
            files.list_import_errors(tx, EVERY_DAG).total,
        )
    )
    rows = [_listed(row, waiting.get(row.dag_id, 0)) for row in page.rows]
    print_rows(rows, args.output, columns=_chosen(args.columns), empty=_NOTHING)
    paused = [row.dag_id for row in page.rows if row.is_paused]
    if paused and args.output in {"table", "plain"}:
        some = "A paused DAG waits" if len(paused) == 1 else f"{len(paused)} paused DAGs wait"
        print(f"{some} until you run: airflow dags unpause {paused[0]}", file=sys.stderr)
    if errors:
        print(
            f"{errors} files could not be read. See: airflow dags list-import-errors",
            file=sys.stderr,
        )


_NOTHING = "No DAGs yet: put a DAG file into the DAG folder while the scheduler runs."


def _chosen(text: str | None) -> Sequence[str]:
    if text is None:
        return _COLUMNS
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    known = {*_COLUMNS, *_EXTRA}
    for name in chosen:
        if name not in known:
            raise InvalidInput(f"--columns: {name!r} is none of {', '.join(sorted(known))}.")
    return chosen


_EXTRA = (
    *("dag_display_name", "is_active", "has_import_errors", "relative_fileloc", "bundle_name"),
    *("description", "tags", "max_active_runs", "max_active_tasks", "last_parsed_time"),
)


def _listed(row: DagRow, waiting: int) -> dict[str, Any]:
    return {
        "dag_id": row.dag_id,
        "fileloc": row.fileloc,
        "owners": ", ".join(row.owners),
        "is_paused": row.is_paused,
        "schedule": row.timetable_summary,
        "next_run": row.next_run_after,
        "note": _note(row, waiting),
        "dag_display_name": row.display_name,
        "is_active": row.is_active,
        "has_import_errors": row.has_import_errors,
        "relative_fileloc": row.relative_fileloc,
        "bundle_name": row.bundle_name,
        "description": row.description,
        "tags": list(row.tags),
        "max_active_runs": row.max_active_runs,
        "max_active_tasks": row.max_active_tasks,
        "last_parsed_time": row.last_parsed,
    }


def _note(row: DagRow, waiting: int) -> str:
    if not row.is_paused:
        return "its file cannot be read at present" if row.has_import_errors else ""
    runs = f" ({waiting} runs wait)" if waiting else ""
    return f"paused: run `airflow dags unpause {row.dag_id}`{runs}"


def list_import_errors(args: argparse.Namespace) -> None:
    """List the files that could not be read."""
    rows: list[dict[str, Any]]
    if args.local or args.subdir:
        from venturi.cli.commands.local import list_local_errors

        rows = [dict(row) for row in list_local_errors(args)]
    else:
        rows = [
            {"filepath": row.filename, "error": row.text, "timestamp": row.timestamp}
            for row in read(lambda tx: files.list_import_errors(tx, EVERY_DAG)).rows
        ]
    if args.output == "table" and rows:
        # A traceback in a table cannot be read: one after the other instead.
        for row in rows:
            print(f"{row['filepath']}\n{_indented(str(row['error']))}\n")
        return
    print_rows(rows, args.output, empty="All files could be read.")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())


def report(args: argparse.Namespace) -> None:
    """Show how each file was read."""
    rows = [
        {
            "file": row.path,
            "duration": row.parse_seconds,
            "dag_num": row.dag_count,
            "task_num": row.task_count,
            "dags": list(row.dag_ids),
            "read": row.last_parsed,
            "imported_per_attempt": row.open_because or "",
        }
        for row in read(lambda tx: files.list_files(tx, EVERY_DAG))
    ]
    print_rows(rows, args.output, empty="No file has been read yet.")


def details(args: argparse.Namespace) -> None:
    """Show all about a DAG."""
    row, spec, versions = read(
        lambda tx: (
            dag_lists.get_dag(tx, EVERY_DAG, args.dag_id),
            spec_of(tx, EVERY_DAG, args.dag_id),
            list_versions(tx, EVERY_DAG, args.dag_id),
        )
    )
    record = _listed(row, 0) | {
        "schedule_description": row.timetable_description,
        "timezone": spec.timezone,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "catchup": spec.catchup,
        "dagrun_timeout": spec.dagrun_timeout,
        "params": {name: param.get("value") for name, param in spec.params.items()},
        "tasks": len(spec.tasks),
        "version": versions[0].version_number if versions else None,
        "next_logical_date": row.next_logical_date,
    }
    print_record(record, args.output)


def show(args: argparse.Namespace) -> None:
    """Show the graph as text, or write it as a .dot file."""
    from venturi.cli.graph import dot, tree

    spec = read(lambda tx: spec_of(tx, EVERY_DAG, args.dag_id))
    if args.save:
        path = Path(args.save)
        if path.suffix not in {".dot", ".gv"}:
            raise InvalidInput(
                f"--save writes .dot files; make a picture of it with: dot -Tpng, not {path.name}."
            )
        path.write_text(dot(spec), encoding="utf-8")
        print(f"Wrote {path}")
        return
    print(tree(spec))


def next_execution(args: argparse.Namespace) -> None:
    """Show when a DAG is due next."""
    from venturi.cli.upcoming import upcoming

    dag, runs = read(
        lambda tx: (
            dag_lists.get_dag(tx, EVERY_DAG, args.dag_id),
            upcoming(tx, args.dag_id, args.num_executions, now()),
        )
    )
    if dag.is_paused:
        print(f"DAG {dag.dag_id} is paused: it waits until you unpause it.", file=sys.stderr)
    if not runs:
        print("None: it has no schedule, or its schedule has ended.", file=sys.stderr)
        print("None")
        return
    rows = [
        {
            "logical_date": run.logical_date,
            "data_interval_start": run.data_interval.start if run.data_interval else None,
            "data_interval_end": run.data_interval.end if run.data_interval else None,
            "run_after": run.run_after,
        }
        for run in runs
    ]
    if args.table or args.output != "table":
        print_rows(rows, args.output)
        return
    if args.field not in rows[0]:
        raise InvalidInput(f"--field must be one of {', '.join(rows[0])}.")
    for row in rows:
        value = row[args.field]
        print(value.isoformat() if value is not None else "None")


def pause(args: argparse.Namespace) -> None:
    """Pause one or several DAGs."""
    _set_paused(args, paused=True)


def unpause(args: argparse.Namespace) -> None:
    """Let one or several DAGs run."""
    _set_paused(args, paused=False)


def _set_paused(args: argparse.Namespace, *, paused: bool) -> None:
    from venturi.store.commands import dags as dag_commands

    if args.treat_dag_id_as_regex:
        ids = read(lambda tx: dag_commands.matching(tx, args.dag_id))
        word = "Pause" if paused else "Unpause"
        confirm(f"{word} {len(ids)} DAGs ({', '.join(ids)})?", yes=args.yes)
        changes = change(
            lambda tx, who: dag_commands.set_paused_matching(tx, args.dag_id, paused, who)
        )
    else:
        changes = [change(lambda tx, who: dag_commands.set_paused(tx, args.dag_id, paused, who))]
    ring_bell(dag_ids=[done.dag_id for done in changes])
    if args.output in {"json", "yaml"}:
        print_rows([{"dag_id": c.dag_id, "is_paused": c.is_paused} for c in changes], args.output)
        return
    for done in changes:
        # The wording of the 1.x and 2.x lines: scripts look for it.
        print(f"Dag: {done.dag_id}, paused: {done.is_paused}")


def delete(args: argparse.Namespace) -> None:
    """Delete a DAG with all its history."""
    from venturi.store.commands.dags import delete_dag

    confirm(f"This deletes DAG {args.dag_id!r} with all its history. Go on?", yes=args.yes)
    done = change(lambda tx, who: delete_dag(tx, args.dag_id, who))
    ring_bell(dag_ids=[args.dag_id])
    print(f"Removed {done.rows} records of DAG {done.dag_id}")
    if done.hidden:
        print("Its file is still there: the DAG comes back when the file changes.")


def reserialize(_args: argparse.Namespace) -> None:
    """Have the scheduler look at all files again."""
    rung = ring_bell()
    print(
        "The scheduler reads all files again"
        if rung
        else "No scheduler runs; it will read all files when it starts"
    )
