"""What the hooks of all SQL databases have in common."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, ClassVar
from urllib.parse import quote_plus

from venturi.batteries.sql_text import statements, stripped
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.hook import BaseHook

Handler = Callable[[Any], Any]


def fetch_all_handler(cursor: Any) -> list[Any] | None:
    """All rows of a cursor; None where the statement has no rows to give."""
    return list(cursor.fetchall()) if cursor.description is not None else None


def fetch_one_handler(cursor: Any) -> Any:
    """The first row of a cursor; None where the statement has no rows to give."""
    return cursor.fetchone() if cursor.description is not None else None


class DriverMissing(AirflowException):
    """The Python package that speaks to a database is not installed."""


class DbApiHook(BaseHook):
    """Runs SQL over a connection of DB-API 2.0.

    Subclasses give `get_conn`, and name in `conn_name_attr` the argument and attribute with the
    connection's id. `schema` overrides the database that the connection names.
    """

    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str] = "default_conn_id"
    supports_autocommit: ClassVar[bool] = False
    placeholder: ClassVar[str] = "%s"
    #: Clause by which this database replaces rows with equal keys.
    replace_verb: ClassVar[str] = "REPLACE INTO"

    def __init__(
        self, conn_id: str | None = None, *, schema: str | None = None, **kwargs: Any
    ) -> None:
        named = kwargs.pop(self.conn_name_attr, None)
        super().__init__(**kwargs)
        setattr(self, self.conn_name_attr, conn_id or named or self.default_conn_name)
        self.schema = schema
        #: the connection that a statement is running on, for `cancel`
        self._busy: Any = None

    @property
    def connection_id(self) -> str:
        """The id of the connection this hook uses."""
        return str(getattr(self, self.conn_name_attr))

    @property
    def connection(self) -> Any:
        """The connection as it is stored."""
        return self.get_connection(self.connection_id)

    # --- for subclasses --------------------------------------------------------------------

    def get_conn(self) -> Any:
        """A new connection of the database's driver. To be defined by subclasses."""
        raise NotImplementedError(f"{type(self).__name__} must define get_conn().")

    def set_autocommit(self, conn: Any, autocommit: bool) -> None:
        """Let each statement on `conn` commit by itself, or not."""
        if not self.supports_autocommit and autocommit:
            self.log.warning("%s has no autocommit; set on the connection.", self.connection_id)
        conn.autocommit = autocommit

    def get_autocommit(self, conn: Any) -> bool:
        """Whether each statement on `conn` commits by itself."""
        return bool(getattr(conn, "autocommit", False)) and self.supports_autocommit

    def cancel(self) -> None:
        """End the statement that is running, if any. For use by `on_kill`."""
        if self._busy is not None:
            self._cancel(self._busy)

    def _cancel(self, conn: Any) -> None:
        """How this database ends the statement running on `conn`."""

    # --- asking and changing ---------------------------------------------------------------

    def run(
        self,
        sql: str | Iterable[str],
        autocommit: bool = False,
        parameters: Iterable[Any] | Mapping[str, Any] | None = None,
        handler: Handler | None = None,
        split_statements: bool = False,
        return_last: bool = True,
    ) -> Any:
        """Run one or several statements in one transaction.

        `handler` gets the cursor after each statement; its results are returned: that of the last
        statement if there is one text and `return_last`, else a list. With `split_statements` one
        text may hold several statements, divided by semicolons.
        """
        is_text = isinstance(sql, str)
        texts = [sql] if isinstance(sql, str) else list(sql)
        if split_statements:
            texts = [each for text in texts for each in statements(text)]
        else:
            texts = [stripped(text) for text in texts]
        texts = [text for text in texts if text]
        if not texts:
            raise AirflowException("There is no SQL to run: the text is empty.")
        with self._connected(autocommit) as conn:
            with closing(conn.cursor()) as cursor:
                results = [self._run(cursor, text, parameters, handler) for text in texts]
            if not self.get_autocommit(conn):
                conn.commit()
        if handler is None:
            return None
        return results[-1] if is_text and return_last else results

    def get_records(
        self, sql: str | list[str], parameters: Iterable[Any] | Mapping[str, Any] | None = None
    ) -> Any:
        """All rows that a statement gives."""
        return self.run(sql, parameters=parameters, handler=fetch_all_handler)

    def get_first(
        self, sql: str | list[str], parameters: Iterable[Any] | Mapping[str, Any] | None = None
    ) -> Any:
        """The first row that a statement gives; None if there is none."""
        return self.run(sql, parameters=parameters, handler=fetch_one_handler)

    def get_pandas_df(
        self,
        sql: str,
        parameters: Iterable[Any] | Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """The rows as a pandas DataFrame. Needs pandas."""
        try:
            import pandas as pd  # type: ignore[import-untyped, import-not-found, unused-ignore]
        except ImportError as error:
            raise DriverMissing(
                "get_pandas_df needs pandas, which is not installed: pip install pandas."
            ) from error
        names: list[str] = []

        def rows(cursor: Any) -> list[Any]:
            names.extend(column[0] for column in cursor.description or ())
            return fetch_all_handler(cursor) or []

        found = self.run(sql, parameters=parameters, handler=rows)
        return pd.DataFrame.from_records([tuple(row) for row in found], columns=names, **kwargs)

    get_df = get_pandas_df

    def insert_rows(
        self,
        table: str,
        rows: Iterable[Sequence[Any]],
        target_fields: Sequence[str] | None = None,
        commit_every: int = 1000,
        replace: bool = False,
        *,
        executemany: bool = True,
        autocommit: bool = False,
        **kwargs: Any,
    ) -> None:
        """Insert `rows` into `table`, committing after every `commit_every` (0: once at the end).

        `replace` replaces rows with equal keys. `executemany` False sends row by row.
        """
        count = 0
        with self._connected(autocommit) as conn, closing(conn.cursor()) as cursor:
            for batch in _batches(rows, commit_every):
                text = self._insert_sql(table, len(batch[0]), target_fields, replace, **kwargs)
                values = [tuple(self._serialize_cell(cell, conn) for cell in row) for row in batch]
                if executemany:
                    cursor.executemany(text, values)
                else:
                    for row in values:
                        cursor.execute(text, row)
                if not self.get_autocommit(conn):
                    conn.commit()
                count += len(batch)
                self.log.info("Inserted %d rows into %s so far.", count, table)
        self.log.info("Inserted %d rows into %s.", count, table)

    def test_connection(self) -> tuple[bool, str]:
        """Whether the database answers, and a sentence about it."""
        try:
            answered = self.get_first("SELECT 1")
        except Exception as error:
            return False, str(error)
        return bool(answered), "The database answers."

    def get_cursor(self) -> Any:
        """A cursor of a new connection."""
        return self.get_conn().cursor()

    def get_uri(self) -> str:
        """The connection as a URI."""
        connection = self.connection
        login = ""
        if connection.login:
            password = f":{quote_plus(connection.password)}" if connection.password else ""
            login = f"{quote_plus(connection.login)}{password}@"
        port = f":{connection.port}" if connection.port else ""
        schema = self.schema or connection.schema
        path = f"/{schema}" if schema else ""
        return f"{connection.conn_type}://{login}{connection.host or ''}{port}{path}"

    # ---------------------------------------------------------------------------------------

    @contextmanager
    def _connected(self, autocommit: bool) -> Iterator[Any]:
        with closing(self.get_conn()) as conn:
            if autocommit or self.supports_autocommit:
                self.set_autocommit(conn, autocommit)
            self._busy = conn
            try:
                yield conn
            finally:
                self._busy = None

    def _run(
        self,
        cursor: Any,
        text: str,
        parameters: Iterable[Any] | Mapping[str, Any] | None,
        handler: Handler | None,
    ) -> Any:
        self.log.info("Running: %s%s", text, f", with {parameters}" if parameters else "")
        if parameters:
            cursor.execute(text, parameters)
        else:
            cursor.execute(text)
        if cursor.rowcount >= 0:
            self.log.info("Rows affected: %d", cursor.rowcount)
        return handler(cursor) if handler is not None else None

    def _insert_sql(
        self,
        table: str,
        width: int,
        target_fields: Sequence[str] | None,
        replace: bool,
        **kwargs: Any,
    ) -> str:
        fields = f" ({', '.join(target_fields)})" if target_fields else ""
        marks = ", ".join([self.placeholder] * width)
        verb = self.replace_verb if replace else "INSERT INTO"
        return f"{verb} {table}{fields} VALUES ({marks})"

    def _serialize_cell(self, cell: Any, conn: Any = None) -> Any:
        """A cell as the driver wants it; drivers know the usual types."""
        return cell


def _batches(rows: Iterable[Sequence[Any]], size: int) -> Iterator[list[Sequence[Any]]]:
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if 0 < size <= len(batch):
            yield batch
            batch = []
    if batch:
        yield batch
