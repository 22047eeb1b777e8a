"""DAGs, their versions, their code, and the files they come from."""

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from venturi.store.schema.base import (
    Float,
    Id,
    Integer,
    LongBytes,
    LongText,
    Name,
    String,
    UtcDateTime,
    metadata,
)

dag = Table(
    "dag",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("is_paused", Boolean, nullable=False, default=False),
    Column("is_subdag", Boolean, nullable=False, default=False),
    #: False once the file is gone or no longer defines it
    Column("is_active", Boolean, nullable=False, default=True),
    #: removed by a person: hidden until the file changes
    Column("hidden_key", String(100)),
    Column("last_scheduler_run", UtcDateTime),
    Column("last_parsed_time", UtcDateTime),
    Column("last_pickled", UtcDateTime),
    Column("last_expired", UtcDateTime),
    Column("scheduler_lock", Boolean),
    Column("pickle_id", Integer),
    Column("fileloc", String(2000)),
    Column("relative_fileloc", String(2000)),
    Column("bundle_name", String(250)),
    Column("owners", String(2000)),
    Column("dag_display_name", String(2000)),
    Column("description", LongText),
    Column("default_view", String(25)),
    Column("timetable_summary", LongText),
    Column("timetable_description", String(1000)),
    #: what its kind is called: to ask for, not to show
    Column("timetable_type", String(1000)),
    Column("max_active_tasks", Integer),
    Column("max_active_runs", Integer),
    Column("max_consecutive_failed_dag_runs", Integer),
    Column("has_import_errors", Boolean, nullable=False, default=False),
    Column("next_dagrun", UtcDateTime),
    Column("next_dagrun_data_interval_start", UtcDateTime),
    Column("next_dagrun_data_interval_end", UtcDateTime),
    Column("next_dagrun_create_after", UtcDateTime),
    Column("version_id", Id),
    Column("tags", LongText),  # JSON list, for showing; dag_tag is for searching
    Index("idx_next_dagrun_create_after", "next_dagrun_create_after"),
)

dag_tag = Table(
    "dag_tag",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("dag_id", Name, primary_key=True),
    Index("idx_dag_tag_dag_id", "dag_id"),
)

#: Who owns tasks of a DAG, one row each: owners are asked for exactly, `dag.owners` is for showing.
dag_owner = Table(
    "dag_owner",
    metadata,
    Column("owner", Name, primary_key=True),
    Column("dag_id", Name, primary_key=True),
    Index("idx_dag_owner_dag_id", "dag_id"),
)

#: What a DAG's `access_control` grants: to which role, to do what.
dag_access = Table(
    "dag_access",
    metadata,
    Column("role", Name, primary_key=True),
    Column("action", String(50), primary_key=True),
    Column("dag_id", Name, primary_key=True),
    Index("idx_dag_access_dag_id", "dag_id"),
)

dag_version = Table(
    "dag_version",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dag_id", Name, nullable=False),
    Column("version_number", Integer, nullable=False),
    Column("structure_hash", String(64), nullable=False),
    #: canonical JSON of the DagSpec
    Column("spec", LongBytes, nullable=False),
    #: identity of file and dependencies, as the runner's hosts know them
    Column("file_key", String(100), nullable=False),
    Column("fileloc", String(2000)),
    Column("source_hash", String(64)),
    #: why each attempt imports the file afresh; NULL when it need not
    Column("open_because", LongText),
    Column("bundle_name", String(250)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_updated", UtcDateTime, nullable=False),
    UniqueConstraint("dag_id", "version_number"),
)

dag_code = Table(
    "dag_code",
    metadata,
    Column("source_hash", String(64), primary_key=True),
    Column("fileloc", String(2000)),
    Column("source_code", LongText, nullable=False),
    Column("last_updated", UtcDateTime, nullable=False),
)

#: The files that one condition of a DAG file (`dag_version.file_key`) consists of.
bundle_file = Table(
    "dag_bundle_file",
    metadata,
    Column("file_key", String(100), primary_key=True),
    Column("path_hash", String(64), primary_key=True),
    Column("path", String(2000), nullable=False),
    Column("source_hash", String(64), nullable=False),
)

dag_file = Table(
    "dag_file",
    metadata,
    Column("path_hash", String(64), primary_key=True),
    Column("path", String(2000), nullable=False),
    Column("file_key", String(100), nullable=False),
    Column("depends", LongText, nullable=False),  # JSON: [[path, fingerprint], ...]
    Column("open_because", LongText),
    Column("warnings", LongText),
    Column("dag_count", Integer, nullable=False, default=0),
    Column("last_parsed", UtcDateTime, nullable=False),
    Column("parse_seconds", Float),
)

import_error = Table(
    "import_error",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("timestamp", UtcDateTime),
    Column("filename", String(1024)),
    Column("bundle_name", String(250)),
    Column("stacktrace", LongText),
)
