"""DAGs: lists, one DAG, its details, its tags."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from venturi.api.facts import UNKNOWN, DagFacts
from venturi.api.shapes.common import (
    Body,
    ListQuery,
    OurCursorPage,
    bounds,
    row_uuid,
)
from venturi.spec.model import DagSpec
from venturi.store.dags import path_hash
from venturi.store.queries.dags import DagRow, HadRun
from venturi.store.queries.specs import VersionRow

BUNDLE = "dags-folder"
RunStateName = Literal["queued", "running", "success", "failed"]


class DagsQuery(ListQuery, frozen=True, kw_only=True):
    """Which DAGs to list."""

    tags: list[str] = []
    tags_match_mode: Literal["any", "all"] | None = None
    owners: list[str] = []
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    dag_display_name_pattern: str | None = None
    dag_display_name_prefix_pattern: str | None = None
    exclude_stale: bool = True
    #: its name before Airflow 3
    only_active: bool | None = None
    paused: bool | None = None
    has_import_errors: bool | None = None
    last_dag_run_state: RunStateName | None = None
    is_favorite: bool | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None
    has_asset_schedule: bool | None = None
    asset_dependency: str | None = None
    timetable_type: list[str] = []
    #: with the dates below: all of it is about the same run
    dag_run_state: list[str] = []
    dag_run_start_date_gte: datetime | None = None
    dag_run_start_date_gt: datetime | None = None
    dag_run_start_date_lte: datetime | None = None
    dag_run_start_date_lt: datetime | None = None
    dag_run_end_date_gte: datetime | None = None
    dag_run_end_date_gt: datetime | None = None
    dag_run_end_date_lte: datetime | None = None
    dag_run_end_date_lt: datetime | None = None


class MaskQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which fields of the body to carry out; empty: all that it has."""

    update_mask: list[str] = []


class DagPatch(Body, frozen=True, kw_only=True):
    """What may be changed of a DAG."""

    is_paused: bool


class DagTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of a DAG."""

    name: str
    dag_id: str
    dag_display_name: str


class DagVersionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a DAG."""

    id: UUID
    version_number: int
    dag_id: str
    dag_display_name: str
    created_at: datetime
    bundle_name: str | None = None
    bundle_version: str | None = None
    bundle_url: str | None = None


class DagVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Versions of a DAG."""

    dag_versions: list[DagVersionAnswer]
    total_entries: int


class DagAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG in a list."""

    dag_id: str
    dag_display_name: str
    is_paused: bool
    is_stale: bool
    last_parsed_time: datetime | None
    last_parse_duration: float | None
    last_expired: datetime | None
    bundle_name: str | None
    bundle_version: str | None
    relative_fileloc: str | None
    fileloc: str
    description: str | None
    timetable_summary: str | None
    timetable_description: str | None
    timetable_partitioned: bool
    timetable_periodic: bool
    tags: list[DagTag]
    max_active_tasks: int
    max_active_runs: int | None
    max_consecutive_failed_dag_runs: int
    has_task_concurrency_limits: bool
    has_import_errors: bool
    is_backfillable: bool
    next_dagrun_logical_date: datetime | None
    next_dagrun_data_interval_start: datetime | None
    next_dagrun_data_interval_end: datetime | None
    next_dagrun_run_after: datetime | None
    owners: list[str]
    allowed_run_types: list[str] | None
    file_token: str


class DagDetails(DagAnswer, frozen=True, kw_only=True):
    """A DAG with what its description says."""

    catchup: bool
    dag_run_timeout: timedelta | None
    asset_expression: dict[str, Any] | None
    doc_md: str | None
    start_date: datetime | None
    end_date: datetime | None
    is_paused_upon_creation: bool | None
    params: dict[str, Any] | None
    render_template_as_native_obj: bool
    template_search_path: list[str] | None
    timezone: str | None
    last_parsed: datetime | None
    default_args: dict[str, Any] | None
    owner_links: dict[str, str] | None
    is_favorite: bool
    active_runs_count: int
    rerun_with_latest_version: bool | None
    latest_dag_version: DagVersionAnswer | None
    concurrency: int


class Dags(OurCursorPage, frozen=True, kw_only=True):
    """A page of DAGs."""

    dags: list[DagAnswer]


class DagTags(msgspec.Struct, frozen=True, kw_only=True):
    """Names of tags."""

    tags: list[str]
    total_entries: int


def had_run(query: DagsQuery) -> HadRun | None:
    """The run that a query asks of a DAG, None where it asks for none."""
    start, end = (bounds(query, f"dag_run_{name}") for name in ("start_date", "end_date"))
    wanted = HadRun(states=tuple(query.dag_run_state), start_date=start, end_date=end)
    return None if wanted == HadRun() else wanted


def dag_answer(row: DagRow, facts: DagFacts = UNKNOWN) -> DagAnswer:
    """A DAG from its row."""
    return DagAnswer(**_fields(row, facts))


def _fields(row: DagRow, facts: DagFacts) -> dict[str, Any]:
    allowed = facts.allowed_run_types
    return {
        "dag_id": row.dag_id,
        "dag_display_name": row.display_name,
        "is_paused": row.is_paused,
        "is_stale": not row.is_active,
        "last_parsed_time": row.last_parsed,
        "last_parse_duration": None,
        "last_expired": row.last_expired,
        "bundle_name": row.bundle_name,
        "bundle_version": None,
        "relative_fileloc": row.relative_fileloc or None,
        "fileloc": row.fileloc,
        "description": row.description,
        "timetable_summary": row.timetable_summary,
        "timetable_description": row.timetable_description,
        "timetable_partitioned": False,
        "timetable_periodic": facts.is_periodic,
        "tags": tags_of(row.dag_id, row.display_name, row.tags),
        "max_active_tasks": row.max_active_tasks,
        "max_active_runs": row.max_active_runs,
        "max_consecutive_failed_dag_runs": row.max_consecutive_failed_dag_runs,
        "has_task_concurrency_limits": facts.has_task_limits,
        "has_import_errors": row.has_import_errors,
        "is_backfillable": facts.is_backfillable,
        "next_dagrun_logical_date": row.next_logical_date,
        "next_dagrun_data_interval_start": row.next_interval_start,
        "next_dagrun_data_interval_end": row.next_interval_end,
        "next_dagrun_run_after": row.next_run_after,
        "owners": list(row.owners),
        "allowed_run_types": None if allowed is None else list(allowed),
        "file_token": path_hash(row.fileloc),
    }


def tags_of(dag_id: str, display_name: str, names: Iterable[str]) -> list[DagTag]:
    """Tags of a DAG by name."""
    return [
        DagTag(name=name, dag_id=dag_id, dag_display_name=display_name) for name in sorted(names)
    ]


def details_answer(
    row: DagRow,
    facts: DagFacts,
    spec: DagSpec,
    active_runs: int,
    version: VersionRow | None,
    is_favorite: bool = False,
) -> DagDetails:
    """A DAG with what its description says."""
    timeout = spec.dagrun_timeout
    return DagDetails(
        **_fields(row, facts),
        catchup=spec.catchup,
        dag_run_timeout=None if timeout is None else timedelta(seconds=timeout),
        asset_expression=None,
        doc_md=spec.doc_md,
        start_date=spec.start_date,
        end_date=spec.end_date,
        is_paused_upon_creation=spec.is_paused_upon_creation,
        params=spec.params,
        render_template_as_native_obj=spec.render_template_as_native_obj,
        template_search_path=None,
        timezone=spec.timezone,
        last_parsed=row.last_parsed,
        default_args=spec.recorded.get("default_args"),
        owner_links=dict(spec.owner_links),
        is_favorite=is_favorite,
        active_runs_count=active_runs,
        rerun_with_latest_version=None,
        latest_dag_version=None if version is None else version_answer(version, row.display_name),
        concurrency=row.max_active_tasks,
    )


def version_answer(row: VersionRow, display_name: str) -> DagVersionAnswer:
    """A version from its row."""
    return DagVersionAnswer(
        id=row_uuid(row.id, kind=1),
        version_number=row.version_number,
        dag_id=row.dag_id,
        dag_display_name=display_name,
        created_at=row.created_at,
        # The row has the folder's path; under this name DAGs of the DAG folder are known.
        bundle_name=BUNDLE if row.bundle_name else None,
    )
