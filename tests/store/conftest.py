"""A home and an empty database for every test: the whole folder runs on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect, literal, select, union_all

from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from venturi.config import get_config
from venturi.store.engine import Store, Tx
from venturi.store.migrate import fill_defaults
from venturi.store.schema.all import metadata

KINDS = ("sqlite", "mariadb", "postgresql")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    get_config.cache_clear()
    yield
    get_config.cache_clear()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test runs on."""
    return str(request.param)


def driver_url(url: str) -> str:
    """A URL as users write it, for the drivers here."""
    from venturi.config.urls import parse_database_url

    return parse_database_url(url).url


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/airflow.db"
        return
    server: MariaDb | PostgreSql = request.getfixturevalue(kind)
    with server.database("store") as url:
        yield driver_url(url)


@pytest.fixture(scope="session")
def mariadb_tables(mariadb: MariaDb) -> Iterator[str]:
    """A MariaDB database with all tables, which tests use one after the other."""
    with mariadb.database("store") as url:
        _make_tables(driver_url(url))
        yield driver_url(url)


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: PostgreSql) -> Iterator[str]:
    """A PostgreSQL database with all tables, which tests use one after the other."""
    with postgresql.database("store") as url:
        _make_tables(driver_url(url))
        yield driver_url(url)


def _make_tables(url: str) -> None:
    made = Store(url)
    with made.write() as tx:
        metadata.create_all(tx)
    made.close()


@pytest.fixture
def store(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database with all tables."""
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path}/airflow.db"
        _make_tables(url)
    else:
        url = request.getfixturevalue(f"{kind}_tables")
    made = Store(url)
    with made.write() as tx:
        _empty(tx)
        fill_defaults(tx)
    yield made
    made.close()


def _empty(tx: Tx) -> None:
    """What an earlier test left: rows, and tables that are not in the schema."""
    looks = [select(literal(t.name)).where(select(t).exists()) for t in metadata.sorted_tables]
    for name in tx.execute(union_all(*looks)).scalars().all():
        tx.execute(delete(metadata.tables[name]))
    for name in set(inspect(tx).get_table_names()) - set(metadata.tables):
        tx.exec_driver_sql(f"DROP TABLE {tx.dialect.identifier_preparer.quote(name)}")
