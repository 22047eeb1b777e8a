"""Runs, task instances, their attempts, XComs and rendered fields."""

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from venturi.store.schema.base import (
    Float,
    Id,
    Integer,
    LongText,
    Name,
    String,
    UtcDateTime,
    metadata,
)

dag_run = Table(
    "dag_run",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("run_type", String(50), nullable=False),
    Column("state", String(50)),
    Column("logical_date", UtcDateTime),
    #: the same instant under its name of 1.x, for people's SQL; without a logical date, that
    #: of the run which this one replays: its tasks are told it
    Column("execution_date", UtcDateTime),
    Column("data_interval_start", UtcDateTime),
    Column("data_interval_end", UtcDateTime),
    Column("run_after", UtcDateTime, nullable=False),
    Column("queued_at", UtcDateTime),
    Column("start_date", UtcDateTime),
    Column("end_date", UtcDateTime),
    Column("last_scheduling_decision", UtcDateTime),
    Column("external_trigger", Boolean),
    Column("conf", LongText),  # JSON
    Column("creating_job_id", Id),
    Column("version_id", Id),
    #: grows with every change of the run or its instances; decisions are bound to it
    Column("revision", Integer, nullable=False, default=0),
    Column("reason", LongText),
    Column("note", LongText),
    Column("triggered_by", String(50)),
    Column("triggering_user_name", String(512)),
    Column("clear_number", Integer, nullable=False, default=0),
    Column("backfill_id", Id),
    Column("partition_key", String(250)),
    UniqueConstraint("dag_id", "run_id"),
    UniqueConstraint("dag_id", "logical_date"),
    Index("idx_dag_run_state", "state"),
    Index("idx_dag_run_run_after", "dag_id", "run_after"),
    Index("idx_dag_run_by_time", "run_after"),
    Index("idx_dag_run_backfill", "backfill_id"),
)

task_instance = Table(
    "task_instance",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("dagrun_id", Id, nullable=False),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("task_id", Name, nullable=False),
    Column("map_index", Integer, nullable=False, default=-1),
    Column("execution_date", UtcDateTime),
    Column("state", String(20)),
    Column("try_number", Integer, nullable=False, default=0),
    Column("max_tries", Integer, nullable=False, default=0),
    Column("epoch", Integer, nullable=False, default=0),
    Column("due_at", UtcDateTime),
    Column("reschedules", Integer, nullable=False, default=0),
    Column("skips", LongText),  # JSON list of task ids
    Column("scheduled_dttm", UtcDateTime),
    Column("queued_dttm", UtcDateTime),
    Column("first_started_at", UtcDateTime),
    Column("start_date", UtcDateTime),
    Column("end_date", UtcDateTime),
    Column("duration", Float),
    Column("lease_until", UtcDateTime),
    Column("hostname", String(1000)),
    Column("unixname", String(1000)),
    Column("pid", Integer),
    Column("job_id", Id),
    Column("queued_by_job_id", Id),
    Column("pool", String(256), nullable=False, default="default_pool"),
    Column("pool_slots", Integer, nullable=False, default=1),
    Column("queue", String(256)),
    Column("priority_weight", Integer),
    Column("operator", String(1000)),
    Column("custom_operator_name", String(1000)),
    Column("task_display_name", String(2000)),
    Column("executor", String(1000)),
    Column("executor_config", LongText),
    Column("external_executor_id", String(250)),
    Column("rendered_map_index", String(250)),
    Column("dag_version_id", Id),
    Column("trigger_id", Id),
    Column("trigger_timeout", UtcDateTime),
    Column("next_method", String(1000)),
    Column("next_kwargs", LongText),
    Column("reason", LongText),
    Column("note", LongText),
    Column("exit_code", Integer),
    Column("cpu_user", Float),
    Column("cpu_system", Float),
    Column("max_rss", Id),
    Column("updated_at", UtcDateTime),
    UniqueConstraint("dag_id", "run_id", "task_id", "map_index"),
    Index("ti_dagrun", "dagrun_id"),
    Index("ti_state", "state"),
)

task_instance_history = Table(
    "task_instance_history",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("task_instance_id", Id, nullable=False),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("task_id", Name, nullable=False),
    Column("map_index", Integer, nullable=False, default=-1),
    Column("try_number", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("state", String(20)),
    Column("queued_dttm", UtcDateTime),
    Column("start_date", UtcDateTime),
    Column("end_date", UtcDateTime),
    Column("duration", Float),
    Column("hostname", String(1000)),
    Column("pid", Integer),
    Column("exit_code", Integer),
    Column("reason", LongText),
    Column("cpu_user", Float),
    Column("cpu_system", Float),
    Column("max_rss", Id),
    Column("read_blocks", Id),
    Column("write_blocks", Id),
    Index("tih_instance", "task_instance_id"),
)

#: Characters of a cause or an actor that are kept.
CAUSE_LENGTH = 500

#: Every change of state; rows are appended and never changed.
task_instance_transition = Table(
    "task_instance_transition",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("ti_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    #: NULL: cleared
    Column("state", String(20)),
    Column("try_number", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    #: who did it; NULL: the scheduler
    Column("actor", String(CAUSE_LENGTH)),
    Column("cause", String(CAUSE_LENGTH)),
    Index("tit_instance", "ti_id"),
)

#: By when a run must have ended, for each `deadline=` of its DAG.
deadline = Table(
    "deadline",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dagrun_id", Id, nullable=False),
    Column("dag_id", Name, nullable=False),
    #: which of the DAG's alerts, counted from 0
    Column("alert", Integer, nullable=False),
    Column("name", String(250)),
    Column("deadline_time", UtcDateTime, nullable=False),
    Column("missed", Boolean, nullable=False, default=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("idx_deadline_run", "dagrun_id"),
)

xcom = Table(
    "xcom",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String(512), nullable=False),
    Column("value", LongText),  # JSON
    Column("timestamp", UtcDateTime, nullable=False),
    Column("execution_date", UtcDateTime),
    Column("task_id", Name, nullable=False),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("map_index", Integer, nullable=False, default=-1),
    #: number of items, where a mapped task may expand over it
    Column("length", Integer),
    Index("idx_xcom_task_instance", "dag_id", "run_id", "task_id", "map_index"),
    Index("idx_xcom_dag_task_date", "dag_id", "task_id", "execution_date"),
)

rendered_fields = Table(
    "rendered_task_instance_fields",
    metadata,
    Column("task_instance_id", Id, primary_key=True, autoincrement=False),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("task_id", Name, nullable=False),
    Column("map_index", Integer, nullable=False, default=-1),
    Column("rendered_fields", LongText, nullable=False),
    Index("idx_rendered_dag_run", "dag_id", "run_id"),
)
