"""Tables whose machinery comes with later features: their rows are kept from the first day."""

from sqlalchemy import Boolean, Column, Index, Table, UniqueConstraint

from venturi.store.schema.base import Id, Integer, LongText, Name, String, UtcDateTime, metadata

trigger = Table(
    "trigger",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("classpath", String(1000), nullable=False),
    Column("kwargs", LongText, nullable=False),
    Column("created_date", UtcDateTime, nullable=False),
    Column("triggerer_id", Id),
    Column("queue", String(256)),
)

asset = Table(
    "asset",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(1500).with_variant(String(700), "mysql"), nullable=False),
    Column("uri", String(1500).with_variant(String(700), "mysql"), nullable=False),
    Column("group", String(1500), nullable=False, default="asset"),
    Column("extra", LongText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("is_active", Boolean, nullable=False, default=True),
    Index("idx_asset_uri", "uri"),
)

asset_event = Table(
    "asset_event",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("asset_id", Id, nullable=False),
    Column("extra", LongText),
    Column("source_dag_id", Name),
    Column("source_run_id", Name),
    Column("source_task_id", Name),
    Column("source_map_index", Integer, default=-1),
    Column("timestamp", UtcDateTime, nullable=False),
    Column("partition_key", String(250)),
    Index("idx_asset_event_asset", "asset_id", "timestamp"),
)

asset_schedule = Table(
    "dag_schedule_asset_reference",
    metadata,
    Column("asset_id", Id, primary_key=True, autoincrement=False),
    Column("dag_id", Name, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

asset_outlet = Table(
    "task_outlet_asset_reference",
    metadata,
    Column("asset_id", Id, primary_key=True, autoincrement=False),
    Column("dag_id", Name, primary_key=True),
    Column("task_id", Name, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

asset_inlet = Table(
    "task_inlet_asset_reference",
    metadata,
    Column("asset_id", Id, primary_key=True, autoincrement=False),
    Column("dag_id", Name, primary_key=True),
    Column("task_id", Name, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

asset_alias = Table(
    "asset_alias",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", String(1500).with_variant(String(700), "mysql"), nullable=False),
    Column("group", String(1500), nullable=False, default="asset"),
    Index("idx_asset_alias_name", "name"),
)

#: What is remembered about an asset from one time to the next, by key; JSON.
asset_state = Table(
    "asset_state_store",
    metadata,
    Column("asset_id", Id, primary_key=True, autoincrement=False),
    Column("key", Name, primary_key=True),
    Column("value", LongText),
    Column("updated_at", UtcDateTime, nullable=False),
)

#: What a task instance remembers from one try to the next, by key; JSON.
task_state = Table(
    "task_state_store",
    metadata,
    Column("task_instance_id", Id, primary_key=True, autoincrement=False),
    Column("key", Name, primary_key=True),
    Column("dag_id", Name, nullable=False),
    Column("value", LongText),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
)

backfill = Table(
    "backfill",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dag_id", Name, nullable=False),
    Column("from_date", UtcDateTime, nullable=False),
    Column("to_date", UtcDateTime, nullable=False),
    Column("dag_run_conf", LongText),
    Column("is_paused", Boolean, default=False),
    Column("reprocess_behavior", String(250), nullable=False),
    Column("max_active_runs", Integer, nullable=False),
    Column("run_backwards", Boolean, nullable=False, default=False),
    #: pool for all tasks of its runs instead of their own
    Column("pool", String(256)),
    #: logical date of its first run, where that run does not look at the one before it
    Column("ignores_past_at", UtcDateTime),
    Column("triggering_user_name", String(512)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("dag_id", "created_at"),
)
