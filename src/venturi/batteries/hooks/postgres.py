"""PostgreSQL, by psycopg 3."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from venturi.batteries.hooks.dbapi import DbApiHook, DriverMissing
from venturi.sdk.exceptions import AirflowException

#: Extra fields that mean something here and nothing to the driver.
_OURS = frozenset({"cursor", "iam", "redshift", "sqlalchemy_scheme", "sqlalchemy_query"})


class PostgresHook(DbApiHook):
    """Runs SQL on PostgreSQL.

    Extra fields of the connection go to the driver: `sslmode`, `connect_timeout`, `options`, ...
    """

    conn_name_attr = "postgres_conn_id"
    default_conn_name = "postgres_default"
    conn_type = "postgres"
    hook_name = "Postgres"
    supports_autocommit = True

    def __init__(
        self,
        conn_id: str | None = None,
        *,
        schema: str | None = None,
        database: str | None = None,
        options: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(conn_id, schema=database or schema, **kwargs)
        self.options = options

    @property
    def database(self) -> str | None:
        """The database, if it is not that of the connection."""
        return self.schema

    def get_conn(self) -> Any:
        """A new connection of psycopg."""
        try:
            import psycopg
        except ImportError as error:
            raise DriverMissing(
                "PostgreSQL needs psycopg 3, which is not installed: "
                "pip install 'venturi[postgres]'."
            ) from error
        stored = self.connection
        arguments = {
            "host": stored.host,
            "port": stored.port,
            "user": stored.login,
            "password": stored.password,
            "dbname": self.schema or stored.schema,
            **{name: each for name, each in stored.extra_dejson.items() if name not in _OURS},
        }
        if self.options:
            arguments["options"] = self.options
        return psycopg.connect(
            "", **{name: each for name, each in arguments.items() if each not in {None, ""}}
        )

    def copy_expert(self, sql: str, filename: str) -> None:
        """Run a `COPY ... FROM STDIN` or `COPY ... TO STDOUT` with a file at the other end."""
        is_load = "from stdin" in " ".join(sql.lower().split())
        with self._connected(autocommit=False) as conn, closing(conn.cursor()) as cursor:
            with open(filename, "rb" if is_load else "wb") as file, cursor.copy(sql) as copy:  # noqa: PTH123
                if is_load:
                    while block := file.read(1 << 16):
                        copy.write(block)
                else:
                    for block in copy:
                        file.write(block)
            conn.commit()

    def bulk_load(self, table: str, tmp_file: str) -> None:
        """Load a file with tab-separated values into `table`."""
        self.copy_expert(f"COPY {table} FROM STDIN", tmp_file)

    def bulk_dump(self, table: str, tmp_file: str) -> None:
        """Write `table` into a file with tab-separated values."""
        self.copy_expert(f"COPY {table} TO STDOUT", tmp_file)

    def _insert_sql(
        self,
        table: str,
        width: int,
        target_fields: Sequence[str] | None,
        replace: bool,
        replace_index: str | Sequence[str] | None = None,
        **kwargs: Any,
    ) -> str:
        text = super()._insert_sql(table, width, target_fields, False)
        if not replace:
            return text
        if not target_fields or not replace_index:
            raise AirflowException(
                "insert_rows(replace=True) on PostgreSQL needs target_fields, and replace_index "
                "with the columns of the key."
            )
        keys = [replace_index] if isinstance(replace_index, str) else list(replace_index)
        news = ", ".join(f"{each} = excluded.{each}" for each in target_fields if each not in keys)
        action = f"DO UPDATE SET {news}" if news else "DO NOTHING"
        return f"{text} ON CONFLICT ({', '.join(keys)}) {action}"

    def _cancel(self, conn: Any) -> None:
        conn.cancel()
