"""DagSpec and its parts: what a DAG file says, as plain data.

Only `sdk.freeze` makes these from user objects. Everything is immutable, hashable by content and
free of user code, so scheduler, API and CLI can read it without importing anybody's file.
Durations are seconds (float), instants are aware UTC datetimes.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from venturi.spec.timetable.model import Null, Timetable


class Era(StrEnum):
    """The line of Airflow that a file was written for; decides defaults (never explicit values).

    V1 covers 1.x and 2.x manners (legacy import path or `schedule_interval=`), V3 the current line.
    """

    V1 = "1"
    V2 = "2"
    V3 = "3"


class TriggerRule(StrEnum):
    """When a task may run, seen from its direct upstream tasks."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ALL_DONE_MIN_ONE_SUCCESS = "all_done_min_one_success"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"
    ALL_SKIPPED = "all_skipped"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_SKIPPED = "none_skipped"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    ALWAYS = "always"


class WeightRule(StrEnum):
    """How priority weights add up along the graph; CUSTOM uses the weight the file computed."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    ABSOLUTE = "absolute"
    CUSTOM = "custom"


class Callback(StrEnum):
    """The callbacks that a task or a DAG may have; a spec only says which are there."""

    ON_EXECUTE = "on_execute"
    ON_SUCCESS = "on_success"
    ON_FAILURE = "on_failure"
    ON_RETRY = "on_retry"
    ON_SKIPPED = "on_skipped"
    SLA_MISS = "sla_miss"
    DEADLINE = "deadline"


class XComSource(msgspec.Struct, frozen=True, kw_only=True):
    """One XCom that decides how many instances a mapped task has."""

    task_id: str
    key: str = "return_value"


class MapSource(msgspec.Struct, frozen=True, kw_only=True):
    """One argument that a task is expanded over.

    Either `length` is known when the file is read (a literal list or dict), or `xcoms` name the
    upstream results that it depends on: `product` multiplies their lengths, `zip` takes the
    shortest (`zip_longest` the longest), `concat` adds them.
    """

    argument: str
    length: int | None = None
    how: str = "one"  # one | zip | zip_longest | concat
    xcoms: tuple[XComSource, ...] = ()
    #: lengths of literal parts mixed into a zip or concat
    literals: tuple[int, ...] = ()


class MapSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A mapped task: `expand(a=..., b=...)` is the product of its sources."""

    sources: tuple[MapSource, ...]
    map_index_template: str | None = None


class EmailSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets mail about a task, and when."""

    to: tuple[str, ...]
    on_failure: bool = True
    on_retry: bool = True


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task as its DAG file describes it."""

    task_id: str
    operator: str  # class name, as people see it
    module: str = ""
    label: str | None = None  # task_display_name
    owner: str = "airflow"
    upstream: tuple[str, ...] = ()  # sorted task ids
    group: str | None = None
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS
    start_date: datetime | None = None
    end_date: datetime | None = None
    retries: int = 0
    retry_delay: float = 300.0
    retry_multiplier: float = 0.0  # 0: fixed delay
    max_retry_delay: float | None = None
    execution_timeout: float | None = None
    depends_on_past: bool = False
    wait_for_downstream: bool = False
    ignore_first_depends_on_past: bool = True
    wait_for_past_depends_before_skipping: bool = False
    queue: str = "default"
    pool: str = "default_pool"
    pool_slots: int = 1
    priority_weight: int = 1
    weight_rule: WeightRule = WeightRule.DOWNSTREAM
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    executor: str | None = None
    mapped: MapSpec | None = None
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    #: nothing to execute and nobody to call: the engine marks it done without a process
    is_empty: bool = False
    #: its downstream may be skipped by its own decision (branch, short circuit, latest only)
    can_skip: bool = False
    is_sensor: bool = False
    reschedule: bool = False
    idempotent: bool = False
    callbacks: tuple[Callback, ...] = ()
    email: EmailSpec | None = None
    sla: float | None = None
    #: task ids of the XComs it reads as arguments, sent along with the attempt
    reads: tuple[str, ...] = ()
    multiple_outputs: bool = False
    template_fields: tuple[str, ...] = ()
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    doc: str | None = None
    doc_md: str | None = None
    params: dict[str, Any] = {}
    extra_links: tuple[str, ...] = ()
    inlets: tuple[dict[str, Any], ...] = ()
    outlets: tuple[dict[str, Any], ...] = ()
    #: arguments whose machinery comes later, kept as they were given (JSON values)
    recorded: dict[str, Any] = {}


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task group; the root group is not listed."""

    group_id: str
    parent: str | None = None
    label: str = ""
    tooltip: str = ""
    ui_color: str = "CornflowerBlue"
    ui_fgcolor: str = "#000"
    children: tuple[str, ...] = ()  # task ids and group ids, in the file's order
    mapped: MapSpec | None = None


class EdgeLabel(msgspec.Struct, frozen=True, kw_only=True):
    """Text on an edge of the graph."""

    upstream: str
    downstream: str
    label: str


class Reference(StrEnum):
    """From when a run's deadline counts."""

    LOGICAL_DATE = "dagrun_logical_date"
    QUEUED_AT = "dagrun_queued_at"
    FIXED = "fixed_datetime"
    AVERAGE = "average_runtime"


class DeadlineSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """By when a run must have ended: `seconds` after a reference, or the minutes of a Variable."""

    reference: Reference
    seconds: float = 0.0
    #: name of the Variable that holds the interval, in minutes
    variable: str | None = None
    #: for FIXED
    at: datetime | None = None
    #: for AVERAGE: of how many runs that ended last, and of how many at least
    max_runs: int = 10
    min_runs: int = 10
    name: str | None = None


class DagSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A DAG as its file describes it."""

    dag_id: str
    era: Era = Era.V3
    #: path of the file that defines it, relative to the DAG folder ("" outside of it)
    relative_fileloc: str = ""
    fileloc: str = ""
    label: str | None = None  # dag_display_name
    description: str | None = None
    doc_md: str | None = None
    timetable: Timetable = Null()
    timezone: str = "UTC"
    start_date: datetime | None = None
    end_date: datetime | None = None
    catchup: bool = False
    max_active_runs: int = 16
    max_active_tasks: int = 16
    max_consecutive_failed_dag_runs: int = 0
    dagrun_timeout: float | None = None
    fail_fast: bool = False
    is_paused_upon_creation: bool | None = None
    tags: tuple[str, ...] = ()
    owner_links: dict[str, str] = {}
    params: dict[str, Any] = {}  # name -> {"value": ..., "schema": {...}, "description": ...}
    allowed_run_types: tuple[str, ...] | None = None
    default_view: str = "grid"
    orientation: str = "LR"
    render_template_as_native_obj: bool = False
    access_control: dict[str, Any] = {}
    callbacks: tuple[Callback, ...] = ()
    deadlines: tuple[DeadlineSpec, ...] = ()
    tasks: tuple[TaskSpec, ...] = ()  # in the file's order
    groups: tuple[GroupSpec, ...] = ()
    edge_labels: tuple[EdgeLabel, ...] = ()
    recorded: dict[str, Any] = {}
