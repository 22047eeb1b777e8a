"""Changing, deleting and clearing many runs; changing and deleting many task instances."""

from typing import Annotated, Literal

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.permissions import Permission
from venturi.api.rest.bulk import Kind, carry_out
from venturi.api.rest.changes import clear_chosen, mark_chosen, shown, would_add
from venturi.api.rest.runs import answer as runs_answer
from venturi.api.shapes.bulk import BulkAnswer, Create, Delete, Update
from venturi.api.shapes.changes import InstancePatch, NewTasks, check_only_new, to_mark
from venturi.api.shapes.common import Aware, Body, Note
from venturi.api.shapes.instances import Instances
from venturi.api.shapes.runs import ALL, Runs
from venturi.core.errors import InvalidInput, NotFound
from venturi.core.states import RunState
from venturi.store.bell import Ring
from venturi.store.commands import runs as commands
from venturi.store.commands.instances import (
    Chosen,
    Selection,
    select_instances,
)
from venturi.store.commands.removal import delete_instance
from venturi.store.commands.reruns import add_new
from venturi.store.engine import Tx
from venturi.store.queries.instances import get_instance
from venturi.store.queries.paging import Page
from venturi.store.queries.runs import RunFilter, RunRow, get_run, list_runs

#: Runs that one request may clear.
MOST = 1000


class BulkRun(Body, frozen=True, kw_only=True):
    """A run, and what is to be changed of it."""

    dag_run_id: str
    dag_id: str | None = None
    state: Literal["queued", "success", "failed"] | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType | None = msgspec.UNSET


class BulkInstance(Body, frozen=True, kw_only=True):
    """A task instance, and what is to be changed of it."""

    task_id: str
    dag_id: str | None = None
    dag_run_id: str | None = None
    map_index: int | None = None
    new_state: Literal["success", "failed", "skipped"] | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType | None = msgspec.UNSET
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False


class RunsBulk(Body, frozen=True, kw_only=True):
    """Changes of runs, one after the other."""

    actions: list[Create[BulkRun] | Update[BulkRun] | Delete[BulkRun]]


class InstancesBulk(Body, frozen=True, kw_only=True):
    """Changes of task instances, one after the other."""

    actions: list[Create[BulkInstance] | Update[BulkInstance] | Delete[BulkInstance]]


class ClearRunsBody(Body, frozen=True, kw_only=True):
    """Which runs to let run again, by their ids or by a partition; `dry_run` only tells."""

    dag_runs: Annotated[list[BulkRun], msgspec.Meta(max_length=MOST)] | None = None
    partition_key: str | None = None
    partition_date_start: Aware | None = None
    partition_date_end: Aware | None = None
    dry_run: bool = True
    only_failed: bool = False
    only_new: bool = False
    run_on_latest_version: bool | None = None
    note: Note | None = None


class ClearPartitionsBody(Body, frozen=True, kw_only=True):
    """Which partitions to let be made again; `dry_run` only tells how much that is."""

    run_id: str | None = None
    partition_key: str | None = None
    partition_date_start: Aware | None = None
    partition_date_end: Aware | None = None
    clear_task_instances: bool = False
    dry_run: bool = False


class ClearedPartitions(msgspec.Struct, frozen=True, kw_only=True):
    """How much was cleared, or would be."""

    dag_runs_cleared: int
    task_instances_cleared: int
    dry_run: bool


# --- runs -----------------------------------------------------------------------------------------


def bulk_dag_runs(call: Call, dag_id: str, body: RunsBulk) -> BulkAnswer:
    """Change and delete runs of a DAG, or with `~` of those that each entity names."""

    def named(entity: str | BulkRun) -> tuple[str, str]:
        run_id = entity if isinstance(entity, str) else entity.dag_run_id
        return _dag_of(dag_id, None if isinstance(entity, str) else entity.dag_id), run_id

    def exists(tx: Tx, entity: str | BulkRun) -> bool:
        try:
            get_run(tx, call.scope, *named(entity))
        except NotFound:
            return False
        return True

    def update(tx: Tx, entity: BulkRun, mask: list[str]) -> None:
        fields = mask or ["state", "note"]
        if "state" in fields and isinstance(entity.state, str):
            commands.set_run_state(tx, *named(entity), RunState(entity.state), call.actor)
        if "note" in fields and not isinstance(entity.note, msgspec.UnsetType):
            commands.set_note(tx, *named(entity), entity.note, call.actor)

    def delete(tx: Tx, entity: str | BulkRun) -> None:
        dag, run = named(entity)
        call.require(tx, Permission.RUN_DELETE, dag)
        commands.delete_run(tx, dag, run, call.actor)

    kind = Kind[BulkRun](
        noun="run",
        key=lambda entity: ".".join(named(entity)),
        exists=exists,
        create=None,
        update=update,
        delete=delete,
    )
    return carry_out(call, kind, body.actions, Ring())


def _dag_of(in_path: str, in_body: str | None) -> str:
    if in_path == ALL:
        if in_body is None:
            raise Refused(400, "With `~` in the address each entity must name its `dag_id`.")
        return in_body
    if in_body not in {None, ALL, in_path}:
        raise Refused(400, f"The address is about DAG {in_path!r}, an entity about {in_body!r}.")
    return in_path


def clear_dag_runs(call: Call, dag_id: str, body: ClearRunsBody) -> Runs | Instances | NewTasks:
    """Let the task instances of several runs run again, or tell which would.

    With `only_new` only tasks run that their DAG has got since, and nothing is cleared.
    """
    check_only_new(body.only_new, body.only_failed)
    if body.dag_runs is None and body.partition_key is None:
        raise InvalidInput("Name the runs in `dag_runs`, or a `partition_key`.")

    def choose(tx: Tx) -> tuple[list[RunRow], list[Chosen]]:
        rows = _runs(tx, call, dag_id, body)
        chosen: list[Chosen] = []
        for row in rows:
            which = Selection(
                dag_id=row.dag_id, run_ids=(row.run_id,), only_failed=body.only_failed
            )
            chosen += select_instances(tx, which)
        return rows, chosen

    if body.dry_run:
        with call.read() as tx:
            if body.only_new:
                return would_add(tx, _runs(tx, call, dag_id, body))
            return shown(call, choose(tx)[1])

    def change(tx: Tx) -> list[RunRow]:
        if body.only_new:
            rows = _runs(tx, call, dag_id, body)
            add_new(tx, [row.id for row in rows], call.actor)
        else:
            rows, chosen = choose(tx)
            clear_chosen(tx, call, chosen, newest=body.run_on_latest_version is not False)
        if body.note is not None:
            for row in rows:
                commands.set_note(tx, row.dag_id, row.run_id, body.note, call.actor)
        return rows

    rows = call.change(
        change,
        lambda rows: Ring(
            dag_ids=tuple({row.dag_id for row in rows}), run_ids=tuple(row.id for row in rows)
        ),
    )
    with call.read() as tx:
        fresh = [get_run(tx, call.scope, row.dag_id, row.run_id) for row in rows]
        return runs_answer(tx, Page(fresh, len(fresh)))


def _runs(tx: Tx, call: Call, dag_id: str, body: ClearRunsBody) -> list[RunRow]:
    if body.dag_runs is not None:
        names = [(_dag_of(dag_id, each.dag_id), each.dag_run_id) for each in body.dag_runs]
        return [get_run(tx, call.scope, *name) for name in names]
    which = RunFilter(
        dag_ids=None if dag_id == ALL else (dag_id,), partition_key=body.partition_key
    )
    return list_runs(tx, call.scope, which).rows


def clear_dag_run_partitions(
    call: Call, dag_id: str, body: ClearPartitionsBody
) -> ClearedPartitions:
    """Let the runs of a partition run again, or tell how many would."""
    if body.run_id is None and body.partition_key is None and body.partition_date_start is None:
        raise InvalidInput("Name a `run_id`, a `partition_key` or partition dates.")

    def choose(tx: Tx) -> tuple[list[RunRow], list[Chosen]]:
        rows: list[RunRow] = []
        if body.run_id is not None:
            rows = [get_run(tx, call.scope, dag_id, body.run_id)]
        elif body.partition_key is not None:
            which = RunFilter(dag_ids=(dag_id,), partition_key=body.partition_key)
            rows = list_runs(tx, call.scope, which).rows
        names = tuple(row.run_id for row in rows)
        chosen = (
            select_instances(tx, Selection(dag_id=dag_id, run_ids=names))
            if body.clear_task_instances and names
            else []
        )
        return rows, chosen

    def change(tx: Tx) -> tuple[list[RunRow], list[Chosen]]:
        rows, chosen = choose(tx)
        clear_chosen(tx, call, chosen, newest=False)
        return rows, chosen

    if body.dry_run:
        with call.read() as tx:
            rows, chosen = choose(tx)
    else:
        rows, chosen = call.change(change, Ring(dag_ids=(dag_id,)))
    return ClearedPartitions(
        dag_runs_cleared=len(rows), task_instances_cleared=len(chosen), dry_run=body.dry_run
    )


# --- task instances -------------------------------------------------------------------------------


def bulk_task_instances(
    call: Call, dag_id: str, dag_run_id: str, body: InstancesBulk
) -> BulkAnswer:
    """Change and delete task instances of a run, or with `~` of those that entities name."""

    def named(entity: str | BulkInstance) -> tuple[str, str, str, int | None]:
        if isinstance(entity, str):
            return _dag_of(dag_id, None), _run_of(dag_run_id, None), entity, None
        run_id = _run_of(dag_run_id, entity.dag_run_id)
        return _dag_of(dag_id, entity.dag_id), run_id, entity.task_id, entity.map_index

    def key(entity: str | BulkInstance) -> str:
        dag, run, task, index = named(entity)
        return f"{dag}.{run}.{task}[{-1 if index is None else index}]"

    def chosen(tx: Tx, entity: str | BulkInstance) -> list[Chosen]:
        dag, run, task, index = named(entity)
        patch = InstancePatch() if isinstance(entity, str) else _patch_of(entity)
        return select_instances(tx, to_mark(get_run(tx, call.scope, dag, run), task, index, patch))

    def exists(tx: Tx, entity: str | BulkInstance) -> bool:
        try:
            return bool(chosen(tx, entity))
        except NotFound:
            return False

    def update(tx: Tx, entity: BulkInstance, mask: list[str]) -> None:
        mark_chosen(tx, call, chosen(tx, entity), _patch_of(entity), mask)

    def delete(tx: Tx, entity: str | BulkInstance) -> None:
        for row in chosen(tx, entity):
            call.require(tx, Permission.INSTANCE_DELETE, row.dag_id)
            of = get_instance(tx, call.scope, row.dag_id, row.run_id, row.task_id, row.map_index)
            delete_instance(tx, of, call.actor)

    kind = Kind[BulkInstance](
        noun="task instance", key=key, exists=exists, create=None, update=update, delete=delete
    )
    return carry_out(call, kind, body.actions, Ring())


def _run_of(in_path: str, in_body: str | None) -> str:
    if in_path == ALL:
        if in_body is None:
            raise Refused(400, "With `~` in the address each entity must name its `dag_run_id`.")
        return in_body
    if in_body not in {None, ALL, in_path}:
        raise Refused(400, f"The address is about run {in_path!r}, an entity about {in_body!r}.")
    return in_path


def _patch_of(entity: BulkInstance) -> InstancePatch:
    return InstancePatch(
        **{name: getattr(entity, name) for name in InstancePatch.__struct_fields__}
    )
