"""SQLite, by the standard library."""

import sqlite3
from typing import Any

from venturi.batteries.hooks.dbapi import DbApiHook

#: SQLite steps between two moments at which signals of this process are looked at.
_STEPS = 100_000


class SqliteHook(DbApiHook):
    """Runs SQL on a SQLite file, whose path is the host of the connection (empty: in memory)."""

    conn_name_attr = "sqlite_conn_id"
    default_conn_name = "sqlite_default"
    conn_type = "sqlite"
    hook_name = "Sqlite"
    placeholder = "?"

    def get_conn(self) -> sqlite3.Connection:
        """A new connection of `sqlite3`."""
        stored = self.connection
        path = stored.host or self.schema or stored.schema or ":memory:"
        conn = sqlite3.connect(path, check_same_thread=False)
        # While SQLite works no Python runs, and without Python no signal is handled.
        conn.set_progress_handler(lambda: 0, _STEPS)
        return conn

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        conn.isolation_level = None if autocommit else ""

    def get_autocommit(self, conn: Any) -> bool:
        return conn.isolation_level is None

    def _cancel(self, conn: Any) -> None:
        conn.interrupt()
