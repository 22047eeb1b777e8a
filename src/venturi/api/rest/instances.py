"""Task instances and their tries."""

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.shapes.common import page_facts
from venturi.api.shapes.instances import (
    IndexQuery,
    InstanceAnswer,
    Instances,
    InstancesBatch,
    InstancesQuery,
    Tries,
    TryAnswer,
    batch_filter,
    instance_answer,
    instance_answers,
    instance_filter,
    try_answer,
)
from venturi.api.shapes.runs import ALL
from venturi.core.errors import NotFound
from venturi.spec.groups import tasks_in_group
from venturi.store.engine import Tx
from venturi.store.queries.facts import rendered_by_instance, version_rows
from venturi.store.queries.instances import (
    InstanceFilter,
    InstanceRow,
    get_instance,
    list_instances,
    list_tries,
)
from venturi.store.queries.paging import Page
from venturi.store.queries.runs import RunRow, get_run
from venturi.store.queries.specs import spec_of
from venturi.store.scope import DagScope


def get_task_instances(
    call: Call, dag_id: str, dag_run_id: str, query: InstancesQuery
) -> Instances:
    """A page of a run's task instances; `~` for all runs, or all DAGs."""
    which = instance_filter(dag_id, dag_run_id, query)
    paging = call.paging(query.limit, query.offset, query.order_by, query.cursor)
    with call.read() as tx:
        one = ALL not in {dag_id, dag_run_id}
        run = get_run(tx, call.scope, dag_id, dag_run_id) if one else None
        if query.task_group_id is not None:
            which = _of_group(tx, call, which, dag_id, run, query.task_group_id)
        return answer(tx, list_instances(tx, call.scope, which, paging))


def _of_group(
    tx: Tx, call: Call, which: InstanceFilter, dag_id: str, run: RunRow | None, group_id: str
) -> InstanceFilter:
    """The same for the tasks in a group alone, as the version of the run (or today's) has it."""
    if dag_id == ALL:
        text = "`task_group_id` needs a DAG in the address: others may have a group of that name."
        raise Refused(400, text)
    number = None if run is None else run.version_number
    found = tasks_in_group(spec_of(tx, call.scope, dag_id, number), group_id)
    if found is None:
        raise NotFound(f"DAG {dag_id!r} has no task group {group_id!r}.")
    asked = which.task_ids
    kept = tuple(task_id for task_id in found if asked is None or task_id in asked)
    return msgspec.structs.replace(which, task_ids=kept)


def get_task_instances_batch(
    call: Call, dag_id: str, dag_run_id: str, body: InstancesBatch
) -> Instances:
    """A page of task instances of several runs."""
    if (dag_id, dag_run_id) != (ALL, ALL):
        raise Refused(400, "DAG and run in this address must be `~`; name them in the body.")
    order = [body.order_by] if body.order_by else []
    paging = call.paging(body.page_limit, body.page_offset, order)
    with call.read() as tx:
        return answer(tx, list_instances(tx, call.scope, batch_filter(body), paging))


def get_mapped_task_instances(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: InstancesQuery
) -> Instances:
    """A page of the instances of a mapped task."""
    which = msgspec.structs.replace(instance_filter(dag_id, dag_run_id, query), task_ids=(task_id,))
    paging = call.paging(query.limit, query.offset, query.order_by or ["map_index"], query.cursor)
    with call.read() as tx:
        run = get_run(tx, call.scope, dag_id, dag_run_id)
        if query.task_group_id is not None:
            which = _of_group(tx, call, which, dag_id, run, query.task_group_id)
        page = list_instances(tx, call.scope, which, paging)
        if not page.total and all(
            task.task_id != task_id for task in spec_of(tx, call.scope, dag_id).tasks
        ):
            raise NotFound(f"DAG {dag_id!r} has no task {task_id!r}.")
        mapped = [row for row in page.rows if row.map_index >= 0]
        return answer(tx, page._replace(rows=mapped, total=page.total if mapped else 0))


def answer(tx: Tx, page: Page[InstanceRow]) -> Instances:
    """A page of task instances with all that they name."""
    versions = version_rows(tx, [row.version_id for row in page.rows])
    rendered = rendered_by_instance(tx, [row.id for row in page.rows])
    return Instances(
        task_instances=instance_answers(page.rows, versions, rendered),
        **page_facts(page),
    )


def get_task_instance(call: Call, dag_id: str, dag_run_id: str, task_id: str) -> InstanceAnswer:
    """One task instance that is not mapped."""
    return get_mapped_task_instance(call, dag_id, dag_run_id, task_id, -1)


def get_mapped_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int
) -> InstanceAnswer:
    """One instance of a mapped task."""
    with call.read() as tx:
        row = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, map_index)
        versions = version_rows(tx, [row.version_id])
        return instance_answer(row, versions, rendered_by_instance(tx, [row.id]))


def get_task_instance_tries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: IndexQuery
) -> Tries:
    """The tries of a task instance."""
    return get_mapped_task_instance_tries(call, dag_id, dag_run_id, task_id, query.map_index)


def get_mapped_task_instance_tries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int
) -> Tries:
    """The tries of an instance of a mapped task."""
    with call.read() as tx:
        rows = list_tries(tx, call.scope, dag_id, dag_run_id, task_id, map_index)
        versions = version_rows(tx, [row.version_id for row in rows])
    return Tries(
        task_instances=[try_answer(row, versions) for row in rows], total_entries=len(rows)
    )


def get_task_instance_try_details(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, task_try_number: int, query: IndexQuery
) -> TryAnswer:
    """One try of a task instance."""
    return get_mapped_task_instance_try_details(
        call, dag_id, dag_run_id, task_id, query.map_index, task_try_number
    )


def get_mapped_task_instance_try_details(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int, task_try_number: int
) -> TryAnswer:
    """One try of an instance of a mapped task."""
    with call.read() as tx:
        row = find_try(tx, call.scope, dag_id, dag_run_id, task_id, map_index, task_try_number)
        return try_answer(row, version_rows(tx, [row.version_id]))


def find_try(
    tx: Tx,
    scope: DagScope,
    dag_id: str,
    run_id: str,
    task_id: str,
    map_index: int,
    number: int,
) -> InstanceRow:
    """One try. Raises `NotFound`."""
    for row in list_tries(tx, scope, dag_id, run_id, task_id, map_index):
        if row.try_number == number:
            return row
    raise NotFound(f"Task {task_id!r} has no try {number} in run {run_id!r}.")
