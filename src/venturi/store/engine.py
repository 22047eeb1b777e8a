"""Opening a metadata database, and transactions that can be repeated.

SQLite runs in WAL mode with full durability; writers begin with IMMEDIATE so that two never
deadlock on an upgrade. On servers the isolation level is READ COMMITTED (rule R12): no decision
ever rests on two statements seeing the same world, each write says what it saw.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from venturi.core.errors import VenturiError

Tx = Connection
#: What the driver raises, for those who may not import SQLAlchemy.
DatabaseError = DBAPIError
A = TypeVar("A")

#: Errors after which the same transaction may simply be tried again: MySQL's deadlock, lock wait
#: and lost connection, PostgreSQL's serialisation failure and deadlock.
TRANSIENT_CODES = frozenset({1213, 1205, 2006, 2013, 2055})
TRANSIENT_STATES = frozenset({"40001", "40P01", "57P01", "08006", "08003"})
ATTEMPTS = 8


class DatabaseUnavailable(VenturiError):
    """The metadata database cannot be reached or used."""


class Store:
    """One metadata database. Thread-safe; must not be carried over a fork."""

    def __init__(self, url: str, *, echo: bool = False) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = _open(self.url, echo)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A connection to read from; sees one consistent state on SQLite."""
        with self.engine.connect() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that commits at the end of the block, and rolls back on an exception."""
        with self.engine.connect().execution_options(venturi_write=True) as tx, tx.begin():
            yield tx

    def retrying(self, body: Callable[[Tx], A], attempts: int = ATTEMPTS) -> A:
        """Run `body` in a write transaction; repeat the whole of it after a transient error.

        `body` must be repeatable: it may rest on nothing but what it reads inside.
        """
        for attempt in range(1, attempts + 1):
            try:
                with self.write() as tx:
                    return body(tx)
            except DBAPIError as error:
                if attempt == attempts or not is_transient(error):
                    raise
                # Waiting is the database's own busy timeout; this only spreads the next try.
                _pause(attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def is_transient(error: DBAPIError) -> bool:
    """Whether repeating the transaction may succeed."""
    if error.connection_invalidated:
        return True
    origin: Any = error.orig
    code = getattr(origin, "args", (None,))[0] if getattr(origin, "args", ()) else None
    state = getattr(origin, "sqlstate", None)
    locked = isinstance(error, OperationalError) and "database is locked" in str(origin)
    return locked or code in TRANSIENT_CODES or state in TRANSIENT_STATES


def _pause(attempt: int) -> None:
    Event().wait(random.random() * 0.02 * 2**attempt)


def _open(url: URL, echo: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, echo=echo, connect_args={"timeout": 30, "check_same_thread": False}
        )
        _configure_sqlite(engine, url)
        return engine
    return create_engine(
        url, echo=echo, isolation_level="READ COMMITTED", pool_pre_ping=True, pool_recycle=1800
    )


def _configure_sqlite(engine: Engine, url: URL) -> None:
    @event.listens_for(engine, "do_connect")
    def before_connect(_dialect: Any, _record: Any, _args: Any, _named: Any) -> None:
        if url.database and url.database != ":memory:":
            _make_private(Path(url.database))

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: we say how they begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute("PRAGMA cache_size=-8000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("venturi_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_private(path: Path) -> None:
    """Make a database file that is not there: what tasks exchange is its owner's alone."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
