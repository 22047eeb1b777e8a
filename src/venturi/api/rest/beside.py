"""What stands beside a task instance: links, why it waits, what it remembers; its removal."""

import json
from datetime import datetime
from typing import Annotated, Any

import msgspec

from venturi.api.call import Call
from venturi.api.errors import BadValue, Refused
from venturi.api.rest.instances import find_try
from venturi.api.shapes.assets import StateBody
from venturi.api.shapes.common import Aware, Body
from venturi.api.shapes.instances import IndexQuery
from venturi.core.states import TaskState
from venturi.executors.installed import installed
from venturi.store.bell import Ring
from venturi.store.commands import remembered
from venturi.store.commands.removal import delete_instance
from venturi.store.engine import Tx
from venturi.store.queries.instances import InstanceFilter, get_instance, list_instances
from venturi.store.queries.remembered import (
    Remembered,
    get_task_state,
    list_task_state,
)
from venturi.store.queries.runs import get_run
from venturi.store.queries.specs import spec_of
from venturi.store.queries.values import XComFilter, list_xcoms
from venturi.store.queries.why import explain_task

Index = Annotated[int, msgspec.Meta(ge=-1)]


class LinksQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which instance of a mapped task, which try."""

    map_index: int = -1
    try_number: int | None = None


class LinkAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses by the text of the link."""

    extra_links: dict[str, str]
    total_entries: int


class LogUrl(msgspec.Struct, frozen=True, kw_only=True):
    """Where a log is to be seen."""

    url: str


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that is not met."""

    name: str
    reason: str


class Dependencies(msgspec.Struct, frozen=True, kw_only=True):
    """Every condition that keeps a task instance from running."""

    dependencies: list[Dependency]


class StateIndexQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which instance of a mapped task."""

    map_index: Index = -1


class StatesQuery(StateIndexQuery, frozen=True, kw_only=True):
    """Which instance of a mapped task, and the part of the list."""

    limit: Annotated[int, msgspec.Meta(ge=0)] | None = None
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


class ForgetQuery(StateIndexQuery, frozen=True, kw_only=True):
    """Which instance of a mapped task, or all of them."""

    all_map_indices: bool = False


class TaskStateBody(Body, frozen=True, kw_only=True):
    """A value to remember, and until when."""

    value: Any
    #: a date with its time zone; `default` and nothing: never
    expires_at: str | None = None


class KeptValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value that a task instance remembers."""

    key: str
    value: Any
    updated_at: datetime
    expires_at: datetime | None


class TaskStates(msgspec.Struct, frozen=True, kw_only=True):
    """A page of values."""

    task_state_store: list[KeptValue]
    total_entries: int


def get_extra_links(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: LinksQuery
) -> LinkAnswers:
    """Links of a task instance, as far as it has left their addresses in its XComs."""
    with call.read() as tx:
        get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        tasks = {task.task_id: task for task in spec_of(tx, call.scope, dag_id).tasks}
        page = list_xcoms(
            tx,
            call.scope,
            dag_id=dag_id,
            run_id=dag_run_id,
            task_id=task_id,
            map_index=query.map_index,
            of=XComFilter(key_pattern=r"%link%"),
            with_values=True,
        )
    left = {row.key: json.loads(row.value) for row in page.rows if row.value is not None}
    names = tasks[task_id].extra_links if task_id in tasks else ()
    found = {
        name: str(left[key])
        for name in names
        for key in (f"_link_{name}", name)
        if isinstance(left.get(key), str)
    }
    return LinkAnswers(extra_links=found, total_entries=len(found))


def get_external_log_url(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, try_number: int, query: IndexQuery
) -> LogUrl:
    """Where the log is to be seen elsewhere: nowhere, logs are kept here."""
    with call.read() as tx:
        find_try(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index, try_number)
    raise Refused(400, "Logs are kept here and nowhere else; ask for logs/{try_number}.")


def get_task_instance_dependencies(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: IndexQuery
) -> Dependencies:
    """Why a task instance does not run."""
    return get_task_instance_dependencies_by_map_index(
        call, dag_id, dag_run_id, task_id, query.map_index
    )


def get_task_instance_dependencies_by_map_index(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int
) -> Dependencies:
    """Why an instance of a mapped task does not run."""
    with call.read() as tx:
        row = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, map_index)
        if row.state not in _WAITING:
            return Dependencies(dependencies=[])
        run = get_run(tx, call.scope, dag_id, dag_run_id)
        found = explain_task(tx, run, task_id, map_index, installed(call.api.conf), call.now)
    return Dependencies(
        dependencies=[Dependency(name=each.row, reason=each.text) for each in found]
    )


_WAITING = frozenset(
    {None, TaskState.SCHEDULED, TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE}
)


def delete_task_instance(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: IndexQuery
) -> None:
    """Delete a task instance with its tries and XComs."""

    def change(tx: Tx) -> int:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        delete_instance(tx, of, call.actor)
        return get_run(tx, call.scope, dag_id, dag_run_id).id

    call.change(change, lambda row_id: Ring(dag_ids=(dag_id,), run_ids=(row_id,)))


# --- what it remembers --------------------------------------------------------------------------


def list_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: StatesQuery
) -> TaskStates:
    """What a task instance remembers."""
    paging = call.paging(query.limit, query.offset, [])
    with call.read() as tx:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        page = list_task_state(tx, call.scope, of.id, call.now, paging)
    return TaskStates(task_state_store=[_state(row) for row in page.rows], total_entries=page.total)


def get_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, key: str, query: StateIndexQuery
) -> KeptValue:
    """One value."""
    with call.read() as tx:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        return _state(get_task_state(tx, call.scope, of.id, key, call.now))


def set_task_state_store(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    key: str,
    query: StateIndexQuery,
    body: TaskStateBody,
) -> None:
    """Let a task instance remember a value."""
    until = _until(body.expires_at)

    def change(tx: Tx) -> None:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        remembered.set_task_state(tx, of, key, body.value, until, call.actor)

    call.change(change)


def _until(text: str | None) -> datetime | None:
    if text in {None, "default"}:
        return None
    try:
        return msgspec.convert(text, Aware)
    except msgspec.ValidationError as error:
        raise BadValue(("body", "expires_at"), str(error), text) from error


def patch_task_state_store(
    call: Call,
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    key: str,
    query: StateIndexQuery,
    body: StateBody,
) -> None:
    """Change a value that is there."""

    def change(tx: Tx) -> None:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        remembered.change_task_state(tx, of, key, body.value, call.actor)

    call.change(change)


def delete_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, key: str, query: StateIndexQuery
) -> None:
    """Forget a value."""

    def change(tx: Tx) -> None:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        remembered.forget_task_state(tx, of, key, call.actor)

    call.change(change)


def clear_task_state_store(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: ForgetQuery
) -> None:
    """Forget all that a task instance remembers."""

    def change(tx: Tx) -> None:
        if query.all_map_indices:
            which = InstanceFilter(dag_ids=(dag_id,), run_ids=(dag_run_id,), task_ids=(task_id,))
            rows = list_instances(tx, call.scope, which).rows
        else:
            named = dag_id, dag_run_id, task_id, query.map_index
            rows = [get_instance(tx, call.scope, *named)]
        for of in rows:
            remembered.forget_task_state(tx, of, None, call.actor)

    call.change(change)


def _state(row: Remembered) -> KeptValue:
    return KeptValue(
        key=row.key, value=row.value, updated_at=row.updated_at, expires_at=row.expires_at
    )
