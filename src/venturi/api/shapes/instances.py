"""Task instances and their tries: queries, answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from venturi.api.shapes.common import (
    Aware,
    Body,
    Count,
    CursorPage,
    bounds,
    pattern,
    row_uuid,
)
from venturi.api.shapes.dags import DagVersionAnswer, version_answer
from venturi.api.shapes.runs import ALL, RunDates, date_ranges
from venturi.store.queries.instances import InstanceFilter, InstanceRow
from venturi.store.queries.specs import VersionRow


class InstancesQuery(RunDates, frozen=True, kw_only=True):
    """Which task instances to list."""

    task_id: str | None = None
    task_group_id: str | None = None
    task_display_name_pattern: str | None = None
    task_display_name_prefix_pattern: str | None = None
    state: list[str] = []
    pool: list[str] = []
    queue: list[str] = []
    executor: list[str] = []
    version_number: list[int] = []
    try_number: list[int] = []
    operator: list[str] = []
    map_index: list[int] = []
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    pool_name_pattern: str | None = None
    pool_name_prefix_pattern: str | None = None
    queue_name_pattern: str | None = None
    queue_name_prefix_pattern: str | None = None
    operator_name_pattern: str | None = None
    operator_name_prefix_pattern: str | None = None
    rendered_map_index_pattern: str | None = None
    rendered_map_index_prefix_pattern: str | None = None
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None
    cursor: str | None = None


class InstancesBatch(Body, frozen=True, kw_only=True):
    """Which task instances to list, as a body."""

    order_by: str | None = None
    page_offset: Count = 0
    page_limit: Count = 100
    dag_ids: list[str] | None = None
    dag_run_ids: list[str] | None = None
    task_ids: list[str] | None = None
    state: list[str | None] | None = None
    pool: list[str] | None = None
    queue: list[str] | None = None
    executor: list[str] | None = None
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None
    run_after_gte: Aware | None = None
    run_after_gt: Aware | None = None
    run_after_lte: Aware | None = None
    run_after_lt: Aware | None = None
    logical_date_gte: Aware | None = None
    logical_date_gt: Aware | None = None
    logical_date_lte: Aware | None = None
    logical_date_lt: Aware | None = None
    start_date_gte: Aware | None = None
    start_date_gt: Aware | None = None
    start_date_lte: Aware | None = None
    start_date_lt: Aware | None = None
    end_date_gte: Aware | None = None
    end_date_gt: Aware | None = None
    end_date_lte: Aware | None = None
    end_date_lt: Aware | None = None


class IndexQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which instance of a mapped task; -1 for a task that is not mapped."""

    map_index: int = -1


class TryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a task instance."""

    task_id: str
    dag_id: str
    dag_run_id: str
    map_index: int
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    state: str | None
    try_number: int
    max_tries: int
    task_display_name: str
    dag_display_name: str
    hostname: str | None
    unixname: str | None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    operator_name: str | None
    queued_when: datetime | None
    scheduled_when: datetime | None
    pid: int | None
    executor: str | None
    executor_config: str
    dag_version: DagVersionAnswer | None


class InstanceAnswer(TryAnswer, frozen=True, kw_only=True):
    """A task instance."""

    id: UUID
    logical_date: datetime | None
    run_after: datetime
    note: str | None
    rendered_map_index: str | None
    rendered_fields: dict[str, Any]
    trigger: None = None
    triggerer_job: None = None


class Instances(CursorPage, frozen=True, kw_only=True):
    """A page of task instances."""

    task_instances: list[InstanceAnswer]


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """The tries of a task instance, oldest first."""

    task_instances: list[TryAnswer]
    total_entries: int


def try_answer(row: InstanceRow, versions: Mapping[int, VersionRow]) -> TryAnswer:
    """A try from its row."""
    version = versions.get(row.version_id or 0)
    shown = None if version is None else version_answer(version, row.dag_display_name)
    return TryAnswer(**_fields(row, shown))


def instance_answers(
    rows: Iterable[InstanceRow],
    versions: Mapping[int, VersionRow],
    rendered: Mapping[int, dict[str, Any]] | None = None,
) -> list[InstanceAnswer]:
    """Task instances from their rows. Many are of few versions: each is put into words once."""
    known = rendered or {}
    shown: dict[int, DagVersionAnswer | None] = {}
    answers = []
    for row in rows:
        number = row.version_id or 0
        if number not in shown:
            version = versions.get(number)
            name = row.dag_display_name
            shown[number] = None if version is None else version_answer(version, name)
        assert row.run_after is not None  # every run has one
        answers.append(
            InstanceAnswer(
                **_fields(row, shown[number]),
                id=row_uuid(row.id),
                logical_date=row.logical_date,
                run_after=row.run_after,
                note=row.note,
                rendered_map_index=row.rendered_map_index,
                rendered_fields=known.get(row.id, {}),
            )
        )
    return answers


def instance_answer(
    row: InstanceRow,
    versions: Mapping[int, VersionRow],
    rendered: Mapping[int, dict[str, Any]] | None = None,
) -> InstanceAnswer:
    """A task instance from its row."""
    (answer,) = instance_answers([row], versions, rendered)
    return answer


def _fields(row: InstanceRow, version: DagVersionAnswer | None) -> dict[str, Any]:
    # Written out: a list has many rows, and looking names up takes longer than all the rest.
    return {
        "task_id": row.task_id,
        "dag_id": row.dag_id,
        "dag_run_id": row.run_id,
        "map_index": row.map_index,
        "start_date": row.start_date,
        "end_date": row.end_date,
        "duration": row.duration,
        "state": row.state,
        "try_number": row.try_number,
        "max_tries": row.max_tries,
        "task_display_name": row.task_display_name,
        "dag_display_name": row.dag_display_name,
        "hostname": row.hostname,
        "unixname": row.unixname,
        "pool": row.pool,
        "pool_slots": row.pool_slots,
        "queue": row.queue,
        "priority_weight": row.priority_weight,
        "operator": row.operator,
        "operator_name": row.operator,
        "queued_when": row.queued_at,
        "scheduled_when": row.scheduled_at,
        "pid": row.pid,
        "executor": row.executor,
        "executor_config": "{}",
        "dag_version": version,
    }


def instance_filter(dag_id: str, run_id: str, query: InstancesQuery) -> InstanceFilter:
    """The task instances that a query lets through."""
    return InstanceFilter(
        dag_ids=None if dag_id == ALL else (dag_id,),
        run_ids=None if run_id == ALL else (run_id,),
        task_ids=None if query.task_id is None else (query.task_id,),
        task_pattern=pattern(
            query.task_display_name_pattern, query.task_display_name_prefix_pattern
        ),
        states=tuple(query.state),
        pools=tuple(query.pool),
        queues=tuple(query.queue),
        executors=tuple(query.executor),
        version_numbers=tuple(query.version_number),
        try_numbers=tuple(query.try_number),
        operators=tuple(query.operator),
        map_indexes=tuple(query.map_index),
        dag_pattern=pattern(query.dag_id_pattern, query.dag_id_prefix_pattern),
        run_pattern=pattern(query.run_id_pattern, query.run_id_prefix_pattern),
        pool_pattern=pattern(query.pool_name_pattern, query.pool_name_prefix_pattern),
        queue_pattern=pattern(query.queue_name_pattern, query.queue_name_prefix_pattern),
        operator_pattern=pattern(query.operator_name_pattern, query.operator_name_prefix_pattern),
        map_index_pattern=pattern(
            query.rendered_map_index_pattern, query.rendered_map_index_prefix_pattern
        ),
        duration=(query.duration_gte, query.duration_gt, query.duration_lte, query.duration_lt),
        updated_at=bounds(query, "updated_at"),
        **date_ranges(query),
    )


def batch_filter(body: InstancesBatch) -> InstanceFilter:
    """The task instances that a body lets through."""
    return InstanceFilter(
        dag_ids=_all_or(body.dag_ids),
        run_ids=_all_or(body.dag_run_ids),
        task_ids=_all_or(body.task_ids),
        states=tuple(state or "none" for state in body.state or ()),
        pools=tuple(body.pool or ()),
        queues=tuple(body.queue or ()),
        executors=tuple(body.executor or ()),
        duration=(body.duration_gte, body.duration_gt, body.duration_lte, body.duration_lt),
        **date_ranges(body),
    )


def _all_or(names: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
