"""Tables that keep what `db clean` deleted: `_airflow_deleted__<table>__<time>`."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, MetaData, Table, inspect, select, table, text

from venturi.core.clock import Instant
from venturi.store.engine import Store

PREFIX = "_airflow_deleted__"


class Archive(NamedTuple):
    """An archive table, and the table whose rows it keeps."""

    name: str
    table: str


def list_archives(store: Store, tables: Collection[str] | None = None) -> list[Archive]:
    """The archive tables there are (of these tables), by name."""
    with store.read() as tx:
        names = inspect(tx).get_table_names()
    found = [
        Archive(name, name.removeprefix(PREFIX).rpartition("__")[0])
        for name in sorted(names)
        if name.startswith(PREFIX)
    ]
    return [archive for archive in found if tables is None or archive.table in tables]


def make_archives(store: Store, tables: Iterable[Table], now: Instant) -> dict[str, Table]:
    """An empty archive for each of these tables, by the table's name.

    Columns and types are the table's; keys and indexes are not, so that nothing stands in the way
    of keeping a row twice.
    """
    wanted = list(tables)
    taken = {archive.name for archive in list_archives(store)}
    at = now
    while any(_name(source, at) in taken for source in wanted):
        at += timedelta(seconds=1)
    made = {
        source.name: Table(
            _name(source, at),
            MetaData(),
            *(Column(column.name, column.type) for column in source.c),
        )
        for source in wanted
    }
    with store.write() as tx:
        for archive in made.values():
            archive.create(tx)
    return made


def _name(source: Table, at: Instant) -> str:
    return f"{PREFIX}{source.name}__{at:%Y%m%d%H%M%S}"


def drop_empty(store: Store, archives: Iterable[Table]) -> None:
    """Drop those of these archives that nothing was put into."""
    with store.read() as tx:
        empty = [a.name for a in archives if tx.execute(select(a).limit(1)).first() is None]
    drop_archives(store, empty)


def drop_archives(store: Store, names: Iterable[str]) -> None:
    """Drop these tables."""
    with store.write() as tx:
        for name in names:
            tx.exec_driver_sql(f"DROP TABLE {_quoted(store, name)}")


@contextmanager
def archived_rows(store: Store, name: str) -> Iterator[tuple[list[str], Iterator[Sequence[Any]]]]:
    """The names of an archive's columns and its rows, as the database keeps them."""
    with store.read() as tx:
        everything = select(text("*")).select_from(table(name))
        found = tx.execution_options(stream_results=True).execute(everything)
        yield list(found.keys()), iter(found)


def _quoted(store: Store, name: str) -> str:
    return store.engine.dialect.identifier_preparer.quote(name)
