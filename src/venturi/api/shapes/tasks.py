"""Tasks of a DAG, its source."""

from datetime import datetime
from typing import Any

import msgspec

from venturi.spec.model import DagSpec, TaskSpec

_DAY = 86_400


class TimeDelta(msgspec.Struct, frozen=True, kw_only=True):
    """A duration in parts."""

    type: str = msgspec.field(default="TimeDelta", name="__type")
    days: int = 0
    seconds: int = 0
    microseconds: int = 0


class TaskAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A task as its DAG file describes it."""

    task_id: str
    task_display_name: str
    owner: str
    start_date: datetime | None
    end_date: datetime | None
    trigger_rule: str
    depends_on_past: bool
    wait_for_downstream: bool
    retries: float
    queue: str
    pool: str
    pool_slots: float
    execution_timeout: TimeDelta | None
    retry_delay: TimeDelta
    retry_exponential_backoff: float
    priority_weight: float
    weight_rule: str
    ui_color: str
    ui_fgcolor: str
    template_fields: list[str]
    downstream_task_ids: list[str]
    doc_md: str | None
    operator_name: str
    params: dict[str, Any]
    class_ref: dict[str, Any]
    is_mapped: bool
    extra_links: list[str]


class Tasks(msgspec.Struct, frozen=True, kw_only=True):
    """All tasks of a DAG."""

    tasks: list[TaskAnswer]
    total_entries: int


class TasksQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The order of tasks: a field's name, with `-` from the last on."""

    order_by: str = "task_id"


class SourceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which version's source; the newest by default."""

    version_number: int | None = None


class SourceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a DAG's file."""

    content: str
    dag_id: str
    version_number: int | None
    dag_display_name: str


def task_answers(spec: DagSpec) -> list[TaskAnswer]:
    """All tasks of a description, in its order."""
    below: dict[str, list[str]] = {}
    for task in spec.tasks:
        for name in task.upstream:
            below.setdefault(name, []).append(task.task_id)
    return [_answer(task, sorted(below.get(task.task_id, ()))) for task in spec.tasks]


def _answer(task: TaskSpec, below: list[str]) -> TaskAnswer:
    return TaskAnswer(
        task_id=task.task_id,
        task_display_name=task.label or task.task_id,
        owner=task.owner,
        start_date=task.start_date,
        end_date=task.end_date,
        trigger_rule=task.trigger_rule,
        depends_on_past=task.depends_on_past,
        wait_for_downstream=task.wait_for_downstream,
        retries=task.retries,
        queue=task.queue,
        pool=task.pool,
        pool_slots=task.pool_slots,
        execution_timeout=_parts(task.execution_timeout),
        retry_delay=_parts(task.retry_delay) or TimeDelta(),
        retry_exponential_backoff=task.retry_multiplier,
        priority_weight=task.priority_weight,
        weight_rule=task.weight_rule,
        ui_color=task.ui_color,
        ui_fgcolor=task.ui_fgcolor,
        template_fields=list(task.template_fields),
        downstream_task_ids=below,
        doc_md=task.doc_md,
        operator_name=task.operator,
        params=task.params,
        class_ref={"module_path": task.module, "class_name": task.operator},
        is_mapped=task.mapped is not None,
        extra_links=list(task.extra_links),
    )


def _parts(seconds: float | None) -> TimeDelta | None:
    if seconds is None:
        return None
    whole = int(seconds)
    return TimeDelta(
        days=whole // _DAY,
        seconds=whole % _DAY,
        microseconds=round((seconds - whole) * 1_000_000),
    )
