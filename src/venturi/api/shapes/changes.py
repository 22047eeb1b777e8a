"""Clearing and marking task instances: bodies, and which instances they mean."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from venturi.api.errors import BadValue
from venturi.api.shapes.common import Aware, Body, Note
from venturi.core.clock import Instant
from venturi.core.errors import InvalidInput
from venturi.spec.model import TaskSpec
from venturi.store.commands.instances import Selection
from venturi.store.queries.runs import RunRow


class ClearBody(Body, frozen=True, kw_only=True):
    """Which task instances to let run again; `dry_run` (the default) only tells which."""

    dry_run: bool = True
    start_date: Aware | None = None
    end_date: Aware | None = None
    only_failed: bool = True
    only_running: bool = False
    reset_dag_runs: bool = True
    task_ids: list[str | tuple[str, int]] | None = None
    dag_run_id: str | None = None
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False
    run_on_latest_version: bool | None = None
    prevent_running_task: bool = False
    note: Note | None = None


class InstancePatch(Body, frozen=True, kw_only=True):
    """What may be changed of a task instance."""

    new_state: Literal["success", "failed", "skipped"] | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType | None = msgspec.UNSET
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False


class PatchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which instance, and which fields of the body to carry out."""

    map_index: int | None = None
    update_mask: list[str] = []


class GroupQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields of the body to carry out."""

    update_mask: list[str] = []


class NewTask(msgspec.Struct, frozen=True, kw_only=True):
    """A task that a run does not have yet."""

    task_id: str
    task_display_name: str


class NewTasks(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks that would be added to runs; they have no instances yet."""

    task_instances: list[NewTask]
    total_entries: int


def new_tasks_answer(tasks: Iterable[TaskSpec]) -> NewTasks:
    """Tasks that would be added."""
    shown = [
        NewTask(task_id=task.task_id, task_display_name=task.label or task.task_id)
        for task in tasks
    ]
    return NewTasks(task_instances=shown, total_entries=len(shown))


def check_only_new(only_new: bool, only_failed: bool) -> None:
    """Raise `BadValue` where both are asked for."""
    if only_new and only_failed:
        raise BadValue(
            ("body", "only_new"),
            "Either `only_new` or `only_failed`, not both: a new task cannot have failed",
            only_new,
        )


def to_clear(dag_id: str, body: ClearBody, run: RunRow | None) -> Selection:
    """The instances that are to be cleared. Raises `InvalidInput` for a contradiction."""
    if run is None and (body.include_future or body.include_past):
        raise InvalidInput("include_future and include_past count from a run: name `dag_run_id`.")
    if run is not None and (body.start_date or body.end_date):
        raise InvalidInput("Either `dag_run_id` or `start_date` and `end_date`, not both.")
    run_ids, start, end = _reach(run, body.include_past, body.include_future)
    tasks = body.task_ids
    names = [task for task in tasks or () if isinstance(task, str)]
    mapped = tuple(task for task in tasks or () if not isinstance(task, str))
    return Selection(
        dag_id=dag_id,
        task_ids=None if tasks is None or (mapped and not names) else tuple(names),
        mapped=mapped,
        run_ids=run_ids,
        start=start or body.start_date,
        end=end or body.end_date,
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        only_failed=body.only_failed,
        only_running=body.only_running,
    )


def to_mark(run: RunRow, task_id: str, map_index: int | None, body: InstancePatch) -> Selection:
    """The instances that are to be marked."""
    run_ids, start, end = _reach(run, body.include_past, body.include_future)
    relatives = body.include_upstream or body.include_downstream
    one = map_index is not None and not relatives
    return Selection(
        dag_id=run.dag_id,
        task_ids=None if one else (task_id,),
        mapped=((task_id, map_index),) if one and map_index is not None else (),
        run_ids=run_ids,
        start=start,
        end=end,
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        only_with_state=False,
    )


def _reach(
    run: RunRow | None, past: bool, future: bool
) -> tuple[tuple[str, ...] | None, Instant | None, Instant | None]:
    """Run ids, start and end: this run, or with those before or after it."""
    if run is None:
        return None, None, None
    if not past and not future:
        return (run.run_id,), None, None
    if run.logical_date is None:
        raise InvalidInput(
            f"Run {run.run_id!r} has no logical date: nothing is before or after it."
        )
    return None, None if past else run.logical_date, None if future else run.logical_date
