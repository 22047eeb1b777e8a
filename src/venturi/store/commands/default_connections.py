"""Where examples of documentation and tutorials expect to find other systems."""

from venturi.store.commands.audit import Actor
from venturi.store.commands.connections import ConnectionRow, import_connections
from venturi.store.engine import Tx

DEFAULTS: tuple[ConnectionRow, ...] = (
    ConnectionRow(conn_id="fs_default", conn_type="fs", extra='{"path": "/"}'),
    ConnectionRow(conn_id="http_default", conn_type="http", host="https://www.httpbin.org/"),
    ConnectionRow(
        conn_id="mysql_default", conn_type="mysql", login="root", host="mysql", schema="airflow"
    ),
    ConnectionRow(
        conn_id="postgres_default",
        conn_type="postgres",
        login="postgres",
        password="airflow",  # noqa: S106 - what the examples say
        host="postgres",
        schema="airflow",
    ),
    ConnectionRow(
        conn_id="sqlite_default",
        conn_type="sqlite",
        host="/tmp/sqlite_default.db",  # noqa: S108 - what the examples say
    ),
)


def add_default_connections(tx: Tx, who: Actor) -> int:
    """Add those that are not there; how many."""
    count, _ = import_connections(tx, {row.conn_id: row for row in DEFAULTS}, who)
    return count
