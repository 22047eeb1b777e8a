"""Clearing and marking task instances."""

from collections.abc import Iterable

import msgspec

from venturi.api.call import Call
from venturi.api.rest.instances import answer
from venturi.api.rest.runs import get_dag_run
from venturi.api.shapes.changes import (
    ClearBody,
    InstancePatch,
    NewTasks,
    PatchQuery,
    check_only_new,
    new_tasks_answer,
    to_clear,
    to_mark,
)
from venturi.api.shapes.instances import Instances
from venturi.api.shapes.runs import RunAnswer, RunClear
from venturi.core.errors import Conflict, NotFound
from venturi.core.states import ACTIVE, RunState, TaskState
from venturi.store.bell import Ring
from venturi.store.commands.instances import Chosen, Cleared, Selection, clear, select_instances
from venturi.store.commands.marks import mark, set_instance_note
from venturi.store.commands.reruns import add_new, new_tasks
from venturi.store.commands.runs import set_note
from venturi.store.engine import Tx
from venturi.store.queries.instances import InstanceFilter, list_instances
from venturi.store.queries.paging import Page
from venturi.store.queries.runs import RunRow, get_run
from venturi.store.versions import Versions


def post_clear_task_instances(call: Call, dag_id: str, body: ClearBody) -> Instances:
    """Let task instances run again, or tell which would."""
    with call.read() as tx:
        run = None if body.dag_run_id is None else get_run(tx, call.scope, dag_id, body.dag_run_id)
        which = to_clear(dag_id, body, run)
    return _clear(call, which, body)


def _clear(call: Call, which: Selection, body: ClearBody) -> Instances:
    state = RunState.QUEUED if body.reset_dag_runs else None

    def change(tx: Tx) -> tuple[list[Chosen], Cleared]:
        chosen = select_instances(tx, which)
        busy = [row for row in chosen if row.state in ACTIVE]
        if body.prevent_running_task and busy:
            raise Conflict(f"{len(busy)} of these task instances are queued or running.")
        if body.note is not None:
            for row in chosen:
                _write_note(tx, call, row, body.note)
        newest = body.run_on_latest_version is not False
        return chosen, clear(tx, chosen, call.actor, run_state=state, newest=newest)

    if body.dry_run:
        with call.read() as tx:
            chosen = select_instances(tx, which)
    else:
        chosen, _ = call.change(
            change, lambda done: Ring(dag_ids=(which.dag_id,), run_ids=done[1].run_ids)
        )
    return shown(call, chosen)


def _write_note(tx: Tx, call: Call, row: Chosen, text: str | None) -> None:
    set_instance_note(tx, row.dag_id, row.run_id, row.task_id, row.map_index, text, call.actor)


def shown(call: Call, chosen: list[Chosen]) -> Instances:
    """Task instances as they are now."""
    if not chosen:
        return Instances(task_instances=[], total_entries=0)
    ids = {row.id for row in chosen}
    which = InstanceFilter(
        dag_ids=(chosen[0].dag_id,),
        run_ids=tuple({row.run_id for row in chosen}),
        task_ids=tuple({row.task_id for row in chosen}),
    )
    with call.read() as tx:
        rows = [row for row in list_instances(tx, call.scope, which).rows if row.id in ids]
        return answer(tx, Page(rows, len(rows)))


def clear_dag_run(
    call: Call, dag_id: str, dag_run_id: str, body: RunClear
) -> RunAnswer | Instances | NewTasks:
    """Let a run's task instances run again, or tell which would.

    With `only_new` only tasks run that the DAG has got since, and nothing is cleared.
    """
    check_only_new(body.only_new, body.only_failed)
    if body.only_new:
        return _add_new(call, dag_id, dag_run_id, body)
    wanted = ClearBody(
        dry_run=body.dry_run,
        only_failed=body.only_failed,
        dag_run_id=dag_run_id,
        run_on_latest_version=body.run_on_latest_version,
    )
    cleared = post_clear_task_instances(call, dag_id, wanted)
    if body.dry_run:
        return cleared
    if body.note is not None:
        text = body.note
        call.change(lambda tx: set_note(tx, dag_id, dag_run_id, text, call.actor))
    return get_dag_run(call, dag_id, dag_run_id)


def _add_new(call: Call, dag_id: str, dag_run_id: str, body: RunClear) -> RunAnswer | NewTasks:
    if body.dry_run:
        with call.read() as tx:
            return would_add(tx, [get_run(tx, call.scope, dag_id, dag_run_id)])

    def change(tx: Tx) -> tuple[int, ...]:
        run = get_run(tx, call.scope, dag_id, dag_run_id)
        if body.note is not None:
            set_note(tx, dag_id, dag_run_id, body.note, call.actor)
        return add_new(tx, [run.id], call.actor)

    call.change(change, lambda runs: Ring(dag_ids=(dag_id,), run_ids=runs))
    return get_dag_run(call, dag_id, dag_run_id)


def would_add(tx: Tx, runs: Iterable[RunRow]) -> NewTasks:
    """The tasks that would be added to runs."""
    versions = Versions()
    ids = dict.fromkeys(run.id for run in runs)
    return new_tasks_answer(task for run_id in ids for task in new_tasks(tx, run_id, versions))


def patch_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: PatchQuery, body: InstancePatch
) -> Instances:
    """Set the state of a task instance by hand, or write a note on it."""
    return _patch(call, (dag_id, dag_run_id, task_id, query.map_index), query.update_mask, body)


def patch_task_instance_by_map_index(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: int,
    query: PatchQuery,
    body: InstancePatch,
) -> Instances:
    """The same for one instance of a mapped task."""
    return _patch(call, (dag_id, dag_run_id, task_id, map_index), query.update_mask, body)


def patch_task_instance_dry_run(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: PatchQuery, body: InstancePatch
) -> Instances:
    """Which task instances would be set."""
    with call.read() as tx:
        which = to_mark(get_run(tx, call.scope, dag_id, dag_run_id), task_id, query.map_index, body)
        chosen = _found(tx, which, task_id)
    return shown(call, chosen)


def patch_task_instance_dry_run_by_map_index(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: int,
    query: PatchQuery,
    body: InstancePatch,
) -> Instances:
    """The same for one instance of a mapped task."""
    named = msgspec.structs.replace(query, map_index=map_index)
    return patch_task_instance_dry_run(call, dag_id, dag_run_id, task_id, named, body)


def _patch(
    call: Call, named: tuple[str, str, str, int | None], mask: list[str], body: InstancePatch
) -> Instances:
    dag_id, run_id, task_id, map_index = named

    def change(tx: Tx) -> tuple[list[Chosen], tuple[int, ...]]:
        run = get_run(tx, call.scope, dag_id, run_id)
        chosen = _found(tx, to_mark(run, task_id, map_index, body), task_id)
        return chosen, mark_chosen(tx, call, chosen, body, mask)

    chosen, _ = call.change(change, lambda done: Ring(dag_ids=(dag_id,), run_ids=done[1]))
    return shown(call, chosen)


def mark_chosen(
    tx: Tx, call: Call, chosen: list[Chosen], body: InstancePatch, mask: list[str]
) -> tuple[int, ...]:
    """Set state and note of task instances as a body says; row ids of the runs to look at."""
    fields = mask or ["new_state", "note"]
    runs: tuple[int, ...] = ()
    if "new_state" in fields and isinstance(body.new_state, str):
        runs = mark(tx, chosen, TaskState(body.new_state), call.actor).run_ids
    if "note" in fields and not isinstance(body.note, msgspec.UnsetType):
        for row in chosen:
            _write_note(tx, call, row, body.note)
    return runs


def clear_chosen(tx: Tx, call: Call, chosen: list[Chosen], *, newest: bool) -> None:
    """Let task instances run again, in runs that go on."""
    clear(tx, chosen, call.actor, run_state=RunState.QUEUED, newest=newest)


def _found(tx: Tx, which: Selection, task_id: str) -> list[Chosen]:
    chosen = select_instances(tx, which)
    if not chosen:
        raise NotFound(f"There is no such instance of task {task_id!r}.")
    return chosen
