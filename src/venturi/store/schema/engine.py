"""What the engine keeps for itself: leases, callbacks to run, processes, blocks of ids."""

from sqlalchemy import Column, Index, Table

from venturi.store.schema.base import (
    Id,
    Integer,
    LongBytes,
    LongText,
    Name,
    String,
    UtcDateTime,
    metadata,
)

scheduler_lease = Table(
    "scheduler_lease",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    #: grows with every new holder; every write of a scheduler proves it
    Column("term", Integer, nullable=False),
    Column("holder", String(250)),
    Column("until", UtcDateTime),
)

callback_request = Table(
    "callback_request",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name),
    Column("task_instance_id", Id),
    Column("kind", String(50), nullable=False),
    #: encoded `Call` message
    Column("callback_data", LongBytes, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", LongText),
)

job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("dag_id", Name),
    Column("state", String(20)),
    Column("job_type", String(30)),
    Column("start_date", UtcDateTime),
    Column("end_date", UtcDateTime),
    Column("latest_heartbeat", UtcDateTime),
    Column("executor_class", String(500)),
    Column("hostname", String(500)),
    Column("unixname", String(1000)),
    Column("pid", Integer),
    #: of a worker: its name, the queues it hears (with commas), and how many tasks it takes
    Column("name", String(500)),
    Column("queues", LongText),
    Column("places", Integer),
    #: what keeps it from its work at present
    Column("note", LongText),
    Index("job_type_heart", "job_type", "latest_heartbeat"),
)

id_block = Table(
    "id_block",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("next", Id, nullable=False),
)

installation = Table(
    "installation",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", LongText),
)
