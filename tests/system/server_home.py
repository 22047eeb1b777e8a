"""A home whose database is on a server."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from tests.system.home import Home
from venturi.config.urls import parse_database_url
from venturi.store.engine import Store
from venturi.store.migrate import migrate


class ServerHome(Home):
    """Like `Home`; `url` is the database's, as users write it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.option("database", "sql_alchemy_conn", url)
        self.store = Store(parse_database_url(url).url)
        self.is_migrated = False

    def migrate(self) -> None:
        """`airflow db migrate`, without the time a command takes to start."""
        migrate(self.store)
        self.is_migrated = True

    def has_tables(self) -> bool:
        """Whether its database is ready."""
        return self.is_migrated

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        with self.store.read() as tx:
            statement, named = _named(query, values)
            return [tuple(row) for row in tx.execute(text(statement), named)]

    def change(self, statement: str, *values: Any) -> int:
        """Carry out a statement, as people do in a database client; how many rows it changed."""
        written, named = _named(statement, values)
        return self.store.retrying(lambda tx: tx.execute(text(written), named).rowcount)

    def end(self) -> None:
        """End everything and remove the home."""
        super().end()
        self.store.close()


def _named(statement: str, values: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    """A statement with `?` as SQLAlchemy takes it."""
    names = iter(range(len(values)))
    written = re.sub(r"\?", lambda _: f":v{next(names)}", statement)
    return written, {f"v{number}": value for number, value in enumerate(values)}


@contextmanager
def home_on(url: str) -> Iterator[ServerHome]:
    """A home that is gone afterwards."""
    made = ServerHome(url)
    try:
        yield made
    finally:
        made.end()
