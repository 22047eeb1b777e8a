"""What people enter: variables, connections, pools, users; the audit log; the tables of 1.x."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, Table

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

variable = Table(
    "variable",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Name, unique=True, nullable=False),
    Column("val", LongText),
    Column("description", LongText),
    Column("is_encrypted", Boolean, default=False),
)

connection = Table(
    "connection",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("conn_id", Name, unique=True, nullable=False),
    Column("conn_type", String(500), nullable=False),
    Column("description", LongText),
    Column("host", String(500)),
    Column("schema", String(500)),
    Column("login", LongText),
    Column("password", LongText),
    Column("port", Integer),
    Column("is_encrypted", Boolean, default=False),
    Column("is_extra_encrypted", Boolean, default=False),
    Column("extra", LongText),
)

slot_pool = Table(
    "slot_pool",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("pool", String(256), unique=True, nullable=False),
    Column("slots", Integer, nullable=False, default=0),
    Column("description", LongText),
    Column("include_deferred", Boolean, nullable=False, default=False),
)

log = Table(
    "log",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dttm", UtcDateTime),
    Column("dag_id", Name),
    Column("task_id", Name),
    Column("map_index", Integer),
    Column("event", String(60)),
    Column("execution_date", UtcDateTime),
    Column("run_id", Name),
    Column("try_number", Integer),
    Column("owner", String(500)),
    Column("owner_display_name", String(500)),
    Column("extra", LongText),
    Index("idx_log_dag", "dag_id"),
    Index("idx_log_dttm", "dttm"),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("username", String(250), unique=True),
    Column("email", String(500)),
    Column("password", String(255)),
    Column("superuser", Boolean, default=False),
    #: what 1.x did not have may be NULL: people insert users with their own SQL
    Column("first_name", String(250)),
    Column("last_name", String(250)),
    Column("is_active", Boolean, default=True),
    #: grows when everything that somebody signed in with must end
    Column("generation", Integer, default=0),
    Column("created_at", UtcDateTime),
    Column("last_login", UtcDateTime),
    Column("login_count", Integer, default=0),
    #: of whom a provider vouches for: its address, and what it knows them by
    Column("identity", String(500), unique=True),
)

#: Roles that people made; the built-in ones are a table in the code.
role = Table(
    "role",
    metadata,
    Column("name", Name, primary_key=True),
    Column("created_at", UtcDateTime),
)

role_permission = Table(
    "role_permission",
    metadata,
    Column("role", Name, primary_key=True),
    Column("permission", String(100), primary_key=True),
)

user_role = Table(
    "user_role",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("role", Name, primary_key=True),
    Index("idx_user_role_role", "role"),
)

#: Who is signed in: the hash of a random word that only the browser has.
user_session = Table(
    "user_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", Id, nullable=False),
    #: of the user's password and generation: a session ends when either changes
    Column("seal", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("address", String(100)),
    Index("idx_user_session_user_id", "user_id"),
    Index("idx_user_session_expires_at", "expires_at"),
)

#: Words that programs prove with who sent them, until they are withdrawn.
user_token = Table(
    "user_token",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), unique=True, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("seal", String(64), nullable=False),
    Column("name", String(250), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Index("idx_user_token_user_id", "user_id"),
)

#: Wrong passwords lately, by who tried and where from.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Index("idx_sign_in_failure_last_at", "last_at"),
)

#: The DAGs that somebody has marked, by their name.
dag_favorite = Table(
    "dag_favorite",
    metadata,
    Column("username", Name, primary_key=True),
    Column("dag_id", Name, primary_key=True),
)

sla_miss = Table(
    "sla_miss",
    metadata,
    Column("task_id", Name, primary_key=True),
    Column("dag_id", Name, primary_key=True),
    Column("execution_date", UtcDateTime, primary_key=True),
    Column("email_sent", Boolean, default=False),
    Column("timestamp", UtcDateTime),
    Column("description", LongText),
    Column("notification_sent", Boolean, default=False),
)

chart = Table(
    "chart",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("label", String(200)),
    Column("conn_id", String(250), nullable=False),
    Column("user_id", Id),
    Column("chart_type", String(100), default="line"),
    Column("sql_layout", String(50), default="series"),
    Column("sql", LongText),
    Column("y_log_scale", Boolean),
    Column("show_datatable", Boolean),
    Column("show_sql", Boolean, default=True),
    Column("height", Integer, default=600),
    Column("default_params", String(5000), default="{}"),
    Column("x_is_date", Boolean, default=True),
    Column("iteration_no", Integer, default=0),
    Column("last_modified", UtcDateTime),
)

known_event_type = Table(
    "known_event_type",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("know_event_type", String(200)),  # sic: its name since 1.0
)

known_event = Table(
    "known_event",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("label", String(200)),
    Column("start_date", UtcDateTime),
    Column("end_date", UtcDateTime),
    Column("user_id", Id),
    Column("known_event_type_id", Id),
    Column("description", LongText),
)

dag_pickle = Table(
    "dag_pickle",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("pickle", LargeBinary),
    Column("created_dttm", UtcDateTime),
    Column("pickle_hash", Id),
)

dag_stats = Table(
    "dag_stats",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("state", String(50), primary_key=True),
    Column("count", Integer, nullable=False, default=0),
    Column("dirty", Boolean, nullable=False, default=False),
)

task_fail = Table(
    "task_fail",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("task_id", Name, nullable=False),
    Column("dag_id", Name, nullable=False),
    Column("execution_date", UtcDateTime),
    Column("start_date", UtcDateTime),
    Column("end_date", UtcDateTime),
    Column("duration", Float),
    Index("idx_task_fail_dag_task_date", "dag_id", "task_id", "execution_date"),
)
