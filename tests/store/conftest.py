"""A home and an empty database for every test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from venturi.config import get_config
from venturi.store.engine import Store
from venturi.store.migrate import fill_defaults
from venturi.store.schema.all import metadata


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    get_config.cache_clear()
    yield
    get_config.cache_clear()


#: Database servers to hold the store to its promises on, beside SQLite: URLs of scratch databases,
#: with a space between them. Their tables are dropped.
SERVERS = os.environ.get("VENTURI_TEST_DATABASES", "").split()


@pytest.fixture(params=["sqlite", *SERVERS], ids=lambda url: url.partition(":")[0])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/airflow.db"
    emptied = Store(request.param)
    with emptied.write() as tx:
        for name in inspect(tx).get_table_names():
            tx.exec_driver_sql(f"DROP TABLE {tx.dialect.identifier_preparer.quote(name)}")
    emptied.close()
    return str(request.param)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """An empty database with all tables."""
    made = Store(database)
    with made.write() as tx:
        metadata.create_all(tx)
        fill_defaults(tx)
    yield made
    made.close()
