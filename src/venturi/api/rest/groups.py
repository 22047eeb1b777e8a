"""Marking all task instances of a task group."""

from collections.abc import Iterator

import msgspec

from venturi.api.call import Call
from venturi.api.rest.changes import mark_chosen, shown
from venturi.api.shapes.changes import GroupQuery, InstancePatch, to_mark
from venturi.api.shapes.instances import Instances
from venturi.core.errors import NotFound
from venturi.spec.model import DagSpec
from venturi.store.bell import Ring
from venturi.store.commands.instances import Chosen, select_instances
from venturi.store.engine import Tx
from venturi.store.queries.runs import get_run
from venturi.store.queries.specs import spec_of


def patch_task_group_instances(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    group_id: str,
    query: GroupQuery,
    body: InstancePatch,
) -> Instances:
    """Set the state of all task instances of a group by hand, or write a note on them."""

    def change(tx: Tx) -> tuple[list[Chosen], tuple[int, ...]]:
        chosen = _chosen(tx, call, (dag_id, dag_run_id, group_id), body)
        return chosen, mark_chosen(tx, call, chosen, body, query.update_mask)

    chosen, _ = call.change(change, lambda done: Ring(dag_ids=(dag_id,), run_ids=done[1]))
    return shown(call, chosen)


def patch_task_group_instances_dry_run(
    call: Call, dag_id: str, dag_run_id: str, group_id: str, body: InstancePatch
) -> Instances:
    """Which task instances would be set."""
    with call.read() as tx:
        chosen = _chosen(tx, call, (dag_id, dag_run_id, group_id), body)
    return shown(call, chosen)


def _chosen(tx: Tx, call: Call, named: tuple[str, str, str], body: InstancePatch) -> list[Chosen]:
    dag_id, run_id, group_id = named
    run = get_run(tx, call.scope, dag_id, run_id)
    members = sorted(_members(spec_of(tx, call.scope, dag_id), group_id))
    if not members:
        raise NotFound(f"DAG {dag_id!r} has no task group {group_id!r} with tasks in it.")
    which = msgspec.structs.replace(
        to_mark(run, members[0], None, body), task_ids=tuple(members), mapped=()
    )
    return select_instances(tx, which)


def _members(spec: DagSpec, group_id: str) -> Iterator[str]:
    """The tasks in a group and in the groups within it."""
    inner = {group.group_id: group.parent for group in spec.groups}

    def is_within(group: str | None) -> bool:
        while group is not None:
            if group == group_id:
                return True
            group = inner.get(group)
        return False

    return (task.task_id for task in spec.tasks if is_within(task.group))
