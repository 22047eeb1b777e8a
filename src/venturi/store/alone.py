"""Being the only one who changes the tables of a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import NamedTuple

from sqlalchemy import Connection, text

from venturi.core.errors import VenturiError
from venturi.store.engine import Store

#: Seconds to wait for somebody else who changes the tables.
PATIENCE = 300.0


class Occupied(VenturiError):
    """Somebody else has been changing the tables for too long."""


class _Lock(NamedTuple):
    """Statements that take a lock (1 or true: it is ours) and give it back."""

    take: str
    give: str
    name: str | int


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Hold the lock of a server's database; SQLite's own is enough for a file."""
    if store.is_sqlite:
        yield
        return
    lock = _lock_of(store)
    # Outside of any transaction: nothing of the tables is held by the one who holds the lock.
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        _take(line, lock)
        try:
            yield
        finally:
            line.execute(text(lock.give), {"name": lock.name})


def _lock_of(store: Store) -> _Lock:
    if store.url.get_backend_name() == "mysql":
        name = f"venturi tables of {store.url.database}"[:64]
        return _Lock("SELECT GET_LOCK(:name, 0)", "SELECT RELEASE_LOCK(:name)", name)
    # PostgreSQL's locks have numbers, and belong to a database.
    number = 7_308_624_861_520_491
    return _Lock("SELECT pg_try_advisory_lock(:name)", "SELECT pg_advisory_unlock(:name)", number)


def _take(line: Connection, lock: _Lock) -> None:
    until = monotonic() + PATIENCE
    while not line.execute(text(lock.take), {"name": lock.name}).scalar():
        if monotonic() > until:
            raise Occupied(
                f"Another process has been changing the tables for {PATIENCE:.0f} s. "
                "See what it does, then try again."
            )
        Event().wait(0.1)
