"""How connections of each kind of database are made, and what they are told first.

What is set here makes the three mean the same by the same statement: UTC, whole transactions at
READ COMMITTED, rows counted that matched, text in utf8mb4 and never cut silently. And it sees to it
that nobody waits for ever for a server that has fallen silent.
"""

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from venturi.config.errors import ConfigError


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to connect to a server; SQLite needs none of it."""

    #: seconds after which a server that does not answer counts as lost; 0: never
    deadline: float = 20.0
    pool: bool = True
    pool_size: int = 5
    max_overflow: int = 10
    recycle: float = 1800.0
    pre_ping: bool = True
    #: PostgreSQL's schema of the tables; empty: the account's search path
    schema: str = ""
    #: more for the driver's `connect`, and for `create_engine`
    connect_args: Mapping[str, Any] = {}
    engine_args: Mapping[str, Any] = {}


#: How often WAL is turned on before giving up: about 13 seconds.
WAL_TRIES = 50
#: Seconds that a connection may take to be made.
CONNECTING = 10
#: Where distributions put the sockets of servers on this machine.
_MYSQL_SOCKETS = (
    *("/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock"),
    "/tmp/mysql.sock",  # noqa: S108 - a server's own choice, read only
)
_POSTGRESQL_SOCKETS = ("/var/run/postgresql", "/run/postgresql", "/tmp")  # noqa: S108


def open_engine(url: URL, options: Options, *, echo: bool = False) -> Engine:
    """An engine for the database at `url`; nothing is connected yet."""
    match url.get_backend_name():
        case "sqlite":
            return _open_sqlite(url, echo)
        case "mysql":
            return _open_mysql(url, options, echo)
        case _:
            return _open_postgresql(url, options, echo)


def _open_server(url: URL, options: Options, echo: bool, arguments: dict[str, Any]) -> Engine:
    pooled: dict[str, Any] = {"poolclass": NullPool}
    if options.pool:
        pooled = {
            "pool_size": options.pool_size,
            # Two at least: who changes the tables holds a lock meanwhile.
            "max_overflow": max(options.max_overflow, 1)
            if options.pool_size == 1
            else options.max_overflow,
            "pool_recycle": options.recycle,
            "pool_pre_ping": options.pre_ping,
            # The same few connections are used again and again; others end by themselves.
            "pool_use_lifo": True,
        }
    return create_engine(
        url,
        **{
            "echo": echo,
            "isolation_level": "READ COMMITTED",
            **pooled,
            **options.engine_args,
            "connect_args": {**arguments, **options.connect_args},
        },
    )


# --- SQLite ------------------------------------------------------------------------------------


def _open_sqlite(url: URL, echo: bool) -> Engine:
    engine = create_engine(url, echo=echo, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "do_connect")
    def before_connect(_dialect: Any, _record: Any, _args: Any, _named: Any) -> None:
        if url.database and url.database != ":memory:":
            _make_private(Path(url.database))

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: we say how they begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute("PRAGMA cache_size=-8000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("venturi_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn on WAL. While another process does so too, SQLite refuses without waiting."""
    for attempt in range(1, WAL_TRIES + 1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if attempt == WAL_TRIES or "locked" not in str(error):
                raise
            Event().wait(0.01 * attempt)


def _make_private(path: Path) -> None:
    """Make a database file that is not there: what tasks exchange is its owner's alone."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


# --- MySQL, MariaDB ----------------------------------------------------------------------------

#: Data that does not fit is refused, not cut; quotes are MySQL's own.
_SQL_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"


def _open_mysql(url: URL, options: Options, echo: bool) -> Engine:
    settings = f"time_zone = '+00:00', sql_mode = '{_SQL_MODE}'"
    arguments: dict[str, Any] = {"charset": "utf8mb4", "connect_timeout": CONNECTING}
    if options.deadline:
        arguments |= {"read_timeout": options.deadline, "write_timeout": options.deadline}
        settings += f", innodb_lock_wait_timeout = {_lock_wait(options):d}"
        settings += f" /*M!, max_statement_time = {options.deadline:g} */"  # MariaDB alone has it
    arguments["init_command"] = f"SET SESSION {settings}"
    socket = socket_of(url)
    if socket is not None:
        arguments["unix_socket"] = socket
    engine = _open_server(url, options, echo, arguments)
    event.listen(engine, "do_connect", _connecting(url))

    @event.listens_for(engine, "before_execute")
    def on_create(_connection: Any, clause: Any, *_rest: Any) -> None:
        in_utf8mb4(clause)

    return engine


def in_utf8mb4(clause: Any) -> None:
    """Have CREATE TABLE name the character set, whatever the database was created with.

    Its binary collation tells names apart that differ by case.
    """
    if isinstance(clause, CreateTable):
        clause.element.dialect_options["mysql"].update(
            {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}
        )


def socket_of(url: URL, places: Sequence[str] = _MYSQL_SOCKETS) -> str | None:
    """MySQL's own clients take `localhost` for the socket, and accounts are made for that.

    A server may not know its own address by this name, and turn TCP connections away. With a port
    that is not the usual one another server is meant.
    """
    here = url.host in {None, "", "localhost"} and url.port in {None, 3306}
    if not here or "unix_socket" in url.query:
        return None
    return next((place for place in places if Path(place).exists()), None)


def _lock_wait(options: Options) -> int:
    """Seconds to wait for a row that somebody else holds: less than what counts as lost."""
    return max(1, int(options.deadline / 2))


# --- PostgreSQL --------------------------------------------------------------------------------


def _open_postgresql(url: URL, options: Options, echo: bool) -> Engine:
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECTING,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    settings = ["SET timezone = 'UTC'"]
    if options.deadline:
        milliseconds = int(options.deadline * 1000)
        arguments["tcp_user_timeout"] = milliseconds
        settings += [
            f"SET statement_timeout = {milliseconds}",
            f"SET lock_timeout = {_lock_wait(options) * 1000}",
        ]
    if options.schema:
        quoted = options.schema.replace('"', '""')
        settings.append(f'SET search_path = "{quoted}"')
    if not url.host and "host" not in url.query:
        place = next((p for p in _POSTGRESQL_SOCKETS if any(Path(p).glob(".s.PGSQL.*"))), None)
        if place is not None:
            arguments["host"] = place
    engine = _open_server(url, options, echo, arguments)

    def connect(named: dict[str, Any]) -> Any:
        from venturi.store.patience import PatientConnection

        connection = PatientConnection.connect(**named, autocommit=True)
        connection.deadline = options.deadline or None
        # One statement after the other, not at the start: a pooler in between forwards these.
        connection.execute("; ".join(settings).encode())
        connection.autocommit = False
        return connection

    event.listen(engine, "do_connect", _connecting(url, connect))
    return engine


def _connecting(
    url: URL, connect: Callable[[dict[str, Any]], Any] | None = None
) -> Callable[[Any, Any, Any, dict[str, Any]], Any]:
    """Connect, and name a parameter of the URL that the driver does not know."""

    def do_connect(dialect: Any, _record: Any, _args: Any, named: dict[str, Any]) -> Any:
        try:
            return connect(named) if connect is not None else dialect.loaded_dbapi.connect(**named)
        except (TypeError, ValueError) as error:
            shown = url.render_as_string(hide_password=True)
            raise ConfigError(
                f"The driver {dialect.driver} cannot take the parameters of {shown}: {error}"
            ) from error

    return do_connect
