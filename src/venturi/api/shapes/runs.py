"""Runs: queries, bodies, answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from venturi.api.shapes.common import (
    Aware,
    Body,
    Count,
    CursorPage,
    ListQuery,
    Note,
    bounds,
    pattern,
)
from venturi.api.shapes.dags import DagVersionAnswer, RunStateName, version_answer
from venturi.core.errors import InvalidInput
from venturi.core.states import RunType
from venturi.spec.timetable.model import DataInterval
from venturi.store.commands.runs import Wanted
from venturi.store.queries.runs import RunFilter, RunRow
from venturi.store.queries.specs import VersionRow

#: In place of a DAG or run id: all of them.
ALL = "~"

_TRIGGERED_BY = frozenset(
    {"cli", "operator", "rest_api", "ui", "test", "timetable", "asset", "backfill"}
)


class RunDates(ListQuery, frozen=True, kw_only=True):
    """Ranges of a run's dates."""

    run_after_gte: datetime | None = None
    run_after_gt: datetime | None = None
    run_after_lte: datetime | None = None
    run_after_lt: datetime | None = None
    logical_date_gte: datetime | None = None
    logical_date_gt: datetime | None = None
    logical_date_lte: datetime | None = None
    logical_date_lt: datetime | None = None
    start_date_gte: datetime | None = None
    start_date_gt: datetime | None = None
    start_date_lte: datetime | None = None
    start_date_lt: datetime | None = None
    end_date_gte: datetime | None = None
    end_date_gt: datetime | None = None
    end_date_lte: datetime | None = None
    end_date_lt: datetime | None = None
    updated_at_gte: datetime | None = None
    updated_at_gt: datetime | None = None
    updated_at_lte: datetime | None = None
    updated_at_lt: datetime | None = None


class RunsQuery(RunDates, frozen=True, kw_only=True):
    """Which runs to list."""

    state: list[str] = []
    run_type: list[str] = []
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    triggering_user_name_pattern: str | None = None
    triggering_user_name_prefix_pattern: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    partition_key_pattern: str | None = None
    partition_key_prefix_pattern: str | None = None
    conf_contains: str | None = None
    dag_version: list[int] = []
    #: seconds, of runs that have ended
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None
    #: no run has any of these: what asks for one finds nothing
    bundle_version: str | None = None
    partition_date_gte: datetime | None = None
    partition_date_lte: datetime | None = None
    consuming_asset_pattern: str | None = None
    cursor: str | None = None


class RunsBatch(Body, frozen=True, kw_only=True):
    """Which runs to list, as a body."""

    order_by: str | None = None
    page_offset: Count = 0
    page_limit: Count = 100
    dag_ids: list[str] | None = None
    states: list[RunStateName | None] | None = None
    conf_contains: str | None = None
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


class TriggerBody(Body, frozen=True, kw_only=True):
    """The run to make."""

    dag_run_id: str | None = None
    data_interval_start: Aware | None = None
    data_interval_end: Aware | None = None
    logical_date: Aware | None = None
    run_after: Aware | None = None
    conf: dict[str, Any] | None = None
    note: str | None = None
    partition_key: str | None = None


class RunPatch(Body, frozen=True, kw_only=True):
    """What may be changed of a run."""

    state: Literal["queued", "success", "failed"] | msgspec.UnsetType | None = msgspec.UNSET
    note: Note | msgspec.UnsetType | None = msgspec.UNSET


class RunClear(Body, frozen=True, kw_only=True):
    """How to let a run's tasks run again."""

    dry_run: bool = True
    only_failed: bool = False
    only_new: bool = False
    run_on_latest_version: bool | None = None
    note: Note | None = None


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A run."""

    dag_run_id: str
    dag_id: str
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    last_scheduling_decision: datetime | None
    run_type: str
    state: str
    triggered_by: str | None
    triggering_user_name: str | None
    conf: dict[str, Any] | None
    note: str | None
    dag_versions: list[DagVersionAnswer]
    bundle_version: str | None
    dag_display_name: str
    partition_key: str | None
    partition_date: datetime | None = None


class Runs(CursorPage, frozen=True, kw_only=True):
    """A page of runs."""

    dag_runs: list[RunAnswer]


class WaitLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line while a run is waited for."""

    state: str
    results: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def run_answer(row: RunRow, versions: Mapping[int, VersionRow]) -> RunAnswer:
    """A run from its row."""
    version = versions.get(row.version_id or 0)
    return RunAnswer(
        dag_run_id=row.run_id,
        dag_id=row.dag_id,
        logical_date=row.logical_date,
        queued_at=row.queued_at,
        start_date=row.start_date,
        end_date=row.end_date,
        duration=row.duration,
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        run_after=row.run_after,
        last_scheduling_decision=row.last_decision,
        run_type=row.run_type,
        state=row.state,
        triggered_by=row.triggered_by if row.triggered_by in _TRIGGERED_BY else None,
        triggering_user_name=row.user,
        conf=row.conf,
        note=row.note,
        dag_versions=[] if version is None else [version_answer(version, row.dag_display_name)],
        bundle_version=None,
        dag_display_name=row.dag_display_name,
        partition_key=row.partition_key,
    )


def wanted_run(dag_id: str, body: TriggerBody, run_type: RunType = RunType.MANUAL) -> Wanted:
    """The run that a body asks for. Raises `InvalidInput` for half a data interval."""
    start, end = body.data_interval_start, body.data_interval_end
    if (start is None) != (end is None):
        raise InvalidInput("data_interval_start and data_interval_end must be given together.")
    interval = None
    if start is not None and end is not None:
        interval = DataInterval(start=start, end=end)
    return Wanted(
        dag_id=dag_id,
        logical_date=body.logical_date,
        run_id=body.dag_run_id,
        run_after=body.run_after,
        interval=interval,
        conf=body.conf or {},
        note=body.note,
        run_type=run_type,
    )


def run_filter(dag_id: str, query: RunsQuery) -> RunFilter:
    """The runs that a query lets through."""
    return RunFilter(
        dag_ids=None if dag_id == ALL else (dag_id,),
        states=tuple(query.state),
        run_types=tuple(query.run_type),
        run_id_pattern=pattern(query.run_id_pattern, query.run_id_prefix_pattern),
        user_pattern=pattern(
            query.triggering_user_name_pattern, query.triggering_user_name_prefix_pattern
        ),
        dag_pattern=pattern(query.dag_id_pattern, query.dag_id_prefix_pattern),
        partition_pattern=pattern(query.partition_key_pattern, query.partition_key_prefix_pattern),
        conf_contains=query.conf_contains,
        version_numbers=tuple(query.dag_version),
        duration=(query.duration_gte, query.duration_gt, query.duration_lte, query.duration_lt),
        is_none=any(
            (
                query.bundle_version is not None,
                query.partition_date_gte is not None,
                query.partition_date_lte is not None,
                bool(query.consuming_asset_pattern),  # here `~` is no more than a text
            )
        ),
        updated_at=bounds(query, "updated_at"),
        **date_ranges(query),
    )


def date_ranges(query: RunDates | Body) -> dict[str, Any]:
    """The ranges of dates that runs and task instances share."""
    names = ("run_after", "logical_date", "start_date", "end_date")
    return {name: bounds(query, name) for name in names}


def batch_filter(body: RunsBatch) -> RunFilter:
    """The runs that a body lets through."""
    return RunFilter(
        dag_ids=None if body.dag_ids is None else tuple(body.dag_ids),
        states=tuple(state for state in body.states or () if state is not None),
        conf_contains=body.conf_contains,
        **date_ranges(body),
    )
