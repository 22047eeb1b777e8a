"""Opening a metadata database, and transactions that can be repeated.

SQLite runs in WAL mode with full durability; writers begin with IMMEDIATE so that two never
deadlock on an upgrade. On servers the isolation level is READ COMMITTED (rule R12): no decision
ever rests on two statements seeing the same world, each write says what it saw.
"""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from venturi.core.errors import VenturiError
from venturi.core.failpoints import Failed, Failpoints, armed
from venturi.store.connect import Options, open_engine
from venturi.store.faults import is_duplicate, is_transient

Tx = Connection
#: What the driver raises, for those who may not import SQLAlchemy.
DatabaseError = DBAPIError
A = TypeVar("A")

ATTEMPTS = 8
#: How often a transaction is repeated because its row was there before it.
DUPLICATES = 2


class DatabaseUnavailable(VenturiError):
    """The metadata database cannot be reached or used."""


class Store:
    """One metadata database. Thread-safe; must not be carried over a fork."""

    def __init__(self, url: str, options: Options | None = None, *, echo: bool = False) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = open_engine(self.url, options or Options(), echo=echo)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A connection to read from; sees one consistent state on SQLite."""
        with self.engine.connect() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that commits at the end of the block, and rolls back on an exception."""
        points = armed()
        name = "" if points is None else _asked_by()
        with self.engine.connect().execution_options(venturi_write=True) as tx:
            with tx.begin():
                yield tx
                _reach(points, "before", name)
            _reach(points, "after", name)

    def retrying(self, body: Callable[[Tx], A], attempts: int = ATTEMPTS) -> A:
        """Run `body` in a write transaction; repeat the whole of it after a transient error.

        That may be an error of any statement, of BEGIN or of COMMIT. `body` must be repeatable: it
        may rest on nothing but what it reads inside, and when the connection was lost in the middle
        of a COMMIT, it may find its own work done. A row that somebody else has inserted between
        its look and its insert it finds when it looks again.
        """
        duplicates = DUPLICATES
        for attempt in range(1, attempts + 1):
            try:
                with self.write() as tx:
                    return body(tx)
            except DBAPIError as error:
                duplicates -= is_duplicate(error)
                again = is_transient(error) or (is_duplicate(error) and duplicates >= 0)
                if attempt == attempts or not again:
                    raise
                # Waiting is the database's own busy timeout; this only spreads the next try.
                _pause(attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _reach(points: Failpoints | None, side: str, name: str) -> None:
    """A side of a COMMIT; told to raise, it is a connection that broke there."""
    if points is None:
        return
    try:
        points.reach(f"{side} {name}")
    except Failed as failed:
        raise OperationalError("COMMIT", None, failed, connection_invalidated=True) from failed


def _asked_by() -> str:
    """The name of a commit: the function outside of this file that asks for the transaction.

    So no commit can be without a name, and no name without a commit. Only looked for when
    failpoints are set.
    """
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals["__name__"] in {__name__, "contextlib"}:
        frame = frame.f_back
    return f"{frame.f_globals['__name__'].removeprefix('venturi.')}:{frame.f_code.co_qualname}"


def _pause(attempt: int) -> None:
    Event().wait(random.random() * min(2.5, 0.02 * 2**attempt))
