"""Running tasks in this process: `tasks test`, `tasks render`, `tasks run`, `dags test`."""

import argparse
import json
import os
import sys
from typing import Any

from venturi.cli.localdags import find_local_dag
from venturi.cli.output import print_rows
from venturi.cli.session import configured, date
from venturi.core.errors import InvalidInput, VenturiError
from venturi.core.states import RunState, TaskState


def test_task(args: argparse.Namespace) -> int:
    """Run one task here; its log goes to the screen, nothing to the database."""
    from venturi.runner.inprocess import run_task_test

    dag = _dag(args)
    os.environ.update(_strings(args.env_vars))
    if args.dry_run:
        _print_rendered(dag, args)
        return 0
    try:
        result = run_task_test(
            dag,
            args.task_id,
            args.logical_date_or_run_id,
            params=_object("--task-params", args.task_params),
            map_index=args.map_index,
            breaks=args.post_mortem,
        )
    except VenturiError:
        raise
    except Exception as error:
        if not args.post_mortem:
            raise
        import pdb  # noqa: T100 - asked for

        pdb.post_mortem(error.__traceback__)
        return 1
    return _told(args.task_id, result)


def _told(task_id: str, result: Any) -> int:
    if result.state is TaskState.FAILED:
        print(f"Task {task_id} failed: {result.reason}", file=sys.stderr)
        return 1
    print(f"Task {task_id}: {result.state}", file=sys.stderr)
    return 0


def run_task(args: argparse.Namespace) -> int:
    """Run one task instance here, as `tasks test` does; with `--mark-success` only mark it."""
    if args.mark_success:
        from venturi.cli.commands.tasks import mark_success

        mark_success(args)
        return 0
    from venturi.runner.inprocess import run_task_test

    result = run_task_test(
        _dag(args), args.task_id, args.logical_date_or_run_id, map_index=args.map_index
    )
    return _told(args.task_id, result)


def render(args: argparse.Namespace) -> None:
    """Show the template fields of a task as a run would see them."""
    _print_rendered(_dag(args), args)


def _print_rendered(dag: Any, args: argparse.Namespace) -> None:
    from venturi.runner.inprocess import render_task

    fields = render_task(dag, args.task_id, args.logical_date_or_run_id, map_index=args.map_index)
    if getattr(args, "output", "table") in {"json", "yaml"}:
        print_rows([fields], args.output)
        return
    for name, value in fields.items():
        print(f"# {'-' * 58}\n# property: {name}\n# {'-' * 58}\n{value}\n")


def test_dag(args: argparse.Namespace) -> int:
    """Run a whole DAG here."""
    from venturi.runner.inprocess import run_dag_test

    args.subdir = args.dagfile_path or args.subdir
    dag = _dag(args)
    run = run_dag_test(
        dag,
        logical_date=date(args.logical_date),
        run_conf=_object("--conf", args.conf),
        mark_success_pattern=args.mark_success_pattern,
    )
    states: dict[str, str] = run.get_task_states()
    if args.show_dagrun:
        from venturi.cli.graph import tree
        from venturi.cli.localdags import spec_from_file

        print(tree(spec_from_file(dag)))
    print_rows([{"task_id": name, "state": state} for name, state in states.items()])
    return 0 if run.state == RunState.SUCCESS else 1


def _dag(args: argparse.Namespace) -> Any:
    configured()
    known = _known_file(args.dag_id) if args.subdir is None else None
    return find_local_dag(args.dag_id, args.subdir, known)


def _known_file(dag_id: str) -> str | None:
    """Where the database says the DAG is; None where there is no database."""
    from venturi.store.open import open_store
    from venturi.store.queries.dags import get_dag
    from venturi.store.queries.schema import require_ready
    from venturi.store.scope import EVERY_DAG

    store = open_store()
    try:
        require_ready(store)
        with store.read() as tx:
            return get_dag(tx, EVERY_DAG, dag_id).fileloc
    except VenturiError:
        return None
    finally:
        store.close()


def _object(option: str, text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"{option} must be a JSON object: {error}.") from error
    if not isinstance(value, dict):
        raise InvalidInput(f"{option} must be a JSON object, not {type(value).__name__}.")
    return value


def _strings(text: str | None) -> dict[str, str]:
    return {name: str(value) for name, value in (_object("--env-vars", text) or {}).items()}
