"""MySQL and MariaDB, by PyMySQL."""

import json
from contextlib import closing
from typing import Any

from venturi.batteries.hooks.dbapi import DbApiHook, DriverMissing
from venturi.sdk.exceptions import AirflowException

#: Extra fields of the connection that the driver takes as they are.
_PASSED = ("charset", "unix_socket", "init_command", "connect_timeout", "read_timeout",
           "write_timeout")  # fmt: skip

#: Extra field `cursor` -> class of the driver.
_CURSORS = {
    "cursor": "Cursor",
    "dictcursor": "DictCursor",
    "sscursor": "SSCursor",
    "ssdictcursor": "SSDictCursor",
}


class MySqlHook(DbApiHook):
    """Runs SQL on MySQL or MariaDB.

    Extra fields of the connection: `charset`, `unix_socket`, `init_command`, `connect_timeout`,
    `read_timeout`, `write_timeout`, `local_infile`, `cursor` (dictcursor, sscursor, ...) and `ssl`
    (a dict as PyMySQL takes it).
    """

    conn_name_attr = "mysql_conn_id"
    default_conn_name = "mysql_default"
    conn_type = "mysql"
    hook_name = "MySQL"
    supports_autocommit = True

    def __init__(
        self,
        conn_id: str | None = None,
        *,
        schema: str | None = None,
        database: str | None = None,
        local_infile: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(conn_id, schema=schema or database, **kwargs)
        self.local_infile = local_infile

    def get_conn(self) -> Any:
        """A new connection of PyMySQL."""
        try:
            import pymysql  # type: ignore[import-untyped, unused-ignore]
            import pymysql.cursors  # type: ignore[import-untyped, unused-ignore]
            from pymysql.constants import (  # type: ignore[import-untyped, unused-ignore]
                CLIENT,
            )
        except ImportError as error:
            raise DriverMissing(
                "MySQL needs PyMySQL, which is not installed: pip install 'venturi[mysql]'."
            ) from error
        stored = self.connection
        extra = stored.extra_dejson
        arguments: dict[str, Any] = {name: extra[name] for name in _PASSED if name in extra}
        if cursor := extra.get("cursor"):
            if str(cursor).lower() not in _CURSORS:
                raise AirflowException(
                    f"Connection {self.connection_id!r}: cursor {cursor!r} is not known; use one "
                    f"of {', '.join(_CURSORS)}."
                )
            arguments["cursorclass"] = getattr(pymysql.cursors, _CURSORS[str(cursor).lower()])
        if ssl := extra.get("ssl"):
            arguments["ssl"] = json.loads(ssl) if isinstance(ssl, str) else ssl
        return pymysql.connect(
            host=stored.host or "localhost",
            port=int(stored.port or 3306),
            user=stored.login,
            password=stored.password or "",
            database=self.schema or stored.schema or None,
            local_infile=bool(self.local_infile or extra.get("local_infile")),
            # One text may hold several statements, as with the driver of earlier lines.
            client_flag=CLIENT.MULTI_STATEMENTS,
            **arguments,
        )

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        conn.autocommit(autocommit)

    def get_autocommit(self, conn: Any) -> bool:
        return bool(conn.get_autocommit())

    def bulk_load(self, table: str, tmp_file: str) -> None:
        """Load a file with tab-separated values into `table`. Needs `local_infile`."""
        with self._connected(autocommit=False) as conn, closing(conn.cursor()) as cursor:
            cursor.execute(
                f"LOAD DATA LOCAL INFILE %s INTO TABLE {table}",
                (tmp_file,),
            )
            conn.commit()

    def _run(self, cursor: Any, text: str, parameters: Any, handler: Any) -> Any:
        result = super()._run(cursor, text, parameters, handler)
        # Only reading the results of all its statements tells whether they went well.
        while cursor.nextset():
            if handler is not None and cursor.description is not None:
                result = handler(cursor)
        return result

    def _cancel(self, conn: Any) -> None:
        with closing(self.get_conn()) as other, closing(other.cursor()) as cursor:
            cursor.execute(f"KILL QUERY {int(conn.thread_id())}")
